/** The P-CSCF's certificates: O.2.1 and O.5 of TS 33.203, TS 33.310 6.1, RFC 5280. */
import type { ChainJudgement, ServerChain, TlsProbe } from "../../harness/peer/tls_probe/mod.ts";
import { type CaseDefinition, testCase } from "../../harness/runner/case.ts";
import type { CaseContext } from "../../harness/runner/context.ts";
import { handshake, judgeEach, spokenBy } from "./_handshakes.ts";

const PORT = { tls: true, "entry.p-cscf.tls": true } as const;

/** What is wrong with a chain under one requirement, a sentence each. */
type Findings = (judgement: ChainJudgement, chain: readonly Uint8Array[]) => readonly string[];

export const certificates = [
  /**
   *     UE                            P-CSCF
   *      |--- ClientHello, SNI -------->|   and without, TLS 1.2 and 1.3
   *      |<-- Certificate, Finished ----|   the key is the server's own, and the chain is valid for its name
   */
  testCase({
    id: "tls/server-certificate-is-valid",
    title: "The P-CSCF proves by a valid certificate that it is the P-CSCF, in every full handshake",
    verifies: ["33.203/O.2.1/05"],
    kills: ["pcscf/tls-expired-certificate"],
    peer: "ue",
    needs: PORT,
    async run(context) {
      const { tlsProbe, check, note } = context;
      const probe = await tlsProbe();
      const { name } = probe.target;
      if (name === undefined) note(`the profile tells no name of "${probe.target.entry}": any will do`);
      for (const version of await spokenBy(context, probe)) {
        for (const serverName of name === undefined ? [undefined] : [name, undefined]) {
          const how = `${version}, ${serverName === undefined ? "without SNI" : `SNI "${serverName}"`}`;
          const connection = await handshake(probe, {
            versions: [version, version],
            ...(serverName === undefined ? {} : { serverName }),
          });
          const failed = typeof connection === "string";
          // OpenSSL has verified the signature that proves possession of the key.
          check(`${how}: a handshake with proof of possession`, "33.203/O.2.1/05")
            .holds(!failed, {
              expected: "a TLS connection",
              actual: failed ? connection : "a TLS connection",
            });
          if (failed) continue;
          const { path, says } = await probe.judge(connection.peerChain);
          judgeEach(
            context,
            "33.203/O.2.1/05",
            `${how}: the certificate is valid`,
            path.failures.filter(({ rule }) => rule !== "crl").map((one) => one.says),
            {
              expected: `a chain that is valid now, from the profile's anchors to ${name ?? "a server"}`,
              otherwise: says.join("; "),
            },
          );
          await connection.close();
        }
      }
    },
  }),

  onChains({
    id: "tls/certificate-is-signed-by-a-trusted-party",
    title: "The P-CSCF's certificate is one of X.509 that a trusted party has signed",
    requirement: "33.203/O.5.1/01",
    kills: "pcscf/tls-self-signed-certificate",
    expected: "X.509 v3, signed by a party that leads to a trust anchor",
    findings: ({ path, violations }, chain) => [
      ...broken(path, ["malformed", "signature", "untrusted", "chain"], 0),
      ...breaches(violations, "33.203/O.5.1/01"),
      ...(chain.length === 0 ? ["no certificate was sent"] : []),
    ],
  }),

  onChains({
    id: "tls/certificate-follows-the-profile",
    title: "The certificates follow the profile of TS 33.310: version, hash, key, usages, constraints",
    requirement: "33.203/O.5.1/02",
    kills: "pcscf/tls-weak-certificate",
    expected:
      "v3, SHA-256 or better, RSA of 2048 bits or P-256, digitalSignature, serverAuth, CA on CAs alone",
    findings: ({ violations }) => breaches(violations, "33.203/O.5.1/02"),
  }),

  onChains({
    id: "tls/common-name-is-one-fqdn",
    title: "The common name is the P-CSCF's FQDN, and there is one only",
    requirement: "33.203/O.5.1/04",
    kills: "pcscf/tls-two-common-names",
    expected: "one common name, the FQDN",
    findings: ({ violations }) => breaches(violations, "33.203/O.5.1/04"),
  }),

  onChains({
    id: "tls/alternative-name-is-the-fqdn",
    title: "The P-CSCF's FQDN stands in subjectAltName",
    requirement: "33.203/O.5.1/05",
    kills: "pcscf/tls-no-alternative-name",
    expected: "a dNSName that is the FQDN",
    findings: ({ violations }) => breaches(violations, "33.203/O.5.1/05"),
  }),

  onChains({
    id: "tls/ca-names-are-free",
    title: "The CA certificates that the P-CSCF sends restrict no names",
    requirement: "33.203/O.5.1/06",
    kills: "pcscf/tls-ca-name-constraints",
    expected: "no nameConstraints",
    findings: ({ violations }) => breaches(violations, "33.203/O.5.1/06", true),
  }),

  onChains({
    id: "tls/chain-leads-to-a-root",
    title: "What the P-CSCF sends leads, in order, to a root that the UE knows",
    requirement: "33.203/O.5.2/01",
    kills: "pcscf/tls-omits-intermediate",
    expected: "a path to a trust anchor, each certificate behind the one it certifies",
    findings: ({ path, violations }) => [
      ...broken(path, ["chain", "untrusted"]),
      ...breaches(violations, "33.203/O.5.2/01"),
    ],
  }),

  onChains({
    id: "tls/sent-root-is-the-known-one",
    title: "A root that the P-CSCF sends is the known one but for serial, validity and signature",
    requirement: "33.203/O.5.2/02",
    kills: "pcscf/tls-other-root",
    expected: "no root, or the one of the profile",
    findings: ({ path, violations }) => [
      ...broken(path, ["changed-root"]),
      ...breaches(violations, "33.203/O.5.2/02"),
    ],
  }),

  onChains({
    id: "tls/path-is-valid",
    title: "The path passes the validation of RFC 5280",
    requirement: "33.203/O.5.2/03",
    kills: "pcscf/tls-intermediate-without-ca-flag",
    expected: "signatures, dates, constraints and usages as RFC 5280 6 wants them",
    findings: ({ path }) =>
      path.failures.filter(({ rule }) => rule !== "name" && rule !== "crl").map(({ says }) => says),
  }),

  onChains({
    id: "tls/issuer-is-the-subject-octet-by-octet",
    title: "The issuer of each certificate is the subject of the next one, octet by octet",
    requirement: "33.203/O.5.2/04",
    kills: "pcscf/tls-issuer-encoding",
    expected: "the same DER",
    findings: ({ path, violations }) => [
      ...broken(path, ["issuer-encoding"]),
      ...breaches(violations, "33.203/O.5.2/04"),
    ],
  }),

  onChains({
    id: "tls/certificate-is-not-revoked",
    title:
      "No certificate of the P-CSCF's chain stands in a CRL that the profile has, and such a CRL is current",
    requirement: "33.203/O.5.3/01",
    kills: "pcscf/tls-revoked-certificate",
    expected: "not revoked, by CRLs that their issuers signed and that are current",
    findings: ({ path }) => broken(path, ["revoked", "crl"]),
    otherwise: ({ crls }) =>
      crls === 0 ? "the profile has no CRL: nothing to look into" : `${crls} CRLs say nothing`,
  }),
];

