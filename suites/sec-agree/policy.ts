/** What the operator of the P-CSCF decides about algorithms: clauses 7.1 (note 2) and 7.2 of TS 33.203. */
import { testCase } from "../../harness/runner/case.ts";
import type { Ue } from "../../harness/peer/ue/types.ts";
import type { CaseContext } from "../../harness/runner/context.ts";
import { silenceIsUndefined } from "../_shared/reach.ts";
import { each, setting } from "../_shared/set_up_lines.ts";
import { withinWindow } from "../_shared/window.ts";
import {
  CBC,
  claimed,
  GMAC,
  INITIAL,
  INTEGRITY_ONLY,
  IPSEC,
  isNoSuccess,
  isRefused,
  listed,
  nameOf,
  offering,
  secured,
} from "./_stimuli.ts";

export const policy = [
  /**
   *     UE                   P-CSCF                        operator
   *      |--- SM1, no ealg ---->|   "encrypt where it can be" --|
   *      |<-- 401, SM7, 200 ----|   under NULL encryption
   *                             |   "always encrypt" -----------|
   *      |--- SM1, no ealg ---->|
   *      |<-- 4xx --------------|
   */
  testCase({
    id: "sec-agree/mandatory-encryption-is-insisted-on",
    title: "A UE without encryption gets NULL encryption, or nothing where the operator wants encryption",
    verifies: ["33.203/7.2/06"],
    kills: ["pcscf/sec-agree-null-under-mandatory"],
    peer: "ue",
    needs: { "ipsec": true, "ipsec.ealg": "aes-cbc", "operator.security-policy": true },
    tags: ["operator"],
    async run(context) {
      const { ue, check, given } = context;
      const alice = await ue({ security: { ...IPSEC, offers: [INTEGRITY_ONLY] } });
      const silent = offering(each(setting("ealg", null)));
      await given("encryption is preferred", orders(context, alice, { confidentiality: "preferred" }));
      for (const [name, tamper] of [["no ealg", silent], ["ealg=null", () => {}]] as const) {
        const set = await check(`${name}, encryption preferred: registers`, "33.203/7.2/06").answers(
          secured(alice, { tamper }),
        );
        check(`${name}: with NULL encryption`, "33.203/7.2/06").that(set?.ealg).equals("null");
      }
      await given("encryption is required", orders(context, alice, { confidentiality: "required" }));
      for (const [name, tamper] of [["no ealg", silent], ["ealg=null", () => {}]] as const) {
        const attempt = alice.attempt({ ...INITIAL, tamper });
        await isRefused(context, "33.203/7.2/06", `${name}, encryption required`, attempt);
      }
      const set = await check("with a cipher: registers", "33.203/7.2/06").answers(
        secured(alice, { offer: { offers: [INTEGRITY_ONLY, CBC] } }),
      );
      check("with a cipher: encrypts", "33.203/7.2/06").that(set?.ealg).equals(CBC.ealg);
    },
  }),

  /** The operator wants no encryption: SM6 names no cipher whatever SM1 offers, SM7 with AES-CBC is not answered. */
  testCase({
    id: "sec-agree/no-ciphers-where-none-is-used",
    title: "A P-CSCF that never encrypts lists no encryption algorithm",
    verifies: ["33.203/7.2/08"],
    kills: ["pcscf/sec-agree-lists-unused-cipher"],
    peer: "ue",
    needs: { "ipsec": true, "operator.security-policy": true },
    tags: ["operator"],
    async run(context) {
      const { ue, check, given } = context;
      const alice = await ue({ security: IPSEC });
      await given("encryption is never used", orders(context, alice, { confidentiality: "never" }));
      const offer = { offers: [CBC, ...claimed(context.profile)] };
      const challenge = await given("the network challenges", alice.challenge({ ...INITIAL, offer }));
      check("SM6 lists something", "33.203/7.2/08").that(listed(challenge.response)).isPresent();
      check("and no cipher", "33.203/7.2/08").that(listed(challenge.response)).satisfies(
        (pairs) => pairs.every((pair) => pair.endsWith(" with null")),
        "no ealg but null",
      );
      const encrypted = await withinWindow(context, alice.answer(challenge, { choose: CBC }));
      check("SM7 with AES-CBC is not answered", "33.203/7.2/08").that(encrypted?.response).isAbsent();
      const set = await check("without it the UE registers", "33.203/7.2/08").answers(
        secured(alice, { offer }),
      );
      check("with NULL encryption", "33.203/7.2/08").that(set?.ealg).equals("null");
    },
  }),

  /** The operator disables aes-gmac: not in SM6, not chosen though it comes first with q=1, and alone it gets 4xx. */
  testCase({
    id: "sec-agree/disabled-algorithm-is-out",
    title: "An algorithm that the operator has disabled is neither listed nor chosen nor accepted",
    verifies: ["33.203/7.1/03"],
    kills: ["pcscf/sec-agree-disabled-algorithm-works"],
    peer: "ue",
    needs: { "ipsec": true, "ipsec.alg": "aes-gmac", "operator.security-policy": true },
    tags: ["operator"],
    async run(context) {
      const { ue, check, given } = context;
      const alice = await ue({ security: IPSEC });
      const others = claimed(context.profile).filter(({ alg }) => alg !== GMAC.alg);
      await given("the profile claims another pair", others.length > 0);
      await given("AES-GMAC serves before", secured(alice, { offer: { offers: [GMAC] } }));
      await given("the operator disables it", orders(context, alice, { disable: GMAC.alg }));
      const first = offering((entries) =>
        entries.map((entry, at) => setting("q", at === 0 ? "1.0" : "0.1")(entry))
      );
      const { response } = await alice.challenge({
        ...INITIAL,
        offer: { offers: [GMAC, ...others] },
        tamper: first,
      });
      check("SM6 does not list it", "33.203/7.1/03").that(listed(response)).lacks(nameOf(GMAC));
      const set = await check("offered first, among others: registers", "33.203/7.1/03").answers(
        secured(alice, { offer: { offers: [GMAC, ...others] }, tamper: first }),
      );
      check("with another", "33.203/7.1/03").that(set?.alg).differsFrom(GMAC.alg);
      const alone = alice.register({ ...INITIAL, offer: { offers: [GMAC] }, answer: { choose: GMAC } });
      isNoSuccess(context, "33.203/7.1/03", "alone: does not register", await silenceIsUndefined(alone));
    },
  }),
];

/** Policy for this UE's address, until the case ends. */
async function orders(
  { operator, operatorAtEnd }: Pick<CaseContext, "operator" | "operatorAtEnd">,
  ue: Ue,
  policy: Readonly<Record<string, string>>,
): Promise<void> {
  const { address } = ue.local;
  operatorAtEnd("security-policy", { address });
  await operator("security-policy", { address, ...policy });
}
