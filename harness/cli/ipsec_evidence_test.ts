/**
 * What a run over IPsec leaves, read by tshark: for each pair of algorithms a registration and a call inside ESP, over
 * UDP and over TCP. The ESP packets decrypt with the `esp_sa` file beside the capture, where Wireshark knows the
 * algorithm; the clear view is there in any case.
 */
import assert from "node:assert/strict";
import { runTool, toolTest, whyNot } from "../../_tools/foreign_program.ts";
import { parseProfile } from "../../profiles/mod.ts";
import { checkRawIp, systemNet } from "../net/mod.ts";
import { createEvidence, makePlan, run, suite, testCase } from "../runner/mod.ts";
import { newPeers } from "./peers.ts";
import { catalogue } from "./registry.ts";
import { openCoreAnywhere } from "./target.ts";

const REQUIREMENT = "33.203/7.2/01";

const PAIRS = [
  { alg: "hmac-sha-1-96", ealg: "null", decrypts: true },
  { alg: "hmac-sha-1-96", ealg: "aes-cbc", decrypts: true },
  { alg: "null", ealg: "aes-gcm", decrypts: true },
  { alg: "aes-gmac", ealg: "null", decrypts: false }, // tshark 4.0 has no AES-GMAC
] as const;

const missing = await whyNot("tshark", ["-v"]) ?? await checkRawIp("127.0.0.1").then(() => undefined, String);

for (const pair of PAIRS) {
  for (const transport of ["udp", "tcp"] as const) {
    toolTest(
      `a call under ${pair.alg} and ${pair.ealg} over ${transport} is shown by tshark`,
      missing,
      async () => {
        const folder = await Deno.makeTempDir();
        try {
          await callUnder(pair, transport, folder);
          const sip = await methodsSeen(folder, []);
          for (const method of ["REGISTER", "INVITE", "ACK", "BYE"]) {
            assert.ok(sip.includes(method), `clear view has ${method}: ${sip.join(" ")}`);
          }
          if (pair.decrypts) await decrypts(folder, pair.ealg, transport);
        } finally {
          await Deno.remove(folder, { recursive: true });
        }
      },
    );
  }
}

/** Runs one case against the embedded core and leaves its evidence in the folder. */
async function callUnder(
  { alg, ealg }: { readonly alg: string; readonly ealg: string },
  transport: "udp" | "tcp",
  folder: string,
): Promise<void> {
  const text = await Deno.readTextFile(new URL("../../profiles/embedded.yaml", import.meta.url));
  const embedded = parseProfile(text, "embedded.yaml", { env: () => undefined, readFile: () => "" });
  const core = await openCoreAnywhere(embedded, [], "seed");
  const demo = suite("demo", "Demonstration", [testCase({
    id: "demo/call",
    title: "A call inside ESP",
    verifies: [REQUIREMENT],
    kills: [],
    peer: "ue",
    leases: ["aka+!akav2", "aka+!akav2"],
    async run({ ue, check, given }) {
      const security = { mechanism: "ipsec-3gpp", offers: [{ alg, ealg }], transport } as const;
      const [alice, friend] = [await ue({ security }), await ue({ security })];
      for (const one of [alice, friend]) await given("a UE registers", one.register());
      const accepting = friend.acceptCall();
      const call = await alice.invite(friend.identity.impus[0]!);
      await accepting;
      check("the call is answered", REQUIREMENT).answer(await call.answered()).isOneOf(200);
      check("and ended", REQUIREMENT).answer(await call.hangUp()).isOneOf(200);
    },
  })]);
  const evidence = createEvidence({
    writeFile: async (path, bytes) => {
      await Deno.writeFile(`${folder}/${path.split("/").at(-1)}`, bytes);
    },
    secrets: [],
    keepSecrets: true,
    now: () => systemNet.clock.now(),
  });
  try {
    const result = await run({
      plan: makePlan({ suites: [demo], catalogue, profile: core.profile }),
      profile: core.profile,
      catalogue,
      net: systemNet,
      peers: newPeers(),
      evidence: (info, attempt) => evidence.forCase(info.id, attempt),
      seed: "seed",
      withoutSanity: true,
    });
    assert.equal(result.cases[0]?.verdict, "pass", result.cases[0]?.reason ?? "");
  } finally {
    await core.close();
  }
}

/** SIP methods tshark finds in the capture. */
async function methodsSeen(folder: string, options: readonly string[]): Promise<string[]> {
  const { ok, stdout, stderr } = await runTool("tshark", [
    ...["-r", `${folder}/capture.pcapng`, ...options, "-T", "fields", "-e", "sip.Method"],
  ]);
  assert.ok(ok, stderr);
  return [...new Set(new TextDecoder().decode(stdout).split(/\s+/).filter((word) => word !== ""))];
}

/** The frames that carry ESP show SIP once tshark has the keys; encrypted, they show none of it without. */
async function decrypts(folder: string, ealg: string, transport: "udp" | "tcp"): Promise<void> {
  const keys = (await Deno.readTextFile(`${folder}/esp_sa`)).trim().split("\n");
  assert.ok(keys.length >= 8, "four SAs for each of two UEs");
  const table = keys.flatMap((line) => ["-o", `uat:esp_sa:${line}`]);
  const decode = ["-o", "esp.enable_encryption_decode:TRUE", "-o", "esp.enable_authentication_check:TRUE"];
  const opened = await textInEsp(folder, transport, [...decode, ...table]);
  for (const method of ["REGISTER", "INVITE", "ACK", "BYE"]) {
    assert.match(opened, new RegExp(`${method} sip:`), `ESP shows ${method} with the keys`);
  }
  if (ealg !== "null") {
    assert.equal(await textInEsp(folder, transport, []), "", "nothing shows without the keys");
  }
}

/** What the UDP datagrams or TCP segments inside ESP carry, one after the other. */
async function textInEsp(
  folder: string,
  transport: "udp" | "tcp",
  options: readonly string[],
): Promise<string> {
  const { ok, stdout, stderr } = await runTool("tshark", [
    ...[
      "-r",
      `${folder}/capture.pcapng`,
      ...options,
      "-Y",
      "esp",
      "-T",
      "fields",
      "-e",
      `${transport}.payload`,
    ],
  ]);
  assert.ok(ok, stderr);
  const hex = new TextDecoder().decode(stdout).replace(/[^0-9a-f]/g, "");
  return new TextDecoder("latin1").decode(Uint8Array.fromHex(hex));
}
