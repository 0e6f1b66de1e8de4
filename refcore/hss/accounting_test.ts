import assert from "node:assert/strict";
import { md5 } from "@noble/hashes/legacy.js";
import { systemNet } from "../../harness/net/mod.ts";
import type { MessageSocket } from "../../harness/net/types.ts";
import {
  accountingAttributes,
  type ContextAccounting,
  parseRadius,
  responseIsSigned,
  signAccountingRequest,
} from "../../harness/wire/radius.ts";
import { AccountingServer } from "./accounting.ts";
import { Hss, serveHss } from "./mod.ts";
import { DOMAIN, gibaSubscriber } from "../testing/subscribers.ts";

const SECRET = "brass-compass";
const CONTEXT = { sessionId: "s1", imsi: "001010123456789", msisdn: "15550100", address: "192.0.2.7" };
const GINA = gibaSubscriber("001010123456789");

interface Gateway {
  /** Sends a request from one of two addresses; does not wait. */
  send(context: ContextAccounting, wrongly?: { secret?: string; from?: "stranger" }): Promise<Uint8Array>;
  /** What comes next, which must be the answer to this request. */
  answered(request: Uint8Array): Promise<void>;
  hss: Hss;
}

async function gateway(
  run: (gateway: Gateway) => Promise<void>,
  faults: readonly string[] = [],
): Promise<void> {
  const common = { net: systemNet, clock: systemNet.clock, faults: new Set(faults) };
  const random = (length: number) => new Uint8Array(length);
  const hss = new Hss({ ...common, subscribers: [GINA], realm: DOMAIN, random });
  const server = await AccountingServer.open({
    ...common,
    local: { address: "127.0.0.1", port: 0 },
    secret: SECRET,
    problem: (error) => assert.fail(String(error)),
    admits: (address) => address === "127.0.7.1",
  });
  serveHss({ radius: server, cx: undefined, close: () => server.close() }, hss);
  const open = (address: string) =>
    systemNet.open("udp", { clock: systemNet.clock, local: { address, port: 0 } });
  const [client, stranger] = [await open("127.0.7.1"), await open("127.0.1.1")];
  let identifier = 0;
  const send: Gateway["send"] = async (context, { secret = SECRET, from } = {}) => {
    const packet = { identifier: ++identifier, attributes: accountingAttributes(context) };
    const bytes = signAccountingRequest(packet, secret, md5);
    const socket: MessageSocket = from === "stranger" ? stranger : client;
    await socket.send(bytes, { transport: "udp", local: socket.local, remote: server.local });
    return bytes;
  };
  const answered = async (request: Uint8Array) => {
    const came = await client.receive();
    assert.ok(came && responseIsSigned(parseRadius(came.bytes), parseRadius(request), SECRET, md5));
  };
  try {
    await run({ send, answered, hss });
  } finally {
    await Promise.all([client.close(), stranger.close(), server.close()]);
  }
}

async function boundAddress(hss: Hss): Promise<unknown> {
  const answer = await hss.multimediaAuth({
    impi: GINA.impi,
    impu: GINA.impus[0]!,
    serverName: `sip:scscf.${DOMAIN}`,
    scheme: "Early-IMS-Security",
  });
  return answer.result === "success" ? answer.vector : answer.result;
}

Deno.test("accounting binds the address of a context, moves it, and lets it go", () =>
  gateway(async ({ send, answered, hss }) => {
    await answered(await send({ status: "start", ...CONTEXT }));
    assert.deepEqual(await boundAddress(hss), { scheme: "giba", address: "192.0.2.7" });
    const { address: _, ...moved } = { ...CONTEXT, prefix: "2001:db8:1::/64" };
    await answered(await send({ status: "interim", ...moved }));
    assert.deepEqual(await boundAddress(hss), { scheme: "giba", prefix: "2001:db8:1::/64" });
    await answered(await send({ status: "stop", ...CONTEXT }));
    assert.equal(await boundAddress(hss), "unable-to-comply");
  }));

Deno.test("accounting of a stranger, under another secret or for nobody we know is not answered", () =>
  gateway(async ({ send, answered, hss }) => {
    await send({ status: "start", ...CONTEXT, address: "192.0.2.66" }, { from: "stranger" });
    await send({ status: "start", ...CONTEXT, address: "192.0.2.67" }, { secret: "guess" });
    await send({ status: "start", ...CONTEXT, imsi: "001019999999999" });
    const { imsi: _, ...anonymous } = CONTEXT;
    await send({ status: "start", ...anonymous });
    // Answers keep their order, and the first that comes is the one to this.
    await answered(await send({ status: "start", ...CONTEXT }));
    assert.deepEqual(await boundAddress(hss), { scheme: "giba", address: "192.0.2.7" });
  }));

Deno.test("accounting of anybody counts under the fault that takes it", () =>
  gateway(async ({ send, answered, hss }) => {
    await answered(await send({ status: "start", ...CONTEXT }));
    await answered(await send({ status: "interim", ...CONTEXT, address: "192.0.2.66" }, { secret: "guess" }));
    assert.deepEqual(await boundAddress(hss), { scheme: "giba", address: "192.0.2.66" });
  }, ["hss/takes-accounting-from-anybody"]));
