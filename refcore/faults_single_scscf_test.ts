import type { SipResponse } from "sip-codec";
import {
  akaPassword,
  AUTS_PASSWORD,
  digestResponse,
  milenageFunctions,
  parseAkaNonce,
  toHex,
  Usim,
} from "../harness/crypto/mod.ts";
import type { AkaVector } from "./cx.ts";
import { type Bench, benchEffect, type Node, type Says } from "./testing/cscf_bench.ts";
import { akaSubscriber, digestSubscriber, DOMAIN } from "./testing/subscribers.ts";

const ALICE = akaSubscriber("alice");
const BOB = digestSubscriber("bob");
const CARL = digestSubscriber("carl", { traits: ["proxy-auth"] });

/** SM2 of a P-CSCF: for AKA its flag says that it was not protected. */
const sm2 = (name: string, flag?: string): Says => ({
  credentials: {
    "username": `${name}@${DOMAIN}`,
    "realm": DOMAIN,
    "nonce": "",
    "uri": `sip:${DOMAIN}`,
    "response": "",
    ...(flag === undefined ? {} : { "integrity-protected": flag }),
  },
});

/** SM8 with the proof, or with what `lie` says in place of it. */
function sm8(
  challenge: SipResponse,
  name: string,
  { password }: { readonly password: string | Uint8Array },
  more: Record<string, string> = {},
): Says {
  const parameters = challenge.wwwAuthenticate[0]!.parameters;
  const [nonce, algorithm] = [parameters.get("nonce") ?? "", parameters.get("algorithm") ?? "MD5"];
  const [uri, cnonce, nc] = [`sip:${DOMAIN}`, "0a4f113b", more["nc"] ?? "00000001"];
  const username = `${name}@${DOMAIN}`;
  const common = { algorithm, nonce, uri, cnonce, nc, qop: "auth", method: "REGISTER" } as const;
  const response = digestResponse({
    ...common,
    username,
    realm: DOMAIN,
    password,
  });
  const { method: _, ...given } = common;
  return { credentials: { username, realm: DOMAIN, ...given, response, ...more } };
}

const secretOf = (name: string) => ({ password: `${name}'s secret` });

const usim = () =>
  new Usim({
    functions: milenageFunctions({ k: ALICE.aka!.k, opc: ALICE.aka!.opc! }),
    sqn: ALICE.aka!.sqn,
    indBits: ALICE.aka!.ind,
  });

/** RES of the card, as the password of AKAv1. */
function resOf(card: Usim, challenge: SipResponse): { password: Uint8Array } {
  const { parameters } = challenge.wwwAuthenticate[0]!;
  const { rand, autn } = parseAkaNonce(parameters.get("nonce") ?? "");
  const verdict = card.verify(rand, autn);
  if (!verdict.ok) throw new Error(`the card says "${verdict.failure}"`);
  return { password: akaPassword("AKAv1-MD5", verdict) };
}

async function registerAlice(node: Node, card = usim()): Promise<number> {
  const challenge = await node.register("alice", sm2("alice", "no"));
  const flag = { "integrity-protected": "yes" };
  return (await node.register("alice", sm8(challenge, "alice", resOf(card, challenge), flag))).status;
}

async function registerBob(node: Node, flag: Record<string, string> = {}): Promise<number> {
  const challenge = await node.register("bob", sm2("bob"));
  return (await node.register("bob", sm8(challenge, "bob", secretOf("bob"), flag))).status;
}

const without = (log: readonly string[], ...prefixes: string[]) =>
  log.filter((line) => !prefixes.some((prefix) => line.startsWith(prefix))).join(", ");

benchEffect("what the HSS hears of a registration, a refresh, and a failed attempt on a registered user", {
  subscribers: [ALICE],
  observe: async ({ node, asked }) => {
    const [proxy, card] = [node(), usim()];
    await registerAlice(proxy, card);
    const first = without(asked(), "UAR");
    const flag = { "integrity-protected": "yes" };
    const refresh = (await proxy.register("alice", sm2("alice", "yes"))).status;
    const second = without(asked(), "UAR");
    const challenge = await proxy.register("alice", sm2("alice", "no"));
    await proxy.register("alice", sm8(challenge, "alice", { password: "wrong" }, flag));
    const message = proxy.draft("MESSAGE", `sip:alice@${DOMAIN}`, "bob");
    const called = (await proxy.ask(message, `icscf.${DOMAIN}`)).status;
    return `${first}; ${refresh} ${second}; ${without(asked(), "UAR", "MAR")}; ${called}`;
  },
  honest: "MAR Digest-AKAv1-MD5, SAR registration; 200 SAR re-registration; ; 200",
  broken: {
    "scscf/assigns-before-verification":
      "MAR Digest-AKAv1-MD5, SAR registration, SAR registration; 200 SAR re-registration; ; 200",
    "scscf/refresh-is-registration": "MAR Digest-AKAv1-MD5, SAR registration; 200 SAR registration; ; 200",
    "scscf/failure-deregisters-at-hss":
      "MAR Digest-AKAv1-MD5, SAR registration; 200 SAR re-registration; SAR user-deregistration; 480",
  },
});

