/** TLS records that were changed, sent again or sent back, and SIP that is in none: O.1.3 of TS 33.203. */
import type { Ue } from "../../harness/peer/ue/types.ts";
import { testCase } from "../../harness/runner/case.ts";
import type { CaseContext } from "../../harness/runner/context.ts";
import { silenceIsUndefined } from "../_shared/reach.ts";
import {
  either,
  further,
  gets,
  impuOf,
  isRefused,
  messageGets,
  only,
  secured,
  type TlsConnection,
  tries,
  unlessClosed,
  versionsOf,
} from "./_sessions.ts";

export const records = [
  /**
   *     UE        access link               P-CSCF          friend
   *      |=== INVITE ============================>|--- INVITE ---->|
   *      |=== INVITE ===>|=== a bit is another ==>|   alert or FIN, and nothing goes on
   *      |               |--- SIP in the clear -->|   the same
   */
  testCase({
    id: "tls/changed-records-end-the-connection",
    title: "A changed record, or SIP that is in none, ends the connection and is not processed",
    verifies: ["33.203/O.1.3/01"],
    kills: ["pcscf/tls-reads-injected-sip"],
    peer: "ue",
    needs: { tls: true },
    leases: ["digest", "digest"],
    async run(context) {
      const { given, profile } = context;
      const { ue: friend } = await secured(context, 1, either(profile));
      for (const version of versionsOf(profile)) {
        const security = only(version, either(profile));
        const { ue: alice, connection } = await secured(context, 0, security);
        await given("a call arrives", gets(friend, alice));
        connection.tamperNext(flipped);
        const attempt = await tries(context, alice, friend, { way: connection });
        isRefused(context, "33.203/O.1.3/01", `${version}, a bit flipped`, attempt);
        await isEnded(context, "33.203/O.1.3/01", `${version}, a bit flipped`, connection);

        const { ue: again, connection: second } = await secured(context, 0, security);
        const sip = again.draft.request("MESSAGE", impuOf(friend), {
          body: { type: "text/plain", content: "in the clear" },
        });
        await isUnheard(
          context,
          "33.203/O.1.3/01",
          `${version}, SIP in the clear`,
          friend,
          again,
          () => second.inject(sip.toBytes()),
        );
        await isEnded(context, "33.203/O.1.3/01", `${version}, SIP in the clear`, second);
      }
    },
  }),

  /**
   *     UE                                  P-CSCF          friend
   *      |=== MESSAGE =======================>|--- MESSAGE --->|
   *      |=== the same record ===============>|   alert or FIN, and no second MESSAGE
   *      |=== it again, another connection ==>|   the same
   *      |=== a record of the P-CSCF's own ==>|   the same
   */
  testCase({
    id: "tls/replayed-and-reflected-records-are-not-taken",
    title: "A record that came before, or is the P-CSCF's own, ends the connection and is not processed",
    verifies: ["33.203/O.1.3/02"],
    kills: ["pcscf/tls-takes-replayed-record"],
    peer: "ue",
    needs: { tls: true },
    leases: ["digest", "digest"],
    async run(context) {
      const { given, note, profile } = context;
      const { ue: friend } = await secured(context, 1, either(profile));
      for (const version of versionsOf(profile)) {
        const security = only(version, either(profile));
        const { ue: alice, connection } = await secured(context, 0, security);
        await given("a MESSAGE arrives", messageGets(context, friend, alice).then((it) => it !== undefined));
        const mine = connection.records.findLast(({ direction }) => direction === "out")!.bytes;
        const { connection: third } = await secured(context, 0, security);
        const own = third.records.findLast(({ direction }) => direction === "in")!.bytes;
        const other = await further(alice);
        const replays = [
          ["on its connection", connection, mine],
          ["on another", other, mine],
          ["a record of the P-CSCF's own", third, own],
        ] as const;
        for (const [where, target, record] of replays) {
          if (!target) continue;
          const name = `${version}, ${where}`;
          if (!target.open) {
            // A device may end a connection that a newer registration has replaced.
            note(`${name}: the connection was at its end before anything could be said on it`);
            continue;
          }
          await isUnheard(context, "33.203/O.1.3/02", name, friend, alice, () => target.inject(record));
          await isEnded(context, "33.203/O.1.3/02", name, target);
        }
      }
    },
  }),
];

/** One bit of the last octet, which authenticates the record. */
function flipped(records: Uint8Array): Uint8Array {
  return records.with(-1, records.at(-1)! ^ 0x01);
}

/** Judges octets on a connection of Alice's: no MESSAGE gets to the friend, and no SIP comes back. */
async function isUnheard(
  { check, timers }: Pick<CaseContext, "check" | "timers">,
  requirement: string,
  name: string,
  friend: Ue,
  alice: Ue,
  send: () => Promise<void>,
): Promise<void> {
  // What has come before is judged already.
  while (await silenceIsUndefined(friend.incoming("MESSAGE", 0)));
  const quiet = friend.silent("MESSAGE", timers.silence);
  const answer = alice.stray(timers.silence);
  await send();
  await check(`${name}: no MESSAGE goes on`, requirement).never(quiet, "a MESSAGE");
  check(`${name}: no answer in SIP`, requirement).that(await answer).isAbsent();
}

/** Judges that the device has ended the connection: by an alert, or without a word. */
async function isEnded(
  { check, timers }: Pick<CaseContext, "check" | "timers">,
  requirement: string,
  name: string,
  connection: TlsConnection,
): Promise<void> {
  const end = await connection.ended(timers.answer);
  check(`${name}: the device ends the connection`, requirement).holds(end?.by === "peer", {
    expected: "an alert or the end of the connection from the device",
    actual: end?.says ?? "still open",
  });
  await unlessClosed(connection, () => connection.close());
}
