/**
 * Run by kernel_test.ts in a network namespace of its own: our TCP against the kernel's. Writes a line of JSON for each
 * thing that was tried, with what came of it.
 */
import { buildIp, parseIp, parseTcp } from "../../../wire/mod.ts";
import type { TcpConnection, TcpEvent } from "../connection.ts";
import { distance } from "../sequence.ts";
import { TcpStack } from "../stack.ts";
import { KERNEL, openTun, OURS } from "./tun.ts";

let octets = 300_000;
/** More than the kernel takes without a reader. */
const MUCH = 8_000_000;
/** Of a connection that has nothing left to send. */
const ALL_ROOM = 262_144;
const tun = await openTun();
const stack = new TcpStack({
  random: (octets) => crypto.getRandomValues(new Uint8Array(octets)),
  mss: () => 1360,
});
const watchers = new Map<TcpConnection, Party>();
const accepted: ((connection: TcpConnection) => void)[] = [];
/** Share of packets that are lost, either way. */
let loss = 0;

/** One of our connections, driven by whatever the kernel sends. */
class Party {
  readonly received: Uint8Array[] = [];
  readonly events: TcpEvent[] = [];
  readonly #waiting: { readonly until: () => boolean; readonly resolve: () => void }[] = [];
  #unsent = new Uint8Array(0);
  reading = true;

  constructor(readonly connection: TcpConnection) {
    watchers.set(connection, this);
  }

  get taken(): number {
    return this.received.reduce((sum, bytes) => sum + bytes.length, 0);
  }

  send(bytes: Uint8Array<ArrayBuffer>): void {
    this.#unsent = bytes;
    this.ready();
    pump();
  }

  ready(): void {
    if (this.#unsent.length > 0) this.#unsent = this.#unsent.subarray(this.connection.send(this.#unsent));
    while (this.reading) {
      const event = this.connection.nextEvent();
      if (!event) break;
      if (event.type === "data") this.received.push(event.bytes);
      else this.events.push(event);
    }
    for (const { until, resolve } of this.#waiting) if (until()) resolve();
  }

  until(condition: () => boolean): Promise<void> {
    return new Promise((resolve) => {
      this.#waiting.push({ until: condition, resolve });
      this.ready();
      pump();
    });
  }

  heard(type: TcpEvent["type"]): Promise<void> {
    return this.until(() => this.events.some((event) => event.type === type));
  }

  get end(): string | undefined {
    const event = this.events.find(({ type }) => type === "closed");
    return event?.type === "closed" ? event.how : undefined;
  }
}

let timer: ReturnType<typeof setTimeout> | undefined;
/** The kernel has closed its window. */
let closed = false;

function pump(): void {
  for (let event = stack.nextEvent(); event; event = stack.nextEvent()) {
    if (event.type === "accepted") accepted.shift()?.(event.connection);
    watchers.get(event.connection)?.ready();
  }
  for (const { local, remote, bytes } of stack.toSend(performance.now())) {
    if (Math.random() < loss) continue;
    tun.write(buildIp({ source: local.address, destination: remote.address, protocol: 6, payload: bytes }));
  }
  clearTimeout(timer);
  const at = stack.deadline();
  if (at !== undefined) timer = setTimeout(expire, Math.max(0, at - performance.now()));
}

function expire(): void {
  stack.expire(performance.now());
  pump();
}

async function listenToTun(): Promise<never> {
  for (;;) {
    const packet = await tun.read();
    if (packet.length < 20 || packet[0] !== 0x45 || Math.random() < loss) continue;
    const { source, destination, protocol, payload } = parseIp(packet);
    if (protocol !== 6) continue;
    closed ||= parseTcp(payload).window === 0;
    stack.receive(payload, { source, destination }, performance.now());
    pump();
  }
}

function pattern(length: number): Uint8Array<ArrayBuffer> {
  return Uint8Array.from({ length }, (_, i) => (i * 7 + (i >> 8)) & 0xff);
}

function sameAsPattern(chunks: readonly Uint8Array[], length: number): boolean {
  const all = new Uint8Array(chunks.reduce((sum, chunk) => sum + chunk.length, 0));
  let at = 0;
  for (const chunk of chunks) {
    all.set(chunk, at);
    at += chunk.length;
  }
  const expected = pattern(length);
  return all.length === length && all.every((octet, i) => octet === expected[i]);
}

async function readAll(connection: Deno.TcpConn): Promise<Uint8Array[]> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of connection.readable) chunks.push(chunk);
  return chunks;
}

