/** freeDiameter as the judge of our base protocol: capabilities, watchdogs of both sides, leave-taking. */
import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runTool, toolTest, whyNot } from "../../../_tools/foreign_program.ts";
import { systemClock, systemNet } from "../../net/mod.ts";
import { claimNet } from "../../net/testing/claim.ts";
import { COMMAND, type DiameterMessage, parseDiameter, RESULT, valueOf } from "../../wire/diameter/mod.ts";
import { HssServer } from "./mod.ts";

const { address } = claimNet(18);
const [OURS, THEIRS] = [address(1), address(2)];
const missing = await whyNot("freeDiameterd", ["--version"]) ?? await whyNot("openssl", ["version"]);

toolTest("freeDiameter exchanges capabilities and watchdogs with our HSS, and leaves", missing, async () => {
  const folder = await mkdtemp(join(tmpdir(), "imspeer-freediameter-"));
  const seen = new Seen();
  const hss = await HssServer.open({
    self: { host: "hss.ims.example", realm: "ims.example", addresses: [OURS], product: "imspeer" },
    subscribers: [],
    clock: systemClock,
    random: (length) => crypto.getRandomValues(new Uint8Array(length)),
    timers: { answer: 2000, silence: 100 },
    listen: (accept) => systemNet.listen!({ address: OURS, port: 0 }, accept),
    watchdogMs: 500,
    tap: ({ layer, bytes, direction }) => {
      if (layer === "diameter") seen.add(direction, parseDiameter(bytes));
    },
  });
  const daemon = await start(folder, hss.local.port);
  // A machine where freeDiameter finds no address of its own never hears of it.
  const limit = setTimeout(
    () => seen.fail(new Error("freeDiameter has not said in 30 s what was expected")),
    30_000,
  );
  try {
    const cea = await seen.next("out", "Capabilities-Exchange", false);
    assert.equal(valueOf(cea.avps, "Result-Code"), RESULT.DIAMETER_SUCCESS);
    const dwa = await seen.next("in", "Device-Watchdog", false);
    assert.equal(valueOf(dwa.avps, "Result-Code"), RESULT.DIAMETER_SUCCESS);
    assert.equal(hss.peers[0]?.host, "fd.ims.example");
    daemon.kill("SIGTERM");
    const dpa = await seen.next("out", "Disconnect-Peer", false);
    assert.equal(valueOf(dpa.avps, "Result-Code"), RESULT.DIAMETER_SUCCESS);
  } finally {
    clearTimeout(limit);
    try {
      daemon.kill("SIGKILL");
    } catch { /* it has ended by itself */ }
    await daemon.status;
    await hss.close();
    await rm(folder, { recursive: true });
  }
  assert.deepEqual(hss.malformed, []);
});

async function start(folder: string, port: number): Promise<Deno.ChildProcess> {
  const [key, certificate, config] = ["key.pem", "cert.pem", "fd.conf"].map((name) => join(folder, name)) as [
    string,
    string,
    string,
  ];
  // freeDiameter wants a certificate, though it is told to do without TLS.
  const made = await runTool("openssl", [
    ..."req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=fd.ims.example".split(" "),
    ...["-keyout", key, "-out", certificate],
  ]);
  assert(made.ok, made.stderr);
  await writeFile(
    config,
    `Identity = "fd.ims.example"; Realm = "ims.example"; Port = 0; SecPort = 0; No_SCTP; No_IPv6;
ListenOn = "${THEIRS}"; TLS_Cred = "${certificate}", "${key}"; TLS_CA = "${certificate}"; TLS_DH_Bits = 1024;
ConnectPeer = "hss.ims.example" { ConnectTo = "${OURS}"; Port = ${port}; No_TLS; No_SCTP; };
`,
  );
  return new Deno.Command("freeDiameterd", { args: ["-c", config], stdout: "null", stderr: "null" }).spawn();
}

/** What went over the connection; each message is given out once. */
class Seen {
  readonly #messages: { direction: string; message: DiameterMessage }[] = [];
  #wake: (() => void) | undefined;
  #failure: Error | undefined;

  fail(error: Error): void {
    this.#failure = error;
    this.#wake?.();
  }

  add(direction: string, message: DiameterMessage): void {
    this.#messages.push({ direction, message });
    this.#wake?.();
  }

  async next(direction: string, command: keyof typeof COMMAND, request: boolean): Promise<DiameterMessage> {
    for (;;) {
      if (this.#failure) throw this.#failure;
      const at = this.#messages.findIndex((one) =>
        one.direction === direction && one.message.command === COMMAND[command] &&
        one.message.request === request
      );
      if (at >= 0) return this.#messages.splice(at, 1)[0]!.message;
      await new Promise<void>((resolve) => this.#wake = resolve);
    }
  }
}
