/** What the tests against openssl and GnuTLS have in common. */
import assert from "node:assert/strict";
import { runTool } from "../../../../_tools/foreign_program.ts";
import { systemClock } from "../../clock.ts";
import type { Negotiated, TlsEngine } from "../mod.ts";
import { type ForeignPeer, type Pipe, run, tcpPipe, udpPipe } from "./foreign.ts";
import { utf8 } from "./joined.ts";

/** Keys that both sides derive are the same only if all that was agreed is. */
export const LABEL = "EXPORTER-imspeer";
export const EXPORT_LENGTH = 20;

/** Shakes hands, says REGISTER. */
export async function talk(tls: TlsEngine, pipe: Pipe): Promise<Negotiated> {
  const events = await run(tls, pipe, (events) => {
    if (!events.some(({ type }) => type === "handshake")) return false;
    tls.send(utf8("REGISTER\n"), systemClock.now());
    return true;
  });
  assert(events.some(({ type }) => type === "handshake"), JSON.stringify(events));
  return tls.negotiated();
}

/** Shakes hands, then `ask` makes one side ask for another handshake. */
export async function renegotiated(
  tls: TlsEngine,
  pipe: Pipe,
  ask: () => void,
): Promise<{ first: Negotiated; second: Negotiated }> {
  let asked = false;
  const events = await run(tls, pipe, (events) => {
    if (!asked && events.some(({ type }) => type === "handshake")) {
      asked = true;
      ask();
    }
    return events.filter(({ type }) => type === "handshake").length === 2;
  });
  const [first, second] = events.filter((event) => event.type === "handshake");
  assert(first && second?.renegotiated, JSON.stringify(events));
  return { first: first.negotiated, second: second.negotiated };
}

/** Shakes hands, waits for a session to resume, closes as it should be: else some servers forget it. */
export async function sessionOf(tls: TlsEngine, pipe: Pipe): Promise<string> {
  await run(tls, pipe, (events) => {
    if (!events.some(({ type }) => type === "handshake") || tls.session() === undefined) return false;
    tls.close(systemClock.now());
    return true;
  });
  return tls.session() ?? "";
}

/** As a client. */
export async function onPort<Result>(port: number, datagram: boolean, use: (pipe: Pipe) => Promise<Result>) {
  const peer = { hostname: "127.0.0.1", port };
  if (datagram) {
    using udp = datagramSocket();
    return await use(udpPipe(udp.socket, { transport: "udp", ...peer }));
  }
  using connection = await Deno.connect(peer);
  return await use(tcpPipe(connection));
}

/** Lets a program come as a client to a port of ours. */
export async function asServer<Result>(
  datagram: boolean,
  client: (port: number) => ForeignPeer,
  use: (pipe: Pipe, program: ForeignPeer) => Promise<Result>,
): Promise<Result> {
  if (!datagram) return await acceptEach(client, [use]).then(([result]) => result as Result);
  using udp = datagramSocket();
  await using program = client((udp.socket.addr as Deno.NetAddr).port);
  return await use(udpPipe(udp.socket), program);
}

/** The same over TCP, for a program that comes several times. */
export async function acceptEach<Result>(
  client: (port: number) => ForeignPeer,
  uses: readonly ((pipe: Pipe, program: ForeignPeer) => Promise<Result>)[],
): Promise<Result[]> {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  await using program = client(listener.addr.port);
  const results: Result[] = [];
  for (const use of uses) {
    using connection = await listener.accept();
    results.push(await use(tcpPipe(connection), program));
  }
  return results;
}

function datagramSocket() {
  const socket = Deno.listenDatagram({ transport: "udp", hostname: "127.0.0.1", port: 0 });
  return { socket, [Symbol.dispose]: () => socket.close() };
}

/** The registry's name of a suite, as the openssl program knows it. */
export async function standardName(suite: string): Promise<string> {
  const { stdout } = await runTool("openssl", ["ciphers", "-stdname", "ALL:COMPLEMENTOFALL:@SECLEVEL=0"]);
  const lines = new TextDecoder().decode(stdout).split("\n").map((line) => line.trim().split(/ +/));
  return lines.find((words) => words[2] === suite)?.[0] ?? "unknown";
}
