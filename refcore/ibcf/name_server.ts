/** The home network's records for who looks for its border (RFC 3263): NAPTR to SRV to address, over UDP. */
import type { MessageSocket } from "../../harness/net/types.ts";
import {
  buildDns,
  DNS_RCODE,
  type DnsMessage,
  type DnsRecord,
  parseDns,
  sameDnsName,
} from "../../harness/wire/dns.ts";
import type { BoxContext } from "../types.ts";

export interface Zone {
  /** The home domain. */
  readonly domain: string;
  /** Host name of the border. */
  readonly border: string;
  readonly address: string;
  readonly tls: number;
  readonly clear: number;
}

/** Answers until the socket is closed. */
export async function serveNames(context: BoxContext, socket: MessageSocket, zone: Zone): Promise<void> {
  const records = recordsOf(zone, context.faults.has("ibcf/publishes-no-sips"));
  for (let incoming = await socket.receive(); incoming; incoming = await socket.receive()) {
    try {
      const answer = answerTo(incoming.bytes, zone.domain, records);
      if (answer) await socket.send(answer, incoming.flow);
    } catch (error) {
      context.problem(error);
    }
  }
}

/** TS 33.203 6.5: SIP over TLS is what the home network publishes, and nothing beside it. */
function recordsOf({ domain, border, address, tls, clear }: Zone, noSips: boolean): DnsRecord[] {
  const [services, label, port] = noSips
    ? ["SIP+D2U", "_sip._udp", clear] as const
    : ["SIPS+D2T", "_sips._tcp", tls] as const;
  const service = `${label}.${domain}`;
  const naptr = { type: "NAPTR", order: 10, preference: 10, flags: "s", regexp: "" } as const;
  const host = { type: address.includes(":") ? "AAAA" : "A", ttl: TTL, address } as const;
  return [
    { ...naptr, name: domain, ttl: TTL, services, replacement: service },
    { type: "SRV", name: service, ttl: TTL, priority: 0, weight: 0, port, target: border },
    { ...host, name: border },
    { ...host, name: domain },
  ];
}

/** Seconds. */
const TTL = 60;

function answerTo(bytes: Uint8Array, domain: string, records: readonly DnsRecord[]): Uint8Array | undefined {
  const query = read(bytes);
  const [question] = query?.questions ?? [];
  if (!query || query.response) return undefined;
  const reply = (rcode: number, more: Partial<DnsMessage> = {}) =>
    buildDns({
      id: query.id,
      response: true,
      opcode: query.opcode ?? 0,
      recursionDesired: query.recursionDesired ?? false,
      rcode,
      questions: query.questions,
      ...more,
    }, { limit: 512 });
  if ((query.opcode ?? 0) !== 0) return reply(DNS_RCODE.notImplemented);
  if (!question) return reply(DNS_RCODE.formatError);
  const name = question.name.toLowerCase();
  if (name !== domain && !name.endsWith(`.${domain}`)) return reply(DNS_RCODE.refused);
  const named = records.filter((record) => sameDnsName(record.name, question.name));
  const answers = named.filter(({ type }) => type === question.type);
  const rcode = named.length > 0 ? DNS_RCODE.noError : DNS_RCODE.nameError;
  return reply(rcode, { authoritative: true, answers });
}

function read(bytes: Uint8Array): DnsMessage | undefined {
  try {
    return parseDns(bytes);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
