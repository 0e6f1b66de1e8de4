import assert from "node:assert/strict";
import { EnvironmentError, LocalMisuseError } from "../../errors.ts";
import { systemClock } from "../clock.ts";
import { systemNet } from "../net.ts";
import { bytes, lineFramer, text } from "../testing/framers.ts";
import { loopback } from "../testing/loopback.ts";
import type { Flow, TapRecord } from "../types.ts";
import { openTls } from "./host.ts";
import type { TlsOptions } from "./options.ts";
import { CA, CLIENT_EC, SERVER_EC, SERVER_RSA } from "./testing/certificates.ts";
import { type TlsConnection, type TlsEnd, TlsFailure, type TlsHostOptions } from "./types.ts";

const US = loopback(1, 5);
const THEM = loopback(2, 5);
const TLS12: TlsOptions = { versions: ["TLSv1.2", "TLSv1.2"] };
const TLS13: TlsOptions = { versions: ["TLSv1.3", "TLSv1.3"] };
const WITHIN = 5000;

Deno.test("a message goes out over TLS, its answer comes back on the same connection", async () => {
  for (const versions of [TLS12, TLS13]) {
    await using pair = await hosts({ server: { ...versions, certificates: [SERVER_RSA] } });
    await pair.client.send(bytes("REGISTER\n"), pair.flow);
    const there = await pair.server.receive();
    assert.equal(text(there?.bytes), "REGISTER\n");
    assert.equal(there?.flow.transport, "tls");
    assert.match(there?.flow.security ?? "", /^tls:\d+$/);
    await pair.server.send(bytes("200\n"), there!.flow);
    const back = await pair.client.receive();
    assert.equal(text(back?.bytes), "200\n");
    const [ours] = pair.client.connections;
    const theirs = pair.server.connection(there?.flow.connection ?? "");
    assert.equal(ours?.id, back?.flow.connection);
    assert.deepEqual(ours?.flow, back?.flow);
    assert.deepEqual(ours?.local, theirs?.remote);
    assert.deepEqual([ours?.role, theirs?.role, ours?.handshakes], ["client", "server", 1]);
    assert.equal(ours?.negotiated.version, versions.versions?.[0]);
    assert.deepEqual(ours?.exportKey("EXPORTER-x", 16), theirs?.exportKey("EXPORTER-x", 16));
    assert.deepEqual(ours?.finished.own, theirs?.finished.peer);
    assert.deepEqual(ours?.peerChain, SERVER_RSA.chain);
    await pair.client.send(bytes("again\n"), pair.flow);
    assert.equal((await pair.server.receive())?.flow.connection, theirs?.id);
  }
});

Deno.test("connect() has options of its own; what it agreed on stays readable after the end", async () => {
  await using pair = await hosts({
    server: {
      ...TLS12,
      certificates: [SERVER_RSA],
      cipherSuites: ["TLS_RSA_WITH_NULL_SHA256"],
      clientCertificate: "request",
      clientAuthorities: [CA],
    },
  });
  const connection = await pair.client.connect(pair.server.local, {
    ...TLS12,
    certificates: [CLIENT_EC],
    cipherSuites: ["TLS_RSA_WITH_NULL_SHA256"],
    serverName: "pcscf.ims.example",
  });
  assert(connection.certificateRequested && connection.open);
  const accepted = pair.server.connections[0]!;
  await pair.client.send(bytes("here\n"), connection.flow);
  assert.equal((await pair.server.receive())?.flow.connection, accepted.id);
  await connection.close();
  assert.equal((await accepted.ended(WITHIN))?.how, "close-notify");
  assert.equal(connection.open, false);
  assert.equal(connection.negotiated.cipherSuite.code, 0x003b);
  assert.equal(accepted.negotiated.serverName, "pcscf.ims.example");
  assert.deepEqual(accepted.peerChain, CLIENT_EC.chain);
  assert.match(connection.session ?? "", /SESSION PARAMETERS/);
  assert.throws(() => connection.exportKey("EXPORTER-x", 16), LocalMisuseError);
});

