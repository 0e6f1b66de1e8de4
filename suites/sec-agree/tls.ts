/** Security agreement on tls: O.2.2 of TS 33.203, RFC 3329. */
import type { UeTlsOptions } from "../../harness/peer/ue/tls/types.ts";
import type { Tamper } from "../../harness/peer/ue/types.ts";
import { testCase } from "../../harness/runner/case.ts";
import { silenceIsUndefined } from "../_shared/reach.ts";
import { goesOn, rewritten, setting, setUps } from "../_shared/set_up_lines.ts";
import { isNoSuccess } from "./_stimuli.ts";

const TLS: UeTlsOptions = { mechanism: "tls", agreement: true, wrongWay: "take" };

const IPSEC_ENTRY = "ipsec-3gpp;alg=hmac-sha-1-96;prot=esp;mod=trans;" +
  "spi-c=0040002001;spi-s=0040002002;port-c=40201;port-s=40202";

export const tls = [
  /** `REGISTER (tls, ipsec-3gpp; any order, any q) -> 401 (Digest; tls above every other mechanism that was offered)`. */
  testCase({
    id: "sec-agree/tls-is-ranked-highest",
    title: "Where TLS is to be used, tls has the highest q of what both sides have",
    verifies: ["33.203/O.2.2/02"],
    kills: ["pcscf/sec-agree-tls-ranked-low"],
    peer: "ue",
    needs: { "tls.agreement": true },
    leases: ["digest"],
    async run({ ue, check, note }) {
      const alice = await ue({ security: TLS });
      const offers: Readonly<Record<string, (own: string) => string[]>> = {
        "tls alone": (own) => [own],
        "tls before ipsec-3gpp": (own) => [own, IPSEC_ENTRY],
        "tls after ipsec-3gpp": (own) => [IPSEC_ENTRY, own],
        "tls preferred": (own) => [setting("q", "0.9")(own), setting("q", "0.1")(IPSEC_ENTRY)],
        "ipsec-3gpp preferred": (own) => [setting("q", "0.1")(own), setting("q", "0.9")(IPSEC_ENTRY)],
      };
      for (const [name, entries] of Object.entries(offers)) {
        const tamper = rewritten("Security-Client", ([own = "tls"]) => entries(own));
        const answer = await check(`${name}: answered`, "33.203/O.2.2/02").answers(
          alice.attempt({ fresh: true, tamper }),
        );
        if (name !== "tls alone" && !goesOn(answer)) {
          note(`${name}: ${answer?.status}, no mechanism is selected`);
          continue;
        }
        check(`${name}: there is a mechanism to go on with`, "33.203/O.2.2/02").that(goesOn(answer)).equals(
          true,
        );
        const listed = setUps(answer);
        const own = listed.filter(({ mechanism }) => mechanism === "tls");
        check(`${name}: one entry is tls`, "33.203/O.2.2/02").about(answer).that(own.length).equals(1);
        if (name === "tls alone") continue;
        const others = listed.filter(({ mechanism }) => mechanism === "ipsec-3gpp").map(({ q }) => q);
        check(`${name}: its q is the highest`, "33.203/O.2.2/02").about(answer).holds(
          others.every((q) => q < (own[0]?.q ?? 0)),
          { expected: "a q of tls above that of ipsec-3gpp", actual: answer?.all("Security-Server") },
        );
      }
    },
  }),

  /**
   *     UE                                    P-CSCF
   *      |--- SM1, SM6 ------------------------>|
   *      |=== SM7, Security-Verify missing ====>|   no success: 494, 4xx, the end of the connection
   *      |=== SM7, another Security-Verify ====>|   the same
   *      |=== SM7 as it should be =============>|   200
   */
  testCase({
    id: "sec-agree/tls-answer-repeats-security-server",
    title: "An SM7 over TLS that does not repeat Security-Server registers nobody",
    verifies: ["33.203/O.2.2/04"],
    kills: ["pcscf/sec-agree-tls-unverified"],
    peer: "ue",
    needs: { "tls.agreement": true },
    leases: ["digest"],
    async run(context) {
      const { ue, check, given } = context;
      const alice = await ue({ security: TLS });
      const wrong: Readonly<Record<string, Tamper>> = {
        "Security-Verify missing": (request) => void request.remove("Security-Verify"),
        "another q": rewritten(
          "Security-Verify",
          (entries) =>
            entries.map((entry) => setting("q", entry.includes("0.123") ? "0.321" : "0.123")(entry)),
        ),
        "a mechanism more": rewritten("Security-Verify", (entries) => [...entries, "ipsec-ike;q=0.01"]),
        "another mechanism": rewritten("Security-Verify", () => [IPSEC_ENTRY]),
      };
      for (const [name, tamper] of Object.entries(wrong)) {
        const challenge = await given(`${name}: challenged`, alice.challenge({ fresh: true }));
        await given(`${name}: with a mechanism`, goesOn(challenge.response));
        const outcome = await silenceIsUndefined(alice.answer(challenge, { tamper }));
        isNoSuccess(context, "33.203/O.2.2/04", name, outcome);
      }
      const right = await silenceIsUndefined(alice.register({ fresh: true }));
      check("the faithful copy registers", "33.203/O.2.2/04").answer(right?.response).isOneOf(200);
    },
  }),
];
