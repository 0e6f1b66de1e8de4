/** What the border agrees to in a handshake: clause S.5.4.3 of TS 33.203 with the profile of TS 33.310 Annex E. */
import { type CaseDefinition, testCase } from "../../harness/runner/case.ts";
import type { Attempted, TlsVersion } from "../../harness/peer/network/mod.ts";
import { BORDER } from "../_shared/interworking.ts";

/**
 *     partner                       border
 *       |--- ClientHello, TLS 1.1 ---->|
 *       |<-- alert protocol_version ---|
 */
const noOldVersions = testCase({
  id: "interconnect/old-versions-refused",
  title: "The border does not speak TLS 1.0 and 1.1",
  verifies: ["33.203/S.5.4.3/01"],
  kills: ["ibcf/accepts-old-versions"],
  peer: "peer-network",
  needs: BORDER,
  leases: [],
  async run({ network, given, check }) {
    const foreign = await network();
    await given("the border takes a handshake as it should be", foreign.connect());
    for (const version of ["TLSv1.0", "TLSv1.1"] satisfies TlsVersion[]) {
      const attempted = await foreign.attempt({ tls: { versions: [version, version] } });
      check(`no ${version}`, "33.203/S.5.4.3/01").holds(!attempted.connection, failed(attempted));
    }
  },
});

/**
 *     partner                      border
 *       |--- ClientHello, NULL ------>|
 *       |<-- alert handshake_failure -|
 */
const noNullSuites = testCase({
  id: "interconnect/null-suites-refused",
  title: "The border takes no suite without encryption, each offered alone",
  verifies: ["33.203/S.5.4.3/01"],
  kills: ["ibcf/accepts-null-sha"],
  peer: "peer-network",
  needs: BORDER,
  leases: [],
  async run({ network, given, check }) {
    const foreign = await network();
    await given("the border takes a handshake as it should be", foreign.connect());
    for (const suite of NULL_SUITES) {
      const attempted = await foreign.attempt({
        tls: { versions: ["TLSv1.2", "TLSv1.2"], cipherSuites: [suite] },
      });
      check(`no ${suite}`, "33.203/S.5.4.3/01").holds(!attempted.connection, failed(attempted));
    }
  },
});

const NULL_SUITES = [
  "TLS_RSA_WITH_NULL_SHA",
  "TLS_RSA_WITH_NULL_SHA256",
  "TLS_RSA_WITH_NULL_MD5",
  "TLS_ECDHE_RSA_WITH_NULL_SHA",
  "TLS_ECDHE_ECDSA_WITH_NULL_SHA",
];

/**
 *     partner                                         border
 *       |--- ClientHello: RSA, ChaCha20, ECDHE+AES ----->|
 *       |<-- ServerHello: ECDHE with AES ----------------|
 */
const prefersAesAndEphemeral = testCase({
  id: "interconnect/aes-and-ephemeral-preferred",
  title: "The border chooses AES with an ephemeral key wherever it is offered, last too",
  verifies: ["33.203/S.5.4.3/01"],
  kills: ["ibcf/follows-client-order"],
  peer: "peer-network",
  needs: BORDER,
  leases: [],
  async run({ network, given, check }) {
    const foreign = await network();
    await given("the border takes a handshake as it should be", foreign.connect());
    for (const [version, cipherSuites] of LAST_THE_BEST) {
      const { connection, outcome } = await foreign.attempt({
        tls: { versions: [version, version], cipherSuites },
      });
      // A device that does not speak this version chooses nothing.
      if (!connection && version === "TLSv1.3") continue;
      check(`the choice in ${version}`, "33.203/S.5.4.3/01")
        .that(connection?.negotiated.cipherSuite.name ?? outcome)
        // In TLS 1.3 every suite goes with an ephemeral key.
        .matches(version === "TLSv1.3" ? /^TLS_AES_/ : /^TLS_(EC)?DHE_.*_AES_/);
    }
  },
});

const LAST_THE_BEST: readonly (readonly [TlsVersion, readonly string[]])[] = [
  ["TLSv1.2", [
    "TLS_RSA_WITH_AES_128_CBC_SHA",
    "TLS_RSA_WITH_AES_128_GCM_SHA256",
    "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256",
    "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256",
    "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
    "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
  ]],
  ["TLSv1.3", ["TLS_CHACHA20_POLY1305_SHA256", "TLS_AES_256_GCM_SHA384", "TLS_AES_128_GCM_SHA256"]],
];

function failed({ connection, outcome }: Attempted): { expected: string; actual: string } {
  const agreed = connection?.negotiated;
  return {
    expected: "the handshake fails",
    actual: agreed ? `${agreed.version} with ${agreed.cipherSuite.name}` : outcome,
  };
}

export const offers: readonly CaseDefinition[] = [noOldVersions, noNullSuites, prefersAesAndEphemeral];
