import { strict as assert } from "node:assert";
import { parseSecurityMechanisms } from "sip-codec";
import { type Proposal, readProposal } from "./proposal.ts";
import { select, type Selection } from "./selection.ts";
import { DEFAULT_SECURITY, type SecurityPolicy, supportedPairs } from "./security_policy.ts";
import { formatServerLine, sameLine } from "./set_up_line.ts";

const HONEST: ReadonlySet<string> = new Set();
const NUMBERS = "spi-c=1000000001;spi-s=4294967295;port-c=5062;port-s=00005064";

function read(text: string, faults = HONEST) {
  return readProposal(parseSecurityMechanisms(text), faults);
}

function proposal(text: string): Proposal {
  const found = read(text);
  assert.equal(typeof found, "object", text);
  return found as Proposal;
}

const entry = (parameters: string, numbers = NUMBERS) => `ipsec-3gpp;${parameters};${numbers}`;

Deno.test("readProposal() reads numbers, defaults and letters of either case", () => {
  const found = proposal(
    entry("ALG=HMAC-SHA-1-96;Mod=udp-ENC-tun") + ", " + entry("alg=null;ealg=aes-gcm;q=0.3"),
  );
  const { spiC, spiS, portC, portS, alternatives, modes } = found;
  assert.deepEqual([spiC, spiS, portC, portS], [1000000001, 4294967295, 5062, 5064]);
  assert.deepEqual([...modes], ["UDP-enc-tun", "trans"]);
  assert.deepEqual(alternatives, [
    { pair: { integrity: "hmac-sha-1-96", encryption: "null" }, mode: "UDP-enc-tun", q: 1 },
    { pair: { integrity: "null", encryption: "aes-gcm" }, mode: "trans", q: 0.3 },
  ]);
});

Deno.test("readProposal() passes over what cannot be taken up, and other mechanisms", () => {
  const unusable = [
    "alg=no-such",
    "ealg=null",
    "alg=null;ealg=null",
    "alg=null;ealg=aes-cbc",
    "alg=aes-gmac;prot=ah",
    "alg=aes-gmac;mod=tun",
    "alg=hmac-sha-1-96;ealg=aes-gcm",
  ];
  for (const parameters of unusable) {
    assert.deepEqual(proposal(entry(parameters)).alternatives, [], parameters);
  }
  assert.equal(read("tls;q=0.9;junk=yes, digest"), "none");
  assert.equal(proposal(`tls;q=0.9, ${entry("alg=aes-gmac")}`).alternatives.length, 1);
});

Deno.test("readProposal() refuses SPIs and ports that are none, or more than one pair of them", () => {
  const wrong = [
    "spi-c=0000000255;spi-s=300;port-c=1;port-s=2",
    "spi-c=4294967296;spi-s=300;port-c=1;port-s=2",
    "spi-c=-1;spi-s=300;port-c=1;port-s=2",
    "spi-c=0x12;spi-s=300;port-c=1;port-s=2",
    "spi-c=00000000300;spi-s=301;port-c=1;port-s=2",
    "spi-c=300;spi-s=300;port-c=1;port-s=2",
    "spi-c=300;port-c=1;port-s=2",
    "spi-c=300;spi-s=301;port-c=0;port-s=2",
    "spi-c=300;spi-s=301;port-c=65536;port-s=2",
    "spi-c=300;spi-s=301;port-c=5060;port-s=2",
    "spi-c=300;spi-s=301;port-c=2;port-s=5061",
    "spi-c=300;spi-s=301;port-c=2;port-s=2",
  ];
  for (const numbers of wrong) assert.equal(read(entry("alg=aes-gmac", numbers)), "malformed", numbers);
  const two = `${entry("alg=aes-gmac")}, ${entry("alg=aes-gmac", NUMBERS.replace("5062", "5063"))}`;
  assert.equal(read(two), "malformed");
});

