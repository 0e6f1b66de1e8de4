/** Hiding the called side, and calls at the edge of what is registered: TR 33.829 clause 9.2, the liaison of 2001. */
import { testCase } from "../../harness/runner/case.ts";
import { asserted } from "../_shared/register.ts";
import { call } from "../_shared/reach.ts";
import { fieldsWith } from "./_secrets_of.ts";
import { registeredPair } from "../_shared/scene.ts";

export const called = [
  /**
   *     caller            network             callee
   *      |--- INVITE ------->|--- INVITE ------>|
   *      |<-- 200, nobody ---|<-- 200 Privacy: id, P-Preferred-Identity --|
   */
  testCase({
    id: "privacy/hidden-callee",
    title: "A callee that wants to hide is not named in the answer",
    verifies: ["33.829/9.2/02"],
    kills: ["pcscf/shows-called-identity"],
    peer: "ue",
    needs: { privacy: true },
    leases: ["any+implicit-set", "any"],
    async run({ ue, check, given }) {
      const [friend, alice] = await registeredPair({ ue, given });
      // The call goes to one identity, the answer would name the other: so it is not the caller who knew it before.
      const other = friend.subscriber.implicitSet.find((impu) => impu !== friend.identity.impus[0])!;
      const answering = friend.acceptCall({
        headers: { Privacy: "id", "P-Preferred-Identity": `<${other}>` },
      });
      const session = await given("the call is made", alice.invite(friend.identity.impus[0]!));
      await given("it is accepted", answering);
      const answer = await session.answered();
      check("answered", "33.829/9.2/02").answer(answer).isOneOf(200);
      check("no P-Asserted-Identity in the answer", "33.829/9.2/02").that(answer).lacks(
        "P-Asserted-Identity",
      );
      check("the identity stands nowhere", "33.829/9.2/02").that(fieldsWith(answer, other)).equals([]);
      await session.hangUp();
    },
  }),

  /** IMPU2 (another set) is called while IMPU1 alone is registered: 404 or 480, nothing at IMPU1's contact. */
  testCase({
    id: "privacy/call-to-unregistered-identity",
    title: "A call to an unregistered identity does not reach the contact of another one",
    verifies: ["S3-010xxx/LS/03"],
    kills: ["scscf/delivers-to-any-contact-of-impi"],
    peer: "ue",
    needs: { privacy: true },
    leases: ["any+other-set", "any"],
    async run({ ue, check, given, timers }) {
      const [friend, alice] = await registeredPair({ ue, given });
      const reach = await call(alice, friend.subscriber.otherSet[0]!, friend, { within: timers.silence });
      check("nothing at the contact", "S3-010xxx/LS/03").that(reach.delivered).equals(false);
      check("the unregistered treatment", "S3-010xxx/LS/03").answer(reach.final).isOneOf(404, 480);
    },
  }),

  /** INVITE preferring the unregistered IMPU2: a registered identity is asserted, or the call refused. */
  testCase({
    id: "privacy/call-from-unregistered-identity",
    title: "An unregistered identity is not asserted",
    verifies: ["S3-010xxx/LS/04"],
    kills: ["pcscf/asserts-unregistered-identity"],
    peer: "ue",
    needs: { privacy: true },
    leases: ["any+other-set", "any"],
    async run({ ue, check, given }) {
      const [alice, friend] = await registeredPair({ ue, given });
      const unregistered = alice.subscriber.otherSet[0]!;
      const { invite } = await call(alice, friend.identity.impus[0]!, friend, {
        preferredIdentity: unregistered,
        from: unregistered,
      });
      check("not asserted", "S3-010xxx/LS/04").that(asserted(invite)).lacks(unregistered);
    },
  }),
];
