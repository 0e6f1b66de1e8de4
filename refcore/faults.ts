import { akaFaults } from "./faults/aka.ts";
import { coexistenceFaults } from "./faults/coexistence.ts";
import { digestFaults } from "./faults/digest.ts";
import { gibaFaults } from "./faults/giba.ts";
import { interconnectFaults } from "./faults/interconnect.ts";
import { ipsecFaults } from "./faults/ipsec.ts";
import { ipsecNatFaults } from "./faults/ipsec_nat.ts";
import { nbaFaults } from "./faults/nba.ts";
import { privacyFaults } from "./faults/privacy.ts";
import { secAgreeFaults } from "./faults/sec_agree.ts";
import { singleBoxFaults } from "./faults/single_box.ts";
import { tlsFaults } from "./faults/tls.ts";
import { tnaFaults } from "./faults/tna.ts";

/**
 * The faults of the reference core: each breaks exactly one requirement, by name. A box asks
 * `faults.has("scscf/accepts-any-response")` at the line that implements the requirement.
 */
export interface Fault {
  /** "<box>/<what it does wrong>", permanent. */
  readonly id: string;
  /** The requirement it violates; the check that kills it must cite this. */
  readonly requirement: string;
  /** One line, present tense: "P-CSCF leaves ck and ik in the 401 towards the UE". */
  readonly title: string;
}

export type FaultSet = ReadonlySet<string>;

/** Every fault there is, by suite. */
export const faults: readonly Fault[] = [
  ...akaFaults,
  ...digestFaults,
  ...privacyFaults,
  ...coexistenceFaults,
  ...ipsecFaults,
  ...secAgreeFaults,
  ...ipsecNatFaults,
  ...interconnectFaults,
  ...tlsFaults,
  ...gibaFaults,
  ...nbaFaults,
  ...tnaFaults,
  ...singleBoxFaults,
];
