/** Shakes hands so many times (run it with --v8-flags=--expose-gc) and tells, as JSON, how the memory of the C library grew: before, half-way, after. */
import { TlsContext } from "../mod.ts";
import { CLIENT_EC, SERVER_EC } from "./certificates.ts";
import { Joined, utf8 } from "./joined.ts";

const [count = "100"] = Deno.args;
const libc = Deno.dlopen(`/lib/${Deno.build.arch}-linux-gnu/libc.so.6`, {
  // struct mallinfo2: ten size_t, uordblks (octets in use) the eighth, hblkhd (octets mapped) the fifth
  mallinfo2: {
    parameters: [],
    result: { struct: Array.from({ length: 10 }, () => "usize" as const) },
  },
});

/** What JavaScript holds is collected first: its buffers are the C library's memory too. */
function inUse(): number {
  (globalThis as unknown as { gc(): void }).gc();
  const info = new BigUint64Array(libc.symbols.mallinfo2().slice().buffer);
  return Number((info[7] ?? 0n) + (info[4] ?? 0n));
}

/** All in rotation: full and resumed, refused, never finished, TLS and DTLS. */
function once(i: number, contexts: { client: TlsContext; server: TlsContext }[]): void {
  const pair = contexts[i % contexts.length];
  if (pair === undefined) return;
  using joined = new Joined(pair, { serverName: "pcscf.ims.example", silent: i % 50 === 49 });
  if (i % 50 === 49) return void joined.client.toSend(0);
  joined.client.send(utf8("REGISTER"), 0);
  joined.pump();
  if (joined.data("server") !== "REGISTER") throw new Error(`handshake ${i} failed`);
  joined.client.exportKey("EXPORTER-test", 32);
  joined.client.peerChain();
  joined.client.keyLog();
  joined.client.finished();
  joined.client.session();
  if (i % 7 === 0) {
    using resumed = new Joined(pair, { resume: joined.client.session() ?? "" });
    resumed.client.negotiated();
  }
  joined.client.close(0);
  joined.pump();
}

const versions = ["TLSv1.2", "TLSv1.3", "DTLSv1.2"] as const;
const contexts = versions.map((version) => {
  const options = { versions: [version, version], sessionCache: false } as const;
  return {
    client: new TlsContext({ ...options, certificates: [CLIENT_EC] }),
    server: new TlsContext({ ...options, certificates: [SERVER_EC], clientCertificate: "request" }),
  };
});
const marks: number[] = [];
const total = Number(count);
for (let i = 0; i < 300; i++) once(i, contexts);
for (let i = 0; i < total; i++) {
  if (i % (total / 2) === 0) marks.push(inUse());
  once(i, contexts);
  // Contexts come and go as well.
  if (i % 100 === 0) new TlsContext({ certificates: [SERVER_EC] })[Symbol.dispose]();
}
marks.push(inUse());
for (const { client, server } of contexts) {
  client[Symbol.dispose]();
  server[Symbol.dispose]();
}
libc.close();
await Deno.stdout.write(utf8(JSON.stringify(marks)));
