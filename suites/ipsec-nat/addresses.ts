/** Which address stands where: inner and outer headers, Via, Contact, SDP (M.7.1, M.7.2 of TS 33.203). */
import type { SipRequest, SipResponse } from "sip-codec";
import { testCase } from "../../harness/runner/case.ts";
import { call, silenceIsUndefined } from "../_shared/reach.ts";
import { withinWindow } from "../_shared/window.ts";
import { areUnheard, isAnswered, isIgnored, isNoSuccess, isRegistered, isUnheard } from "./_judged.ts";
import { BEHIND_NAT, contactAt, nobodys, viaHost } from "./_stimuli.ts";
import { contactIn, impuOf, natOf, PAIR, pcscfOf, setOf, THROUGH_NAT, tunnelled, viewOf } from "./_tunnel.ts";

export const addresses = [
  /** `SM7 and OPTIONS from, and to, an inner address that SM1 did not have -> nothing`; with the right ones: 200. */
  testCase({
    id: "ipsec-nat/inner-addresses-are-those-of-sm1",
    title: "On a valid SA nothing is taken from, or for, another inner address than SM1's",
    verifies: ["33.203/M.7.1/03"],
    kills: ["pcscf/nat-any-inner-address"],
    peer: "ue",
    needs: THROUGH_NAT,
    async run(context) {
      const { ue, given } = context;
      const alice = await ue({ security: BEHIND_NAT });
      const third = nobodys(natOf(alice).public.address);
      const wrong = {
        "another source": { innerSource: third },
        "another destination": { innerDestination: third },
      };
      const challenge = await given("the P-CSCF challenges", alice.challenge());
      await areUnheard(
        context,
        "33.203/M.7.1/03",
        Object.fromEntries(
          Object.entries(wrong).map(([name, esp]) => [`SM7, ${name}`, alice.answer(challenge, { esp })]),
        ),
      );
      await isRegistered(context, "33.203/M.7.1/03", "SM7 as it has to be", alice.answer(challenge));
      await setOf(context, alice);
      for (const [name, esp] of Object.entries(wrong)) {
        await isIgnored(context, "33.203/M.7.1/03", `a request, ${name}`, alice, { esp });
      }
      await isAnswered(context, "33.203/M.7.1/03", "a request as it has to be", alice);
    },
  }),

  /** `SM12 and INVITE: inner source is where SM1 went to, inner destination is where it came from`. */
  testCase({
    id: "ipsec-nat/inner-addresses-downlink",
    title: "The P-CSCF puts its own and the UE's public address into the inner header, never the private one",
    verifies: ["33.203/M.7.1/04"],
    kills: ["pcscf/nat-private-inner-address"],
    peer: "ue",
    needs: THROUGH_NAT,
    leases: PAIR,
    async run(context) {
      const { ue, check } = context;
      const alice = await ue({ security: BEHIND_NAT });
      const registered = await isRegistered(context, "33.203/M.7.1/04", "the UE", alice.register());
      if (registered?.ok) {
        const { ue: friend } = await tunnelled(context);
        await call(friend, impuOf(alice), alice);
      }
      const inner = viewOf(alice).arrivals.map(({ inner }) => inner);
      check("ESP packets came", "33.203/M.7.1/04").that(inner).isPresent();
      for (const packet of inner) {
        check("inner source", "33.203/M.7.1/04").that(packet?.remote.address).equals(pcscfOf(context, alice));
        check("inner destination", "33.203/M.7.1/04").that(packet?.local.address).equals(
          natOf(alice).public.address,
        );
      }
    },
  }),

  /** `SM7, inner source: the private address -> nothing`; inner source: what received said: 200. */
  testCase({
    id: "ipsec-nat/private-inner-source-is-dropped",
    title: "The UE's inner address is its public one; the private one fits no selector",
    verifies: ["33.203/M.7.1/05"],
    kills: ["pcscf/nat-private-inner-source"],
    peer: "ue",
    needs: THROUGH_NAT,
    async run(context) {
      const { ue, given } = context;
      const alice = await ue({ security: BEHIND_NAT });
      const esp = { innerSource: natOf(alice).privateAddress };
      const challenge = await given("the P-CSCF challenges", alice.challenge());
      const unaware = alice.answer(challenge, { esp });
      await isUnheard(context, "33.203/M.7.1/05", "SM7 from the private address", unaware);
      await isRegistered(context, "33.203/M.7.1/05", "SM7 from the public one", alice.answer(challenge));
      await setOf(context, alice);
      await isIgnored(context, "33.203/M.7.1/05", "a request from the private address", alice, { esp });
    },
  }),

  /** `ESP in UDP from the P-CSCF: outer source is where SM1 went to`. */
  testCase({
    id: "ipsec-nat/outer-source-is-the-pcscfs",
    title: "Encapsulated packets come from the very address that the UE talks to",
    verifies: ["33.203/M.7.1/09"],
    kills: ["pcscf/nat-other-source-address"],
    peer: "ue",
    needs: THROUGH_NAT,
    async run(context) {
      const { ue, check } = context;
      const alice = await ue({ security: BEHIND_NAT });
      const registered = await isRegistered(context, "33.203/M.7.1/09", "the UE", alice.register());
      if (registered?.ok) await isAnswered(context, "33.203/M.7.1/09", "a request", alice);
      const { arrivals } = viewOf(alice);
      check("ESP packets came", "33.203/M.7.1/09").that(arrivals).isPresent();
      for (const { from } of arrivals) {
        check("outer source", "33.203/M.7.1/09").that(from.address).equals(pcscfOf(context, alice));
      }
    },
  }),

  /** `SM7, and a protected REGISTER, with Via: private, another's, a name of nobody's -> no 200`. */
  testCase({
    id: "ipsec-nat/via-of-protected-register-is-checked",
    title: "A protected REGISTER whose Via names another address than it came from does not succeed",
    verifies: ["33.203/M.7.1/18"],
    kills: ["pcscf/nat-foreign-via"],
    peer: "ue",
    needs: THROUGH_NAT,
    async run(context) {
      const { ue, check, given } = context;
      const alice = await ue({ security: BEHIND_NAT });
      const { privateAddress, public: { address } } = natOf(alice);
      for (const host of [privateAddress, nobodys(address), "ue.invalid"]) {
        const challenge = await given(
          "the P-CSCF challenges",
          alice.challenge({ fresh: true, way: "clear" }),
        );
        const answer = alice.answer(challenge, { tamper: viaHost(host) });
        await isNoSuccess(context, "33.203/M.7.1/18", `SM7 with ${host} in Via`, answer);
      }
      const right = await isRegistered(
        context,
        "33.203/M.7.1/18",
        "SM7 as it has to be",
        alice.register({ fresh: true }),
      );
      await given("the UE is registered", right?.ok ?? false);
      for (const host of [privateAddress, nobodys(address), "ue.invalid"]) {
        const answer = await withinWindow(context, alice.attempt({ tamper: viaHost(host) }));
        check(`a REGISTER with ${host} in Via: not accepted`, "33.203/M.7.1/18").that(answer?.status === 200)
          .equals(false);
      }
    },
  }),

  /** `REGISTER Contact: public:port_us -> 200 with that Contact`; `INVITE Contact: the same -> callee, unchanged`. */
  testCase({
    id: "ipsec-nat/contact-is-not-rewritten",
    title: "The P-CSCF leaves the Contact of tunnelled messages alone",
    verifies: ["33.203/M.7.2/02"],
    kills: ["pcscf/nat-rewrites-contact"],
    peer: "ue",
    needs: THROUGH_NAT,
    leases: PAIR,
    async run(context) {
      const { check } = context;
      const { ue: alice, registered } = await tunnelled(context);
      const { ue: friend, impu } = await tunnelled(context);
      const sent = contactIn(registered.request);
      const bound = registered.response.contacts.map((contact) =>
        contact === "*" ? contact : String(contact.uri)
      );
      check("the 200 has the Contact that was sent", "33.203/M.7.2/02").that(bound).includes(sent);
      const { invite } = await call(alice, impu, friend);
      check("the INVITE arrives with the Contact that was sent", "33.203/M.7.2/02").that(contactIn(invite))
        .equals(sent);
    },
  }),

  /**
   *     UE                     P-CSCF                  friend
   *      |=== INVITE c=private ==>|--- INVITE c=other ---->|
   *      |<== INVITE =============|<-- INVITE -------------|
   *      |=== 200 c=private =====>|--- 200 c=other ------->|
   */
  testCase({
    id: "ipsec-nat/sdp-is-rewritten",
    title: "The private address in the SDP of a tunnelled message does not reach the other side",
    verifies: ["33.203/M.7.2/03"],
    kills: ["pcscf/nat-private-sdp"],
    peer: "ue",
    needs: THROUGH_NAT,
    leases: PAIR,
    async run(context) {
      const { check } = context;
      const { ue: alice, impu, nat } = await tunnelled(context);
      const { ue: friend, impu: friends } = await tunnelled(context);
      const sdp = audioAt(nat.privateAddress);
      const { invite } = await call(alice, friends, friend, { sdp });
      check("the offer arrives", "33.203/M.7.2/03").that(connectionsIn(invite)).isPresent();
      check("the offer names another address", "33.203/M.7.2/03").that(connectionsIn(invite)).lacks(
        nat.privateAddress,
      );
      const accepting = silenceIsUndefined(alice.acceptCall({ sdp }));
      const outgoing = await friend.invite(impu);
      const [answer] = await Promise.all([silenceIsUndefined(outgoing.answered()), accepting]);
      check("the answer arrives", "33.203/M.7.2/03").that(connectionsIn(answer)).isPresent();
      check("the answer names another address", "33.203/M.7.2/03").that(connectionsIn(answer)).lacks(
        nat.privateAddress,
      );
      if (outgoing.established) await outgoing.hangUp();
    },
  }),

  /**
   * `SM7 Contact: public:port_us -> 200, INVITE in the UE's own tunnel`; with a private Contact, or a neighbour's,
   * a refusal, or the INVITE comes nowhere else.
   */
  testCase({
    id: "ipsec-nat/calls-stay-in-the-own-tunnel",
    title: "Whatever Contact names, calls for a UE do not leave through another one's tunnel",
    verifies: ["33.203/M.7.2/13"],
    kills: ["pcscf/nat-routes-by-contact"],
    peer: "ue",
    needs: THROUGH_NAT,
    leases: PAIR,
    async run(context) {
      const { ue, check, given, timers } = context;
      const victim = await tunnelled(context, { security: { ...BEHIND_NAT, wrongSa: "take" } });
      const own = await tunnelled(context);
      const reach = await call(victim.ue, own.impu, own.ue);
      check("a call comes in", "33.203/M.7.2/13").that(reach.delivered).equals(true);
      const carried = reach.invite && own.ipsec.carried(reach.invite);
      check("in the UE's own tunnel, to port_us", "33.203/M.7.2/13").that(carried?.protected && carried.at)
        .equals("port-us");
      await given("the UE de-registers", own.ue.deregister());
      const { public: { address }, privateAddress } = own.nat;
      const foreign = [
        ["a private Contact", contactAt(privateAddress, own.set.portUs)],
        ["the neighbour's Contact", contactAt(victim.nat.public.address, victim.set.portUs)],
        ["a Contact of nobody's", contactAt(nobodys(address), own.set.portUs)],
      ] as const;
      for (const [name, tamper] of foreign) {
        const liar = await ue({ as: 1, security: BEHIND_NAT });
        const registered = await withinWindow(context, liar.register({ tamper, answer: { tamper } }));
        if (!registered?.ok) continue;
        await call(victim.ue, own.impu, liar, { within: timers.silence });
        await check(`${name}: no INVITE at the neighbour`, "33.203/M.7.2/13").never(
          victim.ue.silent("INVITE"),
          "an INVITE",
        );
        await silenceIsUndefined(liar.deregister());
      }
    },
  }),
];

/** An offer of one stream at this address. */
function audioAt(address: string): string {
  const connection = `IN ${address.includes(":") ? "IP6" : "IP4"} ${address}`;
  return [
    "v=0",
    `o=- 1 1 ${connection}`,
    "s=-",
    `c=${connection}`,
    "t=0 0",
    "m=audio 49170 RTP/AVP 0",
    "a=rtpmap:0 PCMU/8000",
    "",
  ].join("\r\n");
}

/** Addresses that media shall go to: of c= lines, and of candidates. */
function connectionsIn(message: SipRequest | SipResponse | undefined): string[] {
  return [...message?.text().matchAll(/^(?:c=IN IP[46] (\S+)|a=candidate:(?:\S+ ){4}(\S+))/gm) ?? []]
    .map(([, connection, candidate]) => connection ?? candidate ?? "");
}
