/** Who speaks is who owns the SA: rule 4 and note 14 of clause 7.1 of TS 33.203. */
import type { Ue } from "../../harness/peer/ue/types.ts";
import { testCase } from "../../harness/runner/case.ts";
import type { CaseContext } from "../../harness/runner/context.ts";
import { inDialogOf } from "../_shared/in_dialog.ts";
import { call, silenceIsUndefined } from "../_shared/reach.ts";
import { asserted } from "../_shared/register.ts";
import { ANSWERED, answered } from "../_shared/said.ts";
import { withinWindow } from "../_shared/window.ts";
import { isTurnedAway } from "./_probes.ts";
import { impuOf, isServed, secure, WATCHING } from "./_sas.ts";

const THREE = ["aka+!akav2", "aka+!akav2", "aka+!akav2"];

export const sipUser = [
  /**
   *     Mallory                    P-CSCF        callee
   *      |=== INVITE, as Bob ======>|--- INVITE --->|   from Mallory, or not at all
   *      |=== REGISTER, as Bob ====>|   no success, no challenge to answer
   *      |=== INVITE ==============>|--- INVITE --->|   from Mallory
   *
   * "As Bob": P-Asserted-Identity, P-Preferred-Identity, From.
   */
  testCase({
    id: "ipsec/sa-user-is-the-sip-user",
    title: "Whatever a message says of its sender, for the network it comes from the owner of the SA",
    verifies: ["33.203/7.1/24"],
    kills: ["pcscf/ipsec-passes-ue-asserted-identity"],
    peer: "ue",
    needs: { ipsec: true },
    leases: THREE,
    async run(context) {
      const { ue, check } = context;
      const [mallory, bob, callee] = [await ue(WATCHING), await ue(WATCHING), await ue(WATCHING)];
      for (const one of [mallory, bob, callee]) await secure(context, one);
      const [own, his] = [impuOf(mallory), impuOf(bob)];
      const lies = {
        "P-Asserted-Identity": { headers: { "P-Asserted-Identity": `<${his}>` } },
        "P-Asserted-Identity alone": {
          preferredIdentity: null,
          headers: { "P-Asserted-Identity": `<${his}>` },
        },
        "P-Preferred-Identity": { preferredIdentity: his },
        "From": { from: his },
        "all of them": { from: his, preferredIdentity: his, headers: { "P-Asserted-Identity": `<${his}>` } },
      };
      for (const [name, lie] of Object.entries(lies)) {
        const { invite, final } = await call(mallory, impuOf(callee), callee, lie);
        const who = asserted(invite);
        check(`Bob's identity in ${name}: not asserted`, "33.203/7.1/24").about(invite)
          .holds(!who.includes(his), {
            expected: `P-Asserted-Identity without ${his}, or no INVITE`,
            actual: invite ? who : "no INVITE",
          });
        check(`Bob's identity in ${name}: the owner of the SA is named, or the call refused`, "33.203/7.1/24")
          .about(invite ?? final).holds(invite ? who.includes(own) : (final?.status ?? 400) >= 400, {
            expected: `${own} in P-Asserted-Identity, or an error`,
            actual: invite ? who : final ?? "no answer",
          });
      }
      await registersAs(context, mallory, bob);
      const { invite } = await call(mallory, impuOf(callee), callee);
      check("her own identity is asserted", "33.203/7.1/24").about(invite).that(asserted(invite)).includes(
        own,
      );
    },
  }),

  /**
   *     Mallory          Bob              P-CSCF         callee
   *                       |=== INVITE, 200, ACK ==========>|
   *      |=== INFO, UPDATE, INVITE, BYE of this dialog ==>|   refused, or no answer; nothing gets there
   *                       |=== INFO =====>|=== INFO ======>|   the dialog is there
   */
  testCase({
    id: "ipsec/dialogs-belong-to-their-user",
    title: "Who knows the identifiers of somebody else's dialog can do nothing in it",
    verifies: ["33.203/7.1/25"],
    kills: ["pcscf/ipsec-dialog-without-user"],
    peer: "ue",
    needs: { ipsec: true },
    leases: THREE,
    async run(context) {
      const { ue, check, given, timers } = context;
      const [mallory, bob, callee] = [await ue(WATCHING), await ue(WATCHING), await ue(WATCHING)];
      for (const one of [mallory, bob, callee]) await secure(context, one);
      const outgoing = await bob.invite(impuOf(callee));
      const incoming = await given("the call arrives", callee.acceptCall({ automatic: [] }));
      await given("it is answered", outgoing.answered().then(({ status }) => status === 200));
      await given("the ACK arrives", incoming.acknowledged());
      const lives = async () => {
        const exchange = await outgoing.request("INFO");
        const info = await silenceIsUndefined(incoming.next("INFO"));
        if (info && !info.answered) await info.respond(200);
        const answer = await silenceIsUndefined(exchange.final());
        return { request: exchange.request, alive: answer?.status === 200 };
      };
      const before = await given("the dialog serves", lives());
      await given("the dialog serves its owner", before.alive);
      for (const method of ["INFO", "UPDATE", "BYE"] as const) {
        const stolen = inDialogOf(before.request, mallory, method);
        await isTurnedAway(context, "33.203/7.1/25", `${method} of Bob's dialog`, await mallory.send(stolen));
        const arrived = await silenceIsUndefined(incoming.next(method, timers.silence));
        check(`${method} of Bob's dialog: not forwarded`, "33.203/7.1/25").that(arrived?.request).isAbsent();
      }
      check("Bob's dialog is alive", "33.203/7.1/25").that((await lives()).alive).equals(true);
      check("Mallory is still served", "33.203/7.1/25").that(answered(await isServed(context, mallory)))
        .equals(ANSWERED);
    },
  }),
];

/** REGISTER with the identities of another subscriber, under this one's SAs. */
async function registersAs(context: CaseContext, ue: Ue, other: Ue): Promise<void> {
  const { check } = context;
  const attempt = ue.attempt({
    impu: impuOf(other),
    tamper: (request) => {
      const written = request.get("Authorization") ?? "";
      request.set("Authorization", written.replaceAll(ue.identity.impi, other.identity.impi));
    },
  });
  const answer = await withinWindow(context, attempt);
  check("a REGISTER with Bob's IMPI: no success", "33.203/7.1/24").holds(!answer || answer.status >= 400, {
    expected: "an error, or no answer",
    actual: answer ?? "no answer",
  });
  check("a REGISTER with Bob's IMPI: no challenge", "33.203/7.1/24").that(answer?.status === 401).equals(
    false,
  );
}
