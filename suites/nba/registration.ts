/** Registration by the line alone, and its limits: TS 33.203 R.1, R.2 and R.3. */
import { testCase } from "../../harness/runner/case.ts";
import { silenceIsUndefined } from "../_shared/reach.ts";
import { isRefused, lineOf, MW, NASS, onTheNass, said } from "./_lines.ts";

export const registration = [
  /**
   *     UE (on its line)                      network
   *      |--- REGISTER, no Security-Client ----->|
   *      |<-- 200, no 401 before it -------------|
   *      |--- SUBSCRIBE reg -------------------->|
   *      |<-- NOTIFY, the contact is active -----|
   */
  testCase({
    id: "nba/line-registers",
    title: "From the line that the HSS has, an NBA user is registered without a challenge",
    verifies: ["33.203/R.1/01"],
    kills: ["scscf/challenges-nba-user"],
    peer: "ue",
    needs: NASS,
    async run(context) {
      const { check } = context;
      const { ue: alice } = await onTheNass(context);
      for (const withoutAuthorization of [true, false]) {
        const name = withoutAuthorization ? "without Authorization" : "with Authorization";
        const { response, challenge, associatedUris, serviceRoute } = await alice.register({
          withoutAuthorization,
          fresh: true,
        });
        check(`${name}: registered`, "33.203/R.1/01").answer(response).isOneOf(200);
        check(`${name}: no challenge before it`, "33.203/R.1/01").about(response).that(challenge).isAbsent();
        check(`${name}: P-Associated-URI`, "33.203/R.1/01").about(response).that(associatedUris).includes(
          alice.identity.impus[0]!,
        );
        check(`${name}: Service-Route`, "33.203/R.1/01").about(response).that(serviceRoute).isPresent();
        if (response.status !== 200) return;
      }
      const subscription = await silenceIsUndefined(alice.subscribeReg());
      check("the subscription to the reg event is taken", "33.203/R.1/01").answer(subscription?.response)
        .isClass(2);
      if (!subscription) return;
      const notify = await check("a NOTIFY comes", "33.203/R.1/01").answers(subscription.notify());
      const info = notify?.text() ?? "";
      check("the contact is active", "33.203/R.1/01").about(notify).that(info).matches(
        /<(?:\w+:)?contact\b[^>]*\bstate=["']active["']/,
      );
      check("and is the UE's", "33.203/R.1/01").about(notify).that(info).includes(
        `@${alice.local.address}:${alice.local.port}`,
      );
    },
  }),

  /** From another line, fixed access and WLAN: `REGISTER -> 4xx, no 401`; with the own line in the UE's PANI, too. */
  testCase({
    id: "nba/bound-to-the-line",
    title: "From another line or another access an NBA user is neither registered nor challenged",
    verifies: ["33.203/R.2/01"],
    kills: ["scscf/any-line-will-do"],
    peer: "ue",
    needs: NASS,
    leases: ["nba", "nba"],
    async run(context) {
      const { ue, check, given, profile } = context;
      const { ue: neighbour } = await onTheNass(context, { as: 1 });
      const elsewhere = [
        {
          place: "another line",
          alice: (await onTheNass(context, { as: 0 }, { line: lineOf(neighbour) })).ue,
        },
      ];
      for (const access of ["fixed", "wlan"].filter((name) => profile.access[name]?.length)) {
        elsewhere.push({ place: access, alice: await ue({ as: 0, access }) });
      }
      for (const { place, alice } of elsewhere) {
        for (const withoutAuthorization of [false, true]) {
          for (const claim of ["nothing", "the own line"]) {
            const headers = claim === "nothing" ? {} : { "P-Access-Network-Info": said(lineOf(alice), "") };
            const answer = await silenceIsUndefined(
              alice.attempt({ withoutAuthorization, headers, fresh: true }),
            );
            const how = `${place}, ${withoutAuthorization ? "no" : "with"} Authorization, saying ${claim}`;
            isRefused(check(`${how}: refused, not challenged`, "33.203/R.2/01"), answer);
          }
        }
      }
      const { ue: alice } = await onTheNass(context, { as: 0 });
      await given("the line itself registers", alice.register());
    },
  }),

  /** `P-CSCF of a visited network -- REGISTER, the right line and a good Path --> I-CSCF: 4xx, no 401` */
  testCase({
    id: "nba/no-roaming",
    title:
      "Through a visited network an NBA user is neither registered nor challenged, whatever line is named",
    verifies: ["33.203/R.2/01"],
    kills: ["scscf/no-line-check-when-roaming"],
    peer: "trusted-node",
    needs: MW,
    async run({ trustedNode, check, given, profile }) {
      const visitedNetwork = profile.trustedNode!.visitedNetwork;
      const visited = await trustedNode({ as: 0, visitedNetwork });
      for (const line of [lineOf(visited), "dsl-1.west-9", undefined]) {
        for (const withoutAuthorization of [false, true]) {
          const answer = await silenceIsUndefined(visited.attempt({
            withoutAuthorization,
            headers: { "P-Access-Network-Info": line === undefined ? null : said(line) },
            fresh: true,
          }));
          const how = `${line === undefined ? "no line" : `line "${line}"`}, ` +
            (withoutAuthorization ? "no Authorization" : "with Authorization");
          isRefused(check(`${how}: refused, not challenged`, "33.203/R.2/01"), answer);
        }
      }
      const home = await trustedNode({
        as: 0,
        local: "pani-aware",
        accessNetworkInfo: said(lineOf(visited)),
      });
      await given("through the home network she registers", home.register());
    },
  }),

  /**
   *     AKA UE (NASS)          P-CSCF              NBA UE (NASS)
   *      |--- Security-Client --->|<-- none ------------|
   *      |<-- 401 AKA, ipsec -----|--- 200 ------------>|
   */
  testCase({
    id: "nba/security-client-means-aka",
    title: "On a NASS Security-Client leads to IMS AKA, and its absence to NBA",
    verifies: ["33.203/R.3/01"],
    kills: ["pcscf/no-agreement-on-nass"],
    peer: "ue",
    needs: { ...NASS, aka: true, ipsec: true },
    leases: ["aka", "nba"],
    async run(context) {
      const { check } = context;
      const line = { line: "dsl-1.west-9" };
      const { ue: mobile } = await onTheNass(context, { as: 0, security: "ipsec-3gpp" }, line);
      const { ue: fixed } = await onTheNass(context, { as: 1 });
      const answer = await silenceIsUndefined(mobile.attempt());
      check("AKA user: challenged", "33.203/R.3/01").answer(answer).isOneOf(401);
      check("AKA user: by AKA", "33.203/R.3/01").about(answer)
        .that(answer?.wwwAuthenticate[0]?.parameters.get("algorithm")).matches(/^AKAv[12]-/i);
      check("AKA user: with ipsec-3gpp", "33.203/R.3/01").about(answer)
        .that(answer?.securityServer.map(({ mechanism }) => mechanism.toLowerCase())).includes("ipsec-3gpp");
      const other = await silenceIsUndefined(fixed.attempt());
      check("NBA user: registered", "33.203/R.3/01").answer(other).isOneOf(200);
      check("NBA user: nothing agreed", "33.203/R.3/01").that(other).lacks(
        "Security-Server",
        "WWW-Authenticate",
      );
    },
  }),

  /**
   *     P-CSCF (PANI-aware)                        S-CSCF, HSS
   *      |--- REGISTER of a Digest user, a line ----->|   401
   *      |--- REGISTER of an NBA user, her line ----->|   200
   *      |--- REGISTER, IMPI of one, IMPU of other -->|   refused
   */
  testCase({
    id: "nba/line-is-for-nba-users",
    title: "The HSS chooses NBA for who has it, and for nobody else",
    verifies: ["33.203/R.3/05"],
    kills: ["hss/line-for-everybody"],
    peer: "trusted-node",
    needs: { ...MW, digest: true },
    leases: ["nba", "digest"],
    async run({ trustedNode, check }) {
      const fixed = await trustedNode({ as: 0, local: "pani-aware" });
      const line = said(lineOf(fixed));
      const digest = await trustedNode({ as: 1, local: "pani-aware", accessNetworkInfo: line });
      for (const withoutAuthorization of [false, true]) {
        const answer = await silenceIsUndefined(digest.attempt({ withoutAuthorization, fresh: true }));
        const header = withoutAuthorization ? "no Authorization" : "with Authorization";
        check(`Digest user, ${header}: challenged`, "33.203/R.3/05").answer(answer).isOneOf(401);
      }
      const mixed = await trustedNode({
        as: 0,
        local: "pani-aware",
        accessNetworkInfo: line,
        identity: { impi: fixed.identity.impi, impus: digest.identity.impus },
      });
      const answer = await silenceIsUndefined(mixed.attempt());
      isRefused(check("her IMPI with another's IMPU: refused", "33.203/R.3/05"), answer);
      const { response } = await fixed.register();
      check("NBA user: registered", "33.203/R.3/05").answer(response).isOneOf(200);
    },
  }),
];
