import assert from "node:assert/strict";
import type { GeneralName } from "../read/general_names.ts";
import { isFqdn, isNamed, sipDomain } from "./host_name.ts";

const dns = (value: string): GeneralName => ({ kind: "dns", value });

Deno.test("isNamed() compares hosts without case, with or without the dot at the end", () => {
  assert.ok(isNamed([dns("PCSCF.example.org")], "pcscf.EXAMPLE.org"));
  assert.ok(isNamed([dns("pcscf.example.org")], "pcscf.example.org."));
  assert.ok(!isNamed([dns("pcscf.example.org")], "pcscf.example.org.net"));
  assert.ok(!isNamed([dns("")], ""));
  assert.ok(!isNamed([dns("pcscf.example.org\0.example.net")], "pcscf.example.org"));
});

Deno.test("isNamed() takes a wildcard for the whole first label of three or more", () => {
  assert.ok(isNamed([dns("*.example.org")], "a.example.org"));
  for (const pattern of ["*.org", "*", "a*.example.org", "*.*.org", "a.*.org"]) {
    assert.ok(!isNamed([dns(pattern)], "ab.example.org"), pattern);
  }
  assert.ok(!isNamed([dns("*.example.org")], "a.example.org", "sip-domain"));
});

Deno.test("isNamed() compares addresses by their octets, and never with names", () => {
  const names: GeneralName[] = [{ kind: "ip", value: Uint8Array.of(192, 0, 2, 1) }, dns("192.0.2.2")];
  assert.ok(isNamed(names, "192.0.2.1"));
  assert.ok(!isNamed(names, "192.0.2.2"));
  const v6: GeneralName[] = [{ kind: "ip", value: Uint8Array.fromHex("20010db8000000000000000000000001") }];
  assert.ok(isNamed(v6, "2001:db8::1"));
  assert.ok(isNamed(v6, "[2001:db8::1]"));
});

Deno.test("sipDomain() is the host of a sip URI without user", () => {
  const found = [
    "sip:example.org",
    "SIP:example.org:5061;transport=tls",
    "sip:a@example.org",
    "sips:example.org",
    "sip:",
  ].map(sipDomain);
  assert.deepEqual(found, ["example.org", "example.org", undefined, undefined, undefined]);
});

Deno.test("isFqdn() wants labels of letters, digits and hyphens", () => {
  for (const name of ["pcscf.example.org", "a-b.3gppnetwork.org", "x.mnc001.mcc001.3gppnetwork.org"]) {
    assert.ok(isFqdn(name), name);
  }
  for (
    const name of [
      "",
      "pcscf",
      "*.example.org",
      "192.0.2.1",
      "a..b",
      "-a.example.org",
      "a.example.org,b.example.org",
      "a_b.org",
      "a.org.",
    ]
  ) {
    assert.ok(!isFqdn(name), name);
  }
});
