/** Which cipher suites and groups the P-CSCF takes: O.1.2 and O.2.1 of TS 33.203, TS 33.310 Annex E. */
import {
  type CipherSuite,
  PROFILE_SUITES,
  type ServerAnswer,
  suiteNamed,
  suitesFor,
  TLS_VERSION,
  type TlsProbe,
  type TlsVersionName,
} from "../../harness/peer/tls_probe/mod.ts";
import { testCase } from "../../harness/runner/case.ts";
import type { CaseContext } from "../../harness/runner/context.ts";
import { judgeEach, spokenBy } from "./_handshakes.ts";
import {
  ephemeral,
  isHonestNull,
  isNull,
  LEAST_BITS,
  MANDATORY,
  namesOf,
  WEAK_CURVES,
  weakSuites,
} from "./_profile.ts";

const REFUSED = "an alert, or the end of the connection";
const PORT = { tls: true, "entry.p-cscf.tls": true } as const;

export const cipherSuites = [
  /** `ClientHello (A, B, …; reversed; unknown ones between) -> ServerHello: one of them`; none in common: an alert. */
  testCase({
    id: "tls/suite-is-one-of-those-offered",
    title: "The P-CSCF chooses among the cipher suites that the UE offers, and none where it knows none",
    verifies: ["33.203/O.1.2/01"],
    kills: ["pcscf/tls-unoffered-suite"],
    peer: "ue",
    needs: PORT,
    async run(context) {
      const { tlsProbe, check, note } = context;
      const probe = await tlsProbe();
      for (const version of await spokenBy(context, probe)) {
        const { accepted, order, unoffered, refusal } = await probe.suites(version, known(version));
        note(`${version}: takes ${namesOf(accepted)}; the ${order ?? "only possible"} order decides`);
        check(`${version}: has suites of the profile`, "33.203/O.1.2/01").holds(accepted.length > 0, {
          expected: `one of ${namesOf(known(version))}`,
          actual: accepted.length > 0
            ? namesOf(accepted)
            : unoffered
            ? `${unoffered.name}, which was not offered`
            : refusal.says,
        });
        check(`${version}: none is chosen that was not offered`, "33.203/O.1.2/01")
          .holds(unoffered === undefined, {
            expected: "a suite of those offered, or an alert where nothing is left",
            actual: unoffered ? `ServerHello with ${unoffered.name}, which was not offered` : refusal.says,
          });
        const offers = {
          "one suite": accepted.slice(-1),
          "the order turned round": accepted.toReversed(),
          "unknown ones first and between": accepted.flatMap((suite) => [GREASE, suite, ODD]),
        };
        for (const [name, suites] of Object.entries(offers)) {
          if (suites.length === 0) continue;
          const answer = await probe.hello({ versions: [version], suites });
          check(`${version}, ${name}: one of those offered`, "33.203/O.1.2/01")
            .holds(suites.some(({ code }) => code === answer.hello?.suite), {
              expected: `ServerHello with one of ${namesOf(suites)}`,
              actual: answer.says,
            });
        }
        const none = await probe.hello({ versions: [version], suites: [GREASE, ODD] });
        check(`${version}: none in common is refused`, "33.203/O.1.2/01").holds(isRefusal(none), {
          expected: "alert handshake_failure or insufficient_security",
          actual: none.says,
        });
      }
    },
  }),

  /** `ClientHello (a mandatory suite alone) -> ServerHello`; `ClientHello (weak suites, groups) -> alert`. */
  testCase({
    id: "tls/weak-suites-are-refused",
    title: "The mandatory cipher suites work; weak suites, curves and Diffie-Hellman groups are refused",
    verifies: ["33.203/O.2.1/02"],
    kills: ["pcscf/tls-accepts-weak-suites"],
    peer: "ue",
    needs: PORT,
    async run(context) {
      const { tlsProbe, check } = context;
      const probe = await tlsProbe();
      for (const version of await spokenBy(context, probe)) {
        const answers: ServerAnswer[] = [];
        const taken: CipherSuite[] = [];
        for (const suite of MANDATORY[version]) {
          const answer = await probe.hello({ versions: [version], suites: [suite] });
          answers.push(answer);
          if (answer.hello?.suite === suite.code) taken.push(suite);
        }
        // Which of them it is depends on the kind of the server's key.
        check(`${version}: a mandatory suite alone is enough`, "33.203/O.2.1/02")
          .holds(taken.length > 0, {
            expected: `ServerHello with ${MANDATORY[version].map(({ name }) => name).join(" or ")}`,
            actual: [...new Set(answers.map(({ says }) => says))].join("; "),
          });
      }
      for (const { version, accepted } of await probe.versions()) {
        if (version === "TLSv1.3" || !accepted) continue;
        for (const [kind, suites] of Object.entries(weakSuites(version))) {
          const { accepted: weak, refusal } = await probe.suites(version, suites);
          const held = weak.length === 0 && !refusal.hello;
          check(`${version}: ${kind} suites are refused`, "33.203/O.2.1/02")
            .holds(held, {
              expected: REFUSED,
              actual: weak.length > 0 ? `${weak.length} of them accepted` : refusal.says,
            });
          for (const { name } of weak) {
            check(`${version}: ${name} is refused`, "33.203/O.2.1/02")
              .holds(false, { expected: REFUSED, actual: "it is accepted" });
          }
        }
        await judgeGroups(context, probe, version);
      }
    },
  }),

  /** `ClientHello (NULL suites first, AES-GCM) -> ServerHello: AES-GCM`, unless the profile allows NULL. */
  testCase({
    id: "tls/null-suites-by-policy-alone",
    title:
      "A suite with NULL encryption is chosen only where the profile allows it, and never without integrity",
    verifies: ["33.203/O.2.1/03"],
    kills: ["pcscf/tls-prefers-null"],
    peer: "ue",
    needs: PORT,
    async run(context) {
      const { tlsProbe, check, given, profile } = context;
      const probe = await tlsProbe();
      const allowed = profile.capabilities["tls.null"] === true;
      const versions = (await probe.versions()).filter(({ accepted }) => accepted);
      await given("the server speaks a version of TLS", versions.length > 0);
      for (const { version } of versions) {
        const all = suitesFor(TLS_VERSION[version]);
        const nulls = all.filter(isNull);
        const strong = known(version).length > 0 ? known(version) : all.filter((one) => !isNull(one));
        if (!allowed) {
          const mixed = await probe.hello({ versions: [version], suites: [...nulls, ...strong] });
          check(`${version}: NULL is not preferred to encryption`, "33.203/O.2.1/03")
            .holds(mixed.hello !== undefined && !nulls.some(({ code }) => code === mixed.hello?.suite), {
              expected: "ServerHello with an encrypting suite",
              actual: mixed.says,
            });
          const { accepted: taken, refusal } = await probe.suites(version, nulls.filter(isHonestNull));
          judgeEach(
            context,
            "33.203/O.2.1/03",
            `${version}: NULL encryption is refused`,
            taken.map(({ name }) => `${version} with ${name} is accepted`),
            { expected: "none, by the profile's policy (tls.null)", otherwise: refusal.says },
          );
        }
        const { accepted: bare, refusal } = await probe.suites(
          version,
          nulls.filter((one) => !isHonestNull(one)),
        );
        judgeEach(
          context,
          "33.203/O.2.1/03",
          `${version}: NULL without authentication or integrity is refused`,
          bare.map(({ name }) => `${version} with ${name} is accepted`),
          { expected: REFUSED, otherwise: refusal.says },
        );
      }
    },
  }),

  /** `ClientHello (NULL suites alone) -> alert`, or a ServerHello by policy; then every other client is served as before. */
  testCase({
    id: "tls/null-only-hello-is-survived",
    title:
      "A ClientHello with NULL suites alone is refused, or taken by policy, and others are served after it",
    verifies: ["33.203/O.2.1/04"],
    kills: ["pcscf/tls-deaf-after-null-hello"],
    peer: "ue",
    needs: PORT,
    async run(context) {
      const { tlsProbe, check, profile, given } = context;
      const probe = await tlsProbe();
      const allowed = profile.capabilities["tls.null"] === true;
      await given("a usual ClientHello is answered", async () => (await probe.hello()).hello !== undefined);
      for (const version of await spokenBy(context, probe)) {
        const suites = suitesFor(TLS_VERSION[version]).filter(isNull);
        const answer = await probe.hello({ versions: [version], suites });
        const refused = isRefusal(answer) || answer.ended !== undefined;
        check(`${version}: NULL suites alone`, "33.203/O.2.1/04").holds(
          refused || (allowed && !!answer.hello),
          {
            expected: allowed ? "a ServerHello, or an alert" : "an alert",
            actual: answer.says,
          },
        );
        const after = await probe.hello();
        check(`${version}: a usual ClientHello after it`, "33.203/O.2.1/04")
          .holds(after.hello !== undefined, { expected: "ServerHello", actual: after.says });
      }
    },
  }),
];

