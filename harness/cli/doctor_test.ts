import assert from "node:assert/strict";
import { EnvironmentError } from "../errors.ts";
import { denoVersion, machineFindings, openssl } from "./doctor_machine.ts";
import { loadProfile } from "./profile_source.ts";
import { FakeHost } from "./testing/fake_host.ts";

Deno.test("denoVersion() compares number by number", () => {
  for (const good of ["2.9.0", "2.9.6", "2.10.0", "3.0.0", "2.9.0+abc"]) {
    assert.equal(denoVersion(good).status, "ok", good);
  }
  for (const bad of ["2.8.9", "1.46.3"]) assert.equal(denoVersion(bad).status, "missing", bad);
});

Deno.test("machineFindings() names an address this machine does not have, with a remedy", async () => {
  const { profile } = loadProfile(undefined, new FakeHost());
  const found = await machineFindings({
    ...profile,
    access: { fixed: ["127.0.0.1"], wlan: ["127.0.0.1", "192.0.2.250"] },
  });
  const of = (name: string) => found.find((finding) => finding.name === name);
  assert.equal(of("access fixed")?.status, "ok");
  assert.equal(of("access wlan")?.status, "missing");
  assert.match(of("access wlan")?.detail ?? "", /^1 of 2 cannot be sent from: .*192\.0\.2\.250/);
  assert.match(of("access wlan")?.remedy ?? "", /ip addr add/);
});

Deno.test("openssl() names the library's version, or what to install where the profile needs it", () => {
  const tls = { capabilities: { aka: true, tls: true } };
  assert.equal(openssl(tls, () => "OpenSSL 3.0.19").detail, "OpenSSL 3.0.19");
  const absent = () => {
    throw new EnvironmentError("Cannot speak TLS: there is no library", "Install OpenSSL 3");
  };
  const missing = openssl(tls, absent);
  assert.deepEqual([missing.status, missing.remedy], ["missing", "Install OpenSSL 3"]);
  for (const capabilities of [{}, { aka: true }, { tls: false, "tls.null": false }]) {
    const optional = openssl({ capabilities }, absent);
    assert.equal(optional.status, "optional");
    assert.match(optional.remedy ?? "", /only for TLS and DTLS. Install OpenSSL 3/);
  }
  assert.equal(openssl({ capabilities: { "interconnect.tls": true } }, absent).status, "missing");
});
