/** TLS connections as a case leaves them: what tshark reads with the secrets of the file, and without. */
import assert from "node:assert/strict";
import { runTool, toolTest, whyNot } from "../../../_tools/foreign_program.ts";
import { openTls, systemClock, type TlsOptions } from "../../net/mod.ts";
import { StreamFramer } from "../../sip-codec/mod.ts";
import { CA, CLIENT_EC, SERVER_EC, SERVER_RSA } from "../../net/tls/testing/certificates.ts";
import { loopback } from "../../net/testing/loopback.ts";
import { createEvidence } from "./mod.ts";

const missing = await whyNot("tshark", ["-v"]);

const METHODS = ["REGISTER", "OPTIONS", "MESSAGE"];

const CHOICES: readonly (readonly [name: string, options: TlsOptions])[] = [
  ["TLS 1.2, ECDHE with AES-GCM", {
    versions: ["TLSv1.2", "TLSv1.2"],
    cipherSuites: ["TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256"],
  }],
  ["TLS 1.2, RSA key exchange with AES-CBC", {
    versions: ["TLSv1.2", "TLSv1.2"],
    cipherSuites: ["TLS_RSA_WITH_AES_128_CBC_SHA"],
  }],
  ["TLS 1.3", { versions: ["TLSv1.3", "TLSv1.3"] }],
];

for (const [name, options] of CHOICES) {
  toolTest(`tshark decrypts a capture by its secrets block: ${name}`, missing, async () => {
    const folder = await Deno.makeTempDir({ dir: "/tmp" });
    try {
      const { port, trace } = await talk(options, folder, true);
      const inside = await read(folder, [...decodeAs(port), "-Y", "tcp && sip"], "sip.Method");
      assert.deepEqual(new Set(inside), new Set(METHODS), "inside the TLS connections");
      const clear = await read(folder, ["-Y", "exported_pdu && sip"], "sip.Method");
      assert.deepEqual(clear, [...METHODS, "REGISTER"], "the clear view");
      const wrong = await read(folder, ["-Y", "tcp.analysis.flags || _ws.malformed"], "frame.number");
      assert.deepEqual(wrong, [], "TCP and TLS are whole");
      assert.match(trace, /"summary":"TLS ClientHello [^"]+, \d+ octets"/);
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  });

  toolTest(
    `without --keep-secrets no key is in the capture, the clear view is: ${name}`,
    missing,
    async () => {
      const folder = await Deno.makeTempDir({ dir: "/tmp" });
      try {
        const { port } = await talk(options, folder, false);
        const inside = await read(folder, [...decodeAs(port), "-Y", "tcp && sip"], "sip.Method");
        assert.deepEqual(inside, []);
        const clear = await read(folder, ["-Y", "exported_pdu && sip"], "sip.Method");
        assert.deepEqual(clear, [...METHODS, "REGISTER"]);
        const log = new TextDecoder("latin1").decode(await Deno.readFile(`${folder}/capture.pcapng`));
        assert(!/CLIENT_RANDOM|TRAFFIC_SECRET/.test(log));
        assert(!log.includes("swordfish"), "a secret is taken out of the clear view");
      } finally {
        await Deno.remove(folder, { recursive: true });
      }
    },
  );
}

/** A client says three things to a server on one connection, one on another, and all of it is recorded. */
async function talk(
  options: TlsOptions,
  folder: string,
  keepSecrets: boolean,
): Promise<{ port: number; trace: string }> {
  const evidence = createEvidence({
    writeFile: (path, bytes) => Deno.writeFile(`${folder}/${path.split("/").at(-1)}`, bytes),
    secrets: ["swordfish"],
    keepSecrets,
  });
  const item = evidence.forCase("demo/tls");
  const common = { clock: systemClock, framer: () => new StreamFramer() };
  const server = await openTls({
    ...common,
    local: { address: loopback(1, 7), port: 0 },
    server: { certificates: [SERVER_RSA, SERVER_EC], clientCertificate: "request", clientAuthorities: [CA] },
  });
  const client = await openTls({
    ...common,
    local: { address: loopback(2, 7), port: 0 },
    client: { ...options, certificates: [CLIENT_EC] },
    tap: item.tap("ue:alice"),
    keyLog: (line) => item.tlsKeyLog(line),
  });
  const to = { transport: "tls", local: client.local, remote: server.local } as const;
  for (const method of METHODS) {
    await client.send(message(method), to);
    await server.receive();
  }
  await client.send(message("REGISTER"), (await client.connect(server.local)).flow);
  await server.receive();
  await Promise.all([client.close(), server.close()]);
  await item.finish();
  return { port: server.local.port, trace: await Deno.readTextFile(`${folder}/trace.jsonl`) };
}

function message(method: string): Uint8Array {
  return new TextEncoder().encode([
    `${method} sip:home1.net SIP/2.0`,
    "Via: SIP/2.0/TLS 192.0.2.1:5061;branch=z9hG4bKtls",
    "From: <sip:alice@home1.net>;tag=1",
    "To: <sip:alice@home1.net>",
    "Call-ID: tls@192.0.2.1",
    `CSeq: 1 ${method}`,
    "Subject: swordfish",
    "Content-Length: 0",
    "",
    "",
  ].join("\r\n"));
}

/** One field of each packet that the filter lets through, in order. */
async function read(folder: string, options: readonly string[], field: string): Promise<string[]> {
  const { ok, stdout, stderr } = await runTool("tshark", [
    ...["-r", `${folder}/capture.pcapng`, ...options, "-T", "fields", "-e", field],
  ]);
  assert.ok(ok, stderr);
  return new TextDecoder().decode(stdout).split(/[\s,]+/).filter((word) => word !== "");
}

/** Wireshark knows port 5061; of others it must be told what they carry. */
function decodeAs(port: number): string[] {
  return ["-d", `tcp.port==${port},tls`, "-d", `tls.port==${port},sip`];
}
