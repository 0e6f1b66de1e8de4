/** Security agreement on "tls" (TS 33.203 O.2.2, Annex H; RFC 3329): what SM1 and SM6 said until SM7 has come. */
import { formatSecurity, parseSecurityMechanisms, type SecurityMechanism, type SipRequest } from "sip-codec";
import type { Alarm } from "../../scheduler.ts";
import type { BoxContext } from "../../types.ts";
import { demandsAgreement } from "../ipsec/register_facts.ts";
import { sameLine } from "../ipsec/set_up_line.ts";

export interface Agreement {
  readonly impi: string;
  /** Security-Server of SM6. */
  readonly server: readonly SecurityMechanism[];
  readonly serverLine: string;
}

export class Agreements {
  readonly #byNonce = new Map<string, { readonly agreement: Agreement; readonly alarm: Alarm }>();

  constructor(readonly context: BoxContext) {}

  /** SM6 goes out: whoever answers this challenge answers it over TLS. */
  open(nonce: string, agreement: Agreement): void {
    const { scheduler, timers } = this.context;
    this.close(nonce);
    // As long as the S-CSCF waits for the answer, and longer than the answer takes.
    const until = scheduler.now() + 2 * timers.regAwaitAuth;
    this.#byNonce.set(nonce, { agreement, alarm: scheduler.at(until, () => this.#byNonce.delete(nonce)) });
  }

  find(nonce: string): Agreement | undefined {
    return this.#byNonce.get(nonce)?.agreement;
  }

  close(nonce: string): void {
    this.#byNonce.get(nonce)?.alarm.set(undefined);
    this.#byNonce.delete(nonce);
  }

  clear(): void {
    for (const nonce of [...this.#byNonce.keys()]) this.close(nonce);
  }
}

/** What the P-CSCF lists in Security-Server: on access where TLS is used, nothing else is. */
export function serverLine(faults: BoxContext["faults"]): string {
  const tls: SecurityMechanism = parseSecurityMechanisms("tls;q=0.9", "Security-Server")[0]!;
  if (!faults.has("pcscf/sec-agree-tls-ranked-low")) return formatSecurity([tls]);
  return "ipsec-3gpp;q=0.9;alg=hmac-sha-1-96;prot=esp;mod=trans;ealg=aes-cbc;" +
    "spi-c=0000001001;spi-s=0000001002;port-c=5072;port-s=5073, tls;q=0.1";
}

/** Whether the UE has offered TLS. */
export function offersTls(client: readonly SecurityMechanism[]): boolean {
  return client.some(({ mechanism }) => mechanism.toLowerCase() === "tls");
}

/** SM7 says again what SM6 said (RFC 3329 2.3.1); else somebody has bid the UE down. */
export function agrees(request: SipRequest, { server }: Agreement): boolean {
  try {
    return demandsAgreement(request) && sameLine(request.securityVerify, server);
  } catch (error) {
    // What cannot be read is not the same.
    if (error instanceof SyntaxError) return false;
    throw error;
  }
}
