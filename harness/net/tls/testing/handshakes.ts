/**
 * Shakes hands so many times, then makes a tenth as many contexts; tells, as JSON, how many octets of the C library's
 * memory each of them left behind.
 * Run it with --v8-flags=--expose-gc.
 */
import { TlsContext } from "../mod.ts";
import { CA, CLIENT_EC, SERVER_EC } from "./certificates.ts";
import { Joined, utf8 } from "./joined.ts";

const [count = "1000"] = Deno.args;
const libc = Deno.dlopen(`/lib/${Deno.build.arch}-linux-gnu/libc.so.6`, {
  // struct mallinfo2: ten size_t, hblkhd (octets mapped) the fifth, uordblks (octets in use) the eighth
  mallinfo2: { parameters: [], result: { struct: Array.from({ length: 10 }, () => "usize" as const) } },
});

/** What JavaScript holds is collected first, in two rounds: its buffers are the C library's memory too. */
async function inUse(): Promise<number> {
  const { gc } = globalThis as unknown as { gc(): void };
  for (let round = 0; round < 2; round++) {
    gc();
    await new Promise((resolve) => setTimeout(resolve, 0));
  }
  const info = new BigUint64Array(libc.symbols.mallinfo2().slice().buffer);
  return Number((info[4] ?? 0n) + (info[7] ?? 0n));
}

const PAIRS = (["TLSv1.2", "TLSv1.3", "DTLSv1.2"] as const).map((version) => {
  const options = { versions: [version, version], sessionCache: false } as const;
  return {
    client: new TlsContext({ ...options, certificates: [CLIENT_EC] }),
    server: new TlsContext({ ...options, certificates: [SERVER_EC], clientCertificate: "request" }),
    session: undefined as string | undefined,
  };
});

/** Of 10 handshakes 2 are full, 8 resume; of 50 one never ends. */
function shake(i: number): void {
  const pair = PAIRS[i % PAIRS.length];
  if (pair === undefined) return;
  const silent = i % 50 === 49;
  const resume = pair.session !== undefined && i % 10 < 8 ? { resume: pair.session } : {};
  using joined = new Joined(pair, { serverName: "pcscf.ims.example", silent, ...resume });
  if (silent) return void joined.client.toSend(0);
  joined.client.send(utf8("REGISTER"), 0);
  joined.pump();
  if (joined.data("server") !== "REGISTER") throw new Error(`Handshake ${i} failed`);
  joined.client.exportKey("EXPORTER-test", 32);
  joined.server.peerChain();
  joined.client.keyLog();
  pair.session = joined.client.session();
  joined.client.close(0);
  joined.pump();
}

function makeContext(): void {
  using _context = new TlsContext({
    certificates: [{ ...SERVER_EC, chain: [...SERVER_EC.chain, CA] }],
    clientAuthorities: [CA],
    trust: { anchors: [CA], name: "ue.ims.example" },
    groups: ["x25519"],
    alpn: ["sip/2"],
  });
}

for (let i = 0; i < 500; i++) shake(i);
makeContext();
const total = Number(count);
const before = await inUse();
for (let i = 0; i < total; i++) shake(i);
const after = await inUse();
for (let i = 0; i < total / 10; i++) makeContext();
const end = await inUse();
for (const pair of PAIRS) for (const context of [pair.client, pair.server]) context[Symbol.dispose]();
libc.close();
await Deno.stdout.write(utf8(JSON.stringify({
  perHandshake: (after - before) / total,
  perContext: (end - after) / (total / 10),
})));
