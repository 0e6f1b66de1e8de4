/**
 * What the P-CSCF tells the home network of the protection of a REGISTER, and what it makes of the flow: clauses 6.1.1,
 * 6.1.5 and 7.2 of TS 33.203. The tester is the UE and its home network, on both sides of the P-CSCF.
 */
import type { SipRequest } from "sip-codec";
import { type CaseDefinition, testCase } from "../../harness/runner/case.ts";
import type { CaseContext } from "../../harness/runner/context.ts";
import type { ArrivedRegister, HomeNetwork } from "../../harness/peer/home_network/types.ts";
import type { IpsecOptions, SaSet } from "../../harness/peer/ue/ipsec/types.ts";
import type { Tamper, Ue } from "../../harness/peer/ue/types.ts";
import { AT_HOME, credentialsOf, flagsOf, HOME, nextWithin, saysAlone } from "../_shared/home.ts";
import { silenceIsUndefined } from "../_shared/reach.ts";
import { register } from "../_shared/register.ts";
import { withinWindow } from "../_shared/window.ts";

const THERE = { ...HOME, ipsec: true } as const;
const PRIVILEGED = { tags: ["privileged"] } as const;

/** Takes whatever comes, by whichever SA: what is judged is on the other side. */
const SECURED: IpsecOptions = { mechanism: "ipsec-3gpp", wrongSa: "take" };

/** As a UE writes it into its credentials, and as a second Authorization header field. */
const FORGERIES: Readonly<Record<string, Tamper>> = {
  "yes": appended('integrity-protected="yes"'),
  "tls-yes": appended('integrity-protected="tls-yes"'),
  "ip-assoc-yes": appended('integrity-protected="ip-assoc-yes"'),
  "auth-done": appended('integrity-protected="auth-done"'),
  "yes without quotes": appended("integrity-protected=yes"),
  "yes in capitals": appended('Integrity-Protected="YES"'),
  "yes twice": appended('integrity-protected="yes", integrity-protected="yes"'),
  "yes before a no": appended('integrity-protected="yes", integrity-protected="no"'),
  "yes in a second Authorization": (request) => {
    const written = request.get("Authorization") ?? "";
    request.append("Authorization", `${written}, integrity-protected="yes"`);
  },
};

