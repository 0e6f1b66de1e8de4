/**
 * What a run over TLS leaves, read by tshark: a registration and a call on TLS connections of the embedded core, which
 * decrypt by the secrets block of the capture. The clear view is there in any case.
 */
import assert from "node:assert/strict";
import { runTool, toolTest, whyNot } from "../../_tools/foreign_program.ts";
import { parseProfile, type Profile } from "../../profiles/mod.ts";
import { systemNet, type TlsVersion } from "../net/mod.ts";
import { createEvidence, makePlan, run, suite, testCase } from "../runner/mod.ts";
import { newPeers } from "./peers.ts";
import { catalogue } from "./registry.ts";
import { openCoreAnywhere } from "./target.ts";

const REQUIREMENT = "33.203/O.2.2/01";
const METHODS = ["REGISTER", "INVITE", "ACK", "BYE"];

const missing = await whyNot("tshark", ["-v"]);

for (const version of ["TLSv1.2", "TLSv1.3"] as const) {
  toolTest(
    `a call over ${version} is decrypted by tshark with the capture's own secrets`,
    missing,
    async () => {
      const folder = await Deno.makeTempDir({ dir: "/tmp" });
      try {
        const { port } = (await callOver(version, folder)).entry["p-cscf"]!.tls!;
        const inside = ["-d", `tcp.port==${port},tls`, "-d", `tls.port==${port},sip`, "-Y", "tls && sip"];
        for (
          const [where, options] of [["inside TLS", inside], ["the clear view", [
            "-Y",
            "exported_pdu && sip",
          ]]] as const
        ) {
          const seen = await methodsSeen(folder, options);
          for (const method of METHODS) {
            assert.ok(seen.includes(method), `${where} has ${method}: ${seen.join(" ")}`);
          }
        }
      } finally {
        await Deno.remove(folder, { recursive: true });
      }
    },
  );
}

/** Runs one case against the embedded core and leaves its evidence in the folder; gives the profile of the core. */
async function callOver(version: TlsVersion, folder: string): Promise<Profile> {
  const text = await Deno.readTextFile(new URL("../../profiles/embedded.yaml", import.meta.url));
  const embedded = parseProfile(text, "embedded.yaml", { env: () => undefined, readFile: () => "" });
  const core = await openCoreAnywhere(embedded, [], "seed");
  const demo = suite("demo", "Demonstration", [testCase({
    id: "demo/call",
    title: "A call over TLS",
    verifies: [REQUIREMENT],
    kills: [],
    peer: "ue",
    leases: ["digest", "digest"],
    async run({ ue, check, given }) {
      const security = { mechanism: "tls", client: { versions: [version, version] } } as const;
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
    writeFile: (path, bytes) => Deno.writeFile(`${folder}/${path.split("/").at(-1)}`, bytes),
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
    return core.profile;
  } finally {
    await core.close();
  }
}

/** SIP methods tshark finds in the packets that these options leave. */
async function methodsSeen(folder: string, options: readonly string[]): Promise<string[]> {
  const { ok, stdout, stderr } = await runTool("tshark", [
    ...["-r", `${folder}/capture.pcapng`, ...options, "-T", "fields", "-e", "sip.Method"],
  ]);
  assert.ok(ok, stderr);
  return [...new Set(new TextDecoder().decode(stdout).split(/[\s,]+/).filter((word) => word !== ""))];
}