/** The size of the group that the server chooses itself, and curves too small to do. */
async function judgeGroups(
  { check }: Pick<CaseContext, "check">,
  probe: TlsProbe,
  version: TlsVersionName,
): Promise<void> {
  const among = (suites: readonly CipherSuite[]) => {
    const possible = new Set(suitesFor(TLS_VERSION[version]).map(({ code }) => code));
    return suites.filter(({ code }) => possible.has(code));
  };
  const dhe = await probe.hello({ versions: [version], suites: among(ephemeral("DHE")), groups: [] });
  const bits = dhe.keyExchange?.dh?.bits;
  if (bits !== undefined) {
    check(`${version}: Diffie-Hellman group of ${LEAST_BITS.dh} bits or more`, "33.203/O.2.1/02")
      .holds(bits >= LEAST_BITS.dh, { expected: `at least ${LEAST_BITS.dh} bits`, actual: dhe.says });
  }
  const curve = await probe.hello({
    versions: [version],
    suites: among(ephemeral("ECDHE")),
    groups: WEAK_CURVES,
  });
  check(`${version}: curves below ${LEAST_BITS.curve} bits are refused`, "33.203/O.2.1/02")
    .holds(!curve.hello, { expected: REFUSED, actual: curve.says });
}

/** Suites of the profile that this version has. */
function known(version: TlsVersionName): CipherSuite[] {
  const possible = new Set(suitesFor(TLS_VERSION[version]).map(({ code }) => code));
  return PROFILE_SUITES.filter(({ code }) => possible.has(code));
}

function isRefusal({ hello, alerts }: ServerAnswer): boolean {
  return !hello &&
    alerts.some(({ name }) => name === "handshake_failure" || name === "insufficient_security");
}

/** RFC 8701: a value that nobody will ever know. */
const GREASE: CipherSuite = { code: 0x0a0a, name: "0x0a0a", cipher: "unknown", hash: "unknown" };
/** One that nobody has; RFC 5469. */
const ODD = suiteNamed("TLS_RSA_WITH_IDEA_CBC_SHA");
