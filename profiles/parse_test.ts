import assert from "node:assert/strict";
import { parseProfile } from "./parse.ts";
import { ProfileError } from "./error.ts";
import type { ProfileSources } from "./secrets.ts";
import type { Profile } from "./types.ts";

const HEAD = `name: lab
scope: 192.0.2.0/24
home: { domain: ims.mnc001.mcc001.3gppnetwork.org }
entry:
  p-cscf: { udp: "192.0.2.1:5060" }
`;

const nothing: ProfileSources = {
  env: () => undefined,
  readFile: (path) => {
    throw new Error(`There is no file "${path}"`);
  },
};

const parse = (text: string, sources = nothing): Profile => parseProfile(text, "lab.yaml", sources);

/** The problems of a text, as "line:column message". */
function problems(text: string, sources = nothing): string[] {
  try {
    parse(text, sources);
  } catch (error) {
    assert.ok(error instanceof ProfileError, String(error));
    assert.ok(error.message.startsWith("lab.yaml:"));
    return error.problems.map(({ line, column, message }) => `${line}:${column} ${message}`);
  }
  return [];
}

Deno.test("parseProfile() fills in defaults and what the domain tells", () => {
  const profile = parse(HEAD);
  assert.deepEqual(profile.home, { domain: "ims.mnc001.mcc001.3gppnetwork.org", mcc: "001", mnc: "001" });
  assert.deepEqual(profile.entry, { "p-cscf": { udp: { address: "192.0.2.1", port: 5060 } } });
  assert.equal(profile.timers.t1, 500);
  assert.equal(profile.timers.regAwaitAuth, 240_000);
  assert.equal(profile.operator, null);
  assert.deepEqual(profile.waivers, []);
});

Deno.test("parseProfile() takes all-digit keys, quoted or not, as they are written", () => {
  const profile = parse(`${HEAD}
subscribers:
  - impi: alice@home1.net
    impu: sip:alice@home1.net
    aka:
      k: 00010203040506070809101112131415
      op: 0102030405060708 0910111213141516
      amf: 8000
      sqn: 000000000020
`);
  const aka = profile.subscribers[0]?.aka;
  assert.deepEqual(aka?.k.slice(0, 4), Uint8Array.of(0, 1, 2, 3));
  assert.deepEqual(aka?.amf, Uint8Array.of(0x80, 0));
  assert.equal(aka?.sqn, 0x20n);
  assert.equal(aka?.op?.length, 16);
});

Deno.test("parseProfile() writes blocks of subscribers out and derives their traits", () => {
  const { subscribers } = parse(`${HEAD}
subscribers:
  - name: user{n}
    range: 1..3
    impi: user{n:02}@home1.net
    impu: ["sip:user{n:02}@home1.net"]
    implicit-set: "tel:+155501{n:02}"
    barred: sip:barred{n}@home1.net
    traits: proxy-auth
    digest: { password: "pw-{n}", algorithm: SHA-256 }
`);
  assert.deepEqual(subscribers.map(({ impi }) => impi), [
    "user01@home1.net",
    "user02@home1.net",
    "user03@home1.net",
  ]);
  assert.equal(subscribers[2]?.digest?.password, "pw-3");
  assert.deepEqual(subscribers[0]?.traits, [
    "proxy-auth",
    "sha-256",
    "implicit-set",
    "barred",
    "tel",
    "derivable-impi",
  ]);
});

Deno.test("parseProfile() resolves variables and files, and collects every form of a secret", () => {
  const sources: ProfileSources = {
    env: (name) => ({ LAB_K: "000102030405060708090A0B0C0D0E0F", LAB_HOST: "192.0.2.7" })[name],
    readFile: (path) =>
      path === "secret/op.hex" ? "ffeeddccbbaa99887766554433221100\n" : nothing.readFile(path),
  };
  const profile = parse(
    `${HEAD.replace("192.0.2.1:5060", "${LAB_HOST}:5060")}
subscribers:
  - { impi: a@home1.net, impu: "sip:a@home1.net", aka: { k: "\${LAB_K}", op: "file:secret/op.hex" } }
  - { impi: b@home1.net, impu: "sip:b@home1.net", digest: { password: "p w$\${x}" } }
`,
    sources,
  );
  assert.equal(profile.entry["p-cscf"]?.udp?.address, "192.0.2.7");
  for (
    const form of [
      "000102030405060708090a0b0c0d0e0f",
      "000102030405060708090A0B0C0D0E0F",
      "AAECAwQFBgcICQoLDA0ODw==",
      "ffeeddccbbaa99887766554433221100",
      "p w${x}",
      "p%20w%24%7Bx%7D",
    ]
  ) assert.ok(profile.secrets.includes(form), form);
  assert.ok(!profile.secrets.includes("192.0.2.7"));
});

