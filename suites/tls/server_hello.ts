/** What the P-CSCF answers to a ClientHello, whatever it chooses: O.2.1 of TS 33.203, and the RFCs behind TS 33.310 Annex E. */
import type { HelloOptions } from "../../harness/peer/tls_probe/mod.ts";
import { type CaseDefinition, testCase } from "../../harness/runner/case.ts";
import { judgeEach, spokenBy } from "./_handshakes.ts";

/** RFC 8701: what nobody will ever know has to be passed over (RFC 5246 7.4.1.4, RFC 8446 4.2). */
const UNKNOWN = { extensions: [{ type: 0x3a3a, data: Uint8Array.of(0) }] } satisfies HelloOptions;

export const serverHellos: readonly CaseDefinition[] = [
  /**
   *     UE                                                   P-CSCF
   *      |--- ClientHello: the usual; an unknown extension ------>|
   *      |    a made-up session id; deflate and null              |
   *      |<-- ServerHello with nothing that was not offered ------|
   */
  testCase({
    id: "tls/server-hello-keeps-to-the-offer",
    title:
      "The P-CSCF's ServerHello is uncompressed, says that renegotiation is secure, and adds nothing unasked",
    verifies: ["33.203/O.2.1/01"],
    kills: ["pcscf/tls-compresses", "pcscf/tls-other-session-id"],
    peer: "ue",
    needs: { tls: true, "entry.p-cscf.tls": true },
    async run(context) {
      const { tlsProbe, check, random } = context;
      const probe = await tlsProbe();
      for (const version of await spokenBy(context, probe)) {
        const offers: Record<string, HelloOptions> = {
          "a usual offer": {},
          "an unknown extension": UNKNOWN,
          "a session id of no session": { sessionId: random.bytes(32) },
        };
        for (const [name, offer] of Object.entries(offers)) {
          const { hello, breaches, says } = await probe.hello({ versions: [version], ...offer });
          check(`${version}, ${name}: answered`, "33.203/O.2.1/01")
            .holds(hello !== undefined, { expected: `ServerHello: ${version}`, actual: says });
          judgeEach(
            context,
            "33.203/O.2.1/01",
            `${version}, ${name}: nothing but what was offered`,
            breaches,
            {
              expected: "a ServerHello by RFC 5246 7.4.1 and RFC 8446 4.1.3",
              otherwise: says,
            },
          );
        }
        if (version !== "TLSv1.2") continue; // TLS 1.3 has neither (RFC 8446 4.1.2, D.1)
        const compressing = await probe.hello({ versions: [version], compression: ["deflate", "null"] });
        check(`${version}: no compression`, "33.203/O.2.1/01")
          .holds((compressing.hello?.compression ?? 0) === 0, {
            expected: "compression null",
            actual: compressing.says,
          });
        const { hello, says } = await probe.hello({ versions: [version] });
        check(`${version}: renegotiation is secure (RFC 5746)`, "33.203/O.2.1/01")
          .holds(hello?.secureRenegotiation === true, {
            expected: "renegotiation_info in the ServerHello",
            actual: hello?.secureRenegotiation ? says : `${says}, without it`,
          });
      }
    },
  }),
];
