/**
 * The interworking cases of TS 33.203 T.7, to be held against the clause: what the terminal knows and which card is in
 * it, what the network knows, how the terminal begins, and how that ends. One row, one case.
 */
export type Variants = "GIBA" | "full" | "both";

export interface InterworkingRow {
  readonly id: string;
  /** Number in T.7. */
  readonly number: 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 | 9;
  readonly terminal: Variants;
  readonly network: Variants;
  /** "either": the clause makes no difference. */
  readonly card: "SIM" | "USIM" | "either";
  /** "full, wrongly": the terminal should have known better. */
  readonly begins: "GIBA" | "full" | "full, wrongly";
  readonly ends: Ending;
  readonly verifies: readonly [string, ...string[]];
  readonly kills: readonly [string, ...string[]];
}

/**
 * - registered: 200 to the first REGISTER, no challenge before it; nothing of the kind at an address that is not its own
 * - 420, then GIBA: 420 to sec-agree; a REGISTER without the security headers is registered
 * - 420: 420 to sec-agree, each time
 * - AKA: goes on as the main body says, and ends well only with the right RES inside the SAs
 * - 403: no challenge but 403, each time
 * - 4xx: the P-CSCF misses Security-Client
 */
export type Ending = "registered" | "420, then GIBA" | "420" | "AKA" | "403" | "4xx";

const HEADERS = "33.203/T.7/01";
const WITHOUT_HEADERS = "33.203/T.7/02";
const BAD_EXTENSION = "33.203/T.7/04";
const FALLBACK = "33.203/T.7/05";
const SIM_WITH_AKA = "33.203/T.7/06";
const FULL_ALONE = "33.203/T.7/07";
const FULL = "33.203/T.7/08";

// deno-fmt-ignore
export const INTERWORKING: readonly InterworkingRow[] = [
  { number: 1, terminal: "GIBA", network: "GIBA", card: "either", begins: "GIBA",          ends: "registered",
    id: "giba/case-1-early-terminal-and-network",
    verifies: [WITHOUT_HEADERS, HEADERS], kills: ["scscf/authentication-info-in-giba"] },

  { number: 2, terminal: "GIBA", network: "both", card: "either", begins: "GIBA",          ends: "registered",
    id: "giba/case-2-early-terminal",
    verifies: [WITHOUT_HEADERS, HEADERS], kills: ["pcscf/dual-demands-agreement"] },

  { number: 3, terminal: "both", network: "GIBA", card: "SIM",    begins: "GIBA",          ends: "registered",
    id: "giba/case-3-early-network-sim",
    verifies: [WITHOUT_HEADERS, HEADERS], kills: ["scscf/authentication-info-in-giba"] },
  { number: 3, terminal: "both", network: "GIBA", card: "USIM",   begins: "full",          ends: "420, then GIBA",
    id: "giba/case-3-early-network-usim",
    verifies: [BAD_EXTENSION, FALLBACK],  kills: ["pcscf/ignores-proxy-require", "pcscf/blocks-after-420"] },

  { number: 4, terminal: "both", network: "both", card: "USIM",   begins: "full",          ends: "AKA",
    id: "giba/case-4-both-know-both-usim",
    verifies: [FULL],                     kills: ["scscf/address-match-skips-aka", "scscf/giba-after-wrong-response"] },
  { number: 4, terminal: "both", network: "both", card: "SIM",    begins: "GIBA",          ends: "registered",
    id: "giba/case-4-both-know-both-sim",
    verifies: [WITHOUT_HEADERS, HEADERS], kills: ["pcscf/dual-demands-agreement"] },
  { number: 4, terminal: "both", network: "both", card: "SIM",    begins: "full, wrongly", ends: "403",
    id: "giba/case-4-both-know-both-sim-wrongly",
    verifies: [SIM_WITH_AKA],             kills: ["scscf/giba-after-refused-vectors"] },

  { number: 5, terminal: "GIBA", network: "full", card: "SIM",    begins: "GIBA",          ends: "4xx",
    id: "giba/case-5-full-network-early-terminal-sim",
    verifies: [FULL_ALONE],               kills: ["pcscf/forwards-unprotected-register", "pcscf/challenges-unprotected-register"] },
  { number: 5, terminal: "GIBA", network: "full", card: "USIM",   begins: "GIBA",          ends: "4xx",
    id: "giba/case-5-full-network-early-terminal-usim",
    verifies: [FULL_ALONE],               kills: ["pcscf/forwards-unprotected-register"] },

  { number: 6, terminal: "full", network: "GIBA", card: "USIM",   begins: "full",          ends: "420",
    id: "giba/case-6-early-network-full-terminal",
    verifies: [BAD_EXTENSION],            kills: ["pcscf/ignores-proxy-require", "pcscf/names-no-extension"] },

  { number: 7, terminal: "full", network: "both", card: "USIM",   begins: "full",          ends: "AKA",
    id: "giba/case-7-full-terminal",
    verifies: [FULL],                     kills: ["scscf/address-match-skips-aka", "pcscf/no-agreement-beside-giba"] },

  { number: 8, terminal: "both", network: "full", card: "USIM",   begins: "full",          ends: "AKA",
    id: "giba/case-8-full-network-usim",
    verifies: [FULL],                     kills: ["scscf/address-match-skips-aka"] },
  { number: 8, terminal: "both", network: "full", card: "SIM",    begins: "GIBA",          ends: "4xx",
    id: "giba/case-8-full-network-sim",
    verifies: [FULL_ALONE],               kills: ["pcscf/forwards-unprotected-register"] },
  { number: 8, terminal: "both", network: "full", card: "SIM",    begins: "full, wrongly", ends: "403",
    id: "giba/case-8-full-network-sim-wrongly",
    verifies: [SIM_WITH_AKA],             kills: ["scscf/giba-after-refused-vectors"] },

  { number: 9, terminal: "full", network: "full", card: "USIM",   begins: "full",          ends: "AKA",
    id: "giba/case-9-full-terminal-and-network",
    verifies: [FULL],                     kills: ["scscf/address-match-skips-aka"] },
  { number: 9, terminal: "full", network: "full", card: "SIM",    begins: "full, wrongly", ends: "403",
    id: "giba/case-9-full-terminal-and-network-sim-wrongly",
    verifies: [SIM_WITH_AKA],             kills: ["scscf/giba-after-refused-vectors"] },
];
