/** Re-registration over TLS: O.2.1 (lifetime of sessions) and O.4.3 of TS 33.203. */
import { testCase } from "../../harness/runner/case.ts";
import { call, silenceIsUndefined } from "../_shared/reach.ts";
import { withinWindow } from "../_shared/window.ts";

import {
  either,
  EXPECTED,
  impuOf,
  isNoSuccess,
  isServed,
  secure,
  secured,
  securedPair,
  through,
  wayOf,
} from "./_sessions.ts";

/** Milliseconds, well below the 95 to 120 seconds of RFC 5626 4.4.1. */
const KEEP_ALIVE = 60_000;

export const reregistration = [
  /**
   *     UE                     P-CSCF
   *      |=== registers ========>|
   *      |   half of the granted time goes by, and nothing is said
   *      |=== REGISTER =========>|   200, on the same connection
   */
  testCase({
    id: "tls/session-outlives-the-refresh",
    title: "The connection is there when it is time to re-register",
    verifies: ["33.203/O.2.1/08"],
    kills: ["pcscf/tls-drops-idle-session"],
    peer: "ue",
    needs: { tls: true },
    tags: ["slow"],
    timeout: ({ minExpires, t1, answer, silence }) =>
      2 * minExpires + Math.max(30_000, 4 * 64 * t1 + 4 * (answer + silence)),
    async run(context) {
      const { ue, check, given, profile, timers, wait } = context;
      const alice = await ue({ security: either(profile) });
      const { connection, registered } = await secure(context, alice, 2 * timers.minExpires);
      await given("by a right answer to a challenge", registered.challenge !== undefined);
      const granted = (registered.expires ?? 2 * timers.minExpires / 1000) * 1000;
      // TS 24.229 5.1.1.4.1: what is granted for so short a time is refreshed after half of it.
      for (let left = Math.min(granted, 2 * timers.minExpires) / 2; left > 0; left -= KEEP_ALIVE) {
        await wait(Math.min(left, KEEP_ALIVE));
        // RFC 5626 4.4.1: a flow that nothing is heard of may be ended.
        if (left > KEEP_ALIVE && connection.open) await alice.keepAlive();
      }
      check("the connection is open", "33.203/O.2.1/08").holds(connection.open, {
        expected: "an open connection",
        actual: connection.open ? "it is open" : "it is closed before the time to re-register",
      });
      const way = { way: connection } as const;
      const outcome = connection.open
        ? await silenceIsUndefined(alice.register({ ...way, answer: way }))
        : undefined;
      check("the refresh succeeds", "33.203/O.2.1/08").answer(outcome?.response).isOneOf(200);
      check("on it", "33.203/O.2.1/08").about(outcome?.response)
        .that(wayOf(alice, outcome?.response, connection)).equals(EXPECTED);
    },
  }),

  /**
   *     UE (registered)                            network
   *      |=== REGISTER =============================>|   200, or 401 and then 200
   *      |--- REGISTER, the last credentials ------->|   401, 403, or nothing
   *      |--- REGISTER, no response ---------------->|   the same
   */
  testCase({
    id: "tls/refresh-counts-inside-tls-alone",
    title: "A refresh in the clear is not taken for one that TLS protects",
    verifies: ["33.203/O.4.3/01"],
    kills: ["pcscf/tls-clear-refresh-protected"],
    peer: "ue",
    needs: { tls: true },
    leases: ["digest", "digest"],
    async run(context) {
      const { check, note } = context;
      const [{ ue: alice, connection }, { ue: friend }] = await securedPair(context);
      const refresh = await check("a refresh on the connection is answered", "33.203/O.4.3/01").answers(
        alice.register(),
      );
      check("with success", "33.203/O.4.3/01").answer(refresh?.response).isOneOf(200);
      for (const authorization of ["last", "empty"] as const) {
        for (const expires of [undefined, 0]) {
          const name = `${authorization} credentials${expires === 0 ? ", Expires: 0" : ""}, in the clear`;
          const options = { authorization, way: "clear", ...(expires === 0 ? { expires } : {}) } as const;
          const answer = await withinWindow(context, alice.attempt(options));
          isNoSuccess(context, "33.203/O.4.3/01", name, answer);
          note(`${name}: ${answer?.status ?? "no answer"}`);
        }
      }
      const { invite } = await call(friend, impuOf(alice), alice);
      check("the UE is still reached on its connection", "33.203/O.4.3/01").about(invite)
        .that(wayOf(alice, invite, connection)).equals(EXPECTED);
    },
  }),

  /**
   *     A's connection, B elsewhere      network          friend
   *      |=== REGISTER, B's IMPI and IMPU ->|   401, 403; no 200, whether or not B is registered
   *      |                                  |<-- calls B --|   nothing comes here
   */
  testCase({
    id: "tls/foreign-impi-is-not-authenticated-by-the-connection",
    title: "A REGISTER with somebody else's IMPI is not taken for authenticated on a user's connection",
    verifies: ["33.203/O.4.3/02"],
    kills: ["pcscf/tls-yes-for-any-impi"],
    peer: "ue",
    needs: { tls: true },
    leases: ["digest", "digest", "digest"],
    async run(context) {
      const { ue, given, profile, timers } = context;
      const security = either(profile);
      const [{ ue: friend }] = [await secured(context, 2, security)];
      const bob = await ue({ as: 1, security });
      for (const registered of [false, true]) {
        if (registered) await secure(context, bob);
        const name = registered ? "B is registered" : "B is not registered";
        const { ue: alice, connection } = await secured(context, 0, security);
        const impostor = await ue({ like: bob, security });
        const request = impostor.draft.register();
        request.set("Contact", alice.contact);
        const answer = await given(
          `${name}: the device deals with a REGISTER of B's`,
          through(context, alice, connection, request),
        );
        isNoSuccess(context, "33.203/O.4.3/02", `${name}: no registration of B comes of it`, answer);
        const outgoing = await friend.invite(impuOf(bob));
        const { check } = context;
        await check(`${name}: B's calls do not come to A`, "33.203/O.4.3/02").never(
          alice.silent("INVITE", timers.silence),
          "an INVITE",
        );
        if (registered) {
          const incoming = await silenceIsUndefined(bob.incoming("INVITE"));
          await incoming?.respond(486);
        }
        await silenceIsUndefined(outgoing.answered());
      }
    },
  }),

  /** `REGISTER -> 200`, or `REGISTER -> 401 -> REGISTER with a right answer -> 200`; the registration serves on. */
  testCase({
    id: "tls/refresh-may-be-challenged-and-succeeds",
    title: "A refresh on the connection is granted at once, or after a challenge",
    verifies: ["33.203/O.4.3/04"],
    kills: ["scscf/tls-refresh-never-accepted"],
    peer: "ue",
    needs: { tls: true },
    leases: ["digest", "digest"],
    async run(context) {
      const { check, note } = context;
      const [{ ue: alice }, { ue: friend }] = await securedPair(context);
      const outcome = await silenceIsUndefined(alice.register());
      note(outcome?.challenge ? "the refresh is challenged" : "the refresh is not challenged");
      check("the refresh succeeds", "33.203/O.4.3/04").answer(outcome?.response).isOneOf(200);
      if (outcome?.ok) await isServed(context, "33.203/O.4.3/04", "a call afterwards", alice, friend);
    },
  }),
];
