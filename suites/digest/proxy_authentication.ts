/** Digest authentication of requests other than REGISTER: clauses N.2.1.2 and Q.2 of TS 33.203. */
import { testCase } from "../../harness/runner/case.ts";
import type { AnswerOptions, ReceivedChallenge, RequestOptions, Ue } from "../../harness/peer/ue/types.ts";
import type { CaseContext } from "../../harness/runner/context.ts";
import { servedAsItself } from "../_shared/control.ts";
import { call, silenceIsUndefined } from "../_shared/reach.ts";
import { asserted, register } from "../_shared/register.ts";
import { registered } from "../_shared/scene.ts";
import { isStale, nonceOf } from "./_stimuli.ts";

const NEEDS = { digest: true, "proxy-auth": true } as const;
const LEASES = ["digest+proxy-auth", "digest"] as const;
/** The friend answers every MESSAGE, so that a 200 at the sender means: it was delivered. */
const FRIEND = { as: 1, automatic: ["MESSAGE", "OPTIONS", "NOTIFY"] } as const;
const TEXT = { body: { type: "text/plain", content: "hello" } } as const;

export const proxyAuthentication = [
  /** `INVITE, MESSAGE, SUBSCRIBE without credentials -> 407`; `ACK` and `CANCEL` are never challenged. */
  testCase({
    id: "digest/requests-are-challenged",
    title: "Under the policy every kind of request is challenged, not the INVITE alone",
    verifies: ["33.203/N.2.1.2/04"],
    kills: ["scscf/proxy-auth-skips-message"],
    peer: "ue",
    needs: NEEDS,
    leases: LEASES,
    async run({ ue, check, given }) {
      const [alice, friend] = await userAndFriend({ ue, given });
      for (const method of ["INVITE", "MESSAGE", "SUBSCRIBE"]) {
        const answer = await uncredentialled(alice, method, friend);
        check(`${method} is challenged`, "33.203/N.2.1.2/04").answer(answer.response).isOneOf(407);
      }
    },
  }),

  /** No Proxy-Authorization, one without response, with an empty one, an Authorization in its place: 407 each; right: served. */
  testCase({
    id: "digest/no-response-no-service",
    title: "A request whose Proxy-Authorization lacks a response is challenged and not forwarded",
    verifies: ["33.203/N.2.1.2/05"],
    kills: ["scscf/passes-empty-proxy-response"],
    peer: "ue",
    needs: NEEDS,
    leases: LEASES,
    async run({ ue, check, given }) {
      const [alice, friend] = await userAndFriend({ ue, given });
      const first = await given("a MESSAGE is challenged", challenged(alice, "MESSAGE", friend));
      const variants: Readonly<Record<string, AnswerOptions>> = {
        "no response": { credentials: ({ parameters }) => void parameters.delete("response") },
        "an empty response": { credentials: ({ parameters }) => void parameters.set("response", "") },
        "Authorization in place of Proxy-Authorization": {
          tamper: (request) => {
            request.set("Authorization", request.get("Proxy-Authorization") ?? "");
            request.remove("Proxy-Authorization");
          },
        },
      };
      for (const [variant, answer] of Object.entries(variants)) {
        const exchange = await alice.again(first, answer);
        check(`${variant}: challenged`, "33.203/N.2.1.2/05").answer(await exchange.final()).isOneOf(407);
        await check(`${variant}: not forwarded`, "33.203/N.2.1.2/05").never(
          friend.silent("MESSAGE"),
          "a MESSAGE",
        );
      }
      await rightOneIsServed({ given }, alice, friend);
    },
  }),

  /** `401 of the registration` and `407`: same realm, algorithm and qop; the registration's password answers it. */
  testCase({
    id: "digest/proxy-challenge-matches-registration",
    title: "The 407 has the realm, algorithm and qop of the registration",
    verifies: ["33.203/N.2.1.2/06"],
    kills: ["scscf/other-realm-in-407", "scscf/no-qop-in-407"],
    peer: "ue",
    needs: NEEDS,
    leases: LEASES,
    async run({ ue, check, given }) {
      const [alice, friend] = [await ue(), await ue(FRIEND)];
      const registered = await given("the user registers", register(alice));
      await given("the called subscriber registers", register(friend));
      const proxy = await given("a MESSAGE is challenged", challenged(alice, "MESSAGE", friend));
      for (const name of ["realm", "algorithm", "qop"]) {
        check(name, "33.203/N.2.1.2/06").that(proxy.parameters.get(name)).equals(
          registered.challenge?.parameters.get(name),
        );
      }
      const served = await deliver(alice, proxy);
      check("the registration's password answers it", "33.203/N.2.1.2/06").that(served).equals(true);
    },
  }),

  /** The nonces of a 401 and of three 407s: all different. */
  testCase({
    id: "digest/proxy-nonce-is-fresh",
    title: "Each 407 has a nonce of its own, none of them the registration's",
    verifies: ["33.203/N.2.1.2/07"],
    kills: ["scscf/registration-nonce-in-407"],
    peer: "ue",
    needs: NEEDS,
    leases: LEASES,
    async run({ ue, check, given }) {
      const [alice, friend] = [await ue(), await ue(FRIEND)];
      const registered = await given("the user registers", register(alice));
      const nonces = [nonceOf(registered.challenge)];
      for (const count of [1, 2, 3]) {
        nonces.push(nonceOf(await given(`407 number ${count}`, challenged(alice, "MESSAGE", friend))));
      }
      check("all nonces", "33.203/N.2.1.2/07").that(nonces).allDistinct();
    },
  }),

  /** Answers made for another method, another Request-URI, with another's password or name, nc=0: refused; right: served. */
  testCase({
    id: "digest/proxy-response-is-verified",
    title: "Only the right Proxy-Authorization lets the request through",
    verifies: ["33.203/N.2.1.2/08"],
    kills: ["scscf/a2-of-challenged-method"],
    peer: "ue",
    needs: NEEDS,
    leases: [...LEASES, "digest"],
    async run({ ue, check, given }) {
      const [alice, friend, bob] = [await ue(), await ue(FRIEND), await ue({ as: 2 })];
      await given("the user registers", register(alice));
      await given("the called subscriber registers", register(friend));
      const variants: Readonly<Record<string, AnswerOptions>> = {
        "made for another Request-URI": { uri: "sip:elsewhere.example" },
        "another user's password": { password: bob.subscriber.digest!.password },
        "another user's name": { username: bob.identity.impi },
        "nc=0": { nc: 0 },
      };
      for (const [variant, answer] of Object.entries(variants)) {
        const challenge = await given(
          `a MESSAGE is challenged before "${variant}"`,
          challenged(alice, "MESSAGE", friend),
        );
        check(`${variant}: not served`, "33.203/N.2.1.2/08").that(await deliver(alice, challenge, answer))
          .equals(false);
      }
      const forInvite = await given("an INVITE is challenged", challenged(alice, "INVITE", friend));
      const made = alice.credentials(forInvite, { method: "INVITE", uri: impuOf(friend) });
      const crossed = await replay(alice, made, friend);
      check("made for INVITE, sent in a MESSAGE: not served", "33.203/N.2.1.2/08").answer(crossed).isOneOf(
        403,
        407,
      );
      const challenge = await given("a MESSAGE is challenged", challenged(alice, "MESSAGE", friend));
      check("the right answer: served", "33.203/N.2.1.2/08").that(await deliver(alice, challenge)).equals(
        true,
      );
    },
  }),

  /** Five wrong answers in a row: 407 with a new nonce or 403 each time, nothing forwarded; a right one is served. */
  testCase({
    id: "digest/wrong-proxy-responses-are-never-forwarded",
    title: "However often a wrong answer comes, the request is not forwarded",
    verifies: ["33.203/N.2.1.2/09"],
    kills: ["scscf/forwards-after-third-failure"],
    peer: "ue",
    needs: NEEDS,
    leases: LEASES,
    async run({ ue, check, given }) {
      const [alice, friend] = await userAndFriend({ ue, given });
      let challenge = await given("a MESSAGE is challenged", challenged(alice, "MESSAGE", friend));
      const nonces = [nonceOf(challenge)];
      for (const attempt of [1, 2, 3, 4, 5]) {
        const exchange = await alice.again(challenge, { password: `guess ${attempt}` });
        const final = await silenceIsUndefined(exchange.final());
        check(`guess ${attempt}: refused`, "33.203/N.2.1.2/09").answer(final).isOneOf(403, 407);
        if (final?.status !== 407) {
          challenge = await given(
            `challenged again after guess ${attempt}`,
            challenged(alice, "MESSAGE", friend),
          );
        } else challenge = alice.takeApart(final, exchange.request);
        nonces.push(nonceOf(challenge));
      }
      check("each guess needs a nonce of its own", "33.203/N.2.1.2/09").that(nonces).allDistinct();
      await rightOneIsServed({ given }, alice, friend);
    },
  }),

  /** A served request's Proxy-Authorization in a new request, from the same and from another source: 407 or 403. */
  testCase({
    id: "digest/replayed-proxy-authorization-is-refused",
    title: "A Proxy-Authorization is good for one request",
    verifies: ["33.203/N.2.1.2/13"],
    kills: ["scscf/forgets-proxy-nonce-count"],
    peer: "ue",
    needs: NEEDS,
    leases: LEASES,
    async run({ ue, check, given }) {
      const [alice, friend] = await userAndFriend({ ue, given });
      const challenge = await given("a MESSAGE is challenged", challenged(alice, "MESSAGE", friend));
      const used = alice.credentials(challenge, { method: "MESSAGE", uri: impuOf(friend) }, { nc: 1 });
      const first = await replay(alice, used, friend);
      await given("the first use is served", first?.status === 200);
      const second = await replay(alice, used, friend);
      check("the second use", "33.203/N.2.1.2/13").answer(second).isOneOf(403, 407);
      const thief = await ue({ like: alice, local: { address: alice.local.address } });
      const stolen = await replay(thief, used, friend);
      check("the use from another source", "33.203/N.2.1.2/13").answer(stolen).isOneOf(403, 407);
    },
  }),

  /** The nonce of the 401 in Proxy-Authorization, that of a 407 in Authorization: neither does; nc=1 on the 407's own does. */
  testCase({
    id: "digest/registration-and-proxy-are-separate",
    title: "Registration and proxy authentication have nonces and counts of their own",
    verifies: ["33.203/N.2.1.2/10"],
    kills: ["scscf/one-nonce-store", "scscf/proxy-nonce-registers"],
    peer: "ue",
    needs: NEEDS,
    leases: LEASES,
    async run({ ue, check, given }) {
      const [alice, friend] = [await ue(), await ue(FRIEND)];
      const registered = await given("the user registers", register(alice));
      await given("the called subscriber registers", register(friend));
      const proxy = await given("a MESSAGE is challenged", challenged(alice, "MESSAGE", friend));
      const crossed = await deliver(alice, proxy, { nonce: nonceOf(registered.challenge), nc: 2 });
      check("the registration's nonce in a MESSAGE", "33.203/N.2.1.2/10").that(crossed).equals(false);
      const second = await given("a MESSAGE is challenged", challenged(alice, "MESSAGE", friend));
      const again = await given("a REGISTER is challenged", alice.challenge({ fresh: true }));
      const back = await alice.answer(again, { nonce: nonceOf(second), nc: 1 });
      check("the 407's nonce in a REGISTER", "33.203/N.2.1.2/10").answer(back.response).isNot(200);
      const own = await given("a MESSAGE is challenged", challenged(alice, "MESSAGE", friend));
      check("nc=1 on the 407's own nonce", "33.203/N.2.1.2/10").that(await deliver(alice, own, { nc: 1 }))
        .equals(true);
    },
  }),

  /** One 407 answered, then three requests with nc 2, 3, 4 on its nonce: served (or 407 stale with a fresh nonce). */
  testCase({
    id: "digest/stored-proxy-challenge-is-reused",
    title: "A UE may go on with the nonce of a 407 and a growing count",
    verifies: ["33.203/N.2.1.2/11"],
    kills: ["scscf/refuses-nonce-count-above-one"],
    peer: "ue",
    needs: NEEDS,
    leases: LEASES,
    async run({ ue, check, given }) {
      const [alice, friend] = await userAndFriend({ ue, given });
      const challenge = await given("a MESSAGE is challenged", challenged(alice, "MESSAGE", friend));
      for (const nc of [1, 2, 3, 4]) {
        const credentials = alice.credentials(challenge, { method: "MESSAGE", uri: impuOf(friend) }, { nc });
        const final = await replay(alice, credentials, friend);
        const aged = final?.status === 407 && isStale(final.proxyAuthenticate[0]);
        check(`nc=${nc} is served, or told stale`, "33.203/N.2.1.2/11").holds(final?.status === 200 || aged, {
          expected: "200, or 407 with stale=true",
          actual: final,
        });
      }
    },
  }),

  /** A right answer over a nonce that has aged: 407 stale=true with a new nonce, which is then answered. */
  testCase({
    id: "digest/aged-proxy-nonce-is-stale",
    title: "An aged nonce under a right answer is called stale, and the retry goes through",
    verifies: ["33.203/N.2.1.2/12"],
    kills: ["scscf/refuses-aged-proxy-nonce"],
    peer: "ue",
    needs: NEEDS,
    leases: LEASES,
    tags: ["slow"],
    async run({ ue, check, given, timers, wait }) {
      const [alice, friend] = await userAndFriend({ ue, given });
      const old = await given("a MESSAGE is challenged", challenged(alice, "MESSAGE", friend));
      await wait(timers.nonceLifetime * 1.2);
      const exchange = await alice.again(old);
      const final = await silenceIsUndefined(exchange.final());
      check("challenged again", "33.203/N.2.1.2/12").answer(final).isOneOf(407);
      const fresh = final && alice.takeApart(final, exchange.request);
      check("as stale", "33.203/N.2.1.2/12").that(isStale(fresh)).equals(true);
      if (!fresh) return;
      check("with a new nonce", "33.203/N.2.1.2/12").that(nonceOf(fresh)).differsFrom(nonceOf(old));
      check("the retry is served", "33.203/N.2.1.2/12").that(await deliver(alice, fresh)).equals(true);
    },
  }),

  /** From A's source a MESSAGE with B's valid credentials: refused, nothing delivered as A; with A's own: served. */
  testCase({
    id: "digest/asserted-identity-belongs-to-authenticated-user",
    title: "Another user's valid credentials do not authenticate the asserted identity",
    verifies: ["33.203/N.2.1.2/14"],
    kills: ["scscf/ignores-asserted-identity"],
    peer: "ue",
    needs: NEEDS,
    leases: ["digest+proxy-auth", "digest", "digest+proxy-auth"],
    async run({ ue, check, given }) {
      const { alice, bob, friend } = await twoUsersAndFriend(ue, given);
      const challenge = await given("A's MESSAGE is challenged", challenged(alice, "MESSAGE", friend));
      const exchange = await alice.again(challenge, credentialsOf(bob));
      check("the request is refused", "33.203/N.2.1.2/14").answer(await exchange.final()).isClass(4);
      await check("and not delivered", "33.203/N.2.1.2/14").never(friend.silent("MESSAGE"), "a MESSAGE");
      await rightOneIsServed({ given }, alice, friend);
    },
  }),

  /** The same for an INVITE, judged by Q.2: it is B's, or refused, never A's; with A's own credentials it is A's. */
  testCase({
    id: "digest/proven-identity-beats-asserted-one",
    title: "Where credentials and address disagree the credentials decide",
    verifies: ["33.203/Q.2/04"],
    kills: ["scscf/assertion-beats-proof"],
    peer: "ue",
    needs: NEEDS,
    leases: ["digest+proxy-auth", "digest", "digest+proxy-auth"],
    async run({ ue, check, given }) {
      const { alice, bob, friend } = await twoUsersAndFriend(ue, given);
      const reach = await call(alice, impuOf(friend), friend, { authenticate: credentialsOf(bob) });
      check("not served as A", "33.203/Q.2/04").that(asserted(reach.invite)).lacks(impuOf(alice));
      check("served as B, or refused", "33.203/Q.2/04").holds(
        reach.invite === undefined || asserted(reach.invite).includes(impuOf(bob)),
        {
          expected: "B's identity at the called side, or a refusal",
          actual: asserted(reach.invite).join(", ") || "an INVITE that asserts nobody",
        },
      );
      await servedAsItself({ given }, alice, friend);
    },
  }),

  /** INVITE without, with an old and with a wrong answer: 407 (new nonce, stale for the old), never through; right: through. */
  testCase({
    id: "digest/invite-is-challenged",
    title: "An INVITE without a good answer is challenged and does not get through",
    verifies: ["33.203/Q.1/03"],
    kills: ["scscf/forwards-wrong-proxy-response"],
    peer: "ue",
    needs: NEEDS,
    leases: LEASES,
    async run({ ue, check, given, timers }) {
      const [alice, friend] = await userAndFriend({ ue, given });
      const bare = await call(alice, impuOf(friend), friend, { authenticate: false, within: timers.silence });
      check("without credentials: 407", "33.203/Q.1/03").answer(bare.final).isOneOf(407);
      check("with qop=auth", "33.203/Q.1/03").that(bare.final?.proxyAuthenticate[0]?.parameters.get("qop"))
        .equals("auth");
      const wrong = await call(alice, impuOf(friend), friend, {
        authenticate: { password: "wrong" },
        within: timers.silence,
      });
      check("a wrong answer does not get through", "33.203/Q.1/03").that(wrong.delivered).equals(false);
      check("and is refused", "33.203/Q.1/03").answer(wrong.final).isOneOf(403, 407);
      const right = await call(alice, impuOf(friend), friend);
      check("a right answer does", "33.203/Q.1/03").that(right.delivered).equals(true);
    },
  }),
];

