import assert from "node:assert/strict";
import { DNS_RCODE, type DnsRecord, type DnsRecordData } from "../../wire/dns.ts";
import { inSrvOrder, locateSip, type SipAddress } from "./locate.ts";
import type { Ask, SipTransport } from "./types.ts";

const record = (name: string, data: DnsRecordData): DnsRecord => ({ name, ttl: 1, ...data });
const naptr = (services: string, order: number, preference: number, replacement: string): DnsRecord =>
  record("example.org", {
    type: "NAPTR",
    order,
    preference,
    flags: "s",
    services,
    regexp: "",
    replacement,
  });
const srv = (name: string, priority: number, port: number, target: string): DnsRecord =>
  record(name, { type: "SRV", priority, weight: 0, port, target });
const a = (name: string, address: string): DnsRecord => record(name, { type: "A", address });

const FULL: DnsRecord[] = [
  naptr("SIP+D2U", 90, 50, "_sip._udp.example.org"),
  naptr("SIP+D2T", 50, 60, "_sip._tcp.example.org"),
  naptr("SIPS+D2T", 50, 50, "_sips._tcp.example.org"),
  naptr("SIP+D2S", 10, 10, "_sip._sctp.example.org"),
  srv("_sips._tcp.example.org", 2, 5062, "b.example.org"),
  srv("_sips._tcp.example.org", 1, 5063, "a.example.org"),
  srv("_sip._tcp.example.org", 1, 5060, "a.example.org"),
  a("a.example.org", "192.0.2.1"),
  a("b.example.org", "192.0.2.2"),
  record("b.example.org", { type: "AAAA", address: "2001:db8::2" }),
  a("example.org", "192.0.2.9"),
];

Deno.test("locateSip() takes the best NAPTR it can speak, then SRV by priority, then addresses", async () => {
  const { targets, asked } = await found({ scheme: "sips", host: "example.org" }, FULL);
  assert.deepEqual(targets, ["tls 192.0.2.1:5063", "tls 192.0.2.2:5062", "tls 2001:db8::2:5062"]);
  assert.deepEqual(asked.slice(0, 2), ["NAPTR example.org", "SRV _sips._tcp.example.org"]);
});

Deno.test("locateSip() goes by order first, and takes tls for sip where it is best", async () => {
  assert.equal((await found({ scheme: "sip", host: "example.org" }, FULL)).targets[0], "tls 192.0.2.1:5063");
  const clear = await found({ scheme: "sip", host: "example.org" }, FULL, ["tcp", "udp"]);
  assert.deepEqual(clear.targets, ["tcp 192.0.2.1:5060"]);
});

Deno.test("locateSip() finds nothing for sips where NAPTR offers clear services only", async () => {
  const clear = FULL.filter((one) => one.type !== "NAPTR" || one.services !== "SIPS+D2T");
  assert.deepEqual((await found({ scheme: "sips", host: "example.org" }, clear)).targets, []);
});

Deno.test("locateSip() asks for SRV where there is no NAPTR, and for addresses where there is neither", async () => {
  const without = FULL.filter(({ type }) => type !== "NAPTR");
  assert.equal(
    (await found({ scheme: "sip", host: "example.org" }, without, ["tcp"])).targets[0],
    "tcp 192.0.2.1:5060",
  );
  const bare = FULL.filter(({ type }) => type === "A" || type === "AAAA");
  assert.deepEqual((await found({ scheme: "sips", host: "example.org" }, bare)).targets, [
    "tls 192.0.2.9:5061",
  ]);
  assert.deepEqual((await found({ scheme: "sip", host: "example.org" }, bare)).targets, [
    "udp 192.0.2.9:5060",
  ]);
});

Deno.test("locateSip() asks nothing of NAPTR and SRV for a port, and nothing at all for an address", async () => {
  const port = await found({ scheme: "sips", host: "example.org", port: 7000 }, FULL);
  assert.deepEqual(port, { targets: ["tls 192.0.2.9:7000"], asked: ["A example.org", "AAAA example.org"] });
  const literal = await found({ scheme: "sip", host: "[2001:db8::7]", transport: "TCP" }, FULL);
  assert.deepEqual(literal, { targets: ["tcp 2001:db8::7:5060"], asked: [] });
});

Deno.test("locateSip() takes the transport parameter for said", async () => {
  const { targets, asked } = await found({ scheme: "sip", host: "example.org", transport: "tcp" }, FULL);
  assert.deepEqual([targets, asked[0]], [["tcp 192.0.2.1:5060"], "SRV _sip._tcp.example.org"]);
  const sips = await found({ scheme: "sips", host: "example.org", transport: "tcp" }, FULL);
  assert.equal(sips.targets[0], "tls 192.0.2.1:5063");
});

Deno.test("locateSip() finds no server where SRV says there is none, and names the URI's host for the certificate", async () => {
  const none = [srv("_sips._tcp.example.org", 0, 0, ""), a("example.org", "192.0.2.9")];
  assert.deepEqual((await found({ scheme: "sips", host: "example.org" }, none)).targets, []);
  const { targets } = await locateSip({ scheme: "sips", host: "example.org" }, {
    ask: asking(FULL, []),
    random: { integer: () => 0 },
    transports: ["tls"],
  });
  assert.deepEqual(new Set(targets.map(({ name }) => name)), new Set(["example.org"]));
});

Deno.test("inSrvOrder() draws by weight among those of one priority", () => {
  const records = [{ priority: 1, weight: 10 }, { priority: 1, weight: 0 }, { priority: 0, weight: 1 }, {
    priority: 1,
    weight: 30,
  }];
  const weights = (draws: number[]) =>
    inSrvOrder(records, { integer: () => draws.shift() ?? 0 }).map((r) => r.weight);
  assert.deepEqual(weights([0, 0, 0]), [1, 0, 10, 30]);
  assert.deepEqual(weights([0, 11, 1]), [1, 30, 10, 0]);
  let first = 0;
  let state = 1;
  const random = { integer: (below: number) => (state = state * 48271 % 0x7fffffff) % below };
  for (let i = 0; i < 2000; i++) if (inSrvOrder(records, random)[1]?.weight === 30) first++;
  assert.ok(first > 1300 && first < 1600, `${first} of 2000`);
});

/** Targets as "transport address:port", questions as "type name". */
async function found(
  uri: SipAddress,
  records: DnsRecord[],
  transports: SipTransport[] = ["tls", "tcp", "udp"],
) {
  const asked: string[] = [];
  const located = await locateSip(uri, {
    ask: asking(records, asked),
    random: { integer: () => 0 },
    transports,
  });
  return {
    targets: located.targets.map(({ transport, address, port }) => `${transport} ${address}:${port}`),
    asked,
  };
}

function asking(records: DnsRecord[], asked: string[]): Ask {
  return (name, type) => {
    asked.push(`${type} ${name}`);
    const answers = records.filter((one) => one.name === name && one.type === type);
    return Promise.resolve({ name, type, rcode: DNS_RCODE.noError, records: answers });
  };
}