Deno.test("a handshake that fails is told with its alert and the chain so far, at either end", async () => {
  await using pair = await hosts({ server: { certificates: [SERVER_EC] } });
  const failure = await failed(pair.client.connect(pair.server.local, { trust: { anchors: [] } }));
  assert.deepEqual([failure.end.by, failure.end.how, failure.end.alert?.name], ["us", "alert", "unknown_ca"]);
  assert.match(failure.message, /we sent the fatal alert "unknown_ca" \(48\)/);
  assert.deepEqual(failure.peerChain, SERVER_EC.chain);

  const old = await failed(pair.client.connect(pair.server.local, { versions: ["TLSv1.0", "TLSv1.1"] }));
  assert.deepEqual([old.end.by, old.end.alert?.name], ["peer", "protocol_version"]);
  await until(() => pair.server.refused.length === 2);
  assert.deepEqual(pair.server.refused.map(({ by, alert }) => [by, alert?.name]), [
    ["peer", "unknown_ca"],
    ["us", "protocol_version"],
  ]);
  assert.deepEqual(pair.client.connections, []);
});

Deno.test("send() words a handshake that fails as the environment's; connect() too where TCP does not stand", async () => {
  await using pair = await hosts({
    server: { certificates: [SERVER_EC] },
    client: { trust: { anchors: [] } },
  });
  await assert.rejects(
    pair.client.send(bytes("x\n"), pair.flow),
    (error) => error instanceof EnvironmentError && /over TLS.*unknown_ca/.test(error.message),
  );
  const nobody = { address: THEM, port: 1 };
  await assert.rejects(
    pair.client.connect(nobody),
    (error) => error instanceof EnvironmentError && /refused/.test(error.message),
  );
});

Deno.test("a peer that says nothing, or no TLS, ends the handshake", async () => {
  const silent = Deno.listen({ hostname: THEM, port: 0 });
  const host = await openTls({ ...options(US), handshakeMs: 100 });
  const remote = { address: THEM, port: silent.addr.port };
  const connecting = host.connect(remote);
  const first = await silent.accept();
  assert.equal((await failed(connecting)).end.how, "handshake-timeout");
  first.close();
  const other = host.connect(remote);
  const second = await silent.accept();
  await second.write(bytes("SIP/2.0 400 Bad Request\r\n\r\n"));
  const { end } = await failed(other);
  assert(["protocol", "alert"].includes(end.how), end.says);
  second.close();
  silent.close();
  await host.close();
});

Deno.test("a silent client is refused in time; an aborted one is told", async () => {
  await using pair = await hosts({ server: { certificates: [SERVER_EC] }, handshakeMs: 100 });
  const { address: hostname, port } = pair.server.local;
  const silent = await Deno.connect({ hostname, port });
  await until(() => pair.server.refused.length === 1);
  assert.equal(pair.server.refused[0]?.how, "handshake-timeout");
  silent.close();
  (await Deno.connect({ hostname, port })).close();
  await until(() => pair.server.refused.length === 2);
  assert.deepEqual([pair.server.refused[1]?.by, pair.server.refused[1]?.how], ["peer", "fin"]);
});

Deno.test("close(): notify, FIN or RST, and the other end can tell which", async () => {
  for (const [how, seen] of [["notify", "close-notify"], ["fin", "fin"], ["reset", "reset"]] as const) {
    for (const side of ["client", "server"] as const) {
      await using pair = await hosts({ server: { certificates: [SERVER_EC] } });
      const [ours, theirs] = await pair.connect();
      const [closer, other] = side === "client" ? [ours, theirs] : [theirs, ours];
      const told: [TlsConnection, TlsEnd][] = [];
      for (const host of [pair.client, pair.server]) {
        host.onEnded = (connection, end) => void told.push([connection, end]);
      }
      await closer.close(how);
      const end = await other.ended(WITHIN);
      assert.deepEqual([end?.by, end?.how], ["peer", seen], `${how} ${side}`);
      const own = await closer.ended(0);
      assert.deepEqual([own?.by, own?.how], ["us", seen]);
      assert.deepEqual(new Set(told.map(([connection]) => connection)), new Set([ours, theirs]));
      if (how === "notify") assert.equal(end?.alert?.name, "close_notify");
      await closer.close();
    }
  }
});

Deno.test("after the connection is lost the next message dials a new one, and onLost has told it", async () => {
  await using pair = await hosts({ server: { certificates: [SERVER_EC] } });
  const lost: string[] = [];
  pair.client.onLost = ({ connection = "" }: Flow) => void lost.push(connection);
  const [ours, theirs] = await pair.connect();
  await theirs.close();
  await ours.ended(WITHIN);
  assert.deepEqual(lost, [ours.id]);
  await pair.client.send(bytes("x\n"), ours.flow);
  assert.notEqual((await pair.server.receive())?.flow.connection, theirs.id);
  assert.equal(pair.client.connections.length, 2);
});

