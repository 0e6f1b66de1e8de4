/** The interworking cases of TS 33.203 T.7, made of their table. */
import type { Ue, UeOptions } from "../../harness/peer/ue/types.ts";
import { variantsOf } from "../../harness/runner/applicability.ts";
import { type CaseDefinition, testCase } from "../../harness/runner/case.ts";
import type { CaseContext } from "../../harness/runner/context.ts";
import { silenceIsUndefined } from "../_shared/reach.ts";
import { SECURITY_HEADERS } from "../_shared/security_headers.ts";
import { goesOn } from "../_shared/set_up_lines.ts";
import { attached, GIBA, SIM, USIM } from "./_attached.ts";
import { AKA, offerFor } from "./_full_security.ts";
import type { Ending, InterworkingRow, Variants } from "./_interworking_table.ts";
import { isNoSuccess } from "../_shared/outcome.ts";

export function interworkingCase(row: InterworkingRow): CaseDefinition {
  const { id, network, card, verifies, kills, ends } = row;
  const cards = card === "either" ? [SIM, USIM] : [card === "SIM" ? SIM : USIM];
  return testCase({
    id,
    title: titleOf(row),
    verifies,
    kills,
    peer: "ue",
    needs: {
      // Full security alone knows nothing of addresses.
      ...(network === "full" ? { "access.3gpp": true } : GIBA),
      [`variants.${NAMES[network]}`]: true,
      ...(ends === "AKA" ? { ipsec: true } : {}),
    },
    leases: [...cards, ...(needsWitness(row) ? ["aka"] : [])],
    async run(context) {
      for (const [as, lease] of cards.entries()) {
        const security = ends === "AKA" ? { security: "ipsec-3gpp" } as const : {};
        const ue = await standing(context, { as, ...security });
        await becomes(context, ue, network);
        const stage = { ...context, row, name: lease === SIM ? "SIM" : "USIM" };
        await ENDINGS[ends](stage, ue);
        await BESIDE[ends]?.(stage, ue);
      }
    },
  });
}

/** As profile and operator name them. */
const NAMES: Readonly<Record<Variants, "giba" | "full" | "both">> = {
  GIBA: "giba",
  full: "full",
  both: "both",
};

/** "Case 3: UE (USIM) that knows both, network that knows GIBA: 420, then GIBA" */
function titleOf({ number, terminal, network, card, begins, ends }: InterworkingRow): string {
  const inside = card === "either" ? "SIM or USIM" : card;
  const wrongly = begins === "full, wrongly" ? ", which begins with full security all the same" : "";
  return `T.7 case ${number}: UE (${terminal}, ${inside})${wrongly}, network (${network}): ${ends}`;
}

/** A network with full security alone has nothing to serve a SIM with: another subscriber shows that it serves. */
function needsWitness({ network, card }: InterworkingRow): boolean {
  return network === "full" && card === "SIM";
}

/** A UE at an address that the HSS knows, where it can be told. */
async function standing(context: CaseContext, options: UeOptions): Promise<Ue> {
  if (context.profile.radius) return (await attached(context, options)).ue;
  return await context.ue({ access: "3gpp", ...options });
}

/** A network that is one already needs no order. */
async function becomes(
  { given, operator, operatorAtEnd, profile }: CaseContext,
  { local: { address } }: Ue,
  network: Variants,
): Promise<void> {
  if (variantsOf(profile) === NAMES[network]) return;
  operatorAtEnd("security-policy", { address });
  await given(
    `the network becomes one with ${network} alone`,
    operator("security-policy", { address, variants: NAMES[network] }),
  );
}

interface Stage extends CaseContext {
  readonly row: InterworkingRow;
  /** Which card this is about. */
  readonly name: string;
}

