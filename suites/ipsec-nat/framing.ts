/** What is not ESP in UDP stays outside: protected ports, port 4500, keep-alives (M.7.1, M.7.2 of TS 33.203). */
import { EnvironmentError } from "../../harness/errors.ts";
import type { Ue } from "../../harness/peer/ue/types.ts";
import { testCase } from "../../harness/runner/case.ts";
import { withinWindow } from "../_shared/window.ts";
import { isAnswered, isIgnored, isRegistered, nothingComesOf } from "./_judged.ts";
import { BEHIND_NAT } from "./_stimuli.ts";
import { impuOf, natOf, THROUGH_NAT, tunnelled } from "./_tunnel.ts";

/** RFC 3948 2.2: what follows is not ESP. */
const NON_ESP_MARKER = [0, 0, 0, 0];

export const framing = [
  /**
   *     UE                    NAT                     P-CSCF
   *      |--- OPTIONS, REGISTER ->|--- port_ps, port_pc ->| nothing, over UDP and TCP
   */
  testCase({
    id: "ipsec-nat/protected-ports-take-nothing-in-the-clear",
    title: "Nothing comes of what reaches port_ps or port_pc in the clear from a UE behind a NAT",
    verifies: ["33.203/M.7.1/08"],
    kills: ["pcscf/nat-clear-on-protected-port"],
    peer: "ue",
    needs: THROUGH_NAT,
    async run(context) {
      const { check } = context;
      const { ue, ipsec, set } = await tunnelled(context);
      for (const port of [set.portPs, set.portPc]) {
        check("no standard port", "33.203/M.7.1/08").that(port).satisfies(
          (port) => port !== 5060 && port !== 5061,
          "another port than 5060 and 5061",
        );
      }
      const clear = { way: "clear-to-protected" } as const;
      await isIgnored(context, "33.203/M.7.1/08", "a request to port_ps", ue, clear);
      const answer = await withinWindow(context, ue.attempt({ fresh: true, ...clear }));
      check("a REGISTER to port_ps: not answered", "33.203/M.7.1/08").that(answer?.status).isAbsent();
      await nothingComesOf(
        context,
        "33.203/M.7.1/08",
        "a request to port_pc",
        ue,
        () => ipsec.send(optionsOf(ue), { way: "clear", toPort: set.portPc }),
      );
      for (const toPort of [set.portPs, set.portPc]) {
        const name = `a request over TCP to ${toPort === set.portPs ? "port_ps" : "port_pc"}`;
        await nothingComesOf(
          context,
          "33.203/M.7.1/08",
          name,
          ue,
          () =>
            refusedIsFine(ipsec.send(optionsOf(ue), {
              way: "clear-to-protected",
              over: "tcp",
              fromPort: set.portUc,
              toPort,
            })),
        );
      }
      await isAnswered(context, "33.203/M.7.1/08", "a request in the tunnel", ue);
    },
  }),

  /** Port 4500: `00000000 SIP`, `00000000 IKE`, SIP, a piece of ESP, nothing at all: nothing comes of any of them. */
  testCase({
    id: "ipsec-nat/port-4500-is-for-esp",
    title: "Port 4500 takes ESP alone: what follows the non-ESP marker is no SIP",
    verifies: ["33.203/M.7.1/16"],
    kills: ["pcscf/nat-sip-behind-marker"],
    peer: "ue",
    needs: THROUGH_NAT,
    async run(context) {
      const { check } = context;
      const { ue, ipsec, set } = await tunnelled(context);
      const sip = optionsOf(ue);
      const datagrams = {
        "SIP behind the marker": [...NON_ESP_MARKER, ...sip],
        "IKE": [...NON_ESP_MARKER, ...IKE_SA_INIT],
        "SIP": [...sip],
        "six octets of ESP": [...word(set.spiPs), 0, 0],
        "an SPI and nothing else": word(set.spiPs),
        "an empty datagram": [],
      };
      for (const [name, octets] of Object.entries(datagrams)) {
        await nothingComesOf(
          context,
          "33.203/M.7.1/16",
          name,
          ue,
          () => ipsec.sendOctets(Uint8Array.from(octets)),
        );
      }
      await isAnswered(context, "33.203/M.7.1/16", "a request in the tunnel", ue);
      for (const { spi } of ipsec.arrivals) {
        check("what comes follows the UDP header", "33.203/M.7.1/16").that(spi).isOneOf(set.spiUc, set.spiUs);
      }
    },
  }),

  /** `FF` from the UE's port before SM1, with SM7, ten at once after SM12: nothing comes of it, and the tunnel lives. */
  testCase({
    id: "ipsec-nat/keep-alives-are-swallowed",
    title: "NAT keep-alives draw nothing and change nothing",
    verifies: ["33.203/M.7.2/14"],
    kills: ["pcscf/nat-answers-keep-alive"],
    peer: "ue",
    needs: THROUGH_NAT,
    async run(context) {
      const alice = await context.ue({ security: BEHIND_NAT });
      const nat = natOf(alice);
      await nothingComesOf(
        context,
        "33.203/M.7.2/14",
        "keep-alives before SM1",
        alice,
        () => nat.keepAlive(),
      );
      // With the first packet of the tunnel come the UE's own.
      const registered = await isRegistered(context, "33.203/M.7.2/14", "the UE", alice.register());
      if (!registered?.ok) return;
      await nothingComesOf(context, "33.203/M.7.2/14", "a burst of keep-alives", alice, async () => {
        for (let count = 0; count < 10; count++) await nat.keepAlive();
      });
      await isAnswered(context, "33.203/M.7.2/14", "a request afterwards", alice);
    },
  }),
];

/** An OPTIONS of the UE to itself, as octets: where it gets in, it comes back. */
function optionsOf(ue: Ue): Uint8Array {
  return ue.draft.request("OPTIONS", impuOf(ue)).toBytes();
}

/** A connection that is refused is as good as one that leads nowhere. */
async function refusedIsFine(sending: Promise<void>): Promise<void> {
  try {
    await sending;
  } catch (error) {
    if (!(error instanceof EnvironmentError)) throw error;
  }
}

function word(number: number): number[] {
  return [24, 16, 8, 0].map((shift) => (number >>> shift) & 0xff);
}

/** Header of an IKE_SA_INIT with no payloads (RFC 7296 3.1): SPI of the initiator, version 2.0, 28 octets. */
const IKE_SA_INIT = [0x5a5a5a5a, 1, 0, 0, 0x00202208, 0, 28].flatMap(word);
