/** Security-Client, Security-Server, Security-Verify (RFC 3329 2.2; ipsec-3gpp: TS 33.203 Annex H). */
import { Cursor } from "../cursor.ts";
import { TOKEN } from "../grammar.ts";
import { type Params, type ParamsInit, paramsOf } from "../params.ts";
import { parseParams } from "../parse_params.ts";

export interface SecurityMechanism {
  /** As written: "ipsec-3gpp", "tls", "digest" … */
  readonly mechanism: string;
  readonly params: Params;
}

/** mechanism-name *( SEMI mech-parameters ), comma-separated. */
export function parseSecurityMechanisms(text: string, field = "Security-Client"): SecurityMechanism[] {
  const cursor = new Cursor(text, field);
  const values: SecurityMechanism[] = [];
  do {
    cursor.blanks();
    values.push({ mechanism: cursor.run(TOKEN, "a security mechanism"), params: parseParams(cursor) });
  } while (cursor.separator(0x2c));
  cursor.end();
  return values;
}

export function formatSecurityMechanism(value: { mechanism: string; params?: ParamsInit }): string {
  return `${value.mechanism}${paramsOf(value.params)}`;
}

/** One field value of all the mechanisms. */
export function formatSecurity(values: readonly { mechanism: string; params?: ParamsInit }[]): string {
  return values.map(formatSecurityMechanism).join(", ");
}