function impuOf(ue: Ue): string {
  return ue.identity.impus[0]!;
}

function credentialsOf(other: Ue): AnswerOptions {
  return { username: other.identity.impi, password: other.subscriber.digest!.password };
}

/** Without credentials: the answer of the network and the request that drew it. */
async function uncredentialled(ue: Ue, method: string, friend: Ue) {
  const options: RequestOptions = {
    ...(method === "SUBSCRIBE" ? { headers: { Event: "presence", Expires: "60" } } : TEXT),
    authenticate: false,
  };
  const exchange = await ue.request(method, impuOf(friend), options);
  return { response: await exchange.final(), request: exchange.request };
}

/** The 407 to a request without credentials. */
async function challenged(ue: Ue, method: string, friend: Ue): Promise<ReceivedChallenge> {
  const { response, request } = await uncredentialled(ue, method, friend);
  if (response.status !== 407) throw new Error(`answered ${response.status}, not 407`);
  return ue.takeApart(response, request);
}

/** Answers the challenge to a MESSAGE; true when it got to the friend. */
async function deliver(ue: Ue, challenge: ReceivedChallenge, answer: AnswerOptions = {}): Promise<boolean> {
  const final = await silenceIsUndefined((await ue.again(challenge, answer)).final());
  return final !== undefined && final.status < 300;
}

