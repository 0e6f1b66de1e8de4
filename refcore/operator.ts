/**
 * The operator's side over HTTP on loopback: what a UE cannot ask for. POST with a JSON object `{action, …}`; answers
 * 200 with `{"ok": true}`, or 400, 404, 405 with `{"error": "…"}`.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { EnvironmentError } from "../harness/errors.ts";

/** Parameters by name; gives what is wrong with them, or undefined when it is done. */
export type OperatorAction = (parameters: Readonly<Record<string, string>>) => OperatorRefusal | undefined;

export interface OperatorRefusal {
  readonly status: 400 | 404;
  readonly error: string;
}

export interface Operator {
  readonly url: string;
  close(): Promise<void>;
}

const LARGEST_BODY = 65_536;

/** @throws EnvironmentError if it cannot listen there */
export function openOperator(
  local: { readonly address: string; readonly port: number },
  actions: ReadonlyMap<string, OperatorAction>,
): Promise<Operator> {
  const server = createServer((request, response) => {
    answer(request, actions).then(
      ({ status, body }) => finish(response, status, body),
      () => response.destroy(),
    );
  });
  return new Promise((resolve, reject) => {
    server.once("error", (cause: Error) => {
      const at = `${local.address}:${local.port}`;
      reject(
        new EnvironmentError(
          `The operator interface cannot listen on "${at}": ${cause.message}`,
          "Choose another port.",
          {
            cause,
          },
        ),
      );
    });
    server.listen(local.port, local.address, () => {
      const { port } = server.address() as AddressInfo;
      const host = local.address.includes(":") ? `[${local.address}]` : local.address;
      resolve({ url: `http://${host}:${port}/`, close: () => close(server) });
    });
  });
}

interface Answer {
  readonly status: number;
  readonly body: unknown;
}

async function answer(
  request: IncomingMessage,
  actions: ReadonlyMap<string, OperatorAction>,
): Promise<Answer> {
  if (request.method !== "POST") return refuse(405, `found method "${request.method}", need "POST"`);
  const text = await bodyOf(request);
  if (text === undefined) return refuse(400, `found more than ${LARGEST_BODY} octets`);
  let order: unknown;
  try {
    order = JSON.parse(text);
  } catch {
    return refuse(400, "found something else than JSON");
  }
  if (typeof order !== "object" || order === null) return refuse(400, `need an object with "action"`);
  const { action, ...parameters } = order as Record<string, unknown>;
  const run = actions.get(String(action));
  if (!run) {
    const known = [...actions.keys()].map((name) => `"${name}"`).join(", ");
    return refuse(400, `found action "${action}", need one of ${known}`);
  }
  const refusal = run(
    Object.fromEntries(Object.entries(parameters).map(([name, value]) => [name, String(value)])),
  );
  return refusal ? refuse(refusal.status, refusal.error) : { status: 200, body: { ok: true } };
}

async function bodyOf(request: IncomingMessage): Promise<string | undefined> {
  let text = "";
  for await (const chunk of request) {
    text += String(chunk);
    if (text.length > LARGEST_BODY) return undefined;
  }
  return text;
}

function refuse(status: number, error: string): Answer {
  return { status, body: { error } };
}

function finish(response: ServerResponse, status: number, body: unknown): void {
  // One order, one connection: nothing stays open after the last.
  response.writeHead(status, { "Content-Type": "application/json", "Connection": "close" });
  response.end(JSON.stringify(body));
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