Deno.test("parseProfile() names what is unknown, where it stands, and what was meant", () => {
  assert.deepEqual(problems(`${HEAD}capabilties: { aka: true }\ntimers:\n  regAwaitAuth: 3s\n`), [
    `6:1 Unknown key "capabilties" (did you mean "capabilities"?)`,
    `8:3 Unknown key "regAwaitAuth" in "timers" (did you mean "reg-await-auth"?)`,
  ]);
  assert.deepEqual(problems(HEAD.replace("p-cscf", "pcscf")), [
    `5:3 Unknown key "pcscf" in "entry" (did you mean "p-cscf"?)`,
  ]);
  assert.deepEqual(problems(`${HEAD}capabilities:\n  akka: true\n`), [
    `7:3 Unknown key "akka" in "capabilities" (did you mean "aka"?)`,
  ]);
});

Deno.test("parseProfile() names a wrong type with the value found and the value needed", () => {
  assert.deepEqual(
    problems(`${HEAD}timers:\n  t1: fast\ncapabilities: { aka: "yes" }\nsubscribers: none\n`),
    [
      `7:7 "timers.t1" needs milliseconds, or a time with its unit like "500ms", "1.5s", "10min", found "fast"`,
      `8:22 "capabilities.aka" needs true or false, found "yes"`,
      `9:14 "subscribers" needs a list, found "none"`,
    ],
  );
});

Deno.test("parseProfile() names what is missing", () => {
  assert.deepEqual(problems("name: lab\nscope: []\nentry: {}\n"), [
    `1:1 "home" is missing: it needs a mapping`,
  ]);
  assert.deepEqual(problems(HEAD.replace(/entry:[^]*/, "entry: {}\n")), [
    `4:8 "entry" needs at least one entry point`,
  ]);
  assert.deepEqual(problems(HEAD.replace("ims.mnc001.mcc001.3gppnetwork.org", "home1.net")), [
    `3:7 "home.mcc" is missing: the domain "home1.net" does not tell it`,
    `3:7 "home.mnc" is missing: the domain "home1.net" does not tell it`,
  ]);
});

Deno.test("parseProfile() names a missing secret, and nothing else for it", () => {
  const subscriber = (k: string) =>
    `${HEAD}
subscribers:
  - impi: a@home1.net
    impu: sip:a@home1.net
    aka:
      k: ${k}
      op: 000102030405060708090a0b0c0d0e0f
`;
  assert.deepEqual(problems(subscriber("${LAB_K}")), [
    `11:10 "subscribers[0].aka.k": The environment variable "LAB_K" is not set`,
  ]);
  assert.deepEqual(problems(subscriber("file:k.hex")), [
    `11:10 "subscribers[0].aka.k": There is no file "k.hex"`,
  ]);
  assert.deepEqual(problems(subscriber("${LAB-K}")), [
    `11:10 "subscribers[0].aka.k": "\${LAB-K}" names no environment variable; write "$\${" for a literal "\${"`,
  ]);
});

Deno.test("parseProfile() never shows a secret, not even a wrong one", () => {
  const [message] = problems(`${HEAD}
subscribers:
  - { impi: a@home1.net, impu: "sip:a@home1.net", aka: { k: abc123, op: "000102030405060708090a0b0c0d0e0f" } }
`);
  assert.equal(message, `8:61 "subscribers[0].aka.k" needs 32 or 64 hexadecimal digits, found 6 characters`);
});

