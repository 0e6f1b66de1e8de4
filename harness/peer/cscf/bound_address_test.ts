import assert from "node:assert/strict";
import { avp } from "../../wire/diameter/mod.ts";
import { boundAddress } from "./bound_address.ts";

Deno.test("boundAddress() reads an address, or a prefix however short", () => {
  assert.equal(boundAddress([avp("Framed-IP-Address", Uint8Array.of(192, 0, 2, 17))]), "192.0.2.17");
  const prefix = Uint8Array.of(0, 64, 0x20, 0x01, 0x0d, 0xb8, 0, 7, 0, 0x41);
  assert.equal(boundAddress([avp("Framed-IPv6-Prefix", prefix)]), "2001:db8:7:41::/64");
  assert.equal(boundAddress([avp("SIP-Item-Number", 1)]), undefined);
});
