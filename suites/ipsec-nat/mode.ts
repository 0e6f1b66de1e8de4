/** Which mode and which algorithms SM6 names (6.3, Annex H, M.7.1, M.7.2 and P.3 of TS 33.203). */
import type { SipResponse } from "sip-codec";
import { testCase } from "../../harness/runner/case.ts";
import type { IpsecMode } from "../../harness/peer/ue/ipsec/types.ts";
import type { RegisterOptions } from "../../harness/peer/ue/types.ts";
import { call, silenceIsUndefined } from "../_shared/reach.ts";
import { each, goesOn, rewritten, setting, setUps } from "../_shared/set_up_lines.ts";
import { withinWindow } from "../_shared/window.ts";
import { isAborted, isAgreed, isRegistered, isUnheard } from "./_judged.ts";
import { AUTHENTICATION_ONLY, BEHIND_NAT, ciphers, DIRECT, IN_NULL, WITH_NATIVE_ESP } from "./_stimuli.ts";
import {
  carriersOf,
  ENCAPSULATION_PORT,
  impuOf,
  isTakenUp,
  modesOf,
  PAIR,
  THROUGH_NAT,
  tunnelled,
  viewOf,
} from "./_tunnel.ts";

const BOTH: readonly IpsecMode[] = ["trans", "UDP-enc-tun"];

/** Offers one value of mod in every entry. */
const mod = (value: string | null) => ({ tamper: rewritten("Security-Client", each(setting("mod", value))) });