Deno.test("renegotiate(): of either side; nobody who ignores it is waited for", async () => {
  await using pair = await hosts({ client: TLS12, server: { ...TLS12, certificates: [SERVER_EC] } });
  const [ours, theirs] = await pair.connect();
  for (const asker of [ours, theirs]) {
    const other = asker === ours ? theirs : ours;
    const seen = other.renegotiated(WITHIN);
    const negotiated = await asker.renegotiate(WITHIN);
    assert.deepEqual((await seen)?.clientRandom, negotiated?.clientRandom);
    assert(negotiated?.secureRenegotiation);
  }
  assert.deepEqual([ours.handshakes, theirs.handshakes], [3, 3]);
  await pair.client.send(bytes("x\n"), ours.flow);
  assert.equal(text((await pair.server.receive())?.bytes), "x\n");
  assert.equal(await ours.renegotiated(10), undefined);
});

Deno.test("renegotiate() fails where the peer refuses, and is misuse in TLS 1.3", async () => {
  await using pair = await hosts({
    server: { certificates: [SERVER_EC], renegotiation: "refuse" },
  });
  const connection = await pair.client.connect(pair.server.local, TLS12);
  const refused = await failed(connection.renegotiate(WITHIN));
  assert.match(refused.message, /renegotiation/);
  assert(
    connection.alerts.some(({ name, direction }) => name === "no_renegotiation" && direction === "received"),
  );
  const modern = await pair.client.connect(pair.server.local, TLS13);
  await assert.rejects(modern.renegotiate(WITHIN), LocalMisuseError);
  await modern.updateKeys();
  await pair.client.send(bytes("x\n"), modern.flow);
  assert.equal(text((await pair.server.receive())?.bytes), "x\n");
});

Deno.test("a session is resumed on another connection, by id, by ticket, in TLS 1.3", async () => {
  for (const versions of [{ ...TLS12, tickets: false }, TLS12, TLS13]) {
    await using pair = await hosts({ client: versions, server: { ...versions, certificates: [SERVER_EC] } });
    const [first] = await pair.connect();
    await until(() => first.session !== undefined);
    await first.close();
    const second = await pair.client.connect(pair.server.local, { ...versions, resume: first.session! });
    assert(second.negotiated.resumed);
  }
});

Deno.test("tamperNext() changes one message on the wire, and only that", async () => {
  await using pair = await hosts({ server: { certificates: [SERVER_EC] } });
  const [ours, theirs] = await pair.connect();
  ours.tamperNext((records) => [records.subarray(0, 3), records.subarray(3)]);
  await pair.client.send(bytes("whole\n"), ours.flow);
  assert.equal(text((await pair.server.receive())?.bytes), "whole\n");
  ours.tamperNext((records) => records.with(-1, records.at(-1)! ^ 1));
  await pair.client.send(bytes("broken\n"), ours.flow);
  const end = await theirs.ended(WITHIN);
  assert.deepEqual([end?.by, end?.alert?.name], ["us", "bad_record_mac"]);
  assert.equal((await ours.ended(WITHIN))?.alert?.name, "bad_record_mac");
});

Deno.test("inject() puts octets past TLS; records are there to be replayed", async () => {
  await using pair = await hosts({ server: { certificates: [SERVER_EC] } });
  const [ours, theirs] = await pair.connect();
  await pair.client.send(bytes("once\n"), ours.flow);
  await pair.server.receive();
  const sent = ours.records.findLast(({ direction }) => direction === "out");
  assert.equal(sent?.direction, "out");
  assert.deepEqual([sent?.bytes[0], (sent!.bytes[3]! << 8 | sent!.bytes[4]!) + 5], [23, sent?.bytes.length]);
  assert.deepEqual(theirs.records.findLast(({ direction }) => direction === "in")?.bytes, sent?.bytes);
  await ours.inject(sent!.bytes);
  assert.equal((await theirs.ended(WITHIN))?.alert?.name, "bad_record_mac");
  const [again, its] = await pair.connect();
  await again.inject(bytes("REGISTER sip:x SIP/2.0\r\n\r\n"));
  assert.equal((await its.ended(WITHIN))?.by, "us");
});

