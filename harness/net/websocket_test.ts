/** SIP over WebSocket against a server that we did not write: Deno's own. */
import assert from "node:assert/strict";
import { EnvironmentError } from "../errors.ts";
import { systemClock } from "./clock.ts";
import type { Endpoint, Flow, MessageSocket, TapRecord } from "./types.ts";
import { openWs, openWss } from "./websocket.ts";

const ANY: Endpoint = { address: "127.0.0.1", port: 0 };
const text = (bytes: Uint8Array | undefined) => new TextDecoder().decode(bytes);
const octets = (line: string) => new TextEncoder().encode(line);
const read = (name: string) => Deno.readTextFileSync(new URL(`../../testdata/tls/${name}`, import.meta.url));

/** Says each message back, in capitals. */
async function withServer(
  use: (server: Endpoint, speaks: { protocol: string }) => Promise<void>,
  tls: { cert?: string; key?: string } = {},
): Promise<void> {
  const speaks = { protocol: "sip" };
  const handler = (request: Request) => {
    if (speaks.protocol === "none") return new Response("no", { status: 404 });
    const { protocol } = speaks;
    const { socket, response } = Deno.upgradeWebSocket(request, protocol === "" ? {} : { protocol });
    socket.onmessage = ({ data }) => socket.send(String(data).toUpperCase());
    return response;
  };
  const listen = { hostname: "127.0.0.1", port: 0, onListen: () => {}, ...tls };
  const server = Deno.serve(listen as Deno.ServeTcpOptions, handler);
  const { port } = server.addr;
  try {
    await use({ address: "127.0.0.1", port }, speaks);
  } finally {
    await server.shutdown();
  }
}

function way({ transport, local }: MessageSocket, remote: Endpoint): Flow {
  return { transport, local, remote };
}

Deno.test("openWs() sends each message as one, and gives what comes back on the same connection", () =>
  withServer(async (server) => {
    const told: TapRecord[] = [];
    const socket = await openWs({ local: ANY, clock: systemClock, tap: (record) => told.push(record) });
    const long = "x".repeat(70_000);
    await socket.send(octets("one"), way(socket, server));
    await socket.send(octets(long), way(socket, server));
    const [first, second] = [await socket.receive(), await socket.receive()];
    assert.equal(text(first?.bytes), "ONE");
    assert.equal(text(second?.bytes), long.toUpperCase());
    assert.equal(first?.flow.connection, second?.flow.connection);
    assert.equal(first?.flow.transport, "ws");
    assert.deepEqual(told.map(({ direction, layer, transport }) => [direction, layer, transport]), [
      ["out", "sip", "ws"],
      ["out", "sip", "ws"],
      ["in", "sip", "ws"],
      ["in", "sip", "ws"],
    ]);
    await socket.close();
  }));

Deno.test("openWss() does the same inside TLS", () =>
  withServer(async (server) => {
    const socket = await openWss({ local: ANY, clock: systemClock });
    await socket.send(octets("hello"), way(socket, server));
    const answer = await socket.receive();
    assert.equal(text(answer?.bytes), "HELLO");
    assert.match(answer?.flow.security ?? "", /^tls:/);
    await socket.close();
  }, { cert: read("server_ec.pem"), key: read("server_ec_key.pem") }));

Deno.test("openWs() says what is wrong about a server that speaks no SIP", () =>
  withServer(async (server, speaks) => {
    const socket = await openWs({ local: ANY, clock: systemClock });
    for (const [protocol, says] of [["none", "answered 404"], ["", `speak "sip"`]] as const) {
      speaks.protocol = protocol;
      await assert.rejects(
        socket.send(octets("hello"), way(socket, server)),
        (error) => error instanceof EnvironmentError && error.message.includes(says),
      );
    }
    await socket.close();
  }));
