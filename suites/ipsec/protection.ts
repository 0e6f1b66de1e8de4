/** That protection protects: clause 5.1.3 of TS 33.203 and the liaison statement of 2001. */
import type { UeOptions } from "../../harness/peer/ue/types.ts";
import { testCase } from "../../harness/runner/case.ts";
import { call } from "../_shared/reach.ts";
import { register } from "../_shared/register.ts";
import { drawn, NOTHING } from "../_shared/said.ts";
import { withinWindow } from "../_shared/window.ts";
import { gets, impuOf, INITIAL, nothingComes, open, secure, WATCHING, wayOf } from "./_sas.ts";

/** Integrity by HMAC-SHA-1, and AES-CBC over it. */
const ENCRYPTING = {
  security: { ...WATCHING.security, offers: [{ alg: "hmac-sha-1-96", ealg: "aes-cbc" }] },
} as const satisfies UeOptions;

/** Integrity alone: what is in a packet can be found and changed. */
const LEGIBLE = {
  security: {
    ...WATCHING.security,
    offers: [{ alg: "hmac-sha-1-96", ealg: "null" }, { alg: "aes-gmac", ealg: "null" }],
  },
} as const satisfies UeOptions;

export const protection = [
  /**
   *     UE                             P-CSCF          friend
   *      |--- REGISTER, aes-cbc -------->|
   *      |<-- 401, aes-cbc --------------|
   *      |=== SM7, NULL encryption =====>|   nothing
   *      |=== SM7, CK of this run ======>|
   *      |<== 200, CK of this run =======|
   *      |=== OPTIONS, answered ========>|   all of it unreadable from outside
   *      |<== INVITE ====================|<-- INVITE ------|
   */
  testCase({
    id: "ipsec/encryption-is-real",
    title: "Where a cipher was agreed on, both directions are encrypted with the CK of the run",
    verifies: ["33.203/5.1.3/03", "S3-010339/encryption/01"],
    kills: ["pcscf/ipsec-outbound-null-cipher"],
    peer: "ue",
    needs: { "ipsec": true, "ipsec.alg": "hmac-sha-1-96", "ipsec.ealg": "aes-cbc" },
    leases: ["aka+!akav2", "aka+!akav2"],
    async run(context) {
      const { ue, check, given } = context;
      const alice = await ue(ENCRYPTING);
      const { challenge, fresh } = await open(context, alice);
      await given("the network agrees on a cipher", fresh.ealg === "aes-cbc");
      const plain = alice.ipsec!.keys({ alg: fresh.alg, ealg: "null" });
      const unencrypted = alice.answer(challenge, { way: "new", esp: { keys: plain } });
      check("SM7 with NULL encryption draws nothing", "33.203/5.1.3/03").that(
        drawn(!(await nothingComes(context, alice, unencrypted, fresh))),
      ).equals(NOTHING);
      const registered = await check("SM12 opens with CK of this run", "33.203/5.1.3/03").answers(
        alice.answer(challenge),
      );
      if (!registered) return;
      check("SM12 comes under the new SAs", "33.203/5.1.3/03").about(registered.response)
        .that(wayOf(alice, registered.response)).equals(fresh.name);
      const options = await alice.request("OPTIONS", `sip:${alice.identity.homeDomain}`);
      const answer = await check("an OPTIONS is answered", "S3-010339/encryption/01").answers(
        options.final(),
      );
      const friend = await ue(WATCHING);
      await given("a second subscriber registers", register(friend));
      const { invite } = await call(friend, impuOf(alice), alice);
      for (const [what, message] of [["the answer", answer], ["an INVITE", invite]] as const) {
        check(`${what} comes under the SAs`, "S3-010339/encryption/01").about(message)
          .that(wayOf(alice, message)).equals(fresh.name);
      }
      const legible = alice.ipsec!.arrivals.filter(({ packet }) => reads(packet, "SIP/2.0"));
      for (const requirement of ["33.203/5.1.3/03", "S3-010339/encryption/01"]) {
        check("ESP packets with SIP in them that anybody can read", requirement).that(legible.length).equals(
          0,
        );
      }
    },
  }),

  /** Under a wrong ICV, and in the clear to the protected port: `MESSAGE -> nothing at the friend's, no answer`. */
  testCase({
    id: "ipsec/unprotected-is-not-processed",
    title: "What fails the integrity check or has none is not processed on the protected port",
    verifies: ["S3-010xxx/LS/08", "33.203/7.1/11"],
    kills: ["pcscf/ipsec-clear-on-protected-port"],
    peer: "ue",
    needs: { ipsec: true },
    leases: ["aka+!akav2", "aka+!akav2"],
    async run(context) {
      const { ue, check, given, timers } = context;
      const [alice, friend] = [await ue(WATCHING), await ue(WATCHING)];
      await secure(context, alice);
      await secure(context, friend);
      await given("the SAs serve", gets(context, friend, alice));
      const wrong = await gets(context, friend, alice, { esp: { icv: "wrong" }, within: timers.silence });
      check("a MESSAGE under a wrong ICV", "S3-010xxx/LS/08").that(wrong).equals(false);
      const clear = { way: "clear-to-protected" } as const;
      const unprotected = await gets(context, friend, alice, { ...clear, within: timers.silence });
      const options = await alice.request("OPTIONS", `sip:${alice.identity.homeDomain}`, clear);
      const quiet = await options.unanswered();
      for (const requirement of ["S3-010xxx/LS/08", "33.203/7.1/11"]) {
        check("a MESSAGE in the clear on the protected port", requirement).that(unprotected).equals(false);
        check("an OPTIONS in the clear there goes unanswered", requirement).that(quiet).equals(true);
      }
    },
  }),

  /**
   *     UE                           P-CSCF
   *      |--- REGISTER -------------->|   nothing there to protect it with
   *      |<-- 401 --------------------|
   *      |--- SM7 in the clear ------>|   no success
   *      |--- REGISTER, 401 --------->|
   *      |=== SM7 inside the SA =====>|
   *      |<== 200 ====================|
   */
  testCase({
    id: "ipsec/second-register-is-protected",
    title: "The first REGISTER is taken in the clear, its answer counts inside the SA alone",
    verifies: ["S3-010339/s3-010291/03", "33.203/7.2/11"],
    kills: ["pcscf/sec-agree-clear-sm7"],
    peer: "ue",
    needs: { ipsec: true },
    async run(context) {
      const { ue, check } = context;
      const alice = await ue(WATCHING);
      const challenge = await check("the first REGISTER is challenged", "S3-010339/s3-010291/03").answers(
        alice.challenge(),
      );
      if (!challenge) return;
      check("in the clear", "S3-010339/s3-010291/03").about(challenge.response)
        .that(wayOf(alice, challenge.response)).equals("clear");
      const clear = await withinWindow(context, alice.answer(challenge, { way: "clear" }));
      for (const requirement of ["S3-010339/s3-010291/03", "33.203/7.2/11"]) {
        check("the answer in the clear is no success", requirement).holds(!clear?.ok, {
          expected: "no 200",
          actual: clear?.response ?? "nothing came",
        });
      }
      const right = await check("inside the SA it is answered", "S3-010339/s3-010291/03").answers(
        alice.register(INITIAL),
      );
      check("with success", "S3-010339/s3-010291/03").answer(right?.response).isOneOf(200);
    },
  }),

  /**
   *     UE            access link        P-CSCF          friend
   *      |=== MESSAGE ====>|=== changed ==>|   nothing     |
   *      |=== MESSAGE ====>|==============>|--- MESSAGE -->|   with the names of proxies in it
   */
  testCase({
    id: "ipsec/integrity-is-hop-by-hop",
    title: "Proxies may change header fields, nobody on the access link may",
    verifies: ["S3-010339/s3-010291/04", "33.203/5.1.4/02"],
    kills: ["pcscf/ipsec-accepts-wrong-icv"],
    peer: "ue",
    needs: { ipsec: true },
    leases: ["aka+!akav2", "aka+!akav2"],
    async run(context) {
      const { ue, check, timers } = context;
      const [alice, friend] = [await ue(LEGIBLE), await ue(WATCHING)];
      await secure(context, alice);
      const { set } = await secure(context, friend);
      const headers = { Subject: "aaaabbbb" };
      const changed = await alice.request("MESSAGE", impuOf(friend), {
        headers,
        esp: { packet: (packet) => exchanged(packet, headers.Subject) },
      });
      const lost = await friend.silent("MESSAGE", timers.silence);
      for (const requirement of ["S3-010339/s3-010291/04", "33.203/5.1.4/02"]) {
        check("changed on the access link it is lost", requirement).that(lost).equals(true);
        check("and draws no answer", requirement).that(changed.responses.length).equals(0);
      }
      await alice.request("MESSAGE", impuOf(friend), { headers });
      const arrived = await check("as it was said it arrives", "S3-010339/s3-010291/04").answers(
        friend.incoming("MESSAGE"),
      );
      await arrived?.respond(200);
      const request = arrived?.request;
      check("unchanged", "S3-010339/s3-010291/04").about(request).that(request?.get("Subject"))
        .equals(headers.Subject);
      check("under the receiver's SA", "S3-010339/s3-010291/04").about(request).that(wayOf(friend, request))
        .equals(set.name);
      check("with the names of proxies in it", "S3-010339/s3-010291/04").about(request)
        .that(request?.vias.length).satisfies((count) => (count ?? 0) > 1, "more than one Via");
    },
  }),
];

function reads(packet: Uint8Array, text: string): boolean {
  return new TextDecoder("latin1").decode(packet).includes(text);
}

/** Two 16-bit words of `text` change places, which the checksum of UDP does not notice. */
function exchanged(packet: Uint8Array, text: string): Uint8Array {
  const at = new TextDecoder("latin1").decode(packet).indexOf(text);
  const even = at + at % 2;
  const changed = packet.slice();
  changed.set(packet.subarray(even, even + 2), even + 4);
  changed.set(packet.subarray(even + 4, even + 6), even);
  return changed;
}
