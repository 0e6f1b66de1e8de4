/** The HSS between a GGSN and an S-CSCF, both ours: TS 33.203 T.2 and T.4, TS 29.229 6.3.9 and 6.3.15. */
import { boundAddress } from "../../harness/peer/cscf/mod.ts";
import type { Cscf, CxAnswer } from "../../harness/peer/cscf/types.ts";
import { valueOf } from "../../harness/peer/hss/mod.ts";
import { testCase } from "../../harness/runner/case.ts";
import type { CaseContext } from "../../harness/runner/context.ts";
import { contextAt, SIM } from "./_attached.ts";
import { EARLY_IMS } from "./_forwarder.ts";

/** Addresses are what a GGSN says: there need be no access network. */
const HSS = {
  "giba": true,
  "radius": true,
  "single.hss": true,
  "entry.hss": true,
  "trusted-node": true,
} as const;

/** Addresses that nobody has (RFC 5737), and a prefix (RFC 3849). */
const FIRST = "192.0.2.17";
const SECOND = "198.51.100.23";
const PREFIX = "2001:db8:7:41::/64";

export const hss = [
  /**
   *     GGSN (ours)                 HSS                          S-CSCF (ours)
   *      |--- Start, Interim-Update -->|                             |
   *      |                             |<-- MAR Early-IMS-Security --|
   *      |                             |--- MAA, the address ------->|
   *      |--- Stop ------------------->|                             |
   *      |                             |--- MAA, no address -------->|
   */
  testCase({
    id: "giba/hss-gives-what-it-heard",
    title:
      "The HSS gives the S-CSCF the address that the GGSN told last of this user, and none after the end",
    verifies: ["33.203/T.4/02", "33.203/T.4/03"],
    kills: ["hss/keeps-first-address", "hss/ignores-modification", "hss/keeps-address-after-stop"],
    peer: "hss",
    needs: HSS,
    leases: [SIM, SIM],
    async run(context) {
      const { check, given } = context;
      const [ggsn, cscf] = [await context.ggsn(), await context.cscf()];
      const [alice, bob] = context.subscribers as readonly [Who, Who];
      const nobody = await asks(cscf, alice);
      check("before: no address", "33.203/T.4/02").that(boundAddress(nobody)).isAbsent();
      const session = await given("the HSS takes a context", ggsn.start(contextAt(alice, FIRST)));
      const heard = await asks(cscf, alice);
      check("after the start: the scheme", "33.203/T.4/02").that(
        valueOf(heard, "SIP-Authentication-Scheme"),
      )
        .equals(EARLY_IMS);
      check("after the start: the address", "33.203/T.4/02").that(boundAddress(heard)).equals(FIRST);
      check("of this user alone", "33.203/T.4/02").that(boundAddress(await asks(cscf, bob))).isAbsent();
      await given("the HSS takes a change", ggsn.update(session, contextAt(alice, SECOND)));
      check("after a modification: the new address", "33.203/T.4/03").that(
        boundAddress(await asks(cscf, alice)),
      )
        .equals(SECOND);
      await given("the HSS takes the end", ggsn.stop(session));
      check("after the end: no address", "33.203/T.4/03").that(boundAddress(await asks(cscf, alice)))
        .isAbsent();
      await given("the HSS takes a context", ggsn.start(contextAt(alice, FIRST)));
      const { address: _, ...whose } = contextAt(alice, FIRST);
      const overIpv6 = { ...whose, prefix: PREFIX };
      await given("and another one", ggsn.start(overIpv6));
      check("of two contexts the latest, by its prefix", "33.203/T.4/02").that(
        boundAddress(await asks(cscf, alice)),
      )
        .equals(PREFIX);
    },
  }),
];

/** MAR for the address of a user; what is in the answer. */
async function asks(cscf: Cscf, { impi, impus }: Who): Promise<CxAnswer["item"]> {
  return (await cscf.authenticate({ impi, impu: impus[0] ?? "" }, EARLY_IMS)).item;
}

type Who = CaseContext["subscribers"][number];
