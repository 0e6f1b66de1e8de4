/** NAT and client-initiated connections: clauses N.2.1.1 and Q.3 of TS 33.203. */
import { testCase } from "../../harness/runner/case.ts";
import type { Ue } from "../../harness/peer/ue/types.ts";
import { call } from "../_shared/reach.ts";
import { register } from "../_shared/register.ts";
import { behindNat, sentBy } from "./_stimuli.ts";

const OUTBOUND = { outbound: true } as const;

export const nat = [
  /** A private address in Via and Contact, no outbound: refused; the same UE with true addresses: challenged. */
  testCase({
    id: "digest/nat-needs-outbound",
    title: "A UE behind a NAT is not registered without client-initiated connections",
    verifies: ["33.203/N.2.1.1/04"],
    kills: ["pcscf/accepts-natted-without-outbound"],
    peer: "ue",
    needs: { digest: true },
    async run({ ue, check }) {
      const alice = await ue();
      const hidden = await alice.register({ tamper: behindNat, answer: { tamper: behindNat } });
      check("without outbound it is not registered", "33.203/N.2.1.1/04").answer(hidden.response).isClass(4);
      const plain = await alice.register({ fresh: true });
      check("without the NAT it is", "33.203/N.2.1.1/04").answer(plain.response).isOneOf(200);
    },
  }),

  /** The same, judged at the first REGISTER: 4xx other than a challenge for the NAT, 401 for the direct one. */
  testCase({
    id: "digest/nat-without-outbound-is-not-challenged",
    title: "The P-CSCF refuses a REGISTER through a NAT before it is challenged",
    verifies: ["33.203/Q.3/01"],
    kills: ["pcscf/lets-natted-users-share"],
    peer: "ue",
    needs: { digest: true },
    async run({ ue, check }) {
      const alice = await ue();
      const hidden = await alice.attempt({ tamper: behindNat });
      check("behind a NAT: refused", "33.203/Q.3/01").answer(hidden).isClass(4);
      check("and not challenged", "33.203/Q.3/01").answer(hidden).isNot(401, 407);
      const direct = await alice.attempt({ fresh: true });
      check("direct: challenged", "33.203/Q.3/01").answer(direct).isOneOf(401);
    },
  }),

  /** One UE with reg-id and +sip.instance, one without, neither behind a NAT: 200 both; a wrong password: none. */
  testCase({
    id: "digest/outbound-is-optional",
    title: "Registrations are accepted with and without client-initiated connections",
    verifies: ["33.203/N.2.1.1/03"],
    kills: ["pcscf/refuses-register-without-outbound"],
    peer: "ue",
    needs: { digest: true, outbound: true },
    leases: ["digest", "digest"],
    async run({ ue, check, given }) {
      const [plain, outbound] = [await ue(), await ue(OUTBOUND)];
      const guessed = await plain.register({ answer: { password: "not the password" } });
      await given("who does not know the password is not registered", !guessed.ok);
      const without = await plain.register();
      check("without outbound", "33.203/N.2.1.1/03").answer(without.response).isOneOf(200);
      const withIt = await outbound.register();
      check("with outbound", "33.203/N.2.1.1/03").answer(withIt.response).isOneOf(200);
    },
  }),

  /** Outbound through a NAT: 200 Require: outbound; a call arrives on the flow although Contact is a private address. */
  testCase({
    id: "digest/outbound-flow-is-used",
    title: "With outbound a call arrives on the registered flow, whatever Contact says",
    verifies: ["33.203/N.2.1.1/01"],
    kills: ["pcscf/adds-no-flow-token"],
    peer: "ue",
    needs: { digest: true, outbound: true },
    leases: ["digest", "digest"],
    async run({ ue, check, given }) {
      const [alice, friend] = [await ue(OUTBOUND), await ue()];
      const registered = await alice.register({ tamper: behindNat, answer: { tamper: behindNat } });
      check("the registration through the NAT is accepted", "33.203/N.2.1.1/01").answer(registered.response)
        .isOneOf(200);
      await given("the calling subscriber registers", register(friend));
      const reach = await call(friend, impuOf(alice), alice);
      check("the call arrives on the flow", "33.203/N.2.1.1/01").that(reach.delivered).equals(true);
    },
  }),

  /** A name, a foreign address and a forged received in Via: the answer says where the packet came from. */
  testCase({
    id: "digest/received-is-added",
    title: "received tells the packet's source where sent-by does not, a forged one is replaced",
    verifies: ["33.203/N.2.1.1/33"],
    kills: ["pcscf/keeps-forged-received"],
    peer: "ue",
    needs: { digest: true, outbound: true },
    async run({ ue, check }) {
      const alice = await ue(OUTBOUND);
      const variants = {
        "a name": sentBy("ue.invalid:5060"),
        "another address": sentBy("192.0.2.77:5060"),
        "another address and a forged received": (request: Parameters<ReturnType<typeof sentBy>>[0]) => {
          sentBy("192.0.2.77:5060")(request);
          request.set("Via", `${request.get("Via")};received=192.0.2.99`);
        },
      };
      for (const [what, tamper] of Object.entries(variants)) {
        const answer = await alice.attempt({ tamper });
        check(`${what}: received is the source`, "33.203/N.2.1.1/33").that(answer.via?.received).equals(
          alice.local.address,
        );
      }
    },
  }),
];

function impuOf(ue: Ue): string {
  return ue.identity.impus[0]!;
}
