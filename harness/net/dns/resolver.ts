/**
 * One question to one name server: over UDP, and over TCP where the answer was cut short (RFC 1035 4.2, RFC 7766 5).
 */
import { EnvironmentError } from "../../errors.ts";
import {
  buildDns,
  DNS_RCODE,
  type DnsMessage,
  type DnsRecord,
  parseDns,
  sameDnsName,
} from "../../wire/dns.ts";
import { concat } from "../../wire/bytes.ts";
import { WireSyntaxError } from "../../wire/errors.ts";
import { formatEndpoint, sameEndpoint } from "../endpoint.ts";
import type { Endpoint, MessageSocket, Net, TapRecord } from "../types.ts";
import { soon } from "../within.ts";
import type { Ask, DnsAnswer, LocateOptions } from "./types.ts";

/** What a resolver needs of a net. */
export type DnsNet = Pick<Net, "open" | "stream">;

export function resolver(net: DnsNet, options: LocateOptions): Ask {
  return async (name, type) => {
    const question: Question = { id: options.random.integer(0x10000), name, type };
    const short = await overUdp(net, options, question);
    const answer = short.truncated ? await overTcp(net, options, question) : short;
    if (answer.rcode !== DNS_RCODE.noError && answer.rcode !== DNS_RCODE.nameError) {
      throw new EnvironmentError(
        `The resolver ${formatEndpoint(options.resolver)} answers "${type} ${name}" with ${
          rcodeName(answer.rcode)
        }`,
        "See that `dns.resolver` of the profile answers for the device's domain.",
      );
    }
    return { name, type, rcode: answer.rcode, records: chain(name, type, answer.answers) };
  };
}

interface Question {
  readonly id: number;
  readonly name: string;
  readonly type: DnsAnswer["type"];
}

type Answer = Required<DnsMessage>;

async function overUdp(net: DnsNet, options: LocateOptions, question: Question): Promise<Answer> {
  const { clock, resolver: remote, retryMs = 500, tries = 3, tap } = options;
  const socket = await net.open("udp", {
    local: localOf(options),
    clock,
    // The socket tells it as SIP.
    ...(tap ? { tap: (record: TapRecord) => tap({ ...record, layer: "dns" }) } : {}),
  });
  const answered = answerFrom(socket, remote, question);
  try {
    for (let left = tries; left > 0; left--) {
      await socket.send(query(question), { transport: "udp", local: socket.local, remote });
      const answer = await soon(clock, retryMs, answered);
      if (answer) return answer;
    }
  } finally {
    await socket.close();
    await answered;
  }
  throw noAnswer(options, question, tries * retryMs);
}

/** What comes from elsewhere, or answers something else, is left aside. Undefined when the socket is closed. */
async function answerFrom(
  socket: MessageSocket,
  remote: Endpoint,
  question: Question,
): Promise<Answer | undefined> {
  for (;;) {
    const incoming = await socket.receive();
    if (!incoming) return undefined;
    const answer = sameEndpoint(incoming.flow.remote, remote) && readAnswer(incoming.bytes, question);
    if (answer) return answer;
  }
}

async function overTcp(net: DnsNet, options: LocateOptions, question: Question): Promise<Answer> {
  const { clock, resolver: remote, retryMs = 500, tries = 3, tap } = options;
  if (!net.stream) throw noAnswer(options, question, 0);
  const layer = "dns" as const;
  const stream = await net.stream({ local: localOf(options), remote, clock, layer, ...(tap ? { tap } : {}) });
  const reply = Promise.withResolvers<Answer | undefined>();
  let received: Uint8Array = new Uint8Array();
  stream.start({
    data(bytes) {
      received = concat(received, bytes);
      const length = 2 + ((received[0] ?? 0) << 8 | (received[1] ?? 0));
      if (received.length >= 2 && received.length >= length) {
        reply.resolve(readAnswer(received.subarray(2, length), question));
      }
    },
    closed: () => reply.resolve(undefined),
  });
  try {
    const message = query(question);
    await stream.write(concat(Uint8Array.of(message.length >> 8, message.length & 0xff), message));
    const answer = await soon(clock, tries * retryMs, reply.promise);
    if (answer) return answer;
  } finally {
    await stream.destroy();
  }
  throw noAnswer(options, question, tries * retryMs);
}

function query({ id, name, type }: Question): Uint8Array {
  return buildDns({ id, response: false, recursionDesired: true, questions: [{ name, type }] });
}

/** Undefined where it is not the answer to this question. */
function readAnswer(bytes: Uint8Array, { id, name, type }: Question): Answer | undefined {
  try {
    const message = parseDns(bytes);
    const [asked] = message.questions;
    const fits = message.response && message.id === id && asked?.type === type &&
      sameDnsName(asked.name, name);
    return fits ? message : undefined;
  } catch (error) {
    if (error instanceof WireSyntaxError) return undefined;
    throw error;
  }
}

/** The records of the name and of what it is an alias for; what the answer has besides is left out. */
function chain(name: string, type: DnsAnswer["type"], answers: readonly DnsRecord[]): DnsRecord[] {
  const kept: DnsRecord[] = [];
  let at = name;
  for (let left = MAX_ALIASES; left > 0; left--) {
    const here = answers.filter((record) => sameDnsName(record.name, at));
    const found = here.filter((record) => record.type === type);
    if (found.length > 0) return [...kept, ...found];
    const alias = here.find((record) => record.type === "CNAME");
    if (alias?.type !== "CNAME") return kept;
    kept.push(alias);
    at = alias.target;
  }
  return kept;
}

const MAX_ALIASES = 8;

function localOf({ local, resolver: { address } }: LocateOptions): Endpoint {
  return local ?? { address: address.includes(":") ? "::" : "0.0.0.0", port: 0 };
}

function rcodeName(rcode: number): string {
  return Object.entries(DNS_RCODE).find(([, code]) => code === rcode)?.[0] ?? `rcode ${rcode}`;
}

function noAnswer(options: LocateOptions, { name, type }: Question, ms: number): EnvironmentError {
  return new EnvironmentError(
    `The resolver ${formatEndpoint(options.resolver)} does not answer "${type} ${name}" in ${ms} ms`,
    "See that `dns.resolver` of the profile is a name server, and that it can be reached from here.",
  );
}
