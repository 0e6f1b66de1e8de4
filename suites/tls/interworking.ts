/** TLS between the border and a proxy in another network: clause 6.5 of TS 33.203, and Annex J. */
import type { SipResponse } from "sip-codec";
import type { Ue } from "../../harness/peer/ue/types.ts";
import { type CaseDefinition, testCase } from "../../harness/runner/case.ts";
import type { CertificateChoice, Network } from "../../harness/peer/network/mod.ts";
import {
  andEnd,
  BORDER,
  partnerCalls,
  partnerIsCalled,
  turnedAway,
  weakSuites,
} from "../_shared/interworking.ts";
import { arrival, silenceIsUndefined } from "../_shared/reach.ts";
import { registered } from "../_shared/scene.ts";
import { EXPECTED } from "./_sessions.ts";

/**
 *     partner          resolver           border          callee
 *       |-- NAPTR, SRV, A ->|                |               |
 *       |---------------- TLS, INVITE ------>|--- INVITE --->|
 *       |<-------------------- 200 ----------|<----- 200 ----|
 */
const dnsLeadsToTls = testCase({
  id: "tls/interworking-dns-leads-to-tls",
  title: "The records of the home domain lead to a TLS port that serves a partner's call",
  verifies: ["33.203/6.5/01"],
  kills: ["ibcf/publishes-no-sips"],
  peer: "peer-network",
  needs: { ...BORDER, dns: true },
  async run({ ue, network, given, check }) {
    const { ue: callee } = await registered({ ue, given });
    const foreign = await network();
    const { records, targets } = await given("the resolver answers", foreign.locate());
    const services = records.flatMap((one) => one.type === "NAPTR" ? [one.services.toUpperCase()] : []);
    check("NAPTR offers SIPS+D2T", "33.203/6.5/01").that(services).includes("SIPS+D2T");
    check("SRV and addresses lead to it", "33.203/6.5/01").that(targets).isPresent();
    const [target] = targets;
    if (!target) return;
    const link = await foreign.connect({ to: target });
    check("TLS 1.2 or 1.3", "33.203/6.5/01").that(link.negotiated.version).isOneOf("TLSv1.2", "TLSv1.3");
    const called = await check("a call gets through", "33.203/6.5/01").answers(
      partnerCalls(foreign, callee, link),
    );
    await called?.caller.hangUp({ way: link });
  },
});

/**
 *     partner                                    border
 *       |--- ClientHello, NULL and export suites -->|
 *       |<-- alert handshake_failure ---------------|
 */
const noWeakOffer = testCase({
  id: "tls/interworking-weak-offers-refused",
  title: "The border's TLS port serves no old version and no NULL, anonymous or export suite",
  verifies: ["33.203/6.5/01"],
  kills: ["ibcf/accepts-null-suite"],
  peer: "peer-network",
  needs: BORDER,
  leases: [],
  async run({ network, given, check }) {
    const foreign = await network();
    await given("the border takes a handshake as it should be", foreign.connect());
    const probe = foreign.probe();
    const { accepted } = await probe.suites("TLSv1.2", weakSuites());
    check("no weak suite", "33.203/6.5/01").that(accepted.map(({ name }) => name)).isAbsent();
    const versions = (await probe.versions()).filter((one) => one.accepted).map(({ version }) => version);
    check("no old version", "33.203/6.5/01").that(versions).lacks("SSLv3", "TLSv1.0", "TLSv1.1");
  },
});

/**
 *     stranger                     border           callee
 *       |--- TLS, its certificate --->|                |
 *       |--- INVITE ----------------->|   no INVITE    |
 *       |<-- alert, end, or 403 ------|                |
 */