function connect(port: number): Party {
  const local = { address: OURS, port: 20_000 + port };
  return new Party(stack.connect(local, { address: KERNEL, port }, performance.now()));
}

async function writeAll(connection: Deno.TcpConn, bytes: Uint8Array): Promise<void> {
  for (let at = 0; at < bytes.length;) at += await connection.write(bytes.subarray(at));
}

/** We connect, send, and close first. */
async function activeOpen(port: number) {
  const server = Deno.listen({ hostname: KERNEL, port });
  const party = connect(port);
  pump();
  const theirs = await server.accept();
  party.send(pattern(octets));
  const reading = readAll(theirs);
  await party.until(() => party.connection.room === ALL_ROOM);
  party.connection.close();
  pump();
  const whole = sameAsPattern(await reading, octets);
  await party.until(() => party.connection.state === "time-wait");
  server.close();
  return { whole, state: party.connection.state };
}

/** The kernel connects, sends, and closes first. */
async function passiveOpen(port: number) {
  stack.listen({ address: OURS, port });
  const arrived = new Promise<Party>((resolve) => void accepted.push((made) => resolve(new Party(made))));
  const theirs = await Deno.connect({ hostname: OURS, port });
  const party = await arrived;
  const sending = writeAll(theirs, pattern(octets));
  await party.until(() => party.taken === octets);
  await sending;
  await theirs.closeWrite();
  await party.heard("end");
  party.send(pattern(1000));
  party.connection.close();
  pump();
  const answer = await readAll(theirs);
  await party.heard("closed");
  return {
    whole: sameAsPattern(party.received, octets),
    answer: sameAsPattern(answer, 1000),
    end: party.end,
  };
}

/** Neither reads for a while: windows close, and open again. */
async function closedWindows(port: number) {
  const server = Deno.listen({ hostname: KERNEL, port });
  const party = connect(port);
  pump();
  const theirs = await server.accept();
  await party.heard("open");
  party.reading = false;
  const start = party.connection.sequenceExpected;
  const sending = writeAll(theirs, pattern(octets));
  await party.until(() => distance(party.connection.sequenceExpected, start) === 65_535);
  party.reading = true;
  await party.until(() => party.taken === octets);
  await sending;
  closed = false;
  party.send(pattern(MUCH));
  await party.until(() => closed);
  const reading = readAll(theirs);
  await party.until(() => party.connection.room === ALL_ROOM);
  party.connection.close();
  pump();
  const whole = sameAsPattern(await reading, MUCH);
  server.close();
  return { whole: whole && sameAsPattern(party.received, octets) };
}

/** The kernel resets what it did not read. */
async function reset(port: number) {
  const server = Deno.listen({ hostname: KERNEL, port });
  const party = connect(port);
  pump();
  const theirs = await server.accept();
  party.send(pattern(1000));
  await party.until(() => party.connection.room === ALL_ROOM);
  theirs.close();
  await party.heard("closed");
  server.close();
  return { end: party.end };
}

/** We reset the kernel. */
async function abort(port: number) {
  const server = Deno.listen({ hostname: KERNEL, port });
  const party = connect(port);
  pump();
  const theirs = await server.accept();
  await party.heard("open");
  party.connection.abort();
  pump();
  const how = await theirs.read(new Uint8Array(1)).then(String, (error: Error) => error.name);
  theirs.close();
  server.close();
  return { how };
}

async function refused(port: number) {
  const party = connect(port);
  pump();
  await party.heard("closed");
  const how = await Deno.connect({ hostname: OURS, port: 9 }).then(
    () => "open",
    (error: Error) => error.name,
  );
  return { end: party.end, how };
}

void listenToTun();
const tried = { activeOpen, passiveOpen, closedWindows, reset, abort, refused };
let port = 1000;
for (const [name, run] of Object.entries(tried)) report(name, await run(++port));
loss = 0.05;
octets = 40_000;
report("activeOpen with loss", await activeOpen(++port));
report("passiveOpen with loss", await passiveOpen(++port));
Deno.exit(0);

function report(name: string, result: unknown): void {
  // deno-lint-ignore no-console -- read by the test
  console.log(JSON.stringify([name, result]));
}