/** `ClientHello (suites by ECDSA; by RSA) -> Certificate`: each chain that the server has is judged by one requirement. */
function onChains(one: {
  readonly id: string;
  readonly title: string;
  readonly requirement: string;
  readonly kills: string;
  readonly expected: string;
  readonly findings: Findings;
  /** What to tell of a chain with which nothing is wrong. Default: what its certificates are. */
  readonly otherwise?: (judgement: ChainJudgement) => string;
}): CaseDefinition {
  const { id, title, requirement, kills, expected, findings } = one;
  const { otherwise = ({ says }: ChainJudgement) => says.join("; ") } = one;
  return testCase({
    id,
    title,
    verifies: [requirement],
    kills: [kills],
    peer: "ue",
    needs: PORT,
    async run(context) {
      const probe = await context.tlsProbe();
      for (const { shown, chain } of await chainsOf(context, probe)) {
        const judgement = await probe.judge(chain);
        judgeEach(context, requirement, `${shown} chain: ${expected}`, findings(judgement, chain), {
          expected,
          otherwise: otherwise(judgement),
        });
      }
    },
  });
}

async function chainsOf({ given }: Pick<CaseContext, "given">, probe: TlsProbe): Promise<ServerChain[]> {
  const chains = await given("the server's certificates are seen", probe.chains());
  await given("there is a certificate", chains.length > 0);
  return [...chains];
}

/** Failures of these rules; `index`: of this certificate, and of none in particular. */
function broken({ failures }: ChainJudgement["path"], rules: readonly string[], index?: number): string[] {
  return failures.filter((one) =>
    rules.includes(one.rule) && (index === undefined || one.index === undefined || one.index === index)
  ).map(({ says }) => says);
}

/** `all`: also what is but worth to be told. */
function breaches(violations: ChainJudgement["violations"], requirement: string, all = false): string[] {
  return violations.filter((one) => one.requirement === requirement && (all || one.level === "shall"))
    .map(({ index, says }) => index === 0 ? says : `certificate ${index + 1}: ${says}`);
}