export const indication: readonly CaseDefinition[] = [
  /**
   *     UE (SAs 1)                P-CSCF                home network
   *      |=== SM7 (SAs 1) ========>|--- yes -------------->|
   *      |=== SM1 (SAs 1) ========>|--- SM2, 401 --------->|   SAs 2
   *      |=== SM7 (SAs 1) ========>|--- no, or nothing --->|
   *      |=== SM7 (SAs 2) ========>|--- yes -------------->|
   */
  testCase({
    id: "aka/answer-is-marked-on-new-sas-alone",
    title: "An answer counts as protected only on the SAs of its own run",
    ...AT_HOME,
    ...PRIVILEGED,
    verifies: ["33.203/6.1.5/01"],
    kills: ["pcscf/flags-answer-on-old-sa"],
    needs: THERE,
    async run(context) {
      const { ue, check, given } = context;
      const home = await context.homeNetwork();
      const alice = await ue({ home, security: SECURED });
      challengeAll(home);
      await given("the UE registers", register(alice));
      check("on the SAs of this run", "33.203/6.1.5/01").about(home.registers[1]?.request)
        .that(flagsOf(home.registers[1])).equals(["yes"]);
      const old = await currentOf(context, alice);
      await drained(home);

      const again = await given("a re-registration is challenged", alice.challenge());
      await drained(home);
      const late = withinWindow(context, alice.answer(again, on(old)));
      isUnprotected(
        context,
        "33.203/6.1.5/01",
        "on the SAs of the run before",
        await arriving(context, home),
      );
      await late;

      const aborted = await given("another is challenged", alice.challenge({ fresh: true }));
      const unused = await newOf(context, alice);
      const latest = await given("and another before it was answered", alice.challenge({ fresh: true }));
      await drained(home);
      const crossed = withinWindow(context, alice.answer(latest, on(unused)));
      isUnprotected(
        context,
        "33.203/6.1.5/01",
        "on the SAs of an aborted run",
        await arriving(context, home),
      );
      await crossed;
      context.note(`the aborted run had the nonce ${aborted.parameters.get("nonce")}`);
    },
  }),

  /**
   *     UE (SAs 2, SAs 1 still there)   P-CSCF                home network
   *      |=== refresh (SAs 2) ===========>|--- yes -------------->|
   *      |=== refresh (SAs 1) ===========>|--- no, or nothing --->|
   *      |=== refresh (SAs 3, unproved) =>|--- no, or nothing --->|
   */
  testCase({
    id: "aka/refresh-is-marked-on-latest-sas-alone",
    title: "A refresh counts as protected only on the SAs of the latest successful run",
    ...AT_HOME,
    ...PRIVILEGED,
    verifies: ["33.203/6.1.5/02"],
    kills: ["pcscf/flags-any-sa"],
    needs: THERE,
    async run(context) {
      const { ue, check, given } = context;
      const home = await context.homeNetwork();
      const alice = await ue({ home, security: SECURED });
      await given("the UE registers", register(alice));
      const old = await currentOf(context, alice);
      challengeAll(home);
      await given("it is authenticated again", register(alice));
      const latest = await currentOf(context, alice);
      await given("on new SAs", latest.name !== old.name);

      // 7.4.2a: the old SAs live as long as something is pending there, that is for a while at least.
      await drained(home);
      const superseded = withinWindow(context, alice.attempt(on(old)));
      isUnprotected(context, "33.203/6.1.5/02", "on superseded SAs", await arriving(context, home));
      await superseded;

      await drained(home);
      const refreshing = withinWindow(context, alice.attempt(on(latest)));
      const refresh = await check("a refresh on the latest SAs comes", "33.203/6.1.5/02")
        .answers(home.nextRegister());
      check("on the latest SAs", "33.203/6.1.5/02").about(refresh?.request).that(flagsOf(refresh)).equals([
        "yes",
      ]);
      await refreshing;

      // The challenge that came of it has made SAs that nobody has proved anything on.
      const unproved = await newOf(context, alice);
      await drained(home);
      const early = withinWindow(context, alice.attempt(on(unproved)));
      isUnprotected(context, "33.203/6.1.5/02", "on SAs of an unfinished run", await arriving(context, home));
      await early;
    },
  }),

  /**
   *     UE                        P-CSCF                home network
   *      |--- SM1 ---------------->|--- no --------------->|
   *      |   registered, and then
   *      |--- refresh ------------>|--- no --------------->|   in the clear
   *      |--- no Authorization --->|--- none, or no ------>|
   */
  testCase({
    id: "aka/clear-registers-are-marked-as-such",
    title: "A REGISTER in the clear is forwarded as one that nothing protects",
    ...AT_HOME,
    ...PRIVILEGED,
    verifies: ["33.203/6.1.5/03"],
    kills: ["pcscf/no-flag-in-clear", "pcscf/flags-clear-as-protected"],
    needs: THERE,
    async run(context) {
      const { ue, check, given } = context;
      const home = await context.homeNetwork();
      const alice = await ue({ home, security: SECURED });
      await given("the UE registers", register(alice));
      check("SM2", "33.203/6.1.5/03").about(home.registers[0]?.request).that(flagsOf(home.registers[0]))
        .equals(["no"]);
      await drained(home);
      const refreshing = withinWindow(context, alice.attempt({ way: "clear", fresh: true }));
      const refresh = await check("a clear REGISTER of who is registered comes", "33.203/6.1.5/03")
        .answers(home.nextRegister());
      check("a clear REGISTER of who is registered", "33.203/6.1.5/03").about(refresh?.request)
        .that(flagsOf(refresh)).equals(["no"]);
      await refreshing;
      const bare = { way: "clear", fresh: true, withoutAuthorization: true } as const;
      const without = withinWindow(context, alice.attempt(bare));
      const forwarded = await nextWithin(home, context.timers.silence);
      check("one without Authorization: nothing but no", "33.203/6.1.5/03").about(forwarded?.request)
        .that(flagsOf(forwarded).filter((flag) => flag !== "no")).equals([]);
      await without;
    },
  }),

  /** `REGISTER in the clear -> SM2`; the same with `integrity-protected=… -> SM2: integrity-protected=no`, in every spelling. */
  testCase({
    id: "aka/mark-of-the-ue-has-no-effect",
    title: "Of the protection that a UE claims nothing reaches the home network",
    ...AT_HOME,
    verifies: ["33.203/6.1.5/04"],
    kills: ["pcscf/flag-beside-forged-one"],
    needs: THERE,
    async run(context) {
      const { ue, check, given } = context;
      const home = await context.homeNetwork();
      const alice = await ue({ home, security: SECURED });
      const plain = silenceIsUndefined(alice.attempt());
      await given("a REGISTER that claims nothing is forwarded", home.nextRegister());
      await plain;
      for (const [forgery, tamper] of Object.entries(FORGERIES)) {
        const attempt = silenceIsUndefined(alice.attempt({ fresh: true, tamper }));
        const forwarded = await arriving(context, home);
        const answer = await (forwarded ? attempt : withinWindow(context, attempt));
        // What cannot be read may be turned away at the first hop.
        const turnedAway = !forwarded && (answer?.status ?? 408) >= 300;
        check(`${forgery}: forwarded as not protected, or turned away`, "33.203/6.1.5/04")
          .about(forwarded?.request).holds(turnedAway || saysAlone(forwarded, "no"), {
            expected: 'integrity-protected="no" alone, or no success',
            actual: forwarded ? flagsOf(forwarded) : answer ?? "no answer",
          });
      }
    },
  }),

  /**
   *     UE                        P-CSCF                home network
   *      |=== SM7 ================>|--- yes -------------->|
   *      |=== refresh ============>|--- yes -------------->|
   *      |=== de-registration ====>|--- yes -------------->|
   */
  testCase({
    id: "aka/every-protected-register-is-marked",
    title: "SM8, a refresh and the de-registration all say that they were protected",
    ...AT_HOME,
    ...PRIVILEGED,
    verifies: ["33.203/7.2/15"],
    kills: ["pcscf/no-flag-on-deregistration"],
    needs: THERE,
    async run(context) {
      const { ue, check, given } = context;
      const home = await context.homeNetwork();
      const alice = await ue({ home, security: SECURED });
      await given("the UE registers", register(alice));
      await given("it refreshes", register(alice));
      await given("it de-registers", alice.deregister());
      const [, ...later] = home.registers;
      const names = ["SM8", "the refresh", "the de-registration"];
      for (const [index, name] of names.entries()) {
        check(name, "33.203/7.2/15").about(later[index]?.request).that(flagsOf(later[index])).equals(["yes"]);
      }
    },
  }),

  /**
   *     UE                        P-CSCF                home network
   *      |--- SM1 ---------------->|--- SM2, Path -------->|   as it was, but for the mark
   *      |<-- 401 -----------------|<-- 401 ---------------|
   *      |=== SM7, auts ==========>|--- SM8, auts -------->|
   *      |<== 401 =================|<-- 401 ---------------|
   *      |=== SM7 ================>|--- SM8 -------------->|
   *      |<== 200 =================|<-- 200 ---------------|
   */
  testCase({
    id: "aka/pcscf-relays-the-flow",
    title: "The P-CSCF passes on what UE and home network say to each other, and answers none of it itself",
    ...AT_HOME,
    ...PRIVILEGED,
    verifies: ["33.203/6.1.1/16"],
    kills: ["pcscf/drops-auts", "pcscf/answers-for-foreign-domain"],
    needs: THERE,
    async run(context) {
      const { ue, check } = context;
      const home = await context.homeNetwork();
      const alice = await ue({ home, security: SECURED });
      const first = await check("the challenge comes through", "33.203/6.1.1/16").answers(alice.challenge());
      check("the REGISTER comes to its home network", "33.203/6.1.1/16")
        .that(home.registers.length).isAtLeast(1);
      if (!first || !home.registers[0]) return;
      relayed("SM2", first.request, home.registers[0]);
      const [sent] = home.challenges;
      check("RAND and AUTN come as they were sent", "33.203/6.1.1/16").about(first.response)
        .that(first.parameters.get("nonce")).equals(sent?.challenge.parameters.get("nonce"));
      const lost = await alice.answer(first, { auts: { sqn: alice.isim?.sqn ?? 0n } });
      const resynchronised = home.registers.at(-1)!;
      relayed("SM8 with auts", lost.request, resynchronised);
      check("auts is there", "33.203/6.1.1/16").about(resynchronised.request)
        .that(credentialsOf(resynchronised.request)["auts"]).isPresent();
      check("auts is right", "33.203/6.1.1/16").about(resynchronised.request).that(resynchronised.proof)
        .equals("resynchronise");
      if (!lost.next) return;
      const done = await alice.answer(lost.next);
      relayed("SM8", done.request, home.registers.at(-1)!);
      check("the 200 comes through", "33.203/6.1.1/16").answer(done.response).isOneOf(200);

      function relayed(name: string, request: SipRequest, { request: forwarded }: ArrivedRegister): void {
        check(`${name}: the credentials are the same`, "33.203/6.1.1/16").about(forwarded)
          .that(credentialsOf(forwarded)).equals(credentialsOf(request));
        check(`${name}: Path leads back`, "33.203/6.1.1/16").about(forwarded).that(forwarded).has("Path");
        // What it is called there is between the operators (TS 24.229 5.2.2.1).
        check(`${name}: the visited network is named`, "33.203/6.1.1/16").about(forwarded)
          .that(forwarded.visitedNetworkId[0]?.network).matches(/./);
      }
    },
  }),
];

