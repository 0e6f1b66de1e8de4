/** Networks that a case plays have a seat each, which belongs to one case at a time: their addresses are fixed. */
import type { HomeNetworkSeat, Partner, Profile } from "../../profiles/mod.ts";
import type { CaseDefinition, SeatName } from "./case.ts";

/** What a case was given of those it asked for. */
export interface Seats {
  /** A network beyond the device's border. */
  readonly partner?: Partner;
  /** One that the device does not trust, although it connects to it (TS 33.203 5.4). */
  readonly untrustedPartner?: Partner;
  /** The home network of users that roam to the device's P-CSCF. */
  readonly homeNetwork?: HomeNetworkSeat;
}

/** All there are. */
export type SeatPool = { readonly [Name in SeatName]: readonly NonNullable<Seats[Name]>[] };

/** Where the profile has them, for the reader of a report. */
export const SEAT_PLACES: Readonly<Record<SeatName, string>> = {
  partner: "interconnect.partners",
  untrustedPartner: "interconnect.partners with trusted: false",
  homeNetwork: "home-networks",
};

export function seatsOf({ interconnect, homeNetworks }: Profile): SeatPool {
  const partners = interconnect?.partners ?? [];
  return {
    partner: partners.filter(({ trusted }) => trusted !== false),
    untrustedPartner: partners.filter(({ trusted }) => trusted === false),
    homeNetwork: homeNetworks ?? [],
  };
}

/** The seats that a case takes: as it says, else a partner's where its peer is one. */
export function seatsNeeded({ seats, peer }: CaseDefinition): readonly SeatName[] {
  return seats ?? (peer === "peer-network" ? ["partner"] : []);
}
