/** Whom the P-CSCF asserts: clauses N.2.1.2 and Q.2 of TS 33.203. The called friend sees it in P-Asserted-Identity. */
import { testCase } from "../../harness/runner/case.ts";
import type { Ue } from "../../harness/peer/ue/types.ts";
import { servedAsItself } from "../_shared/control.ts";
import { call } from "../_shared/reach.ts";
import { asserted, register } from "../_shared/register.ts";
import { registeredPair, registeredTrio } from "../_shared/scene.ts";

export const identityAssertion = [
  /** No P-Preferred-Identity: the default IMPU; one of the set preferred: that one. */
  testCase({
    id: "digest/initiator-is-found-in-the-table",
    title: "The P-CSCF asserts an identity of the user that the table knows for the source",
    verifies: ["33.203/N.2.1.2/01"],
    kills: ["pcscf/asserts-from"],
    peer: "ue",
    needs: { digest: true },
    leases: ["digest+implicit-set", "digest"],
    async run({ ue, check, given }) {
      const [alice, friend] = [await ue(), await ue()];
      const registered = await given("A registers", register(alice));
      await given("the called subscriber registers", register(friend));
      const plain = await call(alice, impuOf(friend), friend, {
        preferredIdentity: null,
        from: "sip:somebody@elsewhere.example",
      });
      check("without preference: the default IMPU", "33.203/N.2.1.2/01").that(asserted(plain.invite))
        .includes(
          registered.associatedUris[0] ?? "",
        );
      const preferred = alice.subscriber.implicitSet.at(-1)!;
      const chosen = await call(alice, impuOf(friend), friend, { preferredIdentity: preferred });
      check("with preference: that IMPU", "33.203/N.2.1.2/01").that(asserted(chosen.invite)).includes(
        preferred,
      );
    },
  }),

  /** B is served under her own name; then she prefers and asserts A's identity: at the callee neither is A's. */
  testCase({
    id: "digest/foreign-identity-is-not-asserted",
    title: "A forged preferred or asserted identity does not reach the called side",
    verifies: ["33.203/N.2.1.2/02"],
    kills: ["pcscf/keeps-ue-asserted-identity"],
    peer: "ue",
    needs: { digest: true },
    leases: ["digest", "digest", "digest"],
    async run({ ue, check, given }) {
      const [alice, bob, friend] = await registeredTrio({ ue, given });
      const victim = impuOf(alice);
      await servedAsItself({ given }, bob, friend);
      const forged = await call(bob, impuOf(friend), friend, {
        preferredIdentity: victim,
        from: victim,
        headers: { "P-Asserted-Identity": `<${victim}>` },
      });
      check("A's identity is not asserted", "33.203/N.2.1.2/02").that(asserted(forged.invite)).lacks(victim);
    },
  }),

  /** Two IMPUs; the second preferred, another asserted by the UE itself: the called side sees the second alone. */
  testCase({
    id: "digest/preferred-identity-is-asserted",
    title: "A preferred identity of the user is asserted, and what the UE asserts itself is dropped",
    verifies: ["33.203/Q.2/01"],
    kills: ["pcscf/ignores-preferred-identity"],
    peer: "ue",
    needs: { digest: true },
    leases: ["digest+implicit-set", "digest"],
    async run({ ue, check, given }) {
      const [alice, friend] = await registeredPair({ ue, given });
      const second = alice.subscriber.implicitSet.at(-1)!;
      const written = `sip:written-by-the-ue@${alice.identity.homeDomain}`;
      const { invite } = await call(alice, impuOf(friend), friend, {
        preferredIdentity: second,
        headers: { "P-Asserted-Identity": `<${written}>` },
      });
      check("the preferred identity is asserted", "33.203/Q.2/01").that(asserted(invite)).includes(second);
      check("the UE's own assertion is gone", "33.203/Q.2/01").that(asserted(invite)).lacks(written);
      check("P-Preferred-Identity is gone", "33.203/Q.2/01").that(invite).lacks("P-Preferred-Identity");
    },
  }),

  /** The victim in P-Preferred-Identity and From, then in From alone: the default IMPU of the sender both times. */
  testCase({
    id: "digest/default-identity-otherwise",
    title: "Without a preferred identity of his own the user is asserted by a default one",
    verifies: ["33.203/Q.2/02"],
    kills: ["pcscf/asserts-from-without-preference"],
    peer: "ue",
    needs: { digest: true },
    leases: ["digest", "digest", "digest"],
    async run({ ue, check, given }) {
      const [alice, victim, friend] = await registeredTrio({ ue, given });
      for (const preferredIdentity of [impuOf(victim), null]) {
        const { invite } = await call(alice, impuOf(friend), friend, {
          preferredIdentity,
          from: impuOf(victim),
        });
        const what = preferredIdentity ? "a foreign preference" : "no preference, the victim in From";
        check(`${what}: not the victim`, "33.203/Q.2/02").that(asserted(invite)).lacks(impuOf(victim));
        check(`${what}: the default of A`, "33.203/Q.2/02").that(asserted(invite)).includes(impuOf(alice));
      }
    },
  }),

  /** Twelve calls of a user with two default identities: one of the two each time, and nothing else. */
  testCase({
    id: "digest/one-of-several-defaults",
    title: "Of several default identities one is asserted, never none and never another",
    verifies: ["33.203/Q.2/03"],
    kills: ["pcscf/omits-ambiguous-default"],
    peer: "ue",
    needs: { digest: true },
    leases: ["digest+two-defaults", "digest"],
    async run({ ue, check, given, note }) {
      const [alice, friend] = [await ue(), await ue()];
      const registered = await given("A registers", register(alice));
      await given("the called subscriber registers", register(friend));
      const seen = new Map<string, number>();
      for (let count = 0; count < 12; count++) {
        const { invite } = await call(alice, impuOf(friend), friend, { preferredIdentity: null });
        const identity = asserted(invite)[0];
        check("an identity of the user is asserted", "33.203/Q.2/03").that(registered.associatedUris)
          .includes(
            identity ?? "none",
          );
        seen.set(identity ?? "none", (seen.get(identity ?? "none") ?? 0) + 1);
      }
      note(`defaults seen: ${[...seen].map(([uri, times]) => `${uri} ${times} times`).join(", ")}`);
    },
  }),
];

function impuOf(ue: Ue): string {
  return ue.identity.impus[0]!;
}
