import { strict as assert } from "node:assert";
import { buildRequest } from "sip-codec";
import type { BoxContext } from "../../types.ts";
import { viaNames } from "./via_address.ts";

const CONTEXT = {
  home: { domain: "home1.net", mcc: "001", mnc: "01" },
  faults: new Set(),
} as unknown as BoxContext;

function names(host: string, address: string): boolean {
  const via = `SIP/2.0/UDP ${host}:5062;branch=z9hG4bK1`;
  return viaNames(buildRequest("REGISTER", "sip:home1.net", [["Via", via]]), address, CONTEXT);
}

Deno.test("viaNames() compares addresses, and names as the operator's DNS has them", () => {
  assert.equal(names("192.0.2.1", "192.0.2.1"), true);
  assert.equal(names("192.0.2.1", "192.0.2.2"), false);
  assert.equal(names("[2001:DB8::1]", "2001:db8:0::1"), true);
  assert.equal(names("ue-192-0-2-1.HOME1.net", "192.0.2.1"), true);
  assert.equal(names("ue-192-0-2-1.home1.net", "192.0.2.2"), false);
  assert.equal(names("ue-192-0-2-300.home1.net", "192.0.2.44"), false);
  assert.equal(names("nobody.home1.net", "192.0.2.1"), false);
  assert.equal(names("ue-192-0-2-1.elsewhere.net", "192.0.2.1"), false);
});
