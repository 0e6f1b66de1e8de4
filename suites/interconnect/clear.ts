/** SIP in the clear at the border is not answered: clauses 4 and S.5.2 of TS 33.203, and S3-010339 before it. */
import { EnvironmentError } from "../../harness/errors.ts";
import type { Network } from "../../harness/peer/network/mod.ts";
import { type CaseDefinition, testCase } from "../../harness/runner/case.ts";
import type { CaseContext } from "../../harness/runner/context.ts";
import { andEnd, BORDER, partnerCalls } from "../_shared/interworking.ts";
import { arrival } from "../_shared/reach.ts";
import { registered } from "../_shared/scene.ts";

const CLEAR = { ...BORDER, "entry.ibcf.udp": true } as const;

/**
 *     partner's address        border           callee
 *       |--- OPTIONS, INVITE ---->|                |
 *       |    no answer            |   no INVITE    |
 */
const partnerInTheClear = testCase({
  id: "interconnect/clear-partner-unserved",
  title: "OPTIONS and INVITE in the clear from a partner's address are neither answered nor forwarded",
  verifies: ["33.203/S.5.2/01"],
  kills: ["ibcf/answers-clear-partner"],
  peer: "peer-network",
  needs: CLEAR,
  async run({ ue, network, given, check, profile, timers }) {
    const { ue: callee } = await registered({ ue, given });
    const foreign = await network();
    await given("a call gets through by TLS", andEnd(partnerCalls(foreign, callee)));
    const reaching = arrival(callee, timers.silence);
    const impu = callee.identity.impus[0]!;
    const home = `sip:${profile.home.domain}`;
    await Promise.all(
      transports(profile).flatMap((over) => [
        check(`no answer to OPTIONS by ${over}`, "33.203/S.5.2/01")
          .never(mute(foreign, "OPTIONS", home, over), "an answer"),
        check(`no answer to INVITE by ${over}`, "33.203/S.5.2/01")
          .never(mute(foreign, "INVITE", impu, over), "an answer"),
      ]),
    );
    check("no INVITE at the user", "33.203/S.5.2/01").that(await reaching).isAbsent();
  },
});

/**
 *     outside                        border
 *       |--- REGISTER, OPTIONS, INVITE ->|
 *       |    no answer                   |
 */
const coreInTheClear = testCase({
  id: "interconnect/clear-core-unreached",
  title: "No CSCF answers REGISTER, OPTIONS or INVITE in the clear from outside",
  verifies: ["33.203/4/04"],
  kills: ["icscf/answers-clear-sip"],
  peer: "peer-network",
  needs: CLEAR,
  async run({ ue, network, given, check, profile }) {
    const { ue: user } = await registered({ ue, given });
    const impu = user.identity.impus[0]!;
    const home = `sip:${profile.home.domain}`;
    const foreign = await network();
    await given("the border answers by TLS", async () => (await foreign.attempt()).answer !== undefined);
    const asked = [["REGISTER", home], ["OPTIONS", impu], ["INVITE", impu]] as const;
    await Promise.all(
      transports(profile).flatMap((over) =>
        asked.map(([method, target]) =>
          check(`no answer to ${method} by ${over}`, "33.203/4/04")
            .never(mute(foreign, method, target, over, impu), "an answer")
        )
      ),
    );
  },
});

/**
 *     outside              border
 *       |--- OPTIONS -------->|
 *       |    no answer        |
 */
const optionsInTheClear = testCase({
  id: "interconnect/clear-options-unanswered",
  title: "The border does not answer OPTIONS in the clear",
  verifies: ["S3-010339/s3-010291/05"],
  kills: ["ibcf/answers-clear-sip"],
  peer: "peer-network",
  needs: CLEAR,
  leases: [],
  async run({ network, given, check, profile }) {
    const foreign = await network();
    await given("the border answers by TLS", async () => (await foreign.attempt()).answer !== undefined);
    await Promise.all(
      transports(profile).map((over) =>
        check(`no answer by ${over}`, "S3-010339/s3-010291/05")
          .never(mute(foreign, "OPTIONS", `sip:${profile.home.domain}`, over), "an answer")
      ),
    );
  },
});

/** Those of the border's clear entries that the profile has. */
function transports(profile: CaseContext["profile"]): ("udp" | "tcp")[] {
  return (["udp", "tcp"] as const).filter((one) => profile.entry["ibcf"]?.[one]);
}

/** Whether nothing answers a request in the clear. A port that is closed answers nothing either. */
async function mute(
  network: Network,
  method: string,
  target: string,
  over: "udp" | "tcp",
  from: string = network.uri,
): Promise<boolean> {
  try {
    return await (await network.request(method, target, { way: "clear", over, from })).unanswered();
  } catch (error) {
    if (over === "tcp" && error instanceof EnvironmentError) return true;
    throw error;
  }
}

export const clear: readonly CaseDefinition[] = [partnerInTheClear, coreInTheClear, optionsInTheClear];