Deno.test("parseProfile() refuses an entry point outside the scope", () => {
  assert.deepEqual(problems(HEAD.replace("192.0.2.1:5060", "198.51.100.1:5060")), [
    `5:18 "entry.p-cscf.udp" is "198.51.100.1", outside the scope "192.0.2.0/24": nothing is sent there`,
  ]);
  assert.deepEqual(problems(`${HEAD}operator: { url: "http://lab.example.net/" }\n`), [
    `6:18 "operator.url" is "lab.example.net", outside the scope "192.0.2.0/24": nothing is sent there`,
  ]);
});

Deno.test("parseProfile() refuses a bad CIDR block and a bad address", () => {
  assert.deepEqual(problems(HEAD.replace("192.0.2.0/24", "192.0.2.1/24")), [
    `2:8 "scope" needs a CIDR block without host bits, like "192.0.2.0/24" or "2001:db8::/32", found "192.0.2.1/24"`,
  ]);
  assert.deepEqual(problems(HEAD.replace("192.0.2.1:5060", "lab.example:5060")), [
    `5:18 "entry.p-cscf.udp" needs an IP address and a port, like "192.0.2.1:5060" or "[2001:db8::1]", ` +
    `found "lab.example:5060"`,
  ]);
});

Deno.test("parseProfile() refuses a subscriber given twice, once for a whole block", () => {
  assert.deepEqual(
    problems(`${HEAD}
subscribers:
  - { name: a, impi: a@home1.net, impu: "sip:a@home1.net", digest: { password: x } }
  - { name: b, impi: a@home1.net, impu: "sip:b@home1.net", digest: { password: x } }
  - { range: "1..3", name: c, impi: "c{n}@home1.net", impu: "sip:c@home1.net", digest: { password: x } }
`),
    [
      `9:5 Two subscribers have the impi "a@home1.net"`,
      `10:5 Two subscribers have the name "c"`,
    ],
  );
});

Deno.test("parseProfile() checks the keys of an algorithm together", () => {
  const subscriber = (aka: string) =>
    problems(`${HEAD}subscribers:\n  - { impi: a@b.net, impu: "sip:a@b.net", aka: { ${aka} } }\n`)
      .map((problem) => problem.replace(/^\S+ /, ""));
  const k = "k: 000102030405060708090a0b0c0d0e0f";
  assert.deepEqual(subscriber(k), [`milenage needs "op" or "opc", found neither`]);
  assert.deepEqual(subscriber(`${k}, op: 00010203, algorithm: milenage`), [
    `"subscribers[0].aka.op" needs 32 hexadecimal digits, found 8 characters`,
  ]);
  assert.deepEqual(subscriber(`${k}, op: 000102030405060708090a0b0c0d0e0f, algorithm: tuak`), [
    `tuak needs "top" or "topc", found neither`,
    `tuak takes no "op"`,
  ]);
});

Deno.test("parseProfile() tells a slip of syntax once, and a key that stands twice", () => {
  assert.deepEqual(problems(`${HEAD}\tx: 1\n`).length, 1);
  const [flow] = problems(`${HEAD}subscribers:\n  - { impi: a{n}@b.net }\n    x\n`);
  assert.match(flow ?? "", /inside \[ \] and { } text with {n} needs quotes$/);
  assert.deepEqual(problems(`${HEAD}name: twice\n`), [`6:1 This key stands twice in the same mapping`]);
  assert.deepEqual(problems(""), [`1:1 A profile is a mapping, found nothing`]);
  assert.deepEqual(problems("- a\n"), [`1:1 A profile is a mapping, found something else`]);
});

Deno.test("parseProfile() reads a waiver of a requirement as one of every case", () => {
  const { waivers } = parse(`${HEAD}waivers:\n  - { requirement: 33.203/6.1.1/09, reason: ticket 12 }\n`);
  assert.deepEqual(waivers, [
    { case: "*", requirement: "33.203/6.1.1/09", reason: "ticket 12", link: null, until: null },
  ]);
  assert.deepEqual(problems(`${HEAD}waivers:\n  - { reason: x, until: soon }\n`), [
    `7:5 "waivers[0]" needs "case" or "requirement"`,
    `7:25 "waivers[0].until" needs a day, like "2026-12-31", found "soon"`,
  ]);
});

