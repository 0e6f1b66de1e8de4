/** What no server at hand does wrong, done by one of ours: the cases of the suite "tls" have to name each of it. */
import assert from "node:assert/strict";
import { parseProfile } from "../../../profiles/mod.ts";
import { catalogue, suites } from "../../../suites/mod.ts";
import { newPeers } from "../../cli/peers.ts";
import { createAuthority } from "../../crypto/pki/mod.ts";
import { systemNet } from "../../net/mod.ts";
import { makePlan, noEvidence, run } from "../../runner/mod.ts";
import { type Misdeed, MISDEEDS, ScriptedServer } from "./testing/scripted_server.ts";

const CASES = [
  "tls/versions-of-the-profile",
  "tls/server-hello-keeps-to-the-offer",
  "tls/suite-is-one-of-those-offered",
  "tls/weak-suites-are-refused",
  "tls/null-suites-by-policy-alone",
  "tls/null-only-hello-is-survived",
];

/** Everything that may not be taken is told by its name. */
const WEAK = [
  /TLSv1\.2: anonymous suites are refused/,
  /TLSv1\.2: export suites are refused/,
  /TLSv1\.2: RC4 or RC2 suites are refused/,
  /TLSv1\.2: DES, 3DES or IDEA suites are refused/,
  /TLSv1\.2: MD5 suites are refused/,
  /TLSv1\.2: TLS_ECDHE_RSA_WITH_3DES_EDE_CBC_SHA is refused: it is accepted/,
  /Diffie-Hellman group of 2048 bits or more: .*1024-bit/,
  /curves below 255 bits are refused: .*sect163k1/,
  /NULL is not preferred to encryption: .*TLS_NULL_WITH_NULL_NULL/,
  /NULL encryption is refused: TLSv1\.2 with TLS_RSA_WITH_NULL_SHA256 is accepted/,
  /NULL without authentication or integrity is refused: TLSv1\.2 with TLS_NULL_WITH_NULL_NULL is accepted/,
  /TLSv1\.3 with TLS_SHA256_SHA256 is accepted/,
  /TLSv1\.2: NULL suites alone/,
];
const OLD = [
  /SSLv3 is refused: ServerHello/,
  /TLSv1\.0 is refused: ServerHello/,
  /TLSv1\.1 is refused: ServerHello/,
];

/** What the checks that fail say, each misdeed by its own words. */
const NAMED: Readonly<Record<Exclude<Misdeed, "ignores fallback">, RegExp | readonly RegExp[]>> = {
  "compresses": /no compression: .*compression 1/,
  "hides downgrade": /ServerHello tells that TLSv1\.3 was to be had: none/,
  "ignores fallback, hides downgrade": /a fallback from TLSv1\.3 to TLSv1\.2 is noticed/,
  "tells the wrong downgrade": /TLSv1\.3 was to be had: that of TLSv1\.1 or below/,
  "does not know RFC 5746": /renegotiation is secure \(RFC 5746\): .*without it/,
  "renegotiation_info with content": /renegotiation_info of a first handshake is not empty/,
  "chooses an unoffered suite": /one suite: one of those offered: .*AES_256_GCM_SHA384/,
  "chooses a suite that was offered before": /AES_128_GCM_SHA256, which was not offered/,
  "chooses a suite of another version": /is no cipher suite of TLSv1\.2/,
  "answers what was not asked for": /the extension alpn was not asked for/,
  "answers an unknown extension": /the extension 0x3a3a, which nobody knows, is answered/,
  "repeats an extension": /the extension \w+ stands there twice/,
  "makes up a session id in TLS 1.3": /the session id is not the client's/,
  "resumes a made-up session in TLS 1.2": /which no session has, is taken for one to be resumed/,
  "chooses an unoffered curve": /the curve secp224r1 was not offered/,
  "chooses a group without a key": /secp384r1 is chosen, for which no key was sent/,
  "stops at an unknown extension": /an unknown extension: answered: alert decode_error/,
  "speaks every version": OLD,
  "takes whatever comes first": WEAK,
  "speaks every version, takes whatever comes first": [...OLD, ...WEAK],
};

const root = await createAuthority({ name: "Root", now: Date.UTC(2026, 0, 1) });
const { chain: [certificate] } = await root.issue({ commonNames: ["pcscf.ims.example"] });

Deno.test("the cases that ask by hellos pass where a server answers them rightly", async () => {
  const { verdicts, failed } = await told();
  assert.deepEqual({ verdicts, failed }, { verdicts: CASES.map(() => "pass"), failed: [] });
});

for (const misdeed of MISDEEDS.filter((one) => one !== "ignores fallback")) {
  Deno.test(`the cases that ask by hellos name a server that ${misdeed}`, async () => {
    const { verdicts, failed } = await told(misdeed);
    assert.ok(verdicts.every((verdict) => verdict === "pass" || verdict === "fail"), verdicts.join());
    for (const words of [NAMED[misdeed]].flat()) assert.match(failed.join("\n"), words);
  });
}

Deno.test("a server that ignores TLS_FALLBACK_SCSV and sends the sentinel is told of, and not blamed", async () => {
  const { verdicts, notes } = await told("ignores fallback");
  assert.deepEqual(verdicts, CASES.map(() => "pass"));
  assert.match(notes.join("\n"), /no alert inappropriate_fallback/);
});

async function told(misdeed?: Misdeed) {
  using server = new ScriptedServer(certificate!, misdeed);
  const text = Deno.readTextFileSync(new URL("../../../profiles/embedded.yaml", import.meta.url));
  const embedded = parseProfile(text, "embedded.yaml", { env: () => undefined, readFile: () => "" });
  const profile = {
    ...embedded,
    timers: { ...embedded.timers, answer: 1000, silence: 200 },
    entry: { "p-cscf": { tls: { address: "127.0.0.1", port: server.port, name: "pcscf.ims.example" } } },
  };
  const notes: string[] = [];
  const { cases } = await run({
    plan: makePlan({ suites, catalogue, profile, selectors: { cases: CASES } }),
    profile,
    catalogue,
    net: systemNet,
    peers: newPeers(),
    evidence: () => ({ ...noEvidence(), note: (text: string) => void notes.push(text) }),
    seed: "seed",
    withoutSanity: true,
  });
  const failed = cases.flatMap(({ checks }) =>
    checks.filter(({ holds }) => !holds).map(({ name, actual }) => `${name}: ${actual}`)
  );
  return { verdicts: cases.map(({ verdict }) => verdict), failed, notes };
}
