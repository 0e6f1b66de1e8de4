/**
 * The operator's side of the lab, over HTTP at the HSS: what `operator` of a profile asks for. POST with a JSON object
 * `{action, …}`, as the embedded core takes it; GET tells which Diameter nodes are connected.
 */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { EnvironmentError } from "../harness/errors.ts";
import type { HssServer } from "../harness/peer/hss/mod.ts";
import type { Profile } from "../profiles/mod.ts";

export interface Operator {
  close(): Promise<void>;
}

/** @throws EnvironmentError if it cannot listen there */
export async function openOperator(
  local: { readonly address: string; readonly port: number },
  hss: HssServer,
  profile: Profile,
): Promise<Operator> {
  const server = createServer((request, response) => {
    answer(request, hss, profile).then(
      ({ status, body }) => finish(response, status, body),
      (error) => finish(response, 500, { error: String(error) }),
    );
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", (cause) => {
      reject(
        new EnvironmentError(
          `The operator interface cannot listen on "${local.address}:${local.port}": ${cause.message}`,
          "See whether another lab is up.",
          { cause },
        ),
      );
    });
    server.listen(local.port, local.address, resolve);
  });
  return {
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

type Answer = { readonly status: number; readonly body: unknown };

async function answer(request: IncomingMessage, hss: HssServer, profile: Profile): Promise<Answer> {
  if (request.method === "GET") {
    return { status: 200, body: { nodes: hss.peers.map(({ host }) => host).sort() } };
  }
  let order: Record<string, unknown>;
  try {
    order = JSON.parse(await textOf(request));
  } catch {
    return refuse("found something else than JSON");
  }
  const subscriber = profile.subscribers.find(({ impi }) => impi === order["impi"]);
  if (!subscriber) return refuse(`there is no subscriber "${order["impi"]}"`);
  if (order["action"] !== "deregister") return refuse(`found action "${order["action"]}", need "deregister"`);
  // RTR, permanent termination (TS 29.229 6.3.17).
  const view = hss.view([subscriber]);
  try {
    const result = await view.terminate(subscriber.impi, { code: 0 });
    return result === 2001
      ? { status: 200, body: { ok: true } }
      : refuse(`the S-CSCF answers ${result}`, 502);
  } catch (error) {
    return refuse(error instanceof Error ? error.message : String(error), 502);
  } finally {
    view.close();
  }
}

async function textOf(request: IncomingMessage): Promise<string> {
  let text = "";
  for await (const chunk of request) text += String(chunk);
  return text;
}

function refuse(error: string, status = 400): Answer {
  return { status, body: { error } };
}

function finish(response: ServerResponse, status: number, body: unknown): void {
  // One order, one connection: nothing stays open after the last.
  response.writeHead(status, { "Content-Type": "application/json", "Connection": "close" });
  response.end(JSON.stringify(body));
}
