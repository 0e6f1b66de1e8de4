/** What a UE offers in Security-Client: TS 33.203 7.2, M.7.2 and Annex H, RFC 3329 2.2. */
import type { SecurityMechanism } from "sip-codec";
import {
  ENCRYPTION_ALGORITHMS,
  type EncryptionAlgorithm,
  type EspPair,
  INTEGRITY_ALGORITHMS,
  type IntegrityAlgorithm,
  isAllowedPair,
} from "../../../harness/wire/esp.ts";
import type { FaultSet } from "../../faults.ts";

export type IpsecMode = "trans" | "UDP-enc-tun";

/** The values that Annex H defines and this P-CSCF can have anything to do with. */
export interface Alternative {
  readonly pair: EspPair;
  readonly mode: IpsecMode;
  /** 1 where the UE names none (RFC 3329 2.2). */
  readonly q: number;
}

/** One pair of SPIs, one of ports, and a list of what the UE can do (7.2). */
export interface Proposal {
  readonly spiC: number;
  readonly spiS: number;
  readonly portC: number;
  readonly portS: number;
  /** That the UE can do, whatever algorithms go with them. */
  readonly modes: ReadonlySet<IpsecMode>;
  /** As the UE has ordered them. */
  readonly alternatives: readonly Alternative[];
  /** Every SPI that stands in the header, wherever. */
  readonly spis: readonly (readonly number[])[];
  /** As it came, to be compared with what comes in SM7. */
  readonly mechanisms: readonly SecurityMechanism[];
}

/** "none": ipsec-3gpp is not offered; "malformed": it is, and cannot be read or must not be as it is. */
export type ProposalDefect = "none" | "malformed";

export function readProposal(
  mechanisms: readonly SecurityMechanism[],
  faults: FaultSet,
): Proposal | ProposalDefect {
  const entries = mechanisms.filter(({ mechanism }) => mechanism.toLowerCase() === "ipsec-3gpp");
  const [first] = entries;
  const last = entries.at(-1);
  if (!first || !last) return "none";
  const numbers = entries.map((entry) => numbersOf(entry, faults));
  if (!numbers.every((one) => one !== undefined)) return "malformed";
  const head = numbers[0]!;
  // 7.2, notes 1 and 2: one pair of SPIs and one of ports, however many entries.
  const mixed = faults.has("pcscf/sec-agree-mixes-entries") ||
    faults.has("pcscf/sec-agree-compares-first-entry");
  const same = numbers.every((one) =>
    one.spiC === head.spiC && one.spiS === head.spiS && one.portC === head.portC && one.portS === head.portS
  );
  if (!same && !mixed) return "malformed";
  const spiS = faults.has("pcscf/sec-agree-mixes-entries") ? numbers.at(-1)!.spiS : head.spiS;
  return {
    ...head,
    spiS,
    modes: new Set(entries.flatMap(({ params }) => modeOf(params.get("mod"), faults) ?? [])),
    alternatives: entries.flatMap((entry) => alternativeOf(entry, faults) ?? []),
    spis: numbers.map((one) => [one.spiC, one.spiS]),
    mechanisms,
  };
}

interface Numbers {
  readonly spiC: number;
  readonly spiS: number;
  readonly portC: number;
  readonly portS: number;
}

function numbersOf({ params }: SecurityMechanism, faults: FaultSet): Numbers | undefined {
  const spiC = spiIn(params.get("spi-c"), faults);
  const spiS = spiIn(params.get("spi-s"), faults);
  const portC = portIn(params.get("port-c"), faults);
  const portS = portIn(params.get("port-s"), faults);
  if (spiC === undefined || spiS === undefined || portC === undefined || portS === undefined) {
    return undefined;
  }
  // 7.2: two unique SPIs and two unique ports.
  return spiC === spiS || portC === portS ? undefined : { spiC, spiS, portC, portS };
}

/** Annex H: ten digits, up to 4294967295; RFC 4303 2.1 keeps 0 to 255 to itself. Fewer digits are understood. */
function spiIn(text: string | undefined, faults: FaultSet): number | undefined {
  if (text === undefined || !/^\d+$/.test(text)) return undefined;
  if (faults.has("pcscf/sec-agree-truncates-spi")) return Number(text) % 0x1_0000_0000;
  if (text.length > 10) return undefined;
  const spi = Number(text);
  const most = faults.has("pcscf/sec-agree-signed-spi") ? 0x7fff_ffff : 0xffff_ffff;
  return spi > 0xff && spi <= most ? spi : undefined;
}

/** 7.1: never one of the standard ports. */
function portIn(text: string | undefined, faults: FaultSet): number | undefined {
  if (text === undefined || !/^\d{1,10}$/.test(text)) return undefined;
  const port = Number(text);
  const standard = (port === 5060 || port === 5061) && !faults.has("pcscf/sec-agree-standard-ue-port");
  return port > 0 && port <= 0xffff && !standard ? port : undefined;
}

/** Undefined for what cannot be taken up: AH, another mode, an unknown algorithm, a pair that Annex H forbids. */
function alternativeOf({ params }: SecurityMechanism, faults: FaultSet): Alternative | undefined {
  const prot = params.get("prot")?.toLowerCase() ?? "esp";
  if (prot !== "esp" && !(prot === "ah" && faults.has("pcscf/sec-agree-accepts-ah"))) return undefined;
  const mode = modeOf(params.get("mod"), faults);
  // Annex H: alg has to be there.
  const byDefault = faults.has("pcscf/sec-agree-default-alg") ? "hmac-sha-1-96" : undefined;
  const integrity = params.get("alg")?.toLowerCase() ?? byDefault;
  const cipher = faults.has("pcscf/sec-agree-default-ealg-cbc") ? "aes-cbc" : "null";
  const encryption = params.get("ealg")?.toLowerCase() ?? cipher;
  if (!mode || !isIntegrity(integrity) || !isEncryption(encryption)) return undefined;
  const pair = { integrity, encryption };
  const bare = integrity === "null" && encryption === "null" && faults.has("pcscf/sec-agree-null-null");
  if (!isAllowedPair(pair) && !bare) return undefined;
  const q = Number(params.get("q") ?? 1);
  return { pair, mode, q: q >= 0 && q <= 1 ? q : 1 };
}

/** Annex H: transport mode where none is named; "tun" is not used in IMS. */
function modeOf(text: string | undefined, faults: FaultSet): IpsecMode | undefined {
  switch (text?.toLowerCase()) {
    case undefined:
      return faults.has("pcscf/nat-default-mode-tunnel") ? "UDP-enc-tun" : "trans";
    case "trans":
      return "trans";
    case "udp-enc-tun":
      return "UDP-enc-tun";
  }
  return faults.has("pcscf/nat-ignores-unknown-mode") ? "trans" : undefined;
}

function isIntegrity(name: string | undefined): name is IntegrityAlgorithm {
  return (INTEGRITY_ALGORITHMS as readonly (string | undefined)[]).includes(name);
}

function isEncryption(name: string): name is EncryptionAlgorithm {
  return (ENCRYPTION_ALGORITHMS as readonly string[]).includes(name);
}