function callerTurnedAway(about: {
  readonly id: string;
  readonly title: string;
  readonly certificates: readonly CertificateChoice[];
  readonly fault: string;
}): CaseDefinition {
  const { id, title, certificates, fault } = about;
  return testCase({
    id,
    title,
    verifies: ["33.203/6.5/02"],
    kills: [fault],
    peer: "peer-network",
    needs: BORDER,
    async run({ ue, network, given, check, timers }) {
      const { ue: callee } = await registered({ ue, given });
      const foreign = await network();
      await given("a partner's call gets through", andEnd(partnerCalls(foreign, callee)));
      for (const certificate of certificates) {
        const [attempted, invite] = await Promise.all([
          foreign.attempt({ certificate, method: "INVITE", target: callee.identity.impus[0]! }),
          arrival(callee, timers.silence),
        ]);
        check(`certificate ${certificate}: nothing reaches the user`, "33.203/6.5/02").that(invite)
          .isAbsent();
        check(`certificate ${certificate}: the border serves nothing`, "33.203/6.5/02").holds(
          turnedAway(attempted),
          {
            expected: "an alert, the end of the connection, or 403",
            actual: attempted.outcome,
          },
        );
      }
    },
  });
}

/**
 *     caller           border                     partner
 *       |--- INVITE ---->|--- TLS ------------------>|
 *       |                |<-- the wrong certificate -|
 *       |<---- 5xx ------|    no INVITE              |
 */
function calleeTurnedAway(about: {
  readonly id: string;
  readonly title: string;
  readonly certificates: readonly CertificateChoice[];
  readonly fault: string;
}): CaseDefinition {
  const { id, title, certificates, fault } = about;
  return testCase({
    id,
    title,
    verifies: ["33.203/6.5/03"],
    kills: [fault],
    peer: "peer-network",
    needs: BORDER,
    async run({ ue, network, given, check, timers }) {
      const { ue: caller } = await registered({ ue, given });
      const right = await network();
      await given("the device calls the partner", andEnd(partnerIsCalled(right, caller)));
      await right.close();
      for (const certificate of certificates) {
        const wrong = await network({ server: { certificate } });
        const { final, tried } = await triesToCall(wrong, caller, timers.silence);
        await given(`certificate ${certificate}: the device tries that server`, tried);
        // When the caller is told is for the device to say; that the call has come about must not be it.
        check(`certificate ${certificate}: the call fails`, "33.203/6.5/03").about(final)
          .holds(final === undefined || final.status >= 300, {
            expected: "an error, or no answer yet",
            actual: final ?? "no answer",
          });
        const methods = wrong.received.map(({ message }) =>
          message.kind === "request" ? message.method : "response"
        );
        check(`certificate ${certificate}: nothing is sent to that server`, "33.203/6.5/03").that(methods)
          .isAbsent();
        await wrong.close();
      }
    },
  });
}

/**
 * Three calls on one connection, one request in each of them in turn, then the end of each.
 *
 *     partner         border          callee
 *       |-- INVITE a -->|-- INVITE a -->|
 *       |-- INVITE b -->|-- INVITE b -->|
 *       |-- INVITE c -->|-- INVITE c -->|
 *       |-- OPTIONS a, b, c; BYE b, c, a -->|
 */
const threeDialogs = testCase({
  id: "tls/interworking-dialogs-share-connection",
  title: "Three dialogs interleaved on one TLS connection all come to their end",
  verifies: ["33.203/6.5/04"],
  kills: ["ibcf/one-dialog-per-connection"],
  peer: "peer-network",
  needs: BORDER,
  async run({ ue, network, given, check }) {
    const { ue: callee } = await registered({ ue, given });
    const foreign = await network();
    const way = await given("the border takes a connection", foreign.connect());
    const calls = [];
    for (const name of ["a", "b", "c"]) {
      const setUp = partnerCalls(foreign, callee, way, { automatic: ["BYE", "PRACK", "OPTIONS"] });
      const ends = await check(`dialog ${name} is set up`, "33.203/6.5/04").answers(setUp);
      if (!ends) return;
      calls.push(ends.caller);
    }
    const [a, b, c] = calls as [typeof calls[0], typeof calls[0], typeof calls[0]];
    for (const call of [a!, b!, c!]) {
      const answer = await (await call.request("OPTIONS", { way })).final();
      check("a request in a dialog is answered", "33.203/6.5/04").answer(answer).isClass(2);
      check("on the same connection", "33.203/6.5/04").about(answer)
        .that(carrierOf(foreign.carried(answer), way)).equals(EXPECTED);
    }
    for (const call of [b!, c!, a!]) {
      check("the dialog ends", "33.203/6.5/04").answer(await call.hangUp({ way })).isOneOf(200);
    }
    check("the connection stands", "33.203/6.5/04").holds(way.open, {
      expected: "an open connection",
      actual: way.open ? "it is open" : "it is closed",
    });
  },
});

