/**
 * Which vectors the S-CSCF asks the HSS for, and which it uses: TS 33.203 6.1.1 and 6.1.3. The tester is the P-CSCF in front
 * of it and the HSS behind.
 */
import { type CaseDefinition, testCase } from "../../harness/runner/case.ts";
import { type Avp, avp, RESULT, valueOf } from "../../harness/peer/hss/mod.ts";
import { asked, authorizationOf, betweenUs, OUR_HSS, replaced, schemeOf, wanted } from "../_shared/cx.ts";
import { akaIn } from "../_shared/control.ts";
import { silenceIsUndefined } from "../_shared/reach.ts";
import { spellings } from "./_stimuli.ts";
const THERE = { ...OUR_HSS, aka: true } as const;

export const hssVectors: readonly CaseDefinition[] = [
  /** `SM2 -> MAR`: one vector or more, with AKA or without saying with what. */
  testCase({
    id: "aka/vectors-are-asked-for",
    title: "An S-CSCF without a vector asks for one at least",
    verifies: ["33.203/6.1.1/05"],
    kills: ["scscf/asks-for-no-vectors"],
    peer: "hss",
    needs: THERE,
    leases: ["aka"],
    async run(context) {
      const { check, given } = context;
      const { hss, proxy } = await betweenUs(context);
      await given("the network challenges", proxy.challenge());
      const [question] = asked(hss, "Multimedia-Auth");
      check("the HSS is asked", "33.203/6.1.1/05").that(question).isPresent();
      check("for one vector at least", "33.203/6.1.1/05").that(wanted(question)).isAtLeast(1);
      check("of AKA, or as the HSS has it", "33.203/6.1.1/05").that(schemeOf(question))
        .matches(/^(Digest-AKAv[12]|Unknown)/i);
    },
  }),

  /**
   *     P-CSCF-like node      S-CSCF                  HSS
   *      |--- SM2 ------------->|--- MAR --------------->|
   *      |<-- 401, RAND 1 ------|<-- one vector ---------|
   *      |--- SM2 ------------->|--- MAR --------------->|
   *      |<-- an error ---------|<-- unable to comply ---|   and never RAND 1 again
   */
  testCase({
    id: "aka/no-vector-no-challenge",
    title: "Where the HSS has no vector nobody is challenged with an old one",
    verifies: ["33.203/6.1.1/05"],
    kills: ["scscf/reuses-vector-without-hss"],
    peer: "hss",
    needs: THERE,
    leases: ["aka"],
    async run(context) {
      const { check, given } = context;
      const { hss, proxy } = await betweenUs(context);
      const first = await given("the network challenges", proxy.challenge());
      const failures = {
        "unable to comply": [avp("Result-Code", RESULT.DIAMETER_UNABLE_TO_COMPLY)],
        "success, and no vector": [avp("Result-Code", RESULT.DIAMETER_SUCCESS)],
      };
      for (const [name, reply] of Object.entries(failures)) {
        hss.script("Multimedia-Auth", () => reply);
        const before = asked(hss, "Multimedia-Auth").length;
        const answer = await silenceIsUndefined(proxy.attempt({ fresh: true }));
        check(`${name}: the HSS is asked again`, "33.203/6.1.1/05").about(answer)
          .that(asked(hss, "Multimedia-Auth").length).isAtLeast(before + 1);
        check(`${name}: no success`, "33.203/6.1.1/05").about(answer).that((answer?.status ?? 408) >= 300)
          .equals(true);
        const nonces = answer?.wwwAuthenticate.map(({ parameters }) => parameters.get("nonce")) ?? [];
        check(`${name}: no challenge`, "33.203/6.1.1/05").about(answer).that(nonces).equals([]);
      }
      context.note(`the vector that was given had the nonce ${first.parameters.get("nonce")}`);
    },
  }),

  /**
   *     P-CSCF-like node      S-CSCF                  HSS
   *      |--- SM2, SM8 (x 4) -->|--- MAR (m) ----------->|
   *      |                      |<-- n vectors ----------|   RAND 1, RAND 2, RAND 3
   *      |<-- 401 (x 4) --------|   in this order, each once
   */
  testCase({
    id: "aka/vectors-first-in-first-out",
    title: "Vectors are used in the order in which the HSS gives them, each once",
    verifies: ["33.203/6.1.1/06"],
    kills: ["scscf/last-vector-first"],
    peer: "hss",
    needs: THERE,
    leases: ["aka+!akav2"],
    async run(context) {
      const { check, given } = context;
      const { hss, proxy, impi } = await betweenUs(context);
      const handed: string[] = [];
      hss.script("Multimedia-Auth", (question, right) => {
        // 6.1.1: n vectors for m wanted.
        const count = Math.max(wanted(question) ?? 1, 3);
        const items = Array.from(
          { length: count },
          (_, index) => hss.item(impi, "Digest-AKAv1-MD5", { number: index + 1 }),
        );
        handed.push(...items.map(randIn));
        return replaced(right, avp("SIP-Number-Auth-Items", count), ...items);
      });
      const used: string[] = [];
      for (let run = 1; run <= 4; run++) {
        const challenge = await given(
          `challenge ${run}`,
          proxy.challenge({ fresh: true, integrityProtected: "no" }),
        );
        used.push(spellings((await akaIn({ given }, challenge)).rand)[0]!);
        await given(`answer ${run}`, proxy.answer(challenge));
      }
      check("each vector once", "33.203/6.1.1/06").that(used).allDistinct();
      // One that wants a single vector may leave the others alone; it takes the first of them all the same.
      const places = used.map((rand) => handed.indexOf(rand));
      check("out of what the HSS has given", "33.203/6.1.1/06").that(places.filter((place) => place < 0))
        .equals([]);
      check("in the order of the HSS", "33.203/6.1.1/06").that(places).equals(
        places.toSorted((a, b) => a - b),
      );
      context.note(`${asked(hss, "Multimedia-Auth").length} questions for ${used.length} challenges`);
    },
  }),

  /**
   *     P-CSCF-like node                    S-CSCF                       HSS
   *      |--- SM8, auts ---------------------->|--- MAR, RAND and AUTS ----->|   the RAND that was sent
   *      |--- SM8, auts, another nonce ------->|--- the same, or nothing --->|
   */
  testCase({
    id: "aka/resynchronisation-with-the-stored-rand",
    title: "After a synchronisation failure the HSS gets the RAND that was sent, whatever comes back",
    verifies: ["33.203/6.1.3/01"],
    kills: ["scscf/resynchronises-with-rand-of-ue"],
    peer: "hss",
    needs: THERE,
    leases: ["aka"],
    async run(context) {
      const { check, given, random } = context;
      const { hss, proxy } = await betweenUs(context);
      for (const forged of [false, true]) {
        const name = forged ? "another nonce comes back" : "the nonce comes back";
        const challenge = await given("the network challenges", proxy.challenge({ fresh: true }));
        const { rand } = await akaIn({ given }, challenge);
        const auts = proxy.isim!.auts(rand);
        const before = asked(hss, "Multimedia-Auth").length;
        const nonce = forged ? { nonce: withRand(challenge.parameters.get("nonce")!, random.bytes(16)) } : {};
        const { response } = await proxy.answer(challenge, { auts, ...nonce });
        check(`${name}: no success`, "33.203/6.1.3/01").answer(response).isClass(4, 5);
        const authorizations = asked(hss, "Multimedia-Auth").slice(before).map(authorizationOf);
        const expected = [...rand, ...auts];
        const wrong = authorizations.filter((one) => one !== undefined && !same(one, expected));
        check(`${name}: no other RAND goes to the HSS`, "33.203/6.1.3/01").about(response)
          .that(wrong).equals([]);
        if (forged) continue;
        check(`${name}: RAND and AUTS go to the HSS`, "33.203/6.1.3/01").about(response)
          .that(authorizations.some((one) => same(one, expected))).equals(true);
        check(`${name}: a new challenge follows`, "33.203/6.1.3/01").answer(response).isOneOf(401);
      }
    },
  }),
];

/** RAND of a SIP-Auth-Data-Item in hexadecimal: SIP-Authenticate is RAND || AUTN. */
function randIn(item: Avp): string {
  const nonce = valueOf(valueOf([item], "SIP-Auth-Data-Item") ?? [], "SIP-Authenticate");
  return spellings(nonce?.slice(0, 16) ?? new Uint8Array())[0]!;
}

/** A nonce of AKA with another RAND in it. */
function withRand(nonce: string, rand: Uint8Array): string {
  return btoa(String.fromCharCode(...rand) + atob(nonce).slice(16));
}

function same(octets: Uint8Array | undefined, expected: readonly number[]): boolean {
  return octets?.length === expected.length && expected.every((value, index) => octets[index] === value);
}
