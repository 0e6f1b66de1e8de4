import assert from "node:assert/strict";
import { EnvironmentError } from "../../errors.ts";
import { buildDns, DNS_RCODE, type DnsMessage, type DnsRecord, parseDns } from "../../wire/dns.ts";
import { systemClock } from "../clock.ts";
import { systemNet } from "../net.ts";
import { scoped } from "../scoped.ts";
import type { TapRecord } from "../types.ts";
import { resolver } from "./resolver.ts";
import type { LocateOptions } from "./types.ts";

const A: DnsRecord = { name: "www.example.org", ttl: 1, type: "A", address: "127.0.0.9" };

Deno.test("resolver() asks over UDP and reads the answer, aliases and all", async () => {
  const alias: DnsRecord = { name: "Example.org", ttl: 1, type: "CNAME", target: "www.example.org" };
  const other: DnsRecord = { name: "evil.example", ttl: 1, type: "A", address: "127.0.0.66" };
  await using server = nameServer(() => ({ answers: [other, alias, A] }));
  const answer = await resolver(systemNet, server.options)("example.org", "A");
  assert.deepEqual(answer, { name: "example.org", type: "A", rcode: 0, records: [alias, A] });
  assert.deepEqual(new Set(server.tapped.map(({ layer }) => layer)), new Set(["dns"]));
});

Deno.test("resolver() asks over TCP what came cut short", async () => {
  const answers = Array.from({ length: 60 }, (_, i): DnsRecord => ({ ...A, ttl: i }));
  await using server = nameServer(() => ({ answers }));
  assert.equal((await resolver(systemNet, server.options)("www.example.org", "A")).records.length, 60);
  assert.ok(server.tapped.some(({ transport }) => transport === "tcp"));
});

Deno.test("resolver() asks again, and leaves aside what answers something else", async () => {
  let asked = 0;
  await using server = nameServer((query) => {
    asked++;
    return asked === 1 ? { id: query.id ^ 1, answers: [] } : { answers: [A] };
  });
  const answer = await resolver(systemNet, { ...server.options, retryMs: 50 })("www.example.org", "A");
  assert.deepEqual([answer.records.length, asked], [1, 2]);
});

Deno.test("resolver() tells a name that is not there from a server that cannot say", async () => {
  await using none = nameServer(() => ({ rcode: DNS_RCODE.nameError }));
  assert.equal((await resolver(systemNet, none.options)("x.example", "SRV")).rcode, DNS_RCODE.nameError);
  await using refusing = nameServer(() => ({ rcode: DNS_RCODE.refused }));
  await assert.rejects(resolver(systemNet, refusing.options)("x.example", "SRV"), EnvironmentError);
});

Deno.test("resolver() gives up on a server that does not answer", async () => {
  await using mute = nameServer(() => undefined);
  const asking = resolver(systemNet, { ...mute.options, retryMs: 5 })("x.example", "SRV");
  await assert.rejects(asking, /does not answer "SRV x.example" in 15 ms/);
});

Deno.test("scoped() asks no resolver, and gives no target, outside the scope", async () => {
  await using server = nameServer(() => ({ answers: [{ ...A, address: "127.9.0.1" }] }));
  const uri = { scheme: "sips", host: "www.example.org", port: 5061 } as const;
  const all = await scoped(systemNet, ["127.0.0.0/8"]).locate!(uri, server.options);
  assert.deepEqual(all.targets.map(({ address }) => address), ["127.9.0.1"]);
  await assert.rejects(scoped(systemNet, ["127.0.0.0/24"]).locate!(uri, server.options), /"127.9.0.1"/);
  await assert.rejects(scoped(systemNet, ["192.0.2.0/24"]).locate!(uri, server.options), EnvironmentError);
});

/** A name server that says what it is told to, over UDP (512 octets, RFC 1035 4.2.1) and TCP. */
function nameServer(answer: (query: DnsMessage) => Partial<DnsMessage> | undefined) {
  const udp = Deno.listenDatagram({ transport: "udp", hostname: "127.0.0.1", port: 0 });
  const { port } = udp.addr as Deno.NetAddr;
  const tcp = Deno.listen({ hostname: "127.0.0.1", port });
  const reply = (bytes: Uint8Array, limit?: number) => {
    const query = parseDns(bytes);
    const said = answer(query);
    if (!said) return undefined;
    const message = { id: query.id, response: true, questions: query.questions, ...said };
    return buildDns(message, limit === undefined ? {} : { limit });
  };
  const datagrams = (async () => {
    for await (const [bytes, from] of udp) {
      const out = reply(bytes, 512);
      if (out) await udp.send(out, from);
    }
  })();
  const connections = (async () => {
    for await (const connection of tcp) {
      const buffer = new Uint8Array(600);
      const length = await connection.read(buffer) ?? 0;
      const out = reply(buffer.slice(2, length))!;
      await connection.write(Uint8Array.of(out.length >> 8, out.length & 0xff));
      await connection.write(out);
      connection.close();
    }
  })();
  const tapped: TapRecord[] = [];
  const options: LocateOptions = {
    // The test task lets nothing but loopback be bound.
    local: { address: "127.0.0.1", port: 0 },
    resolver: { address: "127.0.0.1", port },
    clock: systemClock,
    random: { integer: (below) => below - 1 },
    tap: (record) => void tapped.push(record),
  };
  return {
    options,
    tapped,
    async [Symbol.asyncDispose]() {
      udp.close();
      tcp.close();
      await Promise.all([datagrams, connections]);
    },
  };
}
