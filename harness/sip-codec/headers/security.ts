/** Security-Client, Security-Server, Security-Verify (RFC 3329 2.2; ipsec-3gpp: TS 33.203 Annex H). */
import { type Cursor, readList } from "../cursor.ts";
import { TOKEN } from "../grammar.ts";
import { type Params, type ParamsInit, paramsOf } from "../params.ts";
import { readParams } from "../read_params.ts";

export interface SecurityMechanism {
  /** As written: "ipsec-3gpp", "tls", "digest" … */
  readonly mechanism: string;
  readonly params: Params;
}

/** mechanism-name *( SEMI mech-parameters ), comma-separated. */
export function parseSecurityMechanisms(text: string, field = "Security-Client"): SecurityMechanism[] {
  return readList(readSecurityMechanism, text, field);
}

export function formatSecurityMechanism(value: { mechanism: string; params?: ParamsInit }): string {
  return `${value.mechanism}${paramsOf(value.params)}`;
}

/** One field value of all the mechanisms. */
export function formatSecurity(values: readonly { mechanism: string; params?: ParamsInit }[]): string {
  return values.map(formatSecurityMechanism).join(", ");
}

export function readSecurityMechanism(cursor: Cursor): SecurityMechanism {
  return { mechanism: cursor.run(TOKEN, "a security mechanism"), params: readParams(cursor) };
}