const ALL = ["alg=hmac-sha-1-96", "alg=aes-gmac", "alg=hmac-sha-1-96;ealg=aes-cbc", "alg=null;ealg=aes-gcm"];
const offerOf = (modes: readonly string[], pairs = ALL) =>
  proposal(modes.flatMap((mode) => pairs.map((pair) => entry(`${pair};mod=${mode}`))).join(", "));

function chosen(found: Selection | string): string {
  if (typeof found === "string") return found;
  return `${found.mode} ${found.pair.integrity}/${found.pair.encryption}`;
}

Deno.test("select() follows the P-CSCF's list, whatever the order and q of the UE", () => {
  const path = { natted: false, tunnelled: false };
  for (const pairs of [ALL, ALL.toReversed(), ALL.map((pair, index) => `${pair};q=0.${9 - index}`)]) {
    assert.equal(
      chosen(select(offerOf(["UDP-enc-tun", "trans"], pairs), path, DEFAULT_SECURITY, [], HONEST)),
      "trans null/aes-gcm",
    );
  }
  const never: SecurityPolicy = { ...DEFAULT_SECURITY, confidentiality: "never" };
  assert.equal(chosen(select(offerOf(["trans"]), path, never, [], HONEST)), "trans aes-gmac/null");
  const must: SecurityPolicy = { ...DEFAULT_SECURITY, confidentiality: "required" };
  assert.equal(chosen(select(offerOf(["trans"], ALL.slice(0, 2)), path, must, [], HONEST)), "unacceptable");
});

Deno.test("select() goes by the path: a tunnel behind a NAT or where there was one, silence without", () => {
  const choose = (modes: string[], natted: boolean, tunnelled = false, policy = DEFAULT_SECURITY) =>
    chosen(select(offerOf(modes), { natted, tunnelled }, policy, [], HONEST)).split(" ")[0];
  assert.equal(choose(["trans", "UDP-enc-tun"], true), "UDP-enc-tun");
  assert.equal(choose(["trans", "UDP-enc-tun"], false), "trans");
  assert.equal(choose(["trans", "UDP-enc-tun"], false, true), "UDP-enc-tun");
  assert.equal(choose(["trans"], true), "discard");
  assert.equal(choose(["UDP-enc-tun"], false), "unacceptable");
  assert.equal(
    choose(["trans", "UDP-enc-tun"], true, false, { ...DEFAULT_SECURITY, natTraversal: false }),
    "discard",
  );
});

Deno.test("formatServerLine() gives every pair the same numbers and a falling q", () => {
  const line = formatServerLine({
    pairs: supportedPairs(DEFAULT_SECURITY, HONEST),
    mode: "UDP-enc-tun",
    numbers: { spiPc: 77, spiPs: 4294967295, portPc: 4000, portPs: 5000 },
    withoutCiphers: false,
  }, HONEST);
  const entries = parseSecurityMechanisms(line);
  assert.deepEqual(entries.map(({ params }) => params.get("q")), ["0.9", "0.8", "0.7", "0.6"]);
  for (const { params } of entries) {
    assert.deepEqual(["spi-c", "spi-s", "port-c", "port-s", "mod"].map((name) => params.get(name)), [
      "0000000077",
      "4294967295",
      "4000",
      "5000",
      "UDP-enc-tun",
    ]);
  }
});

Deno.test("sameLine() sees what differs and nothing else", () => {
  const same = (one: string, other: string) =>
    sameLine(parseSecurityMechanisms(one), parseSecurityMechanisms(other));
  assert.equal(same("a;x=1;Y=Two;q=0.10, b", "A; y=two; X=01;q=0.1, B"), true);
  for (const other of ["a;x=1", "b, a;x=1", "a;x=2, b", "a;x=1;z=3, b", "a, b", "a;x=1, b, c"]) {
    assert.equal(same("a;x=1, b", other), false, other);
  }
});
