/** A bare Diameter server for the tests of this folder: answers what it is told to, and counts who has connected. */
import { type DiameterApplication, DiameterConnection, sessionOf } from "../../harness/diameter/mod.ts";
import { systemNet } from "../../harness/net/mod.ts";
import type { Endpoint } from "../../harness/net/types.ts";
import { type Avp, avp, type DiameterMessage } from "../../harness/wire/diameter/mod.ts";

export type Reply = readonly Avp[] | "silent";

export interface Responder {
  readonly local: Endpoint;
  readonly requests: DiameterMessage[];
  /** Of all who have ever come. */
  readonly connections: DiameterConnection[];
  /** Resolves when so many requests have come. */
  seen(count: number): Promise<void>;
  close(): Promise<void>;
}

export async function openResponder(
  address: string,
  application: DiameterApplication,
  reply: (request: DiameterMessage) => Reply,
): Promise<Responder> {
  const requests: DiameterMessage[] = [];
  const connections: DiameterConnection[] = [];
  const waiting: { readonly count: number; readonly resolve: () => void }[] = [];
  const node = { host: "server.home1.net", realm: "home1.net" };
  const listener = await systemNet.listen!({ address, port: 0 }, (stream) => {
    const connection = new DiameterConnection(stream, {
      role: "responder",
      self: { ...node, addresses: [address], product: "a test", applications: [application] },
      random: () => 1,
      clock: systemNet.clock,
      onRequest: (request) => {
        requests.push(request);
        for (const { count, resolve } of waiting) if (requests.length >= count) resolve();
        const avps = reply(request);
        if (avps === "silent") return;
        const origin = [avp("Origin-Host", node.host), avp("Origin-Realm", node.realm)];
        connection.answer(request, [...sessionOf(request), ...origin, ...avps]);
      },
    });
    connections.push(connection);
  });
  return {
    local: listener.local,
    requests,
    connections,
    seen: (count) =>
      requests.length >= count
        ? Promise.resolve()
        : new Promise((resolve) => void waiting.push({ count, resolve })),
    async close() {
      const closed = listener.close();
      await Promise.all(connections.map((connection) => connection.close()));
      await closed;
    },
  };
}