function appended(parameter: string): Tamper {
  return (request) =>
    void request.set("Authorization", `${request.get("Authorization") ?? ""}, ${parameter}`);
}

/**
 * From now on every REGISTER without a response is challenged, protected or not; and one with a right response that was
 * not protected, as 6.1.5 has it.
 */
function challengeAll(home: HomeNetwork): void {
  home.script(async (one) => {
    if (!one.user || one.request.expires === 0) return;
    const bare = one.proof === "right" && !flagsOf(one).includes("yes");
    if (one.proof === "none" || bare) await one.challenge();
  });
}

const on = ({ name }: SaSet) => ({ way: { set: name } });

function currentOf({ given }: Pick<CaseContext, "given">, { ipsec }: Ue): Promise<SaSet> {
  return given("the UE has SAs", () => there(ipsec?.current)).then(() => ipsec!.current!);
}

function newOf({ given }: Pick<CaseContext, "given">, { ipsec }: Ue): Promise<SaSet> {
  return given("new SAs were made", () => there(ipsec?.new)).then(() => ipsec!.new!);
}

function there(set: SaSet | undefined): boolean {
  return set !== undefined;
}

/** All REGISTERs so far are taken: the next one is one of those to come. */
async function drained(home: HomeNetwork): Promise<void> {
  while (await nextWithin(home, 0));
}

/** What comes of a REGISTER that the P-CSCF may discard. */
function arriving({ timers }: Pick<CaseContext, "timers">, home: HomeNetwork) {
  return nextWithin(home, timers.silence);
}

function isUnprotected(
  { check }: Pick<CaseContext, "check">,
  requirement: string,
  name: string,
  forwarded: ArrivedRegister | undefined,
): void {
  check(`${name}: not marked as protected`, requirement).about(forwarded?.request)
    .that(flagsOf(forwarded).filter((flag) => flag !== "no")).equals([]);
}
