/** New handshakes on a connection that is there: O.4.1 and O.4.2 of TS 33.203, RFC 5746. */
import { suiteNamed } from "../../harness/peer/tls_probe/mod.ts";
import { testCase } from "../../harness/runner/case.ts";
import { silenceIsUndefined } from "../_shared/reach.ts";
import {
  either,
  further,
  isRefused,
  isServed,
  NOTHING,
  only,
  secured,
  type TlsConnection,
  tries,
} from "./_sessions.ts";

const ONE_POINT_TWO = { "tls": true, "tls.versions": "TLSv1.2" } as const;

export const renegotiation = [
  /**
   *     UE (registered, TLS 1.2)       P-CSCF          operator
   *      |<== HelloRequest ==============|<-- renegotiate --|   in a record of the connection
   *      |=== ClientHello, … Finished ==>|
   *      |=== INVITE ===================>|   served
   */
  testCase({
    id: "tls/network-renegotiates-inside-the-connection",
    title: "A renegotiation that the P-CSCF asks for runs inside the connection, and service goes on",
    verifies: ["33.203/O.4.2/01"],
    kills: ["pcscf/tls-clear-hello-request"],
    peer: "ue",
    needs: { ...ONE_POINT_TWO, "operator.tls-renegotiate": true },
    leases: ["digest", "digest"],
    tags: ["operator"],
    async run(context) {
      const { check, given, operator, profile, timers } = context;
      const { ue: friend } = await secured(context, 1, either(profile));
      const { ue: alice, connection } = await secured(context, 0, only("TLSv1.2", either(profile)));
      const over = connection.renegotiated(timers.answer).catch(() => undefined);
      await given("the operator orders it", operator("tls-renegotiate", { impi: alice.identity.impi }));
      check("a new handshake is completed", "33.203/O.4.2/01").that((await over)?.version).equals("TLSv1.2");
      // A HelloRequest in the clear is no record of the connection: for us it would be the end.
      const end = await connection.ended(timers.silence);
      check("and nothing that is not protected comes", "33.203/O.4.2/01").that(end?.says).isAbsent();
      if (end) return;
      await isServed(context, "33.203/O.4.2/01", "a call afterwards", alice, friend, { way: connection });
    },
  }),

  /**
   *     UE (registered, TLS 1.2)     P-CSCF        operator
   *      |<== HelloRequest ============|<-- renegotiate --|
   *      |=== no_renegotiation =======>|   the connection stays, or ends
   *      |=== a new one, REGISTER ====>|   200
   */
  testCase({
    id: "tls/refused-renegotiation-blocks-nobody",
    title: "A UE that does not renegotiate may be cut off, and may come back",
    verifies: ["33.203/O.4.2/02"],
    kills: ["pcscf/tls-blocks-after-no-renegotiation"],
    peer: "ue",
    needs: { ...ONE_POINT_TWO, "operator.tls-renegotiate": true },
    leases: ["digest", "digest"],
    tags: ["operator"],
    async run(context) {
      const { check, given, note, operator, profile, timers } = context;
      const { ue: friend } = await secured(context, 1, either(profile));
      const chosen = only("TLSv1.2", either(profile));
      const refusing = { ...chosen, client: { ...chosen.client, renegotiation: "refuse" } } as const;
      const { ue: alice, connection } = await secured(context, 0, refusing);
      const end = connection.ended(timers.answer);
      await given("the operator orders it", operator("tls-renegotiate", { impi: alice.identity.impi }));
      const cut = await end;
      note(cut ? `the device ends the connection: ${cut.says}` : "the device leaves the connection open");
      const again = await further(alice);
      check("a new handshake comes about", "33.203/O.4.2/02").holds(again !== undefined, {
        expected: "a TLS connection",
        actual: again ? "a TLS connection" : "no handshake came about",
      });
      await again?.close();
      const outcome = await silenceIsUndefined(alice.register({ fresh: true }));
      check("and the UE registers on it", "33.203/O.4.2/02").answer(outcome?.response).isOneOf(200);
      if (outcome?.ok) await isServed(context, "33.203/O.4.2/02", "a call afterwards", alice, friend);
    },
  }),

  /**
   *     UE (registered, TLS 1.2)                P-CSCF          friend
   *      |=== renegotiation ===================>|
   *      |=== INVITE, REGISTER ================>|   served, as before
   *      |=== another connection, old session =>|
   *      |=== INVITE there ====================>|   refused
   */
  testCase({
    id: "tls/new-session-id-takes-the-place-of-the-old",
    title: "After a renegotiation the connection serves on, and the session before it is worth nothing",
    verifies: ["33.203/O.4.2/03"],
    kills: ["pcscf/tls-serves-old-session-id"],
    peer: "ue",
    needs: { ...ONE_POINT_TWO, "tls.renegotiation": true },
    leases: ["digest", "digest"],
    async run(context) {
      const { check, note, profile, timers } = context;
      const { ue: friend } = await secured(context, 1, either(profile));
      const { ue: alice, connection } = await secured(context, 0, only("TLSv1.2", either(profile)));
      const { session: old } = connection;
      const renegotiated = await connection.renegotiate(timers.answer).catch(() => undefined);
      check("the renegotiation comes about", "33.203/O.4.2/03").holds(renegotiated !== undefined, {
        expected: "a new handshake inside the connection",
        actual: renegotiated ? "a new handshake inside it" : "none came about",
      });
      if (!connection.open) return;
      const way = { way: connection } as const;
      await isServed(context, "33.203/O.4.2/03", "a call afterwards", alice, friend, way);
      const refresh = await silenceIsUndefined(alice.register({ ...way, answer: way }));
      check("a re-registration afterwards", "33.203/O.4.2/03").answer(refresh?.response).isOneOf(200);
      if (old === undefined) return note("the device gave no session to resume");
      const other = await further(alice, { resume: old });
      note(`the old session: ${other ? `resumed: ${other.negotiated.resumed}` : "no handshake"}`);
      const attempt = other ? await tries(context, alice, friend, { way: other }) : NOTHING;
      isRefused(context, "33.203/O.4.2/03", "the old session on another connection", attempt);
    },
  }),

  /**
   *     UE (registered, TLS 1.2)               P-CSCF          friend
   *      |=== renegotiation, RFC 5746 ========>|   done, or refused: no_renegotiation, or the end
   *      |=== INVITE =========================>|   the user's, where the connection is there
   *     a client that does not know RFC 5746
   *      |=== handshake ======================>|   or handshake_failure
   *      |=== ClientHello of another =========>|   no ServerHello
   */
  testCase({
    id: "tls/renegotiation-is-secure-or-refused",
    title: "A renegotiation is bound to the handshake before it, or does not come about",
    verifies: ["33.203/O.4.1/02"],
    kills: ["pcscf/tls-insecure-renegotiation"],
    peer: "ue",
    needs: ONE_POINT_TWO,
    leases: ["digest", "digest"],
    async run(context) {
      const { check, given, note, profile, timers, tlsProbe } = context;
      const { ue: friend } = await secured(context, 1, either(profile));
      const { ue: alice, connection } = await secured(context, 0, only("TLSv1.2", either(profile)));
      const came = await asked(connection, timers.answer);
      // What came about was by RFC 5746: OpenSSL does no other.
      note(`a renegotiation by RFC 5746 is ${came ? "served" : "refused"}`);
      const way = { way: connection } as const;
      if (connection.open) {
        await isServed(context, "33.203/O.4.1/02", "a call afterwards", alice, friend, way);
      }

      const probe = await tlsProbe();
      const legacy = await probe.legacyRenegotiation();
      note(`a client without RFC 5746: ${legacy.says}`);
      if (!legacy.first) {
        const hello = probe.hello({ versions: ["TLSv1.2"], suites: LEGACY_SUITES, groups: ["secp256r1"] });
        await given("it is not for its suites", hello.then((answer) => answer.hello !== undefined));
      }
      check("without RFC 5746 none comes about", "33.203/O.4.1/02").holds(!legacy.renegotiated, {
        expected: "no ServerHello for a second ClientHello",
        actual: legacy.says,
      });
    },
  }),
];

/** What the client has that does not know RFC 5746. */
const LEGACY_SUITES = [
  "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
  "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
].map(suiteNamed);

/** Whether a renegotiation that the client asks for comes about. */
async function asked(connection: TlsConnection, within: number): Promise<boolean> {
  const before = connection.handshakes;
  await connection.renegotiate(within).catch(() => undefined);
  return connection.handshakes > before;
}