Deno.test("parseProfile() takes IPsec capabilities and a subscriber that has it by default", () => {
  const subscriber = (keys: string) => `
subscribers:
  - { impi: a@home1.net, impu: "sip:a@home1.net", security: ipsec-3gpp, ${keys} }
`;
  const aka = `aka: { k: "${"00".repeat(16)}", op: "${"11".repeat(16)}" }`;
  const claims = `${HEAD}
capabilities:
  ipsec: true
  ipsec.udp-enc: false
  ipsec.alg: [hmac-sha-1-96, "null"]
  ipsec.ealg: aes-cbc
`;
  const profile = parse(claims + subscriber(aka));
  assert.deepEqual(profile.capabilities, {
    "ipsec": true,
    "ipsec.udp-enc": false,
    "ipsec.alg": ["hmac-sha-1-96", "null"],
    "ipsec.ealg": ["aes-cbc"],
  });
  assert.equal(profile.subscribers[0]?.security, "ipsec-3gpp");
  assert.ok(profile.subscribers[0]?.traits.includes("ipsec"));
  assert.match(problems(HEAD + subscriber("digest: { password: x }")).join(), /"ipsec-3gpp" needs "aka"/);
  assert.match(problems(claims.replace("aes-cbc", "rot13")).join(), /needs one of "aes-cbc"/);
});

Deno.test("parseProfile() takes the nodes that we play around a single box", () => {
  const profile = parse(`${HEAD}
home-networks:
  - { domain: Roaming.Example.net, listen: 198.51.100.1 }
hss: { listen: "198.51.100.2", host: hss.example.net, realm: example.net }
trusted-node: { addresses: 198.51.100.3-198.51.100.4, visited-network: visited.example.net }
radius: { target: "192.0.2.1", secret: 4711 }
`);
  assert.deepEqual(profile.homeNetworks, [
    { domain: "roaming.example.net", listen: { address: "198.51.100.1", port: 5060 } },
  ]);
  assert.equal(profile.hss?.listen.port, 3868);
  assert.deepEqual(profile.trustedNode, {
    addresses: ["198.51.100.3", "198.51.100.4"],
    paniAware: [],
    visitedNetwork: "visited.example.net",
  });
  assert.deepEqual(profile.radius, { target: { address: "192.0.2.1", port: 1813 }, secret: "4711" });
  assert.ok(profile.secrets.includes("4711"));
  const outside = problems(`${HEAD}radius: { target: "198.51.100.1", secret: x }\n`);
  assert.match(outside.join(), /"radius.target" is "198.51.100.1", outside the scope/);
});

Deno.test("parseProfile() takes subscribers without keys: by the IMSI's address, by the line", () => {
  const subscribers = (entries: string) => `${HEAD}subscribers:\n${entries}`;
  const profile = parse(subscribers(`
  - { impi: 001010000000001@home1.net, impu: "sip:001010000000001@home1.net", giba: { msisdn: 15550100 } }
  - { impi: b@home1.net, impu: "sip:bob@home1.net", nba: { line: 0017 } }
  - impi: 001010000000002@home1.net
    impu: "sip:001010000000002@home1.net"
    giba: {}
    aka: { k: 000102030405060708090a0b0c0d0e0f, op: 000102030405060708090a0b0c0d0e0f }
`));
  const [giba, nba, both] = profile.subscribers;
  assert.deepEqual(giba?.giba, { imsi: "001010000000001", msisdn: "15550100" });
  assert.deepEqual(giba?.traits, ["giba", "derivable-impi"]);
  assert.deepEqual([nba?.nba, nba?.traits], [{ line: "0017" }, ["nba"]]);
  assert.deepEqual(both?.traits, ["giba", "usim", "derivable-impi"]);
  assert.match(
    problems(subscribers(`  - { impi: b@home1.net, impu: "sip:b@home1.net", giba: {} }`)).join(),
    /"giba" needs "imsi"/,
  );
  assert.match(
    problems(subscribers(`  - { impi: b@home1.net, impu: "sip:b@home1.net" }`)).join(),
    /needs "aka", "digest", "giba" or "nba"/,
  );
});
