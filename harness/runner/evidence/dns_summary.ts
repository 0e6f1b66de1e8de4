/** What a DNS message asks or answers. */
import type { TransportName } from "../../net/types.ts";
import { DNS_RCODE, parseDns } from "../../wire/dns.ts";
import { WireSyntaxError } from "../../wire/errors.ts";

/**
 * "DNS query NAPTR example.org", "DNS answer NAPTR example.org, 2 records", "DNS nameError SRV example.org"; undefined
 * where the octets are no whole message.
 */
export function dnsSummary(bytes: Uint8Array, transport: TransportName | "ip"): string | undefined {
  try {
    // Over TCP two octets of length stand before it (RFC 1035 4.2.2).
    const message = parseDns(transport === "udp" ? bytes : bytes.subarray(2));
    const [question] = message.questions;
    const asked = question ? ` ${question.type} ${question.name || "."}` : "";
    if (!message.response) return `DNS query${asked}`;
    const failure = Object.entries(DNS_RCODE).find(([, code]) => code === message.rcode)?.[0];
    if (message.rcode !== DNS_RCODE.noError) return `DNS ${failure ?? `rcode ${message.rcode}`}${asked}`;
    const count = message.answers.length;
    return `DNS answer${asked}, ${
      message.truncated ? "cut short" : count === 1 ? "1 record" : `${count} records`
    }`;
  } catch (error) {
    if (error instanceof WireSyntaxError) return undefined;
    throw error;
  }
}