/** What the network does, and how it shows. */
const ENDINGS: Readonly<Record<Ending, (stage: Stage, ue: Ue) => Promise<void>>> = {
  /** `UE -- REGISTER --> 200` */
  async "registered"({ check, name }, ue) {
    const { response, challenge } = await ue.register({ withoutAuthorization: true });
    check(`${name}: registered`, "33.203/T.7/02").answer(response).isOneOf(200);
    check(`${name}: without a challenge`, "33.203/T.7/02").about(response).that(challenge).isAbsent();
    check(`${name}: no security header in the answer`, "33.203/T.7/01").that(response).lacks(
      ...SECURITY_HEADERS,
    );
  },

  /** `UE -- REGISTER, sec-agree --> 420, Unsupported: sec-agree; -- REGISTER without --> 200; -- with --> 420` */
  async "420, then GIBA"(stage, ue) {
    const { check, profile } = stage;
    await ENDINGS["420"](stage, ue);
    for (const fresh of [false, true]) {
      const how = fresh ? "with a new Call-ID" : "with the same Call-ID";
      const answer = await silenceIsUndefined(ue.attempt({ withoutAuthorization: true, fresh }));
      check(`GIBA ${how}: registered`, "33.203/T.7/05").answer(answer).isOneOf(200);
    }
    const again = await silenceIsUndefined(
      ue.attempt({ headers: offerFor(profile), withoutAuthorization: false }),
    );
    check("full security again: 420 again", "33.203/T.7/05").answer(again).isOneOf(420);
  },

  /** `UE -- REGISTER, sec-agree --> 420, Unsupported: sec-agree`, each time. */
  async "420"({ check, profile }, ue) {
    for (const time of ["first", "second"]) {
      const answer = await silenceIsUndefined(
        ue.attempt({ headers: offerFor(profile), withoutAuthorization: false }),
      );
      check(`${time} REGISTER: 420`, "33.203/T.7/04").answer(answer).isOneOf(420);
      check(`${time} REGISTER: what is not supported`, "33.203/T.7/04").about(answer)
        .that(answer?.unsupported.map((tag) => tag.toLowerCase())).equals(["sec-agree"]);
    }
  },

  /**
   *     UE (at the address that the HSS has)        network
   *      |--- SM1 ------------------------------------>|   401 AKA, Security-Server
   *      |=== SM7, wrong RES =========================>|   no success
   *      |=== SM1, SM7, right RES ====================>|   200
   */
  async "AKA"({ check }, ue) {
    for (const res of ["wrong", "right"] as const) {
      const challenge = await check(`${res} RES: challenged`, "33.203/T.7/08").answers(
        ue.challenge({ withoutAuthorization: false, fresh: true }),
      );
      if (!challenge) return;
      check(`${res} RES: with AKA`, "33.203/T.7/08").that(challenge.parameters.get("algorithm")).matches(AKA);
      check(`${res} RES: with Security-Server`, "33.203/T.7/08").about(challenge.response)
        .that(goesOn(challenge.response)).equals(true);
      const outcome = await silenceIsUndefined(ue.answer(challenge, res === "wrong" ? { res } : {}));
      if (res === "wrong") isNoSuccess(check("wrong RES: no success", "33.203/T.7/08"), outcome?.response);
      else check("right RES: registered", "33.203/T.7/08").answer(outcome?.response).isOneOf(200);
    }
  },

  /** `UE -- REGISTER, sec-agree --> 403`, each time: no challenge, and no GIBA in its place. */
  async "403"({ check, profile }, ue) {
    for (const time of ["first", "second"]) {
      const answer = await silenceIsUndefined(
        ue.attempt({ headers: offerFor(profile), withoutAuthorization: false, fresh: true }),
      );
      check(`${time} REGISTER: 403`, "33.203/T.7/06").answer(answer).isOneOf(403);
    }
  },

  /** `UE -- REGISTER --> 4xx`, though the HSS has its address. */
  async "4xx"({ check }, ue) {
    const answer = await silenceIsUndefined(ue.attempt({ withoutAuthorization: true }));
    check("refused", "33.203/T.7/07").answer(answer).isClass(4);
    check("no challenge to a REGISTER in the clear", "33.203/T.7/07").that(answer).lacks("WWW-Authenticate");
  },
};

/**
 * What stands beside an ending, that a network which does the same for everybody does not get through: whom it refuses it
 * serves where the UE begins rightly, and whom it registers it does not register anywhere.
 */
const BESIDE: Readonly<Partial<Record<Ending, (stage: Stage, ue: Ue) => Promise<void>>>> = {
  /** `the same UE at an address that the HSS does not have -- REGISTER --> no success` */
  async "registered"(stage, ue) {
    const elsewhere = await stage.ue({ like: ue, access: "3gpp" });
    await stage.given(
      `the 3GPP access has another address than ${ue.local.address} to stand on`,
      elsewhere.local.address !== ue.local.address,
    );
    await becomes(stage, elsewhere, stage.row.network);
    const answer = await silenceIsUndefined(elsewhere.attempt({ withoutAuthorization: true, fresh: true }));
    // Who registers there all the same has not authenticated the UE by GIBA.
    const { check, name } = stage;
    isNoSuccess(check(`${name}, at an address that is not its own: no success`, "33.203/T.7/02"), answer);
  },
  "420": registersByAddress,
  async "403"(stage, ue) {
    await (stage.row.network === "full" ? challengesUsim(stage, ue) : registersByAddress(stage, ue));
  },
  "4xx": challengesUsim,
};

/** `UE (SIM, USIM) -- REGISTER without the security headers --> 200` */
async function registersByAddress({ given, name }: Stage, ue: Ue): Promise<void> {
  await given(
    `without the security headers the ${name} is registered by its address`,
    ue.register({ withoutAuthorization: true, fresh: true }),
  );
}

/** `UE (USIM) -- REGISTER, sec-agree --> 401 AKA`; it goes no further, so nobody needs IPsec for it. */
async function challengesUsim(stage: Stage, ue: Ue): Promise<void> {
  const { given, profile, row } = stage;
  const witness = needsWitness(row) ? await stage.ue({ as: 1, access: "3gpp", security: "none" }) : ue;
  await becomes(stage, witness, row.network);
  const full = { headers: offerFor(profile), withoutAuthorization: false, fresh: true };
  await given(`"${witness.identity.impi}", who has AKA, is challenged there with full security`, async () => {
    const { parameters } = await witness.challenge(full);
    return AKA.test(parameters.get("algorithm") ?? "");
  });
}