benchEffect("a challenge that is open: calls of who is not registered, calls to who is", {
  subscribers: [ALICE, BOB],
  observe: async ({ node }) => {
    const proxy = node();
    const never = (await proxy.originate("MESSAGE", `sip:bob@${DOMAIN}`, "alice")).status;
    await registerBob(proxy);
    await proxy.register("alice", sm2("alice", "no"));
    const pending = (await proxy.originate("MESSAGE", `sip:bob@${DOMAIN}`, "alice")).status;
    await proxy.register("bob", sm2("bob"));
    const target = `sip:bob@${DOMAIN}`;
    const called = (await proxy.ask(proxy.draft("MESSAGE", target, "alice"), `icscf.${DOMAIN}`)).status;
    return `${never} ${pending} ${called}`;
  },
  honest: "403 403 200",
  broken: {
    "scscf/serves-challenged-identity": "403 200 200",
    "scscf/challenge-hides-user": "403 403 480",
  },
});

benchEffect("IK and CK in the challenge", {
  subscribers: [ALICE],
  observe: async ({ node }) => {
    const { parameters } = (await node().register("alice", sm2("alice", "no"))).wwwAuthenticate[0]!;
    return ["ck", "ik"].filter((name) => /^[0-9a-f]{32}$/.test(parameters.get(name) ?? "")).join(" ");
  },
  honest: "ck ik",
  broken: { "scscf/omits-ck": "ik" },
});

/** Vectors that are told apart by the first octet of RAND. */
const vector = (n: number): AkaVector => ({
  scheme: "aka",
  algorithm: "AKAv1-MD5",
  rand: new Uint8Array(16).fill(n),
  autn: new Uint8Array(16),
  xres: new Uint8Array(8),
  ck: new Uint8Array(16),
  ik: new Uint8Array(16),
});

/** The first octet of RAND, or the status. */
async function rand(node: Node): Promise<string> {
  const answer = await node.register("alice", sm2("alice", "no"));
  if (answer.status !== 401) return String(answer.status);
  return String(parseAkaNonce(answer.wwwAuthenticate[0]!.parameters.get("nonce") ?? "").rand[0]);
}

benchEffect("three vectors at a time, and an HSS that fails", {
  subscribers: [ALICE],
  observe: async (bench) => {
    const node = bench.node();
    const counts: unknown[] = [];
    let batch = 0;
    bench.script.mar = ({ count }) => {
      counts.push(count);
      const at = 10 * batch++;
      return { result: "success", vector: vector(at + 1), further: [vector(at + 2), vector(at + 3)] };
    };
    const seen = [];
    for (let run = 0; run < 4; run++) seen.push(await rand(node));
    const empty = await drained(bench, node);
    return `${seen.join(" ")} of ${counts.join(" ")}; ${empty}`;
  },
  honest: "1 2 3 11 of 1 1; 12 13 403",
  broken: {
    "scscf/last-vector-first": "3 2 1 13 of 1 1; 12 11 403",
    "scscf/reuses-vector-without-hss": "1 2 3 11 of 1 1; 12 13 13",
    "scscf/asks-for-no-vectors": "1 2 3 11 of 0 0; 12 13 403",
    "scscf/asks-five-digest-vectors": "1 2 3 11 of 5 5; 12 13 403",
  },
});

async function drained(bench: Bench, node: Node): Promise<string> {
  bench.script.mar = () => ({ result: "unable-to-comply" });
  const seen = [];
  for (let run = 0; run < 3; run++) seen.push(await rand(node));
  return seen.join(" ");
}

benchEffect("RAND that goes back to the HSS with AUTS: of the challenge, and of a changed nonce", {
  subscribers: [ALICE],
  observe: async ({ node, script }) => {
    const proxy = node();
    const seen: string[] = [];
    script.mar = ({ resynchronisation: again }) => {
      if (again) seen.push(toHex(again.rand.slice(0, 2)));
      return { result: "success", vector: vector(7) };
    };
    for (const change of [false, true]) {
      const challenge = await proxy.register("alice", sm2("alice", "no"));
      const says = sm8(challenge, "alice", { password: AUTS_PASSWORD }, { auts: "AAAAAAAAAAAAAAAAAAA=" });
      const nonce = says.credentials!["nonce"]!;
      const credentials = change ? { ...says.credentials, nonce: `//${nonce.slice(2)}` } : says.credentials!;
      await proxy.register("alice", { credentials });
    }
    return seen.join(" ");
  },
  honest: "0707",
  broken: { "scscf/resynchronises-with-rand-of-ue": "0707 fff7" },
});

benchEffect("an answer to AKA after reg-await-auth", {
  subscribers: [ALICE],
  timers: { regAwaitAuth: 5 },
  observe: async ({ node, pass }) => {
    const proxy = node();
    const challenge = await proxy.register("alice", sm2("alice", "no"));
    await pass(50);
    const flag = { "integrity-protected": "yes" };
    return String(
      (await proxy.register("alice", sm8(challenge, "alice", resOf(usim(), challenge), flag))).status,
    );
  },
  honest: "401",
  broken: { "scscf/aka-challenge-never-expires": "200" },
});

