/**
 * Does the target answer? One OPTIONS to every entry point, over each of its transports. A border answers partners
 * alone, and nobody in the clear (TS 33.203 6.5, S.5.2): it is asked for a TCP connection to its TLS port. Elements
 * inside the domain are asked from a trusted node's address, and an HSS for a TCP connection.
 */
import { buildRequest, parseMessage, SipSyntaxError, StreamFramer } from "sip-codec";
import { EnvironmentError } from "../errors.ts";
import {
  type Endpoint,
  formatEndpoint,
  type Incoming,
  type Net,
  scoped,
  systemNet,
  type TransportName,
} from "../net/mod.ts";
import type { Profile } from "../../profiles/mod.ts";
import type { Finding } from "./doctor_machine.ts";
import { resolverFindings } from "./doctor_resolver.ts";

/** Milliseconds that a target may take, and when an unanswered datagram is sent again (RFC 3261 17.1.2.2). */
const PATIENCE = 3_000;
const AGAIN = [500, 1_500];

export async function targetFindings(profile: Profile): Promise<Finding[]> {
  const net = scoped(systemNet, profile.scope);
  const points = Object.entries(profile.entry).flatMap(([entry, point]) =>
    Object.entries(point).map(([transport, place]) => ({
      entry,
      transport: transport as TransportName,
      place,
    }))
  ).filter(({ entry, transport }) => entry !== "ibcf" || transport === "tls");
  const resolver = resolverFindings(net, profile);
  const answers = await Promise.all(points.map(async ({ entry, transport, place }): Promise<Finding> => {
    const name = `${entry} ${transport} ${formatEndpoint(place)}`;
    try {
      const from = localAddress(profile, entry, place.address);
      if (entry === "ibcf" || entry === "hss") {
        return { name, status: "ok", detail: await connected(net, from, place), remedy: null };
      }
      const answer = await options(net, {
        transport,
        local: from,
        remote: place,
        domain: profile.home.domain,
      });
      return answer === undefined
        ? {
          name,
          status: "missing",
          detail: `no answer to OPTIONS from ${from} within ${PATIENCE / 1_000} s`,
          remedy: "see whether it runs, whether a firewall is between, and whether it serves that address",
        }
        : { name, status: "ok", detail: answer, remedy: null };
    } catch (error) {
      if (!(error instanceof EnvironmentError)) throw error;
      return { name, status: "missing", detail: error.message, remedy: error.remedy };
    }
  }));
  return [...answers, ...await resolver];
}

/** The first address of the profile in the target's family, among those that the entry point may answer. */
function localAddress(profile: Profile, entry: string, towards: string): string {
  const v6 = towards.includes(":");
  const trusted = /^([is]-cscf|hss)/.test(entry) ? profile.trustedNode?.addresses ?? [] : [];
  const candidates = [...trusted, ...Object.values(profile.access).flat()];
  const found = candidates.find((address) => address.includes(":") === v6);
  if (found !== undefined) return found;
  throw new EnvironmentError(
    `The profile has no ${v6 ? "IPv6" : "IPv4"} address to send from`,
    `list addresses of this machine under "access"`,
  );
}

/** What became of a TCP connection, in words. Rejects with EnvironmentError where there is none. */
async function connected(net: Net, local: string, remote: Endpoint): Promise<string> {
  const { clock } = net;
  const begin = clock.now();
  const stream = await net.stream?.({ clock, local: { address: local, port: 0 }, remote });
  await stream?.destroy();
  return `took a connection in ${Math.max(1, Math.round(clock.now() - begin))} ms`;
}

interface Probe {
  readonly transport: TransportName;
  readonly local: string;
  readonly remote: { readonly address: string; readonly port: number };
  readonly domain: string;
}

/** What came and when, in words; undefined where nothing did. */
async function options(net: Net, { transport, local, remote, domain }: Probe): Promise<string | undefined> {
  const { clock } = net;
  const socket = await net.open(transport, {
    local: { address: local, port: 0 },
    clock,
    framer: () => new StreamFramer(),
    listen: false,
  });
  const over = new AbortController();
  try {
    const id = crypto.randomUUID();
    const sentBy = formatEndpoint(socket.local);
    const request = buildRequest("OPTIONS", `sip:${domain}`, {
      "Via": `SIP/2.0/${transport.toUpperCase()} ${sentBy};branch=z9hG4bK${id};rport`,
      "Max-Forwards": "70",
      "From": `<sip:doctor@${domain}>;tag=${id.slice(0, 8)}`,
      "To": `<sip:${domain}>`,
      "Call-ID": id,
      "CSeq": "1 OPTIONS",
      "Contact": `<sip:doctor@${sentBy}>`,
      "Accept": "application/sdp",
    });
    const send = () => socket.send(request.toBytes(), { transport, local: socket.local, remote });
    const begin = clock.now();
    await send();
    const answered = answerIn(() => socket.receive());
    const waits = [...(transport === "udp" ? AGAIN : []), PATIENCE];
    for (const at of waits) {
      const pause = clock.wait(begin + at, over.signal).then(() => "pause" as const);
      const answer = await Promise.race([answered, pause]);
      if (answer !== "pause") {
        return answer &&
          `answered OPTIONS with ${answer.text} in ${Math.max(1, Math.round(answer.at - begin))} ms`;
      }
      if (at !== PATIENCE) await send();
    }
    return undefined;
  } finally {
    over.abort();
    await socket.close();
  }
}

/** The first message that is a response, or cannot be read; undefined when the socket was closed before. */
async function answerIn(
  receive: () => Promise<Incoming | undefined>,
): Promise<{ readonly text: string; readonly at: number } | undefined> {
  for (let incoming = await receive(); incoming; incoming = await receive()) {
    const text = textOf(incoming.bytes);
    if (text !== undefined) return { text, at: incoming.at };
  }
  return undefined;
}

function textOf(bytes: Uint8Array): string | undefined {
  try {
    const message = parseMessage(bytes);
    if (message.kind !== "response") return undefined;
    const who = message.get("Server") ?? message.get("User-Agent");
    return `${message.status} ${message.reason}${who === undefined ? "" : ` (${who})`}`;
  } catch (error) {
    if (!(error instanceof SipSyntaxError)) throw error;
    // CRLF keep-alives are no answer.
    return bytes.every((octet) => octet === 13 || octet === 10)
      ? undefined
      : `${bytes.length} octets that are no SIP (${error.message})`;
  }
}
