/** The Via of the UE on its way to the S-CSCF, seen from behind the P-CSCF: TS 33.203 T.4, T.5 and T.8.1. */
import type { Via } from "sip-codec";
import { PeerViolation } from "../../harness/errors.ts";
import type { ArrivedRegister, HomeNetwork } from "../../harness/peer/home_network/types.ts";
import type { Tamper, Ue } from "../../harness/peer/ue/types.ts";
import { testCase } from "../../harness/runner/case.ts";
import type { CaseContext } from "../../harness/runner/context.ts";
import { AT_HOME, HOME, nextWithin } from "../_shared/home.ts";
import { silenceIsUndefined } from "../_shared/reach.ts";
import { all, asSent, lowestVia, sentBy, viaParameter } from "./_via.ts";

const NEEDS = { "giba": true, "access.3gpp": true, ...HOME } as const;

/** REGISTERs of its users are granted, as they are where the address is right. */
async function homeOfGiba({ homeNetwork }: Pick<CaseContext, "homeNetwork">): Promise<HomeNetwork> {
  const home = await homeNetwork();
  home.script((register) => register.grant());
  return home;
}

function roaming({ ue }: Pick<CaseContext, "ue">, home: HomeNetwork): Promise<Ue> {
  return ue({ home, as: 0, access: "3gpp" });
}

/** A GIBA REGISTER of a right UE arrives; whether that of a roaming one has to is not said. */
async function forwards(
  context: Pick<CaseContext, "given" | "timers">,
  home: HomeNetwork,
  ue: Ue,
): Promise<ArrivedRegister> {
  return await context.given(
    "the P-CSCF forwards a GIBA REGISTER to us",
    async () =>
      await forwarded(context, home, ue, () => {}) ??
        Promise.reject(new PeerViolation("nothing was forwarded")),
  );
}

/** The same, as it came to the home network; undefined where it did not. */
async function forwarded(
  { timers }: Pick<CaseContext, "timers">,
  home: HomeNetwork,
  ue: Ue,
  tamper: Tamper,
): Promise<ArrivedRegister | undefined> {
  await silenceIsUndefined(ue.attempt({ withoutAuthorization: true, tamper }));
  // We have granted it before the UE was answered, if it came.
  return await nextWithin(home, timers.silence);
}

export const via = [
  /**
   *     UE                               P-CSCF                        home network (ours)
   *      |--- REGISTER, INVITE -------------->|--- Via: the P-CSCF's, ------->|
   *      |    Via with a strange parameter    |    the UE's as it was, but    |
   *      |                                    |    for received and rport     |
   */
  testCase({
    id: "giba/via-of-the-ue-arrives",
    title: "The P-CSCF forwards the Via of the UE as it is, but for what it notes in it",
    verifies: ["33.203/T.5/04"],
    kills: ["pcscf/replaces-ue-via"],
    ...AT_HOME,
    needs: NEEDS,
    async run(context) {
      const { check, given } = context;
      const home = await homeOfGiba(context);
      const alice = await roaming(context, home);
      await forwards(context, home, alice);
      let sent: Via | undefined;
      const tamper: Tamper = (request) => {
        viaParameter("x-note=seven")(request);
        sent = request.via;
      };
      const register = await forwarded(context, home, alice, tamper);
      check("REGISTER: the lowest Via is the UE's", "33.203/T.5/04").about(register?.request)
        .that(asSent(lowestVia(register?.request))).equals(asSent(sent));
      await given("the UE is registered", alice.registered);
      const arriving = silenceIsUndefined(home.incoming("INVITE"));
      const outgoing = await alice.request("INVITE", `sip:somebody@${home.domain}`, { tamper });
      const invite = await arriving;
      await invite?.respond(486);
      check("INVITE: the lowest Via is the UE's", "33.203/T.5/04").about(invite?.request)
        .that(asSent(lowestVia(invite?.request))).equals(asSent(sent));
      await silenceIsUndefined(outgoing.final());
    },
  }),

  /** `UE at A -- Via: A, another address, a name --> P-CSCF -- …;received=A, where it is not A already -->`. */
  testCase({
    id: "giba/source-is-noted",
    title: "The P-CSCF notes the source of a REGISTER in received wherever sent-by is something else",
    verifies: ["33.203/T.8.1/01"],
    kills: ["pcscf/received-for-private-addresses-only"],
    ...AT_HOME,
    needs: NEEDS,
    async run(context) {
      const { check, timers } = context;
      const home = await homeOfGiba(context);
      const alice = await roaming(context, home);
      const { address, port } = alice.local;
      const { request } = await forwards(context, home, alice);
      check("sent-by is the source: nothing else in received", "33.203/T.8.1/01").about(request)
        .that(lowestVia(request)?.received ?? address).equals(address);
      for (const [what, host] of [["another address", "192.0.2.17"], ["a name", "ue.example.net"]] as const) {
        const register = await forwarded(context, home, alice, sentBy(`${host}:${port}`));
        check(`sent-by is ${what}: the source in received`, "33.203/T.8.1/01").about(register?.request)
          .that(lowestVia(register?.request)?.received).equals(address);
        const arriving = silenceIsUndefined(home.incoming("INVITE", timers.silence));
        const outgoing = await alice.request("INVITE", `sip:somebody@${home.domain}`, {
          tamper: sentBy(`${host}:${port}`),
        });
        const invite = await arriving;
        await invite?.respond(486);
        await silenceIsUndefined(outgoing.final());
        if (!invite) continue; // refused at once
        check(`INVITE, sent-by is ${what}: the source in received`, "33.203/T.8.1/01").about(invite.request)
          .that(lowestVia(invite.request)?.received).equals(address);
      }
    },
  }),

  /** `UE at A -- Via: …;received=B --> P-CSCF -- …;received=A, once -->`. */
  testCase({
    id: "giba/forged-received-is-replaced",
    title: "A received parameter that the UE has written does not get past the P-CSCF",
    verifies: ["33.203/T.4/07"],
    kills: ["pcscf/giba-keeps-forged-received"],
    ...AT_HOME,
    needs: NEEDS,
    async run(context) {
      const { check } = context;
      const home = await homeOfGiba(context);
      const alice = await roaming(context, home);
      const { address, port } = alice.local;
      await forwards(context, home, alice);
      const forged = viaParameter("received=192.0.2.17");
      const lies: readonly (readonly [string, Tamper])[] = [
        ["own address in sent-by", forged],
        ["another in sent-by", all(sentBy(`192.0.2.17:${port}`), forged)],
      ];
      for (const [what, tamper] of lies) {
        const register = await forwarded(context, home, alice, tamper);
        const [, ...written] = register?.request.values("Via") ?? [];
        const values = written.flatMap((one) =>
          [...one.matchAll(/;\s*received\s*=\s*([^;\s]*)/gi)].map(([, it]) => it)
        );
        check(`${what}: no other address than the source's`, "33.203/T.4/07").about(register?.request)
          .that(values.filter((value) => value !== address)).isAbsent();
        if (!register) continue; // refused at once
        const { received, host } = lowestVia(register.request) ?? {};
        check(`${what}: the source can be told`, "33.203/T.4/07").about(register.request).that(
          received ?? host,
        )
          .equals(address);
      }
    },
  }),
];
