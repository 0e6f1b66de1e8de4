/** Both ends show a certificate, and both judge it: clause S.5.4.3 of TS 33.203; an address proves nothing, 5.1.4. */
import { type CaseDefinition, testCase } from "../../harness/runner/case.ts";
import type { CertificateChoice } from "../../harness/peer/network/mod.ts";
import { andEnd, BORDER, partnerCalls, partnerIsCalled, turnedAway } from "../_shared/interworking.ts";
import { arrival } from "../_shared/reach.ts";
import { registered } from "../_shared/scene.ts";

const WRONG: readonly CertificateChoice[] = ["none", "self-signed", "expired", "unknown-issuer", "stranger"];

/**
 *     partner                               border
 *       |--- TLS, certificate none or wrong -->|
 *       |--- OPTIONS ------------------------->|
 *       |<-- alert or end ---------------------|
 */
const clientsProveThemselves = testCase({
  id: "interconnect/clients-prove-themselves",
  title: "The border answers nobody without a certificate, or with a wrong one",
  verifies: ["33.203/S.5.4.3/02"],
  kills: ["ibcf/requests-no-certificate"],
  peer: "peer-network",
  needs: BORDER,
  leases: [],
  async run({ network, given, check }) {
    const foreign = await network();
    const right = await given("the border takes a connection", foreign.attempt());
    await given("and answers on it", right.answer !== undefined);
    const requested = right.connection?.certificateRequested === true;
    check("a certificate is asked for", "33.203/S.5.4.3/02").holds(requested, {
      expected: "CertificateRequest",
      actual: requested ? "CertificateRequest" : "none in the handshake",
    });
    for (const certificate of WRONG) {
      const attempted = await foreign.attempt({ certificate });
      check(`certificate ${certificate}: no answer`, "33.203/S.5.4.3/02").holds(
        attempted.answer === undefined,
        {
          expected: "an alert, or the end of the connection",
          actual: attempted.outcome,
        },
      );
    }
  },
});

/**
 *     caller           border                   partner
 *       |--- INVITE ---->|--- TLS --------------->|
 *       |                |<-- CertificateRequest -|
 *       |                |--- Certificate ------->|
 */
const deviceProvesItself = testCase({
  id: "interconnect/device-proves-itself",
  title: "The border shows a right certificate to the server that it connects to, and to clients",
  verifies: ["33.203/S.5.4.3/02"],
  kills: ["ibcf/shows-no-certificate", "ibcf/expired-certificate"],
  peer: "peer-network",
  needs: BORDER,
  async run({ ue, network, given, check }) {
    const { ue: caller } = await registered({ ue, given });
    const foreign = await network({ server: { tls: { clientCertificate: "request" } } });
    const ours = await given("the border takes a connection", foreign.connect());
    const asServer = await foreign.judge(ours);
    check("its certificate as a server", "33.203/S.5.4.3/02").that(asServer.map(({ says }) => says))
      .isAbsent();
    await given("the device calls the partner", andEnd(partnerIsCalled(foreign, caller)));
    const theirs = await given("on a connection of its own", foreign.accepted());
    check("a certificate as a client", "33.203/S.5.4.3/02").that(theirs.peerChain).isPresent();
    const asClient = theirs.peerChain.length > 0 ? await foreign.judge(theirs) : [];
    check("and a right one", "33.203/S.5.4.3/02").that(asClient.map(({ says }) => says)).isAbsent();
  },
});

/**
 *     partner's address             border           callee
 *       |--- TLS, no certificate ----->|                |
 *       |--- INVITE ------------------>|   no INVITE    |
 */
const addressProvesNothing = testCase({
  id: "interconnect/address-proves-nothing",
  title: "A partner's address alone brings no call in",
  verifies: ["33.203/5.1.4/05"],
  kills: ["ibcf/trusts-source-address"],
  peer: "peer-network",
  needs: BORDER,
  async run({ ue, network, given, check, timers }) {
    const { ue: callee } = await registered({ ue, given });
    const foreign = await network();
    await given("a partner's call gets through", andEnd(partnerCalls(foreign, callee)));
    const [attempted, invite] = await Promise.all([
      foreign.attempt({ certificate: "none", method: "INVITE", target: callee.identity.impus[0]! }),
      arrival(callee, timers.silence),
    ]);
    check("nothing reaches the user", "33.203/5.1.4/05").that(invite).isAbsent();
    check("the border serves nothing", "33.203/5.1.4/05").holds(turnedAway(attempted), {
      expected: "an alert, the end of the connection, or 403",
      actual: attempted.outcome,
    });
  },
});

export const mutual: readonly CaseDefinition[] = [
  clientsProveThemselves,
  deviceProvesItself,
  addressProvesNothing,
];
