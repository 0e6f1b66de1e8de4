/**
 * The mechanism "ipsec-3gpp" in Security-Client, Security-Server and Security-Verify (RFC 3329 2.2; TS 33.203
 * Annex H): one list element into values and back. What to offer and what to take is not decided here.
 */
import { formatSecurityMechanism, type SecurityMechanism } from "sip-codec";

export interface Ipsec3gpp {
  /** In lower case, as are `ealg` and `protocol`; any token. */
  readonly alg: string;
  /** "null" where the element has none (Annex H). */
  readonly ealg: string;
  /** "esp" where the element has none. */
  readonly protocol: string;
  /** "trans" where the element has none; "tun" and "UDP-enc-tun" are spelt as Annex H does, others as written. */
  readonly mode: string;
  /** False where "trans" is only the default. */
  readonly namesMode: boolean;
  readonly spiC: number;
  readonly spiS: number;
  readonly portC: number;
  readonly portS: number;
  /** Undefined without one; NaN where it is no qvalue. */
  readonly q: number | undefined;
}

export const IPSEC_3GPP = "ipsec-3gpp";

/** The values of one element, or in words why it is none that could be used. Other mechanisms are none. */
export function readIpsec3gpp({ mechanism, params }: SecurityMechanism): Ipsec3gpp | string {
  if (mechanism.toLowerCase() !== IPSEC_3GPP) return `the mechanism is "${mechanism}"`;
  const [twice] = params.duplicates();
  if (twice !== undefined) return `"${twice}" comes twice`;
  const alg = params.get("alg");
  if (!alg) return '"alg" is missing';
  const spiC = spi(params.get("spi-c"));
  const spiS = spi(params.get("spi-s"));
  if (spiC === undefined) return unusable("spi-c", params.get("spi-c"));
  if (spiS === undefined) return unusable("spi-s", params.get("spi-s"));
  const portC = port(params.get("port-c"));
  const portS = port(params.get("port-s"));
  if (portC === undefined) return unusable("port-c", params.get("port-c"));
  if (portS === undefined) return unusable("port-s", params.get("port-s"));
  const mode = params.get("mod");
  return {
    alg: alg.toLowerCase(),
    ealg: (params.get("ealg") ?? "null").toLowerCase(),
    protocol: (params.get("prot") ?? "esp").toLowerCase(),
    mode: MODES.get(mode?.toLowerCase() ?? "trans") ?? mode ?? "trans",
    namesMode: mode !== undefined,
    spiC,
    spiS,
    portC,
    portS,
    q: preference(params.get("q")),
  };
}

/** One element. SPIs have ten digits, as Annex H wants them. */
export function formatIpsec3gpp(
  value: Omit<Ipsec3gpp, "namesMode" | "q" | "protocol"> & {
    readonly q?: number | undefined;
    readonly protocol?: string;
  },
): string {
  const { alg, ealg, protocol = "esp", mode, spiC, spiS, portC, portS, q } = value;
  return formatSecurityMechanism({
    mechanism: IPSEC_3GPP,
    params: [
      ...(q === undefined ? [] : [["q", String(q)] as const]),
      ["alg", alg],
      ["ealg", ealg],
      ["prot", protocol],
      ["mod", mode],
      ["spi-c", String(spiC).padStart(10, "0")],
      ["spi-s", String(spiS).padStart(10, "0")],
      ["port-c", String(portC)],
      ["port-s", String(portS)],
    ],
  });
}

/**
 * By preference, then in the order of the list (RFC 3329 2.2: the higher q, the more preferred). Without q an element
 * counts as 1, with one that cannot be read as 0.
 */
export function byPreference<T extends { readonly q: number | undefined }>(list: readonly T[]): T[] {
  const weight = ({ q }: T) => q === undefined ? 1 : Number.isNaN(q) ? 0 : q;
  return list.toSorted((a, b) => weight(b) - weight(a));
}

const MODES = new Map([["trans", "trans"], ["tun", "tun"], ["udp-enc-tun", "UDP-enc-tun"]]);

/** Annex H: 0 to 4294967295. Fewer than ten digits are taken. */
function spi(text: string | undefined): number | undefined {
  if (text === undefined || !/^\d{1,10}$/.test(text)) return undefined;
  const value = Number(text);
  return value <= 0xffffffff ? value : undefined;
}

function port(text: string | undefined): number | undefined {
  if (text === undefined || !/^\d{1,5}$/.test(text)) return undefined;
  const value = Number(text);
  return value >= 1 && value <= 0xffff ? value : undefined;
}

// qvalue = ( "0" [ "." 0*3DIGIT ] ) / ( "1" [ "." 0*3("0") ] )
const QVALUE = /^(?:0(?:\.\d{0,3})?|1(?:\.0{0,3})?)$/;

function preference(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  return QVALUE.test(text) ? Number(text) : NaN;
}

function unusable(name: string, found: string | undefined): string {
  return found === undefined ? `"${name}" is missing` : `"${name}" is "${found}"`;
}
