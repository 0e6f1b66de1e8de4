/** The port that the NAT has made of 4500, and the transports inside the tunnel (M.7.1, M.7.2 of TS 33.203). */
import { EnvironmentError } from "../../harness/errors.ts";
import { testCase } from "../../harness/runner/case.ts";
import { call, silenceIsUndefined } from "../_shared/reach.ts";
import { isAnswered, isIgnored, isRegistered } from "./_judged.ts";
import { BEHIND_NAT } from "./_stimuli.ts";
import { ENCAPSULATION_PORT, impuOf, natOf, PAIR, setOf, THROUGH_NAT, tunnelled, viewOf } from "./_tunnel.ts";

export const ports = [
  /**
   *     UE                    NAT                     P-CSCF
   *      |=== SM7 from 4500 =====>|=== from any port ====>| served
   *      |=== OPTIONS ===========>|=== to 4501, port_ps =>| nothing
   */
  testCase({
    id: "ipsec-nat/any-source-port-is-served",
    title: "Encapsulated packets are taken from any source port, and on port 4500 alone",
    verifies: ["33.203/M.7.1/13"],
    kills: ["pcscf/nat-source-port-4500-only"],
    peer: "ue",
    needs: THROUGH_NAT,
    async run(context) {
      const { ue, given, note } = context;
      const untranslated = { ...BEHIND_NAT, nat: { publicPort: ENCAPSULATION_PORT } };
      const first = await ue({ as: 0, security: untranslated }).catch((error: unknown) => {
        if (!(error instanceof EnvironmentError)) throw error;
        note(`Not tried from port 4500: ${error.message}`);
      });
      if (first) await isRegistered(context, "33.203/M.7.1/13", "from port 4500", first.register());
      const alice = await ue({ as: 0, security: BEHIND_NAT });
      const registered = await isRegistered(
        context,
        "33.203/M.7.1/13",
        "from another port",
        alice.register(),
      );
      await given("the UE is registered", registered?.ok ?? false);
      const { portPs = 0 } = viewOf(alice).current ?? {};
      for (const [name, port] of [["port 4501", ENCAPSULATION_PORT + 1], ["port_ps", portPs]] as const) {
        await isIgnored(context, "33.203/M.7.1/13", `a request to ${name}`, alice, {
          esp: { outer: { port } },
        });
      }
      await isAnswered(context, "33.203/M.7.1/13", "a request to port 4500", alice);
    },
  }),

  /** `SM7 from port_Uenc -> SM12, answers and an INVITE from 4500 to port_Uenc`. */
  testCase({
    id: "ipsec-nat/downlink-goes-to-the-port-seen",
    title: "All that the P-CSCF sends goes from port 4500 to the port that it saw in SM7",
    verifies: ["33.203/M.7.1/14"],
    kills: ["pcscf/nat-downlink-to-4500"],
    peer: "ue",
    needs: THROUGH_NAT,
    leases: PAIR,
    async run(context) {
      const { ue, check, given } = context;
      const alice = await ue({ security: BEHIND_NAT });
      await given("the NAT translates the port", () => natOf(alice).public.port !== ENCAPSULATION_PORT);
      const registered = await isRegistered(context, "33.203/M.7.1/14", "the UE", alice.register());
      if (!registered?.ok) return;
      await isAnswered(context, "33.203/M.7.1/14", "a request", alice);
      const { ue: friend } = await tunnelled(context);
      const reach = await call(friend, impuOf(alice), alice);
      check("a call arrives", "33.203/M.7.1/14").that(reach.delivered).equals(true);
      for (const { from } of viewOf(alice).arrivals) {
        check("from port 4500", "33.203/M.7.1/14").that(from.port).equals(ENCAPSULATION_PORT);
      }
    },
  }),

  /**
   *     UE       attacker, same public address       P-CSCF
   *      |                |=== known SPI, ICV of noise =>|
   *      |=== SM7 ======================================>|
   *      |<== SM12 ======================================|
   *      |                |=== known SPI, ICV of noise =>|
   *      |<== INVITE ====================================|
   */
  testCase({
    id: "ipsec-nat/port-is-learned-from-what-is-genuine",
    title: "A forged packet from another port does not move the downlink",
    verifies: ["33.203/M.7.1/15"],
    kills: ["pcscf/nat-learns-before-icv"],
    peer: "ue",
    needs: THROUGH_NAT,
    leases: PAIR,
    async run(context) {
      const { ue, check, given, random } = context;
      const { ue: friend } = await tunnelled(context);
      const alice = await ue({ security: BEHIND_NAT });
      const forge = async (spi: number, sequence: number) => {
        const packet = new Uint8Array(96);
        packet.set(random.bytes(96));
        new DataView(packet.buffer).setUint32(0, spi);
        new DataView(packet.buffer).setUint32(4, sequence);
        await viewOf(alice).sendOctets(packet, { otherPort: true });
      };
      const challenge = await given("the P-CSCF challenges", alice.challenge());
      const set = await setOf(context, alice);
      await forge(set.spiPs, 1);
      const registered = await isRegistered(context, "33.203/M.7.1/15", "the UE", alice.answer(challenge));
      if (!registered?.ok) return;
      for (const [name, spi, sequence] of [["port_ps", set.spiPs, 40], ["port_pc", set.spiPc, 1]] as const) {
        await forge(spi, sequence);
        const reach = await call(friend, impuOf(alice), alice);
        check(`after a forged packet to ${name} a call comes to the UE`, "33.203/M.7.1/15").that(
          reach.delivered,
        )
          .equals(true);
      }
      await isAnswered(context, "33.203/M.7.1/15", "a request", alice);
    },
  }),

  /**
   *     UE                    NAT                     P-CSCF
   *      |=== SM7 on (port_uc, port_ps) ================>|
   *      |<== SM12, and an INVITE to port_us ============|
   *      |=== OPTIONS over TCP =========================>|
   *      |<== the answer, to port_uc ====================|
   */
  testCase({
    id: "ipsec-nat/one-port-serves-all-sas",
    title: "The port seen in SM7 is good for both SAs towards the UE",
    verifies: ["33.203/M.7.2/16"],
    kills: ["pcscf/nat-port-for-one-pair"],
    peer: "ue",
    needs: THROUGH_NAT,
    leases: PAIR,
    async run(context) {
      const { ue, check } = context;
      const alice = await ue({ security: BEHIND_NAT });
      const registered = await isRegistered(context, "33.203/M.7.2/16", "the UE", alice.register());
      if (!registered?.ok) return;
      const { ue: friend } = await tunnelled(context);
      const reach = await call(friend, impuOf(alice), alice);
      check("a call comes before the UE says more", "33.203/M.7.2/16").that(reach.delivered).equals(true);
      await isAnswered(context, "33.203/M.7.2/16", "a request on a connection", alice, { over: "tcp" });
      const { arrivals, current } = viewOf(alice);
      const spis = new Set(arrivals.map(({ spi }) => spi));
      check("something came to port_us", "33.203/M.7.2/16").that(spis.has(current?.spiUs)).equals(true);
      check("something came to port_uc", "33.203/M.7.2/16").that(spis.has(current?.spiUc)).equals(true);
    },
  }),

  /**
   *     UE                    NAT                     P-CSCF
   *      |                       | forgets its bindings   |
   *      |=== OPTIONS ===========>|=== another port =====>|
   *      |<== answer, INVITE =====|<======================|
   *      |=== an SPI of nobody's =======================>| nothing
   */
  testCase({
    id: "ipsec-nat/sa-is-found-by-spi-alone",
    title:
      "A NAT may change the port at any time: an SA is found by its SPI, not by where a packet comes from",
    verifies: ["33.203/M.7.1/10"],
    kills: ["pcscf/nat-keeps-to-first-port"],
    peer: "ue",
    needs: THROUGH_NAT,
    leases: PAIR,
    async run(context) {
      const { check, given } = context;
      const { ue: alice, impu, ipsec, nat, set } = await tunnelled(context);
      const { ue: friend } = await tunnelled(context);
      const before = nat.public.port;
      await nat.rebind();
      await given("the NAT has another port", nat.public.port !== before);
      await isAnswered(context, "33.203/M.7.1/10", "a request from the new port", alice);
      const reach = await call(friend, impu, alice);
      check("a call arrives at the new port", "33.203/M.7.1/10").that(reach.delivered).equals(true);
      const used = ipsec.sets.flatMap(({ spiPc, spiPs }) => [spiPc, spiPs]);
      const spi = [set.spiPs ^ 1, set.spiPs ^ 2, set.spiPs ^ 4].find((one) => !used.includes(one >>> 0))! >>>
        0;
      await isIgnored(context, "33.203/M.7.1/10", "an SPI that nobody gave out", alice, { esp: { spi } });
    },
  }),

  /** `SM12 … only keep-alives … INVITE` late in the registration: it comes. */
  testCase({
    id: "ipsec-nat/reachable-until-the-registration-ends",
    title: "A UE that sends nothing but keep-alives is reachable late in its registration",
    verifies: ["33.203/M.7.2/15"],
    kills: ["pcscf/nat-forgets-port"],
    peer: "ue",
    needs: THROUGH_NAT,
    leases: PAIR,
    tags: ["slow"],
    async run(context) {
      const { check, wait, timers } = context;
      const { ue: friend } = await tunnelled(context);
      // With time left in the last quarter to be called, also where a registration lives for a second or two.
      const lifetime = 2 * timers.minExpires + 2_000;
      const { ue: alice, impu, nat } = await tunnelled(context, {}, { expires: Math.ceil(lifetime / 1000) });
      for (let quarter = 1; quarter <= 3; quarter++) {
        await wait(lifetime / 4);
        await nat.keepAlive();
      }
      const reach = await call(friend, impu, alice);
      check("the call arrives", "33.203/M.7.2/15").that(reach.delivered).equals(true);
    },
  }),

  /** `OPTIONS in UDP, and on a connection from port_uc to port_ps, in the same tunnel -> answered both`. */
  testCase({
    id: "ipsec-nat/tunnel-carries-udp-and-tcp",
    title: "The same security associations carry UDP and TCP",
    verifies: ["33.203/M.7.1/06"],
    kills: ["pcscf/nat-inner-udp-only"],
    peer: "ue",
    needs: THROUGH_NAT,
    async run(context) {
      const { check } = context;
      const { ue, ipsec } = await tunnelled(context);
      await isAnswered(context, "33.203/M.7.1/06", "over UDP", ue, { over: "udp" });
      await isAnswered(context, "33.203/M.7.1/06", "over TCP", ue, { over: "tcp" });
      const transports = new Set(ipsec.arrivals.map(({ inner }) => inner?.transport));
      check("both were in the tunnel", "33.203/M.7.1/06").that([...transports]).has("udp", "tcp");
    },
  }),

  /**
   *     UE                     P-CSCF                   friend
   *      |                        |<== MESSAGE, 2 kB ======|
   *      |<== SYN port_pc:port_us |
   *      |<== MESSAGE ============|
   */
  testCase({
    id: "ipsec-nat/pcscf-connects-inside-the-tunnel",
    title: "Where the P-CSCF needs a connection to the UE it opens it from port_pc to port_us in the tunnel",
    verifies: ["33.203/M.7.1/07"],
    kills: ["pcscf/nat-tcp-outside-tunnel"],
    peer: "ue",
    needs: THROUGH_NAT,
    leases: PAIR,
    async run(context) {
      const { check, given } = context;
      const { ue: alice, impu, ipsec, set } = await tunnelled(context);
      const { ue: friend } = await tunnelled(context);
      const before = ipsec.arrivals.length;
      const large = {
        over: "tcp",
        body: { type: "text/plain", content: "All work and no play. ".repeat(100) },
      } as const;
      const exchange = await friend.request("MESSAGE", impu, large);
      const incoming = await silenceIsUndefined(alice.incoming("MESSAGE"));
      check("the message arrives", "33.203/M.7.1/07").that(incoming?.request.method).equals("MESSAGE");
      await incoming?.respond(200);
      await silenceIsUndefined(exchange.final());
      const packets = ipsec.arrivals.slice(before);
      if (incoming) {
        const inUdp = packets.every(({ inner }) => inner?.transport !== "tcp");
        await given("the P-CSCF takes TCP for what is larger than a datagram should be", !inUdp);
      }
      const first = packets.find(({ inner }) => inner?.transport === "tcp");
      check("from port_pc", "33.203/M.7.1/07").that(first?.inner?.remote.port).equals(set.portPc);
      check("to port_us", "33.203/M.7.1/07").that(first?.inner?.local.port).equals(set.portUs);
      check("on the SA of port_us", "33.203/M.7.1/07").that(first?.spi).equals(set.spiUs);
      check("in UDP from port 4500", "33.203/M.7.1/07").that(first?.from.port).equals(ENCAPSULATION_PORT);
    },
  }),
];
