/** Several UEs behind one public address: they differ in ports and SPIs alone (M.7.1 of TS 33.203). */
import { formatCredentials, type SipResponse } from "sip-codec";
import { testCase } from "../../harness/runner/case.ts";
import type { Tamper } from "../../harness/peer/ue/types.ts";
import type { CaseContext } from "../../harness/runner/context.ts";
import { call, silenceIsUndefined } from "../_shared/reach.ts";
import { asserted } from "../_shared/register.ts";
import { each, rewritten, setting } from "../_shared/set_up_lines.ts";
import { isAborted, isAnswered } from "./_judged.ts";
import { behindSame, impuOf, neighbour, PAIR, THROUGH_NAT, TRIO, tunnelled } from "./_tunnel.ts";

/** Another port in every entry of Security-Client. */
const naming = (parameter: "port-c" | "port-s", port: number): Tamper =>
  rewritten("Security-Client", each(setting(parameter, String(port))));

export const neighbours = [
  /**
   *     A (registered)      B, same public address      P-CSCF
   *      |                     |-- REGISTER port-c of A -->|
   *      |                     |<-- 4xx -------------------|
   *      |=== OPTIONS =====================================>|
   *      |<== answered =====================================|
   */
  testCase({
    id: "ipsec-nat/client-port-in-use-is-refused",
    title: "A second UE behind the address cannot take a client port in use",
    verifies: ["33.203/M.7.1/19"],
    kills: ["pcscf/nat-overwrites-client-port"],
    peer: "ue",
    needs: THROUGH_NAT,
    leases: PAIR,
    async run(context) {
      const { ue, check, given } = context;
      const alice = await tunnelled(context);
      const bob = await ue(behindSame(alice.nat));
      const tamper = naming("port-c", alice.set.portUc);
      isTurnedDown(context, "33.203/M.7.1/19", await silenceIsUndefined(bob.attempt({ tamper })));
      await isAnswered(context, "33.203/M.7.1/19", "a request of the first UE", alice.ue);
      await given("the second UE registers with a port of its own", bob.register({ fresh: true }));
      const reach = await call(bob, alice.impu, alice.ue);
      check("a call reaches the first UE", "33.203/M.7.1/19").that(reach.delivered).equals(true);
    },
  }),

  /** The same with A's port-s and a port-c of B's own; a call for A then arrives on A's SAs. */
  testCase({
    id: "ipsec-nat/server-port-in-use-is-refused",
    title:
      "A second UE behind the address cannot take a server port in use, and with it the first one's calls",
    verifies: ["33.203/M.7.1/20"],
    kills: ["pcscf/nat-overwrites-server-port"],
    peer: "ue",
    needs: THROUGH_NAT,
    leases: PAIR,
    async run(context) {
      const { ue, check, given } = context;
      const alice = await tunnelled(context);
      const bob = await ue(behindSame(alice.nat));
      const tamper = naming("port-s", alice.set.portUs);
      isTurnedDown(context, "33.203/M.7.1/20", await silenceIsUndefined(bob.attempt({ tamper })));
      await given("the second UE registers with a port of its own", bob.register({ fresh: true }));
      const { invite } = await call(bob, alice.impu, alice.ue);
      const carried = invite && alice.ipsec.carried(invite);
      check("a call for the first UE comes on its SA", "33.203/M.7.1/20").that(
        carried?.protected && carried.spi,
      )
        .equals(alice.set.spiUs);
    },
  }),

  /** B, registered behind the same address: `REGISTER port-s of A, protected -> 4xx`; both stay reachable. */
  testCase({
    id: "ipsec-nat/server-port-is-checked-when-protected",
    title: "A protected REGISTER cannot take a neighbour's server port either",
    verifies: ["33.203/M.7.1/21"],
    kills: ["pcscf/nat-server-port-unchecked-when-protected"],
    peer: "ue",
    needs: THROUGH_NAT,
    leases: PAIR,
    async run(context) {
      const { check } = context;
      const alice = await tunnelled(context);
      const bob = await neighbour(context, alice);
      const tamper = naming("port-s", alice.set.portUs);
      isTurnedDown(context, "33.203/M.7.1/21", await silenceIsUndefined(bob.ue.attempt({ tamper })));
      for (const [name, from, to] of [["second", alice, bob], ["first", bob, alice]] as const) {
        const reach = await call(from.ue, to.impu, to.ue);
        check(`the ${name} UE is reachable`, "33.203/M.7.1/21").that(reach.delivered).equals(true);
      }
    },
  }),

  /** `REGISTER with a port in use -> 4xx within timer F`; the same UE with other ports is challenged. */
  testCase({
    id: "ipsec-nat/collision-is-told",
    title: "A UE whose port is taken is told so, and can try another one",
    verifies: ["33.203/M.7.1/22"],
    kills: ["pcscf/nat-drops-collision"],
    peer: "ue",
    needs: THROUGH_NAT,
    leases: PAIR,
    async run(context) {
      const { ue, check } = context;
      const alice = await tunnelled(context);
      const bob = await ue(behindSame(alice.nat));
      const collisions = [naming("port-c", alice.set.portUc), naming("port-s", alice.set.portUs)];
      for (const tamper of collisions) {
        const answer = await silenceIsUndefined(bob.attempt({ fresh: true, tamper }));
        check("the refusal is told", "33.203/M.7.1/22").answer(answer).isClass(4, 5);
        check("and is no challenge", "33.203/M.7.1/22").answer(answer).isNot(401, 407);
        const retry = await silenceIsUndefined(bob.attempt({ fresh: true }));
        check("other ports are challenged", "33.203/M.7.1/22").answer(retry).isOneOf(401);
      }
    },
  }),

  /**
   *     A, B behind one address                        P-CSCF        friend
   *      |=== B: INVITE, P-Preferred-Identity and From of A =>|--- B, or nothing -->|
   *      |=== B: REGISTER of A's IMPI and IMPU =============>| refused
   */
  testCase({
    id: "ipsec-nat/users-are-told-apart-behind-one-address",
    title: "Who a message is from is decided by its SA, not by the public address",
    verifies: ["33.203/M.7.1/24"],
    kills: ["pcscf/nat-user-by-address"],
    peer: "ue",
    needs: THROUGH_NAT,
    leases: TRIO,
    async run(context) {
      const { check } = context;
      const alice = await tunnelled(context);
      const bob = await neighbour(context, alice);
      const { ue: friend } = await tunnelled(context);
      const honest = await call(bob.ue, impuOf(friend), friend);
      check("without a lie: it is B", "33.203/M.7.1/24").that(asserted(honest.invite)).includes(bob.impu);
      const lie = { from: alice.impu, preferredIdentity: alice.impu };
      const { invite } = await call(bob.ue, impuOf(friend), friend, lie);
      if (invite) {
        check("with A's identity: it is not A", "33.203/M.7.1/24").that(asserted(invite)).lacks(alice.impu);
      }
      const posing = bob.ue.attempt({
        fresh: true,
        impu: alice.impu,
        tamper: withUsername(alice.ue.identity.impi),
      });
      const answer = await silenceIsUndefined(posing);
      check("a REGISTER in A's name goes no further", "33.203/M.7.1/24").holds(
        answer === undefined || answer.status >= 400 && answer.status !== 401,
        { expected: "a refusal, or no answer", actual: answer ?? "no answer" },
      );
      await isAnswered(context, "33.203/M.7.1/24", "a request of A's own", alice.ue);
    },
  }),
];

/** An error that ends the set-up before there are SAs. */
function isTurnedDown(
  { check }: Pick<CaseContext, "check">,
  requirement: string,
  answer: SipResponse | undefined,
): void {
  check("the REGISTER is refused", requirement).holds(answer !== undefined && isAborted(answer), {
    expected: "an error that is no challenge",
    actual: answer ?? "no answer",
  });
}

/** Another IMPI in Authorization. */
function withUsername(impi: string): Tamper {
  return (request) => {
    const credentials = request.authorization[0];
    if (!credentials) return;
    const parameters = credentials.parameters.clone();
    parameters.set("username", impi);
    request.set("Authorization", formatCredentials({ scheme: credentials.scheme, parameters }));
  };
}