export const mode = [
  /**
   *     direct UE        P-CSCF      UE behind a NAT
   *        |<-- mod=trans --|-- mod=UDP-enc-tun -->|
   *        |===  ESP  ======|==== ESP in UDP ======|
   */
  testCase({
    id: "ipsec-nat/mode-fits-the-path",
    title: "Transport mode without a NAT, UDP-encapsulated tunnel mode through one",
    verifies: ["33.203/6.3/02"],
    kills: ["pcscf/nat-trans-behind-nat"],
    peer: "ue",
    needs: { ...THROUGH_NAT, ipsec: true },
    leases: PAIR,
    tags: ["privileged"],
    async run(context) {
      const { ue, check } = context;
      const hidden = await ue({ security: BEHIND_NAT });
      await isRegistered(context, "33.203/6.3/02", "through the NAT", hidden.register());
      check("through the NAT: the mode", "33.203/6.3/02").that(viewOf(hidden).current?.mode).equals(
        "UDP-enc-tun",
      );
      check("through the NAT: in UDP", "33.203/6.3/02").that(carriersOf(hidden)).equals(["udp"]);
      for (const { from } of viewOf(hidden).arrivals) {
        check("through the NAT: from port 4500", "33.203/6.3/02").that(from.port).equals(ENCAPSULATION_PORT);
      }
      const direct = await ue({ security: DIRECT });
      await isRegistered(context, "33.203/6.3/02", "without a NAT", direct.register());
      check("without a NAT: the mode", "33.203/6.3/02").that(viewOf(direct).current?.mode).equals("trans");
      check("without a NAT: in protocol 50", "33.203/6.3/02").that(carriersOf(direct)).equals(["raw"]);
    },
  }),

  /** `Security-Client without mod -> mod=trans or none, ESP`; `mod=tun, or a value nobody knows -> no set-up`. */
  testCase({
    id: "ipsec-nat/mode-defaults-to-transport",
    title: "No mod parameter means transport mode, an unusable one is not selected",
    verifies: ["33.203/H/10"],
    kills: ["pcscf/nat-default-mode-tunnel", "pcscf/nat-ignores-unknown-mode"],
    peer: "ue",
    needs: { ipsec: true },
    tags: ["privileged"],
    async run(context) {
      const { ue, check } = context;
      const alice = await ue({ security: { ...DIRECT, modes: ["trans"] } });
      for (const value of ["tun", "sideways"]) {
        const answer = await silenceIsUndefined(alice.attempt({ fresh: true, ...mod(value) }));
        check(`mod=${value}: not taken up`, "33.203/H/10").holds(isAborted(answer), {
          expected: "an error that is no challenge, or no answer",
          actual: answer ?? "no answer",
        });
      }
      const registered = await isRegistered(
        context,
        "33.203/H/10",
        "no mod",
        alice.register({ fresh: true, ...mod(null) }),
      );
      isAgreed(context, "33.203/H/10", "no mod: transport mode", registered?.challenge?.response, "trans");
      check("no mod: native ESP", "33.203/H/10").that(carriersOf(alice)).equals(["raw"]);
    },
  }),

  /**
   *     UE                   NAT                    P-CSCF
   *      |-- REGISTER --------->|---------------------->|
   *      |<-- 401 UDP-enc-tun --|<----------------------|
   *      |=== REGISTER ========>|==== port 4500 =======>|
   *      |<== 200 ==============|<==== port 4500 =======|
   */
  testCase({
    id: "ipsec-nat/tunnel-mode-through-nat",
    title: "Behind a NAT the UE gets UDP-encapsulated tunnel mode",
    verifies: ["33.203/M.7.1/01"],
    kills: ["pcscf/nat-native"],
    peer: "ue",
    needs: THROUGH_NAT,
    async run(context) {
      const { ue, check, given } = context;
      const alice = await ue({ security: BEHIND_NAT });
      const challenge = await given("the P-CSCF challenges", alice.challenge());
      isAgreed(context, "33.203/M.7.1/01", "the tunnel is agreed on", challenge.response, "UDP-enc-tun");
      await isRegistered(context, "33.203/M.7.1/01", "SM7 in the tunnel", alice.answer(challenge));
      const modes = new Set(viewOf(alice).arrivals.map(({ inner }) => inner?.mode));
      check("what came was in a tunnel", "33.203/M.7.1/01").that([...modes]).equals(["tunnel"]);
    },
  }),

  /** As before, `SM7 in native ESP -> nothing`; SM12, and a call, come in UDP alone. */
  testCase({
    id: "ipsec-nat/no-native-esp-through-nat",
    title: "Where a tunnel was agreed on no native ESP goes either way",
    verifies: ["33.203/M.7.1/01"],
    kills: ["pcscf/nat-native"],
    peer: "ue",
    needs: { ...THROUGH_NAT, ipsec: true },
    leases: PAIR,
    tags: ["privileged"],
    async run(context) {
      const { ue, check, given } = context;
      const alice = await ue({ security: WITH_NATIVE_ESP });
      const challenge = await given("the P-CSCF challenges", alice.challenge());
      const native = alice.answer(challenge, { esp: { carrier: "raw", mode: "transport" } });
      await isUnheard(context, "33.203/M.7.1/01", "SM7 in native ESP", native);
      const registered = await isRegistered(
        context,
        "33.203/M.7.1/01",
        "SM7 in the tunnel",
        alice.answer(challenge),
      );
      if (registered?.ok) {
        const { ue: friend } = await tunnelled(context);
        await call(friend, impuOf(alice), alice);
      }
      check("all that came was encapsulated", "33.203/M.7.1/01").that(carriersOf(alice)).equals(["udp"]);
    },
  }),

  /**
   * `REGISTER Via: the source, both modes -> 401 mod=trans, no other received`; SM7 and SM12 in native ESP. With
   * UDP-enc-tun alone the P-CSCF does not go on.
   */
  testCase({
    id: "ipsec-nat/transport-mode-without-nat",
    title: "Without a NAT a UE that could be encapsulated gets transport mode",
    verifies: ["33.203/M.7.1/02", "33.203/M.7.2/10"],
    kills: ["pcscf/nat-encapsulates-always"],
    peer: "ue",
    needs: { ...THROUGH_NAT, ipsec: true },
    tags: ["privileged"],
    async run(context) {
      const { ue, check, given } = context;
      const alice = await ue({ security: DIRECT });
      const tunnel = await silenceIsUndefined(alice.attempt({ offer: { modes: ["UDP-enc-tun"] } }));
      check("a UE for tunnels alone: no set-up", "33.203/M.7.1/02").that(goesOn(tunnel)).equals(false);
      const challenge = await given("the P-CSCF challenges", alice.challenge({ fresh: true }));
      const via = challenge.response.via;
      isAgreed(context, "33.203/M.7.1/02", "transport mode is agreed on", challenge.response, "trans");
      isAgreed(context, "33.203/M.7.2/10", "and the challenge says so", challenge.response, "trans");
      check("no NAT is seen", "33.203/M.7.1/02").that(via?.received ?? via?.host).equals(alice.local.address);
      await isRegistered(context, "33.203/M.7.1/02", "SM7 in native ESP", alice.answer(challenge));
      check("nothing was encapsulated", "33.203/M.7.1/02").that(carriersOf(alice)).equals(["raw"]);
    },
  }),

  /** Behind a NAT: `mod=… offered -> one of them chosen, an error, or nothing`. */
  testCase({
    id: "ipsec-nat/mode-is-one-of-those-offered",
    title: "The P-CSCF agrees on no mode that the UE did not offer",
    verifies: ["33.203/M.7.2/04"],
    kills: ["pcscf/nat-unoffered-mode"],
    peer: "ue",
    needs: THROUGH_NAT,
    async run(context) {
      const { ue, check } = context;
      const alice = await ue({ security: BEHIND_NAT });
      for (const modes of [BOTH, ["UDP-enc-tun"]] as const) {
        const { response } = await isTakenUp(context, alice, { offer: { modes } });
        check(`${modes.join(" and ")} offered: no other chosen`, "33.203/M.7.2/04")
          .that(chosenIn(response).filter((mode) => !modes.some((one) => one === mode))).equals([]);
      }
      const trans = await withinWindow(
        context,
        alice.attempt({ fresh: true, offer: { modes: ["trans"] } }),
      );
      check("trans offered: no other chosen", "33.203/M.7.2/04")
        .that(chosenIn(trans).filter((mode) => mode !== "trans")).equals([]);
      const unknown = await withinWindow(context, alice.attempt({ fresh: true, ...mod("sideways") }));
      check("one that nobody knows offered: no set-up", "33.203/M.7.2/04").that(chosenIn(unknown)).equals([]);
    },
  }),

  /** `401 Security-Server: …;mod=UDP-enc-tun`, in every entry, however many the UE has offered. */
  testCase({
    id: "ipsec-nat/challenge-states-the-mode",
    title: "Behind a NAT every entry of Security-Server says UDP-enc-tun",
    verifies: ["33.203/M.7.2/10"],
    kills: ["pcscf/nat-omits-mode"],
    peer: "ue",
    needs: THROUGH_NAT,
    async run(context) {
      const { ue, check } = context;
      const alice = await ue({ security: BEHIND_NAT });
      for (const modes of [BOTH, ["UDP-enc-tun"]] as const) {
        const name = `${modes.join(" and ")} offered`;
        const challenge = await check(`${name}: challenged`, "33.203/M.7.2/10").answers(
          alice.challenge({ fresh: true, offer: { modes } }),
        );
        isAgreed(context, "33.203/M.7.2/10", `${name}: the mode`, challenge?.response, "UDP-enc-tun");
      }
    },
  }),

  /**
   * Both modes in both orders, from behind a NAT: UDP-enc-tun each time; then
   *
   *     UE                   NAT                    P-CSCF
   *      |=== REGISTER, transport mode in UDP =========>| nothing
   *      |=== REGISTER, tunnel mode ===================>|
   *      |<== 200 ======================================|
   */
  testCase({
    id: "ipsec-nat/udp-enc-tun-is-selected-behind-nat",
    title: "Behind a NAT the order of the offer does not matter: UDP-enc-tun is selected and then required",
    verifies: ["33.203/P.3/04"],
    kills: ["pcscf/nat-mode-by-preference", "pcscf/nat-takes-transport-mode"],
    peer: "ue",
    needs: THROUGH_NAT,
    async run(context) {
      const { ue, check } = context;
      const alice = await ue({ security: BEHIND_NAT });
      for (const modes of [[...BOTH].reverse(), BOTH]) {
        const name = `${modes[0]} first`;
        const preferred: RegisterOptions = { fresh: true, offer: { modes }, tamper: preferring(modes[0]!) };
        const challenge = await check(`${name}: challenged`, "33.203/P.3/04").answers(
          alice.challenge(preferred),
        );
        isAgreed(context, "33.203/P.3/04", `${name}: the tunnel`, challenge?.response, "UDP-enc-tun");
        if (!challenge || modes !== BOTH) continue;
        const transport = alice.answer(challenge, { esp: { mode: "transport" } });
        await isUnheard(context, "33.203/P.3/04", "SM7 in transport mode", transport);
        await isRegistered(
          context,
          "33.203/P.3/04",
          "SM7 in the tunnel",
          alice.answer(challenge),
        );
      }
    },
  }),

  /** `401 Security-Server: A;spi-c=1;spi-s=2, B;spi-c=1;spi-s=2`: four SPIs in all, also where the UE's are next to the P-CSCF's. */
  testCase({
    id: "ipsec-nat/alternatives-share-spis",
    title: "All alternatives of Security-Server name the same SPIs, and they are not the UE's",
    verifies: ["33.203/M.7.2/08"],
    kills: ["pcscf/nat-spi-per-alternative"],
    peer: "ue",
    needs: THROUGH_NAT,
    async run({ ue, check, given }) {
      const alice = await ue({ security: BEHIND_NAT });
      let offer: RegisterOptions["offer"] = {};
      for (const name of ["random SPIs", "the P-CSCF's last SPIs", "SPIs next to the P-CSCF's"]) {
        const challenge = await given(`${name}: challenged`, alice.challenge({ fresh: true, offer }));
        const [first, ...others] = setUps(challenge.response);
        await given(`${name}: there is a set-up`, first !== undefined);
        const { spiC, spiS } = first!;
        for (const other of others) {
          check(`${name}: spi-c of each alternative`, "33.203/M.7.2/08").that(other.spiC).equals(spiC);
          check(`${name}: spi-s of each alternative`, "33.203/M.7.2/08").that(other.spiS).equals(spiS);
        }
        const theirs = challenge.request.securityClient[0]?.params;
        const all = [theirs?.get("spi-c"), theirs?.get("spi-s"), String(spiC), String(spiS)].map(Number);
        check(`${name}: four numbers`, "33.203/M.7.2/08").that(all).allDistinct();
        offer = name === "random SPIs"
          ? { spiUc: spiC, spiUs: spiS }
          : { spiUc: Math.max(spiC, spiS) + 1, spiUs: Math.max(spiC, spiS) + 2 };
      }
    },
  }),

  /**
   * Weakest first in the offer: the highest q stands at an entry with encryption, and an SM7 without it is not heard.
   *
   *     UE                                         P-CSCF
   *      |-- REGISTER null;q=0.9, aes-cbc;q=0.1 ----->|
   *      |<-- 401 aes-cbc;q=…, … ---------------------|
   *      |=== REGISTER under null ===================>| nothing
   */
  testCase({
    id: "ipsec-nat/encryption-ranks-highest",
    title: "Combinations with encryption rank above those without, whatever the UE prefers",
    verifies: ["33.203/M.7.2/09"],
    kills: ["pcscf/nat-prefers-null"],
    peer: "ue",
    needs: { ...THROUGH_NAT, "ipsec.ealg": "aes-cbc" },
    async run(context) {
      const { ue, check, given, profile } = context;
      const offers = [AUTHENTICATION_ONLY, ...ciphers(profile)];
      const alice = await ue({ security: { ...BEHIND_NAT, offers } });
      const challenge = await given("the P-CSCF challenges", alice.challenge());
      const entries = setUps(challenge.response);
      const rank = Math.max(...entries.map(({ q }) => q));
      const highest = entries.filter(({ q }) => q === rank).map(({ ealg }) => ealg);
      check("the highest has encryption", "33.203/M.7.2/09").that(highest).lacks("null");
      check("the first has encryption", "33.203/M.7.2/09").that(entries[0]?.ealg).isOneOf(
        "aes-cbc",
        "aes-gcm",
      );
      const weak = alice.answer(challenge, IN_NULL);
      await isUnheard(context, "33.203/M.7.2/09", "SM7 without encryption", weak);
      await isRegistered(context, "33.203/M.7.2/09", "SM7 as agreed", alice.register({ fresh: true }));
    },
  }),
];

/** The modes of a set-up, as Annex H reads them; none where the P-CSCF does not go on. */
function chosenIn(response: SipResponse | undefined): string[] {
  return goesOn(response) ? modesOf(response).map((mode) => mode ?? "trans") : [];
}

/** Gives entries of one mode a high q and the others a low one. */
function preferring(mode: IpsecMode) {
  return rewritten(
    "Security-Client",
    each((entry) => setting("q", entry.includes(`mod=${mode}`) ? "0.9" : "0.1")(entry)),
  );
}
