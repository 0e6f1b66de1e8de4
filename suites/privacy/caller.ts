/** What the called side learns of a caller who wants to hide: clause 5.3 of TS 33.203, TR 33.829, the slides of 2001. */
import { testCase } from "../../harness/runner/case.ts";
import type { Ue } from "../../harness/peer/ue/types.ts";
import { asserted } from "../_shared/register.ts";
import { registeredPair } from "../_shared/scene.ts";
import { call } from "../_shared/reach.ts";
import { fieldsWith, userOf } from "./_secrets_of.ts";

const ANONYMOUS = "sip:anonymous@anonymous.invalid";
const LEASES = ["any", "any"] as const;

export const caller = [
  /**
   *     caller                    network                callee
   *      |--- INVITE Privacy: id --->|--- INVITE --------->|   no P-Asserted-Identity
   *      |--- INVITE Privacy: none ->|--- INVITE --------->|   P-Asserted-Identity
   */
  testCase({
    id: "privacy/id-hides-the-asserted-identity",
    title: "Privacy: id keeps the asserted identity from the callee, none delivers it",
    verifies: ["33.203/5.3/01"],
    kills: ["pcscf/shows-caller-identity"],
    peer: "ue",
    leases: LEASES,
    async run({ ue, check, given }) {
      const [alice, friend] = await registeredPair({ ue, given });
      const hidden = await call(alice, impuOf(friend), friend, { headers: { Privacy: "id" } });
      check("the private call arrives", "33.203/5.3/01").that(hidden.delivered).equals(true);
      check("id: no P-Asserted-Identity", "33.203/5.3/01").that(hidden.invite).lacks("P-Asserted-Identity");
      const open = await call(alice, impuOf(friend), friend, { headers: { Privacy: "none" } });
      check("none: P-Asserted-Identity is there", "33.203/5.3/01").that(asserted(open.invite)).includes(
        impuOf(alice),
      );
    },
  }),

  /** `MESSAGE Privacy: id, From anonymous -> callee`: the sender's IMPU stands nowhere. */
  testCase({
    id: "privacy/hidden-sender-of-a-message",
    title: "A hidden sender's identity is in no header of the delivered MESSAGE",
    verifies: ["33.829/8.3.2.4.1/03"],
    kills: ["pcscf/shows-sender-identity"],
    peer: "ue",
    needs: { privacy: true },
    leases: LEASES,
    async run({ ue, check, given }) {
      const [alice, friend] = await registeredPair({ ue, given });
      const sending = alice.message(impuOf(friend), "hello", { from: ANONYMOUS, headers: { Privacy: "id" } });
      const incoming = await given("the MESSAGE arrives", friend.incoming("MESSAGE"));
      await incoming.respond(200);
      await sending;
      check("no P-Asserted-Identity", "33.829/8.3.2.4.1/03").that(incoming.request).lacks(
        "P-Asserted-Identity",
      );
      check("the IMPU stands nowhere", "33.829/8.3.2.4.1/03").that(
        fieldsWith(incoming.request, impuOf(alice)),
      ).equals([]);
    },
  }),

  /** Privacy id;user;header: neither display name nor URI anywhere at the callee. */
  testCase({
    id: "privacy/full-level",
    title: "Full privacy hides name and URI",
    verifies: ["S3-010339/hiding-1/02"],
    kills: ["pcscf/keeps-display-name"],
    peer: "ue",
    needs: { "privacy-user": true },
    leases: LEASES,
    async run({ ue, check, given }) {
      const [alice, friend] = await registeredPair({ ue, given });
      const { invite } = await call(alice, impuOf(friend), friend, {
        headers: { Privacy: "id;user;header" },
        tamper: (request) => {
          request.set(
            "From",
            (request.get("From") ?? "").replace("<", '"Alice Example" <').replace(/^.*"Alice/, '"Alice'),
          );
          request.set("Subject", "Alice Example calls");
        },
      });
      check("the call arrives", "S3-010339/hiding-1/02").that(invite).isPresent();
      check("the display name stands nowhere", "S3-010339/hiding-1/02").that(
        fieldsWith(invite, "Alice Example"),
      ).equals([]);
      check("the URI stands nowhere", "S3-010339/hiding-1/02").that(fieldsWith(invite, impuOf(alice))).equals(
        [],
      );
    },
  }),

  /** Privacy header: the IMPU in no header, Contact included. */
  testCase({
    id: "privacy/uri-level",
    title: "URI privacy: the callee cannot get at the URI, from Contact neither",
    verifies: ["S3-010339/hiding-1/04"],
    kills: ["pcscf/keeps-private-contact"],
    peer: "ue",
    needs: { "privacy-header": true },
    leases: LEASES,
    async run({ ue, check, given }) {
      const [alice, friend] = await registeredPair({ ue, given });
      const user = userOf(impuOf(alice));
      const { invite } = await call(alice, impuOf(friend), friend, {
        from: ANONYMOUS,
        headers: { Privacy: "id;header" },
        tamper: (request) => {
          const contact = request.get("Contact") ?? "";
          request.set("Contact", contact.replace(/<sip:[^@>]*@/, `<sip:${user}@`));
        },
      });
      check("the call arrives", "S3-010339/hiding-1/04").that(invite).isPresent();
      check("the user stands in no header but the addressee's", "S3-010339/hiding-1/04").that(
        fieldsWith(invite, user),
      ).equals([]);
    },
  }),

  /** Privacy none for a subscriber: the identity is delivered. */
  testCase({
    id: "privacy/off-delivers-the-identity",
    title: "Who asks for no privacy is shown",
    verifies: ["S3-010339/hiding-1/05"],
    kills: ["pcscf/hides-in-spite-of-none"],
    peer: "ue",
    needs: { privacy: true },
    leases: LEASES,
    async run({ ue, check, given }) {
      const [alice, friend] = await registeredPair({ ue, given });
      const { invite } = await call(alice, impuOf(friend), friend, { headers: { Privacy: "none" } });
      check("P-Asserted-Identity at the callee", "S3-010339/hiding-1/05").that(asserted(invite)).includes(
        impuOf(alice),
      );
    },
  }),

  /** An unknown level, marked critical: refused, or the identity hidden. */
  testCase({
    id: "privacy/unknown-level-is-not-no-privacy",
    title: "A privacy level that nobody knows does not show the caller",
    verifies: ["S3-010xxx/LS/16"],
    kills: ["pcscf/unknown-privacy-is-none"],
    peer: "ue",
    needs: { privacy: true },
    leases: LEASES,
    async run({ ue, check, given, timers }) {
      const [alice, friend] = await registeredPair({ ue, given });
      const { invite, final } = await call(alice, impuOf(friend), friend, {
        headers: { Privacy: "id;utmost;critical" },
        within: timers.silence,
      });
      check("refused, or delivered without identity", "S3-010xxx/LS/16").holds(
        invite === undefined ? (final?.status ?? 0) >= 400 : asserted(invite).length === 0,
        {
          expected: "a refusal, or no P-Asserted-Identity",
          actual: invite ? asserted(invite).join(", ") : final,
        },
      );
    },
  }),

  /** An Authorization header with the IMPI in an INVITE: not at the callee. */
  testCase({
    id: "privacy/private-identity-stays-home",
    title: "The private identity does not reach the called side",
    verifies: ["S3-010339/s3-010291/02"],
    kills: ["scscf/forwards-authorization"],
    peer: "ue",
    needs: { privacy: true },
    leases: LEASES,
    async run({ ue, check, given }) {
      const [alice, friend] = await registeredPair({ ue, given });
      const { impi, homeDomain } = alice.identity;
      const written =
        `Digest username="${impi}", realm="${homeDomain}", nonce="", uri="sip:${homeDomain}", response=""`;
      const { invite } = await call(alice, impuOf(friend), friend, { headers: { Authorization: written } });
      check("the call arrives", "S3-010339/s3-010291/02").that(invite).isPresent();
      check("no credentials at the callee", "S3-010339/s3-010291/02").that(invite).lacks(
        "Authorization",
        "Proxy-Authorization",
      );
    },
  }),
];

function impuOf(ue: Ue): string {
  return ue.identity.impus[0]!;
}