benchEffect("refreshes of an AKA user: yes, no, none, something else", {
  subscribers: [ALICE],
  observe: async ({ node }) => {
    const proxy = node();
    await registerAlice(proxy);
    const seen = [];
    for (const flag of ["yes", "no", undefined, "perhaps"]) {
      seen.push((await proxy.register("alice", sm2("alice", flag))).status);
    }
    return seen.join(" ");
  },
  honest: "200 401 401 401",
  broken: {
    "scscf/unknown-flag-is-protection": "200 401 401 200",
    "scscf/absent-flag-is-protection": "200 401 200 401",
  },
});

benchEffect("a Digest user before the HSS, a first failure, and a 200", {
  subscribers: [BOB],
  observe: async ({ node, asked }) => {
    const proxy = node();
    const challenge = await proxy.register("bob", sm2("bob"));
    const first = without(asked(), "UAR");
    await proxy.register("bob", sm8(challenge, "bob", { password: "wrong" }));
    const failed = without(asked(), "UAR", "MAR");
    await registerBob(proxy);
    return `${first}; ${failed}; ${without(asked(), "UAR", "MAR")}`;
  },
  honest: "MAR Unknown; SAR authentication-failure; SAR registration",
  broken: {
    "scscf/challenges-before-asking": "; SAR authentication-failure; SAR registration",
    "scscf/leaves-pending-at-hss": "MAR Unknown; ; SAR registration",
    "scscf/registers-without-assignment": "MAR Unknown; SAR authentication-failure; ",
  },
});

benchEffect("pending flags: without a response, with a wrong one, with a right one, and it once more", {
  subscribers: [BOB],
  observe: async ({ node }) => {
    const proxy = node();
    const seen = [(await proxy.register("bob", sm2("bob", "tls-pending"))).status];
    for (const flag of ["tls-pending", "ip-assoc-pending"]) {
      const challenge = await proxy.register("bob", sm2("bob"));
      const says = sm8(challenge, "bob", { password: "wrong" }, { "integrity-protected": flag });
      seen.push((await proxy.register("bob", says)).status);
    }
    const challenge = await proxy.register("bob", sm2("bob"));
    if (challenge.status === 401) {
      const right = sm8(challenge, "bob", secretOf("bob"), { "integrity-protected": "tls-pending" });
      for (let run = 0; run < 2; run++) seen.push((await proxy.register("bob", right)).status);
    }
    return seen.join(" ");
  },
  honest: "401 403 403 200 401",
  broken: {
    "scscf/tls-pending-is-proof": "200 403 403 200 401",
    "scscf/pending-flag-skips-check": "401 200 200 200 200",
    "scscf/tls-pending-revives-nonce": "401 403 403 200 200",
  },
});

benchEffect("refreshes of a user of TLS: with the indicator, without, without Authorization", {
  subscribers: [BOB],
  observe: async ({ node }) => {
    const proxy = node();
    await registerBob(proxy, { "integrity-protected": "tls-pending" });
    const seen = [];
    for (const says of [sm2("bob", "tls-yes"), sm2("bob"), {}]) {
      seen.push((await proxy.register("bob", says)).status);
    }
    return seen.join(" ");
  },
  honest: "200 401 401",
  broken: { "scscf/refreshes-without-indicator": "200 200 200" },
});

benchEffect("a new password while a challenge is open, and vectors for a proxy challenge", {
  subscribers: [BOB, CARL],
  observe: async ({ node, scscf, hss, asked }) => {
    const proxy = node();
    const challenge = await proxy.register("carl", sm2("carl"));
    await proxy.register("carl", sm8(challenge, "carl", secretOf("carl")));
    await proxy.register("bob", sm2("bob"));
    const { vector } = await hss.multimediaAuth({
      impi: BOB.impi,
      impu: BOB.impus[0]!,
      serverName: "sip:x",
      scheme: "SIP Digest",
    }) as { vector: Parameters<typeof scscf.pushDigest>[0]["vector"] };
    const taken = scscf.pushDigest({ impi: BOB.impi, vector });
    asked();
    const { status } = await proxy.originate("MESSAGE", `sip:bob@${DOMAIN}`, "carl");
    return `${taken} ${status} ${without(asked(), "UAR")} ${vector.qop}`;
  },
  honest: "true 407  auth",
  broken: {
    "scscf/refuses-push-under-challenge": "false 407  auth",
    "scscf/asks-hss-for-proxy-authentication": "true 407 MAR SIP Digest auth",
    "hss/qop-auth-int": "true 407  auth-int",
  },
});

benchEffect("an HSS that cannot comply, for who is unknown by scheme", {
  subscribers: [BOB],
  observe: async ({ node, script }) => {
    script.mar = () => ({ result: "unable-to-comply" });
    return String((await node().register("bob", sm2("bob"))).status);
  },
  honest: "403",
  broken: { "scscf/unknown-scheme-registers": "200" },
});