/**
 *     partner         border          callee
 *       |-- INVITE a, INVITE b -------->|
 *       |-- BYE a ----------------------->|
 *       |-- OPTIONS b, on the same connection -->|
 */
const byeEndsADialogOnly = testCase({
  id: "tls/interworking-bye-leaves-connection",
  title: "The end of one dialog ends neither the TLS connection nor another dialog on it",
  verifies: ["33.203/6.5/04"],
  kills: ["ibcf/closes-after-bye"],
  peer: "peer-network",
  needs: BORDER,
  async run({ ue, network, given, check, timers }) {
    const { ue: callee } = await registered({ ue, given });
    const foreign = await network();
    const way = await given("the border takes a connection", foreign.connect());
    const automatic = ["BYE", "PRACK", "OPTIONS"];
    const first = await given("a call is set up", partnerCalls(foreign, callee, way, { automatic }));
    const second = await given("another one", partnerCalls(foreign, callee, way, { automatic }));
    check("the first call ends", "33.203/6.5/04").answer(await first.caller.hangUp({ way })).isOneOf(200);
    const end = await way.ended(timers.silence);
    check("the connection does not", "33.203/6.5/04").that(end?.says).isAbsent();
    if (end) return;
    const answer = await silenceIsUndefined((await second.caller.request("OPTIONS", { way })).final());
    check("the second call goes on", "33.203/6.5/04").answer(answer).isClass(2);
    await second.caller.hangUp({ way });
  },
});

/**
 *     partner                border           caller
 *       |--- TLS, a call ------>|                |
 *       |                       |<--- INVITE ----|
 *       |<-- another TLS -------|                |
 *       |<-- INVITE on it ------|                |
 */
const eitherSideOpens = testCase({
  id: "tls/interworking-device-opens-too",
  title: "The device opens a TLS connection of its own beside the partner's",
  verifies: ["33.203/6.5/04"],
  kills: ["ibcf/never-opens"],
  peer: "peer-network",
  needs: BORDER,
  async run({ ue, network, given, check }) {
    const { ue: user } = await registered({ ue, given });
    const foreign = await network();
    const ours = await given("the border takes a connection", foreign.connect());
    await given("a call gets through on it", andEnd(partnerCalls(foreign, user, ours)));
    const [opened, call] = await Promise.all([
      check("the device opens one", "33.203/6.5/04").answers(foreign.accepted()),
      check("a call to the partner is set up", "33.203/6.5/04").answers(partnerIsCalled(foreign, user)),
    ]);
    if (!call || !opened) return;
    check("the call comes on it", "33.203/6.5/04").about(call.callee.invite)
      .that(carrierOf(foreign.carried(call.callee.invite), opened)).equals(EXPECTED);
    check("the call ends", "33.203/6.5/04").answer(await call.caller.hangUp()).isOneOf(200);
  },
});

/**
 *     caller           border                     partner
 *       |--- INVITE ---->|--- TLS: not to be trusted >|
 *       |<---- 5xx ------|    no INVITE by TCP or UDP |
 */
