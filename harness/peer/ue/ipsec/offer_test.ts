import assert from "node:assert/strict";
import { buildRequest, buildResponse } from "sip-codec";
import { seededRandom } from "../../../runner/random.ts";
import { PROFILE } from "../testing/world.ts";
import { anyProposal, choose, claimedPairs, newSpi, type Offered, securityClient } from "./offer.ts";

const OFFERED: Offered = {
  modes: ["trans", "UDP-enc-tun"],
  pairs: [{ alg: "hmac-sha-1-96", ealg: "aes-cbc" }, { alg: "hmac-sha-1-96", ealg: "null" }],
  spiUc: 11,
  spiUs: 12,
  portUc: 1001,
  portUs: 1002,
};
const FOUR = "spi-c=1;spi-s=2;port-c=3;port-s=4";

const response = (...server: string[]) =>
  buildResponse(
    buildRequest("REGISTER", "sip:home1.example", {
      Via: "SIP/2.0/UDP 10.1.0.1;branch=z9hG4bK1",
      From: "<sip:a@home1.example>;tag=1",
      To: "<sip:a@home1.example>",
      "Call-ID": "1",
      CSeq: "1 REGISTER",
    }),
    401,
    server.length > 0 ? { headers: { "Security-Server": server } } : {},
  );

const chosen = (server: string[], behindNat = false, carried = true) => {
  const found = choose(response(...server), OFFERED, behindNat, () => carried);
  return typeof found === "string" ? found : `${found.alg}/${found.ealg} ${found.mode}`;
};

Deno.test("securityClient() lists every pair in every mode with one pair of SPIs and ports", () => {
  const [value, ...none] = securityClient(OFFERED);
  assert.deepEqual(none, []);
  const elements = value!.split(", ");
  assert.equal(elements.length, 4);
  for (const element of elements) {
    assert.match(element, /;spi-c=0000000011;spi-s=0000000012;port-c=1001;port-s=1002$/);
  }
  assert.match(elements[2]!, /alg=hmac-sha-1-96;ealg=aes-cbc;prot=esp;mod=UDP-enc-tun;/);
  assert.deepEqual(securityClient({ ...OFFERED, pairs: [] }), []);
});

Deno.test("choose() takes the most preferred that was offered, over all field lines", () => {
  const plain = `ipsec-3gpp;q=0.1;alg=hmac-sha-1-96;${FOUR}`;
  const strong = `ipsec-3gpp;q=0.2;alg=hmac-sha-1-96;ealg=aes-cbc;mod=trans;${FOUR}`;
  const best = `ipsec-3gpp;q=0.9;alg=aes-gmac;${FOUR}`;
  assert.equal(chosen([plain, best, strong]), "hmac-sha-1-96/aes-cbc trans");
  assert.equal(chosen([`${plain}, tls`, best]), "hmac-sha-1-96/null trans");
  assert.equal(
    chosen([`ipsec-3gpp;alg=hmac-sha-1-96;mod=UDP-enc-tun;${FOUR}`]),
    "hmac-sha-1-96/null UDP-enc-tun",
  );
});

Deno.test("choose() says why there is nothing to take", () => {
  const plain = `ipsec-3gpp;alg=hmac-sha-1-96;${FOUR}`;
  assert.match(chosen([]), /^The 401 has no Security-Server/);
  assert.match(chosen([plain], true), /no mode is named, and there is a NAT/);
  assert.match(chosen([plain], false, false), /whose packets this UE does not carry/);
  assert.match(chosen([`ipsec-3gpp;alg=hmac-sha-1-96;alg=null;${FOUR}`]), /"alg" comes twice/);
});

Deno.test("anyProposal() gives SPIs and ports whatever the rest says", () => {
  const odd = anyProposal(response(`tls, ipsec-3gpp;alg=rot13;${FOUR}`));
  assert.equal(typeof odd === "string" ? odd : odd.portS, 4);
  assert.match(String(anyProposal(response("tls"))), /the mechanism is "tls"/);
});

Deno.test("claimedPairs() makes the pairs of Annex H of what the profile claims", () => {
  const pairs = (claims: Record<string, string[]>) =>
    claimedPairs({ ...PROFILE, capabilities: claims }).map(({ alg, ealg }) => `${alg}/${ealg}`);
  assert.deepEqual(pairs({ "ipsec.alg": ["hmac-sha-1-96", "null"], "ipsec.ealg": ["null", "aes-gcm"] }), [
    "hmac-sha-1-96/null",
    "null/aes-gcm",
  ]);
  assert.deepEqual(pairs({ "ipsec.alg": ["hmac-md5-96"], "ipsec.ealg": ["des-ede3-cbc"] }), [
    "hmac-md5-96/des-ede3-cbc",
  ]);
  assert.equal(pairs({}).length, 4);
});

Deno.test("newSpi() has ten digits and is none of those in use", () => {
  const first = newSpi(seededRandom("spi"), new Set());
  assert.match(String(first), /^\d{10}$/);
  assert.notEqual(newSpi(seededRandom("spi"), new Set([first])), first);
});
