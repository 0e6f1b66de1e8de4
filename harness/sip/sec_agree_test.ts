import assert from "node:assert/strict";
import { parseSecurityMechanisms } from "sip-codec";
import { byPreference, formatIpsec3gpp, type Ipsec3gpp, readIpsec3gpp } from "./sec_agree.ts";

const read = (text: string) => readIpsec3gpp(parseSecurityMechanisms(text)[0]!);
const FOUR = "spi-c=0000004096;spi-s=4294967295;port-c=49152;port-s=5064";

Deno.test("readIpsec3gpp() reads what formatIpsec3gpp() writes", () => {
  const value: Ipsec3gpp = {
    alg: "hmac-sha-1-96",
    ealg: "aes-cbc",
    protocol: "esp",
    mode: "UDP-enc-tun",
    namesMode: true,
    spiC: 4096,
    spiS: 4294967295,
    portC: 49152,
    portS: 5064,
    q: 0.5,
  };
  const text = formatIpsec3gpp(value);
  assert.equal(
    text,
    `ipsec-3gpp;q=0.5;alg=hmac-sha-1-96;ealg=aes-cbc;prot=esp;mod=UDP-enc-tun;${FOUR}`,
  );
  assert.deepEqual(read(text), value);
});

Deno.test("readIpsec3gpp() takes the defaults of Annex H, and any case", () => {
  const value = read(`IPSEC-3GPP;ALG=HMAC-SHA-1-96;${FOUR}`) as Ipsec3gpp;
  assert.deepEqual(
    [value.alg, value.ealg, value.protocol, value.mode, value.namesMode, value.q],
    ["hmac-sha-1-96", "null", "esp", "trans", false, undefined],
  );
  assert.equal((read(`ipsec-3gpp;alg=null;mod=udp-ENC-tun;${FOUR}`) as Ipsec3gpp).mode, "UDP-enc-tun");
  assert.equal((read(`ipsec-3gpp;alg=null;mod=sideways;${FOUR}`) as Ipsec3gpp).mode, "sideways");
});

Deno.test("readIpsec3gpp() says what is wrong with an element", () => {
  assert.equal(read("tls;q=0.9"), 'the mechanism is "tls"');
  assert.equal(read(`ipsec-3gpp;${FOUR}`), '"alg" is missing');
  assert.equal(read(`ipsec-3gpp;alg=null;alg=aes-gmac;${FOUR}`), '"alg" comes twice');
  assert.equal(read("ipsec-3gpp;alg=x;spi-c=4294967296"), '"spi-c" is "4294967296"');
  assert.equal(read("ipsec-3gpp;alg=x;spi-c=1"), '"spi-s" is missing');
  assert.equal(read("ipsec-3gpp;alg=x;spi-c=1;spi-s=0x2"), '"spi-s" is "0x2"');
  assert.equal(read("ipsec-3gpp;alg=x;spi-c=1;spi-s=2;port-c=0"), '"port-c" is "0"');
  assert.equal(read("ipsec-3gpp;alg=x;spi-c=1;spi-s=2;port-c=1;port-s=65536"), '"port-s" is "65536"');
});

Deno.test("byPreference() goes by q, then by the order of the list", () => {
  const list = [
    { name: "low", q: 0.1 },
    { name: "first without", q: undefined },
    { name: "full", q: 1 },
    { name: "unreadable", q: NaN },
  ];
  assert.deepEqual(byPreference(list).map(({ name }) => name), [
    "first without",
    "full",
    "low",
    "unreadable",
  ]);
  assert.ok(Number.isNaN((read(`ipsec-3gpp;q=1.001;alg=x;${FOUR}`) as Ipsec3gpp).q));
  assert.equal((read(`ipsec-3gpp;q=0.;alg=x;${FOUR}`) as Ipsec3gpp).q, 0);
});
