/** The security set-up lines that the P-CSCF writes and compares: RFC 3329 2.3 and 2.6, TS 33.203 7.2 and Annex H. */
import { formatSecurity, type SecurityMechanism } from "sip-codec";
import type { EspPair } from "../../../harness/wire/esp.ts";
import type { FaultSet } from "../../faults.ts";
import type { IpsecMode } from "./proposal.ts";
import { isClear } from "./security_policy.ts";

/** The P-CSCF's side of the SAs. */
export interface ServerNumbers {
  readonly spiPc: number;
  readonly spiPs: number;
  readonly portPc: number;
  readonly portPs: number;
}

export interface ServerLine {
  readonly pairs: readonly EspPair[];
  readonly mode: IpsecMode;
  /** Absent where nothing is set up: in a 421 or 494 that only lists what there is. */
  readonly numbers?: ServerNumbers;
  /** 7.2: a P-CSCF that never encrypts names no encryption algorithm, not even "null". */
  readonly withoutCiphers: boolean;
}

/** The field value of Security-Server: every pair, the most preferred with the highest q, all with the same SPIs. */
export function formatServerLine(line: ServerLine, faults: FaultSet): string {
  const { pairs, mode, numbers, withoutCiphers } = line;
  return formatSecurity(pairs.map((pair, index) => ({
    mechanism: "ipsec-3gpp",
    params: [
      ["q", (0.9 - 0.1 * index).toFixed(1)],
      ["alg", pair.integrity],
      ["prot", "esp"],
      ...(omitsMode(mode, faults) ? [] : [["mod", mode]] as const),
      ...(withoutCiphers && isClear(pair) ? [] : [["ealg", pair.encryption]] as const),
      ...(numbers ? numbersOf(numbers, index, faults) : []),
    ] as [string, string][],
  })));
}

/** M.7.2: the mode is said, and behind a NAT it must be. */
function omitsMode(mode: IpsecMode, faults: FaultSet): boolean {
  return mode === "UDP-enc-tun" && faults.has("pcscf/nat-omits-mode");
}

function numbersOf(
  { spiPc, spiPs, portPc, portPs }: ServerNumbers,
  index: number,
  faults: FaultSet,
): readonly (readonly [string, string])[] {
  // M.7.2: the same SPIs for all alternatives.
  const step = faults.has("pcscf/nat-spi-per-alternative") ? 2 * index : 0;
  // 7.1: never a standard port.
  const server = faults.has("pcscf/sec-agree-standard-port") ? 5060 : portPs;
  return [
    ["spi-c", tenDigits(spiPc + step)],
    ["spi-s", tenDigits(spiPs + step)],
    ["port-c", String(portPc)],
    ["port-s", String(server)],
  ];
}

/** Annex H: spivalue = 10DIGIT. */
function tenDigits(spi: number): string {
  return String(spi).padStart(10, "0");
}

/**
 * Whether two lines say the same (7.2, RFC 3329 2.3.1): the same entries in the same order, each with the same
 * parameters in any order. `without`: parameters that are not looked at.
 */
export function sameLine(
  one: readonly SecurityMechanism[],
  other: readonly SecurityMechanism[],
  without: readonly string[] = [],
): boolean {
  return one.length === other.length &&
    one.every((entry, index) => canonical(entry, without) === canonical(other[index]!, without));
}

/** Names and tokens are the same in either case (RFC 3261 7.3.1), numbers however many zeros they have. */
export function canonical({ mechanism, params }: SecurityMechanism, without: readonly string[] = []): string {
  const parts = [...params].map(([name, value = ""]) => {
    const number = /^[\d.]+$/.test(value) ? Number(value) : NaN;
    return `${name.toLowerCase()}=${Number.isNaN(number) ? value.toLowerCase() : number}`;
  }).filter((part) => !without.includes(part.slice(0, part.indexOf("="))));
  return [mechanism.toLowerCase(), ...parts.sort()].join(";");
}