const noFallback = testCase({
  id: "tls/interworking-no-fallback-to-clear",
  title: "What cannot go by TLS to a partner does not go in the clear",
  verifies: ["33.203/J/03"],
  kills: ["ibcf/falls-back-to-tcp"],
  peer: "peer-network",
  needs: BORDER,
  async run({ ue, network, given, check, timers }) {
    const { ue: caller } = await registered({ ue, given });
    const right = await network();
    const set = await given("the device calls the partner by TLS", partnerIsCalled(right, caller));
    check("over TLS", "33.203/J/03").about(set.callee.invite)
      .that(right.carried(set.callee.invite)).isPresent();
    await set.caller.hangUp();
    await right.close();
    const wrong = await network({ server: { certificate: "unknown-issuer" } });
    const { tried } = await triesToCall(wrong, caller, timers.silence);
    await given("the device tries that server", tried);
    const clear = wrong.received.filter(({ connection }) => connection === undefined);
    check("nothing comes in the clear", "33.203/J/03").that(clear.map(({ message }) => message.kind))
      .isAbsent();
  },
});

export const interworking: readonly CaseDefinition[] = [
  dnsLeadsToTls,
  noWeakOffer,
  callerTurnedAway({
    id: "tls/interworking-caller-no-partner",
    title: "A certificate of a trusted CA for a domain that is no partner's brings no call in",
    certificates: ["stranger", "common-name", "other-name"],
    fault: "ibcf/accepts-any-partner-name",
  }),
  callerTurnedAway({
    id: "tls/interworking-caller-unknown-issuer",
    title: "A partner's name in a certificate of an unknown CA, or of its own, brings no call in",
    certificates: ["unknown-issuer", "self-signed"],
    fault: "ibcf/accepts-unknown-issuer",
  }),
  callerTurnedAway({
    id: "tls/interworking-caller-expired",
    title: "A partner's certificate that has expired brings no call in",
    certificates: ["expired"],
    fault: "ibcf/accepts-expired-partner",
  }),
  calleeTurnedAway({
    id: "tls/interworking-callee-other-name",
    title: "No call goes to a server whose certificate has other names than the partner's",
    certificates: ["other-name", "stranger"],
    fault: "ibcf/accepts-any-server-name",
  }),
  calleeTurnedAway({
    id: "tls/interworking-callee-untrusted",
    title:
      "No call goes to a server whose certificate signs itself, has expired, or comes from an unknown CA",
    certificates: ["self-signed", "unknown-issuer", "expired"],
    fault: "ibcf/accepts-any-server-chain",
  }),
  calleeTurnedAway({
    id: "tls/interworking-callee-common-name",
    title: "No call goes to a server that has the partner's domain as common name beside other names",
    certificates: ["common-name"],
    fault: "ibcf/takes-common-name",
  }),
  threeDialogs,
  byeEndsADialogOnly,
  eitherSideOpens,
  noFallback,
];

/** How a message came, in the words of wayOf(). */
function carrierOf(carrier: object | undefined, expected: object): string {
  return carrier === undefined ? "in the clear" : carrier === expected ? EXPECTED : "another connection";
}

/**
 * A call to a partner who is not to be trusted. Once more where the device did not come so far as to speak to his server,
 * be it but for a handshake: it may have taken the connection to his predecessor for open.
 */
async function triesToCall(
  network: Network,
  caller: Ue,
  within: number,
): Promise<{ readonly final: SipResponse | undefined; readonly tried: boolean }> {
  for (let left = 1;; left--) {
    const call = await caller.invite(network.uri);
    const [final] = await Promise.all([silenceIsUndefined(call.answered()), arrival(network, within)]);
    const tried = await wasTried(network);
    if (tried || left === 0) return { final, tried };
  }
}

async function wasTried(network: Network): Promise<boolean> {
  const { connections, refused, received } = network;
  if (connections.length + refused.length + received.length > 0) return true;
  return await silenceIsUndefined(network.failure()) !== undefined;
}
