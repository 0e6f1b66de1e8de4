/** Faults for the suite nba (TS 33.203 Annex R, and Annex P where it is about NBA). */
import type { Fault } from "../faults.ts";

export const nbaFaults: readonly Fault[] = [
  {
    id: "pcscf/no-location-query-with-authorization",
    requirement: "33.203/P.3/11",
    title: "P-CSCF asks the NASS nothing where the REGISTER has Authorization",
  },
  {
    id: "pcscf/trusts-location-of-ue",
    requirement: "33.203/P.3/12",
    title: "P-CSCF takes the location that the UE has written where the NASS does not answer",
  },
  {
    id: "pcscf/keeps-network-provided-of-ue",
    requirement: "33.203/P.3/15",
    title: "P-CSCF keeps a P-Access-Network-Info of the UE that says network-provided",
  },
  {
    id: "pcscf/filters-access-info-on-nass-alone",
    requirement: "33.203/P.3/16",
    title: "P-CSCF removes a forged network-provided on NASS interfaces alone",
  },
  {
    id: "pcscf/filters-first-access-info",
    requirement: "33.203/P.3/16",
    title: "P-CSCF looks for a forged network-provided in the first value alone",
  },
  {
    id: "pcscf/filters-access-info-by-case",
    requirement: "33.203/P.3/16",
    title: "P-CSCF passes a forged network-provided in capital letters",
  },
  {
    id: "pcscf/calls-every-access-geran",
    requirement: "33.203/P.3/18",
    title: "P-CSCF calls every access other than NASS 3GPP-GERAN where Authorization is there",
  },
  {
    id: "scscf/nba-by-any-pcscf",
    requirement: "33.203/P.4.2/09",
    title: "S-CSCF takes the location of a line from any P-CSCF",
  },
  {
    id: "scscf/any-via-is-the-pcscf",
    requirement: "33.203/P.5/01",
    title: "S-CSCF looks for a PANI-aware P-CSCF in every Via",
  },
  {
    id: "scscf/challenges-nba-user",
    requirement: "33.203/R.1/01",
    title: "S-CSCF challenges an NBA user whose line is right",
  },
  {
    id: "scscf/any-line-will-do",
    requirement: "33.203/R.2/01",
    title: "S-CSCF registers an NBA user on whatever line the network names, or on none",
  },
  {
    id: "scscf/no-line-check-when-roaming",
    requirement: "33.203/R.2/01",
    title: "S-CSCF registers an NBA user who comes through a visited network",
  },
  {
    id: "pcscf/no-agreement-on-nass",
    requirement: "33.203/R.3/01",
    title: "P-CSCF ignores Security-Client on NASS interfaces",
  },
  {
    id: "pcscf/asks-for-sent-by",
    requirement: "33.203/R.3/02",
    title: "P-CSCF asks the NASS for the address that the UE has written into Via",
  },
  {
    id: "pcscf/omits-location",
    requirement: "33.203/R.3/03",
    title: "P-CSCF forwards the REGISTER without the location that the NASS has given",
  },
  {
    id: "pcscf/unquoted-location",
    requirement: "33.203/R.3/03",
    title: "P-CSCF writes the line identifier without quotes",
  },
  {
    id: "pcscf/unescaped-location",
    requirement: "33.203/R.3/03",
    title: "P-CSCF puts the line identifier between quotes as it is, whatever is in it",
  },
  {
    id: "scscf/missing-location-matches",
    requirement: "33.203/R.3/04",
    title: "S-CSCF takes a missing or empty location for the right one",
  },
  {
    id: "scscf/location-prefix-matches",
    requirement: "33.203/R.3/04",
    title: "S-CSCF is content with the beginning of the line identifier",
  },
  {
    id: "scscf/location-without-case",
    requirement: "33.203/R.3/04",
    title: "S-CSCF compares line identifiers without regard to case",
  },
  {
    id: "scscf/one-of-two-locations",
    requirement: "33.203/R.3/04",
    title: "S-CSCF is content if one of two locations is right",
  },
  {
    id: "scscf/nba-refresh-unchecked",
    requirement: "33.203/R.3/04",
    title: "S-CSCF compares the line on the first REGISTER alone",
  },
  {
    id: "hss/line-for-everybody",
    requirement: "33.203/R.3/05",
    title: "HSS answers NASS-Bundled for every subscriber whose scheme is unknown",
  },
];