/** The control of what is refused: a MESSAGE with the user's own right answer is served. */
async function rightOneIsServed(
  { given }: Pick<CaseContext, "given">,
  ue: Ue,
  friend: Ue,
): Promise<void> {
  const challenge = await given("a MESSAGE is challenged", challenged(ue, "MESSAGE", friend));
  await given("the right answer to it is served", deliver(ue, challenge));
}

/** A new MESSAGE with these credentials as they stand. */
async function replay(ue: Ue, credentials: string, friend: Ue) {
  const exchange = await ue.request("MESSAGE", impuOf(friend), {
    ...TEXT,
    authenticate: false,
    headers: { "Proxy-Authorization": credentials },
  });
  return await silenceIsUndefined(exchange.final());
}

async function twoUsersAndFriend(
  ue: CaseContext["ue"],
  given: CaseContext["given"],
) {
  const [alice, friend, bob] = [await ue(), await ue(FRIEND), await ue({ as: 2 })];
  for (const one of [alice, friend, bob]) await given(`${one.identity.impi} registers`, register(one));
  return { alice, friend, bob };
}

/** The user that is challenged and the friend that answers, both registered. */
async function userAndFriend(stage: Pick<CaseContext, "ue" | "given">): Promise<[Ue, Ue]> {
  return [(await registered(stage)).ue, (await registered(stage, FRIEND)).ue];
}
