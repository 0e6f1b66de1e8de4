import assert from "node:assert/strict";
import { EnvironmentError } from "../errors.ts";
import { AddressPool } from "./addresses.ts";

Deno.test("AddressPool hands out addresses in turn, unused ones first", () => {
  const pool = new AddressPool({ "3gpp": ["127.0.0.2", "127.0.0.3", "127.0.0.4"] });
  const first = pool.take("3gpp");
  const second = pool.take("3gpp");
  assert.deepEqual([first.address, second.address], ["127.0.0.2", "127.0.0.3"]);
  first.release();
  first.release();
  assert.equal(pool.take("3gpp").address, "127.0.0.4");
  assert.equal(pool.take("3gpp").address, "127.0.0.2");
  assert.equal(pool.take("3gpp").address, "127.0.0.3");
});

Deno.test("AddressPool takes the family of the target", () => {
  const pool = new AddressPool({ fixed: ["127.0.0.2", "::1"] });
  assert.equal(pool.take("fixed", "2001:db8::1").address, "::1");
  assert.equal(pool.take("fixed", "192.0.2.1").address, "127.0.0.2");
});

Deno.test("AddressPool says what to add where the profile has none", () => {
  const pool = new AddressPool({ fixed: ["127.0.0.2"] });
  assert.throws(() => pool.take("wlan"), (error) => {
    assert.ok(error instanceof EnvironmentError);
    assert.match(`${error.message}: ${error.remedy}`, /no local address for access "wlan".*"access: wlan:"/);
    return true;
  });
  assert.throws(() => pool.take("fixed", "::1"), /no local IPv6 address/);
});

Deno.test("AddressPool has the addresses of trusted nodes beside those of access networks", () => {
  const trusted = { addresses: ["127.0.0.5"], paniAware: [], visitedNetwork: "visited.example.net" };
  const pool = new AddressPool({ fixed: ["127.0.0.2"] }, trusted);
  assert.equal(pool.take("trusted-node").address, "127.0.0.5");
  assert.throws(
    () => pool.take("pani-aware"),
    (error) => error instanceof EnvironmentError && /"trusted-node: pani-aware:"/.test(error.remedy),
  );
});
