/** Security-Client, Security-Server and Security-Verify (RFC 3329, TS 33.203 Annex H): reading and rewriting them. */
import type { SipResponse } from "sip-codec";
import type { Tamper } from "../../harness/peer/ue/types.ts";

/** One entry of Security-Server, with the defaults of Annex H. Numbers are NaN where there are none. */
export interface SetUp {
  readonly mechanism: string;
  readonly alg: string | undefined;
  readonly ealg: string;
  /** As written; undefined where it is not said, which means "trans". */
  readonly mod: string | undefined;
  readonly prot: string;
  readonly q: number;
  readonly spiC: number;
  readonly spiS: number;
  readonly portC: number;
  readonly portS: number;
}

/** The entries of Security-Server, in their order. */
export function setUps(response: SipResponse | undefined): SetUp[] {
  return response?.securityServer.map(({ mechanism, params }) => {
    const number = (name: string, otherwise = NaN) => Number(params.get(name) ?? otherwise);
    return {
      mechanism: mechanism.toLowerCase(),
      alg: params.get("alg")?.toLowerCase(),
      ealg: params.get("ealg")?.toLowerCase() ?? "null",
      mod: params.get("mod"),
      prot: params.get("prot")?.toLowerCase() ?? "esp",
      q: number("q", 0),
      spiC: number("spi-c"),
      spiS: number("spi-s"),
      portC: number("port-c"),
      portS: number("port-s"),
    };
  }) ?? [];
}

/** The P-CSCF goes on with a set-up: a challenge with a set-up line of its own. 494 has one too, and ends it. */
export function goesOn(response: SipResponse | undefined): boolean {
  return response?.status === 401 && response.has("Security-Server");
}

/** Entries of one of the set-up lines, as text. */
type Entries = readonly string[];
type Field = "Security-Client" | "Security-Verify";

/** Rewrites a set-up line. No entries leave the field empty. */
export function rewritten(field: Field, change: (entries: Entries) => Entries): Tamper {
  return (request) => void request.set(field, change(request.values(field)).join(", "));
}

/** One change in every entry. */
export function each(change: (entry: string) => string): (entries: Entries) => Entries {
  return (entries) => entries.map(change);
}

/** Writes a parameter: in its place, or behind the others; null takes it away. */
export function setting(name: string, value: string | null): (entry: string) => string {
  return (entry) => {
    const [mechanism = "", ...parameters] = entry.split(";").map((part) => part.trim());
    const at = parameters.findIndex((one) => one.split("=")[0]?.trim().toLowerCase() === name);
    const written = value === null ? [] : [`${name}=${value}`];
    const changed = at < 0 ? [...parameters, ...written] : parameters.toSpliced(at, 1, ...written);
    return [mechanism, ...changed].join(";");
  };
}

/** The header fields of security agreement taken away, as a man in the middle would. */
export const withoutAgreement: Tamper = (request) => {
  for (const name of ["Security-Client", "Security-Verify"]) request.remove(name);
  for (const name of ["Require", "Proxy-Require", "Supported"]) {
    const left = request.values(name).filter((tag) => tag.toLowerCase() !== "sec-agree");
    if (left.length === 0) request.remove(name);
    else request.set(name, left.join(", "));
  }
};
