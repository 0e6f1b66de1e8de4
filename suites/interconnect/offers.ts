/** What the border agrees to in a handshake: clause S.5.4.3 of TS 33.203 with the profile of TS 33.310 Annex E. */
import { type CaseDefinition, testCase } from "../../harness/runner/case.ts";
import type { TlsVersion } from "../../harness/peer/network/mod.ts";
import { BORDER, weakSuites } from "../_shared/interworking.ts";

/**
 * Each version offered alone, SSL 3.0 to TLS 1.3.
 *
 *     partner                       border
 *       |--- ClientHello, TLS 1.1 ---->|
 *       |<-- alert protocol_version ---|
 */
const noOldVersions = testCase({
  id: "interconnect/old-versions-refused",
  title: "The border does not speak SSL 3.0, TLS 1.0 and TLS 1.1",
  verifies: ["33.203/S.5.4.3/01"],
  kills: ["ibcf/accepts-old-versions"],
  peer: "peer-network",
  needs: BORDER,
  leases: [],
  async run({ network, given, check }) {
    const foreign = await network();
    await given("the border takes a handshake as it should be", foreign.connect());
    for (const { version, accepted, answer } of await foreign.probe().versions()) {
      if (version === "TLSv1.2" || version === "TLSv1.3") continue;
      check(`no ${version}`, "33.203/S.5.4.3/01").holds(!accepted, {
        expected: "no ServerHello",
        actual: answer.says,
      });
    }
  },
});

/**
 *     partner                                    border
 *       |--- ClientHello, all weak suites --------->|
 *       |<-- alert handshake_failure ---------------|
 */
const noWeakSuites = testCase({
  id: "interconnect/weak-suites-refused",
  title: "The border takes no suite with NULL, RC4, DES or export ciphers, and none without authentication",
  verifies: ["33.203/S.5.4.3/01"],
  kills: ["ibcf/accepts-null-sha"],
  peer: "peer-network",
  needs: BORDER,
  leases: [],
  async run({ network, given, check }) {
    const foreign = await network();
    await given("the border takes a handshake as it should be", foreign.connect());
    const { accepted } = await foreign.probe().suites("TLSv1.2", weakSuites());
    check("no weak suite", "33.203/S.5.4.3/01").that(accepted.map(({ name }) => name)).isAbsent();
  },
});

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
    let chosen = 0;
    for (const [version, cipherSuites] of LAST_THE_BEST) {
      const { connection } = await foreign.attempt({ tls: { versions: [version, version], cipherSuites } });
      // A device that does not speak this version chooses nothing.
      if (!connection) continue;
      chosen++;
      check(`the choice in ${version}`, "33.203/S.5.4.3/01")
        .that(connection.negotiated.cipherSuite.name)
        // In TLS 1.3 every suite goes with an ephemeral key.
        .matches(version === "TLSv1.3" ? /^TLS_AES_/ : /^TLS_(EC)?DHE_.*_AES_/);
    }
    await given("the border chooses in one version at least", chosen > 0);
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

export const offers: readonly CaseDefinition[] = [noOldVersions, noWeakSuites, prefersAesAndEphemeral];
