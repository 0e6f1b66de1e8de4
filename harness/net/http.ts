/** A small HTTP client for an operator interface: POST of JSON, one connection each, tapped like everything else. */
import { lookup } from "node:dns/promises";
import { type ClientRequest, type IncomingMessage, request as httpRequest } from "node:http";
import { request as httpsRequest } from "node:https";
import { EnvironmentError } from "../errors.ts";
import { familyOf } from "./cidr.ts";
import { codeOf } from "./socket_errors.ts";
import type { Clock, Endpoint, Tap } from "./types.ts";

export interface PostOptions {
  readonly clock: Clock;
  /** Milliseconds from the connection to the end of the answer. Default 5000. */
  readonly timeoutMs?: number;
  readonly tap?: Tap;
  /** Throws for an address that must not be spoken to: `scopeCheck` of the profile's scope. */
  readonly check?: (address: string) => void;
}

/** Longest answer that is read. */
const LARGEST = 1 << 20;

/**
 * POSTs `body` as JSON and gives the JSON of the answer, undefined if it has no body.
 * @throws EnvironmentError when there is no answer in time, or one of another status than 2xx
 */
export async function postJson(url: string, body: unknown, options: PostOptions): Promise<unknown> {
  const target = parseUrl(url);
  const limit = new AbortController();
  const over = new AbortController();
  const { clock, timeoutMs = 5000 } = options;
  const timer = clock.wait(clock.now() + timeoutMs, over.signal).then(() => {
    if (!over.signal.aborted) limit.abort(failure(url, `no answer in ${timeoutMs} ms`));
  });
  try {
    return await exchange(target, JSON.stringify(body), options, limit.signal);
  } catch (error) {
    if (limit.signal.aborted) throw limit.signal.reason;
    throw error instanceof EnvironmentError ? error : failure(url, reasonOf(error), error);
  } finally {
    over.abort();
    await timer;
  }
}

async function exchange(
  target: URL,
  json: string,
  options: PostOptions,
  signal: AbortSignal,
): Promise<unknown> {
  const payload = new TextEncoder().encode(json);
  const address = await addressOf(target, options.check);
  if (signal.aborted) throw signal.reason;
  const request = open(target, address, payload.length);
  const gone = new Promise<void>((resolve) => void request.once("close", resolve));
  const abort = () => void request.destroy();
  signal.addEventListener("abort", abort);
  try {
    const answer = answerTo(request);
    request.end(payload);
    const response = await answer;
    // The socket is known only now; what was said is told before what was answered.
    const at: Endpoints = { local: endpoint(response, "local"), remote: endpoint(response, "remote") };
    tell(options, "out", at, `POST ${target.pathname}${target.search} HTTP/1.1\r\n${head(request)}`, payload);
    const bytes = await read(response);
    const { statusCode: status = 0, statusMessage: reason = "" } = response;
    tell(options, "in", at, `HTTP/1.1 ${status} ${reason}\r\n${fields(response.rawHeaders)}`, bytes);
    return judged(target, status, reason, new TextDecoder().decode(bytes));
  } finally {
    signal.removeEventListener("abort", abort);
    request.destroy();
    await gone;
  }
}

function open(target: URL, address: string, length: number): ClientRequest {
  const secure = target.protocol === "https:";
  const make = secure ? httpsRequest : httpRequest;
  return make({
    host: address,
    port: target.port === "" ? (secure ? 443 : 80) : Number(target.port),
    path: `${target.pathname}${target.search}`,
    method: "POST",
    agent: false,
    headers: {
      "Host": target.host,
      "Content-Type": "application/json",
      "Content-Length": length,
      "Connection": "close",
    },
    ...(secure && target.hostname !== address ? { servername: target.hostname } : {}),
  });
}

/** Resolved here and only once, so that what is looked at is what is spoken to. */
async function addressOf({ hostname }: URL, check: PostOptions["check"]): Promise<string> {
  const host = hostname.replace(/^\[|\]$/g, "");
  const address = familyOf(host) === undefined ? (await lookup(host)).address : host;
  check?.(address);
  return address;
}

function answerTo(request: ClientRequest): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    request.once("response", resolve);
    request.on("error", reject);
    request.once("close", () => reject(new Error("the connection closed without an answer")));
  });
}

async function read(response: IncomingMessage): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of response) {
    length += chunk.length;
    if (length > LARGEST) throw new Error(`the answer is longer than ${LARGEST} octets`);
    chunks.push(chunk);
  }
  const all = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    all.set(chunk, at);
    at += chunk.length;
  }
  return all;
}

function judged(target: URL, status: number, reason: string, text: string): unknown {
  if (status < 200 || status > 299) {
    throw failure(
      target.href,
      `it answered ${status} ${reason}${text === "" ? "" : `: ${text.slice(0, 200)}`}`,
    );
  }
  if (text.trim() === "") return undefined;
  try {
    return JSON.parse(text);
  } catch {
    throw failure(target.href, `it answered "${text.slice(0, 80)}", which is no JSON`);
  }
}

interface Endpoints {
  readonly local: Endpoint;
  readonly remote: Endpoint;
}

function tell(
  { tap, clock }: PostOptions,
  direction: "in" | "out",
  at: Endpoints,
  head: string,
  body: Uint8Array,
): void {
  if (!tap) return;
  const first = new TextEncoder().encode(`${head}\r\n`);
  const bytes = new Uint8Array(first.length + body.length);
  bytes.set(first);
  bytes.set(body, first.length);
  tap({ at: clock.now(), direction, layer: "http", transport: "tcp", ...at, bytes });
}

function head(request: ClientRequest): string {
  return fields(request.getHeaderNames().flatMap((name) => [name, String(request.getHeader(name))]));
}

function fields(pairs: readonly string[]): string {
  let text = "";
  for (let at = 0; at + 1 < pairs.length; at += 2) text += `${pairs[at]}: ${pairs[at + 1]}\r\n`;
  return text;
}

function endpoint({ socket }: IncomingMessage, side: "local" | "remote"): Endpoint {
  return side === "local"
    ? { address: socket.localAddress ?? "", port: socket.localPort ?? 0 }
    : { address: socket.remoteAddress ?? "", port: socket.remotePort ?? 0 };
}

function parseUrl(url: string): URL {
  const target = URL.canParse(url) ? new URL(url) : undefined;
  if (target?.protocol === "http:" || target?.protocol === "https:") return target;
  throw new EnvironmentError(`"${url}" is no http or https URL`, "Correct `operator.url` in the profile.");
}

function failure(url: string, reason: string, cause?: unknown): EnvironmentError {
  return new EnvironmentError(
    `The operator interface at "${url}" cannot be used: ${reason}`,
    "See whether it runs and what its log says, or take `operator` out of the profile.",
    { cause },
  );
}

function reasonOf(error: unknown): string {
  if (codeOf(error) === "ECONNREFUSED") return "it refused the connection";
  return error instanceof Error ? error.message : String(error);
}
