/** A dummy on sockets: one per entry point of the core whose place it takes. */
import { parseMessage, StreamFramer } from "sip-codec";
import { toHex } from "../../harness/crypto/mod.ts";
import { openPair } from "../../harness/net/mod.ts";
import type { MessageSocket, Net } from "../../harness/net/types.ts";
import type { Profile } from "../../profiles/types.ts";
import type { Random } from "../types.ts";
import { answerOf, type DummyId, type DummyParts } from "./dummies.ts";

export interface RunningDummy {
  /** The same names and transports as those that it was started for. Nothing but SIP over UDP and TCP is spoken. */
  readonly entry: Profile["entry"];
  /** Idempotent. */
  close(): Promise<void>;
}

export interface DummyOptions extends Pick<Profile, "entry" | "home"> {
  readonly net: Net;
  /** Loopback address of every entry point. */
  readonly bind: string;
  readonly random: Random;
}

/** @throws EnvironmentError where it cannot listen */
export async function startDummy(id: DummyId, options: DummyOptions): Promise<RunningDummy> {
  const { net, bind, random } = options;
  const parts = { id, domain: options.home.domain, token: () => toHex(random.bytes(16)) };
  const sockets: MessageSocket[] = [];
  const entry: Record<string, Profile["entry"][string]> = {};
  try {
    for (const [name, ways] of Object.entries(options.entry)) {
      const { udp, tcp } = await openPair(net, {
        clock: net.clock,
        framer: () => new StreamFramer(),
        local: { address: bind, port: 0 },
      });
      sockets.push(udp, tcp);
      entry[name] = Object.fromEntries(
        Object.entries(ways).map(([transport, way]) => [transport, { ...way, ...udp.local }]),
      );
    }
  } catch (error) {
    await Promise.all(sockets.map((socket) => socket.close()));
    throw error;
  }
  const reading = sockets.map((socket) => read(socket, parts));
  const close = async () => {
    await Promise.all(sockets.map((socket) => socket.close()));
    await Promise.all(reading);
  };
  let closed: Promise<void> | undefined;
  return { entry, close: () => closed ??= close() };
}

async function read(socket: MessageSocket, parts: DummyParts): Promise<void> {
  for (let next = await socket.receive(); next; next = await socket.receive()) {
    const answer = answerTo(next.bytes, parts);
    // Who asked may be gone.
    if (answer) await socket.send(answer, next.flow).catch(() => {});
  }
}

function answerTo(bytes: Uint8Array, parts: DummyParts): Uint8Array | undefined {
  try {
    const message = parseMessage(bytes);
    return message.kind === "request" ? answerOf(parts, message)?.toBytes() : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
