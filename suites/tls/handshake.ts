/** The profile of TLS handshakes at the P-CSCF: O.2.1 of TS 33.203, TS 33.310 Annex E. */
import { buildRequest } from "sip-codec";
import { type ServerAnswer, type TlsVersionName, VERSIONS } from "../../harness/peer/tls_probe/mod.ts";
import { testCase } from "../../harness/runner/case.ts";
import type { CaseContext } from "../../harness/runner/context.ts";
import { silenceIsUndefined } from "../_shared/reach.ts";
import { handshake, spokenBy, unlessRefused } from "./_handshakes.ts";
import { FORBIDDEN_VERSIONS } from "./_profile.ts";
import { either, isNoSuccess, isRefused, secured, tries, versionsOf } from "./_sessions.ts";

const PORT = { tls: true, "entry.p-cscf.tls": true } as const;

export const handshakes = [
  /**
   * `ClientHello, one version alone -> ServerHello` for those of the profile, and an alert for others;
   * `ClientHello of an earlier version, fallback -> alert, or a ServerHello that tells the client`.
   */
  testCase({
    id: "tls/versions-of-the-profile",
    title: "TLS is negotiated in the versions of the profile, and neither before nor bid down",
    verifies: ["33.203/O.2.1/01"],
    kills: ["pcscf/tls-accepts-tls10", "pcscf/tls-hides-downgrade"],
    peer: "ue",
    needs: PORT,
    async run({ tlsProbe, check, profile, note }) {
      const probe = await tlsProbe();
      const claimed = versionsOf(profile);
      const spoken: TlsVersionName[] = [];
      const answers = new Map<TlsVersionName, ServerAnswer>();
      for (const each of VERSIONS) {
        const { version, accepted, answer } = await probe.version(each);
        answers.set(version, answer);
        if (accepted) spoken.push(version);
        const forbidden = FORBIDDEN_VERSIONS.includes(version);
        if (!forbidden && !claimed.some((one) => one === version)) {
          note(`${version}: ${answer.says}; the profile does not claim it`);
          continue;
        }
        const expected = forbidden
          ? `no ${version} (an alert, or the end of the connection)`
          : `ServerHello: ${version}`;
        check(forbidden ? `${version} is refused` : `${version} is negotiated`, "33.203/O.2.1/01")
          .holds(accepted !== forbidden && (!forbidden || !answer.hello), { expected, actual: answer.says });
      }
      const highest = spoken.at(-1);
      for (const version of spoken.filter((one) => one !== highest && one !== "SSLv3")) {
        if (highest === "TLSv1.3") {
          const { hello, says } = answers.get(version)!;
          // Whoever would have had a higher version hears of it (RFC 8446 4.1.3): one value for 1.2, one for all before.
          const sentinel = version === "TLSv1.2" ? version : "TLSv1.1 or below";
          check(`${version}: the ServerHello tells that ${highest} was to be had`, "33.203/O.2.1/01")
            .holds(hello?.downgradeSentinel === sentinel, {
              expected: "the downgrade sentinel of RFC 8446 4.1.3 in the last eight octets of its random",
              actual: hello?.downgradeSentinel ? `that of ${hello.downgradeSentinel}` : `none; ${says}`,
            });
        }
        const answer = await probe.hello({ versions: [version], fallbackScsv: true });
        if (answer.hello) {
          note(`${version} with TLS_FALLBACK_SCSV: no alert inappropriate_fallback (RFC 7507)`);
        }
        check(
          `a fallback from ${highest} to ${version} is noticed (RFC 7507, RFC 8446 4.1.3)`,
          "33.203/O.2.1/01",
        )
          .holds(isNoticed(answer), {
            expected: "alert inappropriate_fallback, or a ServerHello with the downgrade sentinel",
            actual: answer.says,
          });
      }
    },
  }),

  /** `ClientHello -> … ServerHelloDone`, whole handshakes, resumed and renegotiated: nowhere a CertificateRequest. */
  testCase({
    id: "tls/client-is-not-asked-for-a-certificate",
    title: "The P-CSCF asks the UE for no certificate, in any handshake",
    verifies: ["33.203/O.2.1/06"],
    kills: ["pcscf/tls-requests-certificate", "pcscf/tls-would-like-certificate"],
    peer: "ue",
    needs: PORT,
    async run(context) {
      const { tlsProbe, check, profile, timers } = context;
      const probe = await tlsProbe();
      const told = "CertificateRequest";
      const judge = (name: string, requested: boolean, actual = requested ? told : `no ${told}`) =>
        check(`${name}: no ${told}`, "33.203/O.2.1/06").holds(!requested, { expected: `no ${told}`, actual });
      for (const version of await spokenBy(context, probe)) {
        if (version === "TLSv1.2") {
          const answer = await probe.hello({ versions: [version] });
          judge(
            `${version}, before any handshake is over`,
            answer.certificateRequest !== undefined,
            answer.says,
          );
        }
        const only = { versions: [version, version] } as const;
        const connection = await handshake(probe, only);
        if (typeof connection === "string") {
          check(`${version}: a handshake without a certificate succeeds`, "33.203/O.2.1/06")
            .holds(false, { expected: "a TLS connection", actual: connection });
          continue;
        }
        // In TLS 1.3 a server that is not content says so once the client's handshake is over.
        const end = await connection.ended(timers.silence / 4);
        const refused = end?.how === "alert" ? `, then ${end.says}` : "";
        judge(
          version,
          connection.certificateRequested,
          (connection.certificateRequested ? told : `no ${told}`) + refused,
        );
        const { session } = connection;
        if (version === "TLSv1.2" && profile.capabilities["tls.renegotiation"] === true && connection.open) {
          const again = await unlessRefused(() => connection.renegotiate(timers.answer));
          if (again !== undefined) judge("renegotiated", connection.certificateRequested);
        }
        await connection.close();
        const resumed = session === undefined
          ? "no session"
          : await handshake(probe, { ...only, resume: session });
        if (typeof resumed !== "string") {
          judge(`${version}, resumed`, resumed.certificateRequested);
          await resumed.close();
        }
      }
    },
  }),

  /**
   *     UE                           P-CSCF
   *      |--- ClientHello ------------>|   at the published port: ServerHello
   *      |--- REGISTER, OPTIONS ------>|   as clear text: an alert or the end of the connection, no SIP
   */
  testCase({
    id: "tls/port-takes-tls-alone",
    title: "The published port takes TLS, and answers no SIP in the clear",
    verifies: ["33.203/O.2.1/09"],
    kills: ["pcscf/tls-clear-sip-on-tls-port", "pcscf/tls-deaf-after-clear-sip"],
    peer: "ue",
    needs: PORT,
    async run({ tlsProbe, check, profile, random }) {
      const probe = await tlsProbe();
      const { port } = probe.target.remote;
      const before = await probe.hello();
      check(`TLS is accepted at port ${port}`, "33.203/O.2.1/09")
        .holds(before.hello !== undefined, { expected: "ServerHello", actual: before.says });
      for (const method of ["REGISTER", "OPTIONS"]) {
        const answer = await probe.clear(clearRequest(method, profile, random));
        const sip = /(^|\n)SIP\/2\.0 \d/.test(latin1(answer.bytes));
        check(`${method} in the clear at port ${port}: no SIP comes back`, "33.203/O.2.1/09")
          .holds(!sip, { expected: "an alert, the end of the connection, or nothing", actual: answer.says });
      }
      const after = await probe.hello();
      check("TLS is accepted after that", "33.203/O.2.1/09")
        .holds(after.hello !== undefined, { expected: "ServerHello", actual: after.says });
    },
  }),

  /**
   *     UE                             P-CSCF            friend
   *      |--- SM1, SM6 ----------------->|                 |   with security agreement
   *      |--- ClientHello … alert ------>|                 |   unknown_ca: the UE does not trust it
   *      |--- SM7 in the clear --------->|                 |   no success
   *      |--- INVITE in the clear ------>|                 |   refused
   *      |=== a handshake, SM7 =========>|                 |   200
   */
  testCase({
    id: "tls/refused-certificate-leaves-nothing",
    title:
      "After an alert about its certificate the P-CSCF serves nobody in the clear, and takes a new handshake",
    verifies: ["33.203/O.3.1.2/01"],
    kills: ["pcscf/tls-clear-after-alert", "pcscf/tls-open-after-alert"],
    peer: "ue",
    needs: PORT,
    leases: ["digest", "digest"],
    async run(context) {
      const { ue, check, given, profile, tlsProbe } = context;
      const { ue: friend } = await secured(context, 1, either(profile));
      const alice = await ue({ as: 0, security: either(profile) });
      const agreed = profile.capabilities["tls.agreement"] === true;
      const bob = agreed
        ? await ue({ like: alice, security: { mechanism: "tls", agreement: true, wrongWay: "take" } })
        : alice;
      const challenge = agreed ? await given("the network challenges", bob.challenge()) : undefined;
      for (const terminal of new Set([alice, bob])) {
        const refused = await unlessRefused(() => terminal.tls!.connect({ trust: { anchors: [] } }));
        await given("the UE refuses the certificate by an alert", typeof refused === "string");
      }
      if (challenge) {
        const clear = await silenceIsUndefined(bob.answer(challenge, { way: "clear" }));
        isNoSuccess(context, "33.203/O.3.1.2/01", "SM7 in the clear after the alert", clear?.response);
      }
      const attempt = await tries(context, alice, friend, { way: "clear" });
      isRefused(context, "33.203/O.3.1.2/01", "an INVITE in the clear after the alert", attempt);
      const probe = await tlsProbe();
      for (const alert of ["bad_certificate", "certificate_expired"] as const) {
        const answer = await probe.hello({ versions: ["TLSv1.2"], alert });
        if (!answer.hello) continue; // TLS 1.3 alone: the alert was that of the UE above
        check(`${alert}: the connection ends`, "33.203/O.3.1.2/01").holds(answer.ended !== undefined, {
          expected: "the end of the connection",
          actual: answer.ended ?? "still open",
        });
      }
      const outcome = await silenceIsUndefined(alice.register({ fresh: true }));
      check("a new handshake and registration succeed", "33.203/O.3.1.2/01").answer(outcome?.response)
        .isOneOf(200);
    },
  }),
];

/** The server knows that the client could do better, and says so. */
function isNoticed({ alerts, hello }: ServerAnswer): boolean {
  return alerts.some(({ name }) => name === "inappropriate_fallback") ||
    hello?.downgradeSentinel !== undefined;
}

function clearRequest(
  method: string,
  { home, subscribers: [subscriber] }: CaseContext["profile"],
  random: CaseContext["random"],
): Uint8Array {
  const impu = subscriber?.impus[0] ?? `sip:nobody@${home.domain}`;
  return buildRequest(method, `sip:${home.domain}`, {
    "Via": `SIP/2.0/TCP tester.invalid;branch=z9hG4bK${random.token(16)};rport`,
    "Max-Forwards": "70",
    "From": `<${impu}>;tag=${random.token(8)}`,
    "To": method === "REGISTER" ? `<${impu}>` : `<sip:${home.domain}>`,
    "Call-ID": random.token(16),
    "CSeq": `1 ${method}`,
    "Contact": "<sip:tester.invalid;transport=tcp>",
    "Content-Length": "0",
  }).toBytes();
}

function latin1(bytes: Uint8Array): string {
  return new TextDecoder("latin1").decode(bytes);
}