Deno.test("the tap tells TLS records with TCP's ports, and messages in the clear; the key log has its lines", async () => {
  const taps: TapRecord[] = [];
  const keys: string[] = [];
  {
    await using pair = await hosts({
      server: { certificates: [SERVER_EC] },
      clientHost: { tap: (record) => void taps.push(record), keyLog: (line) => void keys.push(line) },
    });
    const [ours] = await pair.connect();
    await pair.client.send(bytes("REGISTER\n"), ours.flow);
    await pair.server.receive();
    assert(taps.every(({ local, connection }) => local.port === ours.local.port && connection === ours.id));
    const clear = taps.filter(({ layer }) => layer === "sip");
    assert.deepEqual(clear.map(({ bytes, security }) => [text(bytes), security]), [
      ["REGISTER\n", ours.flow.security],
    ]);
    assert.deepEqual(
      [...new Set(taps.map(({ layer, direction }) => `${layer} ${direction}`))],
      ["tls out", "tls in", "sip out"],
    );
  }
  assert.deepEqual([taps.at(-1)?.layer, taps.at(-1)?.bytes.length], ["tcp", 0]);
  assert.equal(keys.length, 5);
  assert.equal(new Set(keys).size, 5);
});

Deno.test("closing a host in the middle of handshakes hangs nothing", async () => {
  const silent = Deno.listen({ hostname: THEM, port: 0 });
  const pair = await hosts({ server: { certificates: [SERVER_EC] } });
  const { address: hostname, port } = pair.server.local;
  const coming = await Deno.connect({ hostname, port });
  const connecting = assert.rejects(pair.client.connect({ address: THEM, port: silent.addr.port }));
  const other = await silent.accept();
  await pair[Symbol.asyncDispose]();
  await connecting;
  for (const each of [coming, other, silent]) each.close();
  await pair.client.close();
  await assert.rejects(pair.client.connect(pair.server.local), LocalMisuseError);
});

Deno.test("close() waits for connections that have ended, too, until nothing of them is left", async () => {
  const rude = Deno.listen({ hostname: THEM, port: 0 });
  const host = await openTls(options(US));
  const connecting = failed(host.connect({ address: THEM, port: rude.addr.port }));
  const conn = await rude.accept();
  await conn.read(new Uint8Array(2000));
  // A fatal alert, and then TCP stays open.
  await conn.write(Uint8Array.of(21, 3, 3, 0, 2, 2, 40));
  assert.equal((await connecting).end.alert?.name, "handshake_failure");
  await host.close();
  conn.close();
  rude.close();
});

Deno.test('systemNet.open("tls") sends and hears answers', async () => {
  await using pair = await hosts({ server: { certificates: [SERVER_EC] } });
  const { clock, framer, local } = options(US);
  const socket = await systemNet.open("tls", { clock, framer, local });
  await socket.send(bytes("x\n"), pair.flow);
  const there = await pair.server.receive();
  await pair.server.send(bytes("y\n"), there!.flow);
  assert.equal(text((await socket.receive())?.bytes), "y\n");
  await socket.close();
});

function options(address: string): TlsHostOptions {
  return { local: { address, port: 0 }, clock: systemClock, framer: lineFramer };
}

async function hosts(
  { client, server, handshakeMs, clientHost }: {
    client?: TlsOptions;
    server: TlsOptions;
    handshakeMs?: number;
    clientHost?: Partial<TlsHostOptions>;
  },
) {
  const common = handshakeMs === undefined ? {} : { handshakeMs };
  const ours = await openTls({ ...options(US), ...common, ...client && { client }, ...clientHost });
  const theirs = await openTls({ ...options(THEM), ...common, server });
  const flow: Flow = { transport: "tls", local: ours.local, remote: theirs.local };
  return {
    client: ours,
    server: theirs,
    flow,
    /** A connection, at both ends. */
    async connect(): Promise<[TlsConnection, TlsConnection]> {
      const accepted = Promise.withResolvers<TlsConnection>();
      theirs.onAccepted = accepted.resolve;
      return [await ours.connect(theirs.local), await accepted.promise];
    },
    async [Symbol.asyncDispose]() {
      await Promise.all([ours.close(), theirs.close()]);
    },
  };
}

async function failed(promise: Promise<unknown>): Promise<TlsFailure> {
  try {
    await promise;
  } catch (error) {
    if (error instanceof TlsFailure) return error;
    throw error;
  }
  throw new Error("It did not fail");
}

/** Looks again whenever something else has happened on this machine; a test that hangs here has failed. */
async function until(met: () => boolean): Promise<void> {
  while (!met()) await systemClock.wait(systemClock.now() + 1);
}
