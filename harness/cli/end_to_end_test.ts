/** The program in a process of its own, with the permissions of its task, against real sockets on loopback. */
import assert from "node:assert/strict";
import { parseResults } from "../../reports/mod.ts";
import { catalogue, faults, suites } from "./registry.ts";
import { claimNet } from "../net/testing/claim.ts";
import { imspeer, inTemporaryFolder, startImspeer } from "./testing/imspeer.ts";

const BIND = claimNet(18).address(1);
const CASE = "aka/challenge-hides-keys";
const FAULT = suites.flatMap(({ cases }) => cases).find(({ id }) => id === CASE)?.kills[0] ?? "";

Deno.test("imspeer run against the embedded core ends 0 and leaves reports and evidence", () =>
  inTemporaryFolder(async (folder) => {
    const { code, stdout, stderr } = await imspeer([
      "run",
      "--case",
      CASE,
      "--out",
      `${folder}/out`,
      "--seed",
      "1",
    ]);
    assert.equal(code, 0, stderr);
    assert.equal(stdout, "");
    const files = [...Deno.readDirSync(`${folder}/out`)].map(({ name }) => name).sort();
    assert.deepEqual(files, ["evidence", "index.html", "junit.xml", "results.json"]);
    const { run, cases, summary } = parseResults(Deno.readTextFileSync(`${folder}/out/results.json`));
    assert.equal(run.seed, "1");
    assert.equal(run.profile, "embedded");
    assert.equal(summary.pass, 1);
    const evidence = `${folder}/out/${cases[0]?.evidence}`;
    assert.deepEqual([...Deno.readDirSync(evidence)].map(({ name }) => name).sort(), [
      "capture.pcapng",
      "trace.jsonl",
    ]);
  }));

Deno.test("imspeer run with a fault ends 1 and tells clause, what was expected and what came", () =>
  inTemporaryFolder(async (folder) => {
    const { code, stderr } = await imspeer([
      "run",
      "--case",
      CASE,
      "--fault",
      FAULT,
      "--out",
      `${folder}/out`,
    ]);
    assert.equal(code, 1, stderr);
    assert.match(stderr, /clause +33\.203\/6\.1\.1\/09/);
    assert.match(stderr, /expected +\S/);
    assert.match(stderr, /actual +\S/);
  }));

Deno.test("imspeer run with a fault of a may ends 1, too, and tells who saw it", () =>
  inTemporaryFolder(async (folder) => {
    const fault = faults.find(({ requirement }) => catalogue.get(requirement)?.level === "may");
    const killer = suites.flatMap(({ cases }) => cases).find(({ kills }) => kills.includes(fault?.id ?? ""));
    assert.ok(fault && killer);
    const words = ["run", "--case", killer.id, "--fault", fault.id, "--out", `${folder}/out`];
    const { code, stderr } = await imspeer(words);
    assert.equal(code, 1, stderr);
    assert.ok(stderr.includes(`fault ${fault.id}: seen by ${killer.id}: `), stderr);
    assert.match(stderr, /^ {2}expected .+, came .+$/m);
  }));

Deno.test("imspeer run replaces what an earlier run left, and nothing else", () =>
  inTemporaryFolder(async (folder) => {
    const out = `${folder}/out`;
    await Deno.mkdir(`${out}/evidence/aka.stale`, { recursive: true });
    const refused = await imspeer(["run", "--case", CASE, "--out", out]);
    assert.equal(refused.code, 64);
    assert.match(refused.stderr, /was not written by imspeer/);
    await Deno.writeTextFile(`${out}/results.json`, "{}");
    await Deno.writeTextFile(`${out}/results.tap`, "old");
    await Deno.writeTextFile(`${out}/notes.txt`, "mine");
    const { code, stderr } = await imspeer(["run", "--case", CASE, "--out", out, "--reporter", "junit"]);
    assert.equal(code, 0, stderr);
    const files = [...Deno.readDirSync(out)].map(({ name }) => name).sort();
    assert.deepEqual(files, ["evidence", "junit.xml", "notes.txt", "results.json"]);
    assert.ok(![...Deno.readDirSync(`${out}/evidence`)].some(({ name }) => name === "aka.stale"));
  }));

Deno.test("imspeer run against a target that does not answer ends 2 within seconds and says so once", () =>
  inTemporaryFolder(async (folder) => {
    const silent = Deno.listenDatagram({ transport: "udp", hostname: "127.0.0.1", port: 0 });
    try {
      const { port } = silent.addr as Deno.NetAddr;
      const embedded = Deno.readTextFileSync(new URL("../../profiles/embedded.yaml", import.meta.url));
      const profile = embedded.replace(/udp: .*\n.*tcp: .*\n/, `udp: 127.0.0.1:${port}\n`).replace(
        "t1: 500ms",
        "t1: 100ms",
      );
      await Deno.writeTextFile(`${folder}/silent.yaml`, profile);
      const begin = performance.now();
      const { code, stderr } = await imspeer([
        "run",
        "--profile",
        `${folder}/silent.yaml`,
        "--suite",
        "aka",
        "--out",
        `${folder}/out`,
      ]);
      assert.equal(code, 2, stderr);
      assert.ok(performance.now() - begin < 30_000);
      assert.equal(stderr.match(/did not answer a REGISTER/g)?.length, 1, stderr);
      assert.equal(stderr.match(/The target does not answer/g)?.length, 2, stderr); // as it happens, and in the summary
      assert.ok(stderr.split("\n").length < 30, stderr);
    } finally {
      silent.close();
    }
  }));

Deno.test("imspeer run ends 130 when it is interrupted, with what had finished reported", () =>
  inTemporaryFolder(async (folder) => {
    const run = startImspeer([
      "run",
      "--tag",
      "slow",
      "--case",
      CASE.replace(/\/.*/, "/*"),
      "--case",
      CASE,
      "--out",
      `${folder}/out`,
    ]);
    await run.until(/seed/);
    run.interrupt();
    const { code, stderr } = await run.ended;
    assert.equal(code, 130, stderr);
    const { cases, summary } = parseResults(Deno.readTextFileSync(`${folder}/out/results.json`));
    assert.ok(cases.length > 0 && summary.executed < summary.planned);
    assert.ok(![...Deno.readDirSync(`${folder}/out`)].some(({ name }) => name.startsWith(".")));
  }));

Deno.test("imspeer core prints a profile that another imspeer runs against, until it is interrupted", () =>
  inTemporaryFolder(async (folder) => {
    const core = startImspeer(["core", "--bind", BIND, "--ports", "0"]);
    await core.until(/Ctrl-C ends it/);
    core.interrupt();
    const first = await core.ended;
    assert.equal(first.code, 0, first.stderr);
    const port = Number(first.stdout.match(/udp: [\d.]+:(\d+)/)?.[1]);
    assert.ok(port > 0, first.stdout);
    const again = startImspeer(["core", "--bind", BIND, "--ports", String(port), "--fault", FAULT]);
    await again.until(/Ctrl-C ends it/);
    try {
      await Deno.writeTextFile(`${folder}/core.yaml`, again.printed());
      const run = await imspeer([
        "run",
        "-p",
        `${folder}/core.yaml`,
        "--case",
        CASE,
        "--out",
        `${folder}/out`,
      ]);
      assert.equal(run.code, 1, run.stderr);
      const doctor = await imspeer(["doctor", "-p", `${folder}/core.yaml`, "--json"]);
      assert.equal(doctor.code, 0, doctor.stderr);
      const { target } = JSON.parse(doctor.stdout);
      // The P-CSCF over UDP, TCP and TLS, the border, four CSCFs over UDP and TCP, the HSS, and the resolver.
      assert.equal(target.length, 14);
      for (const { detail } of target) {
        assert.match(
          detail,
          /^(answered OPTIONS with \d{3} .*|took a connection) in \d+ ms$|^"sips:.+" leads to tls .+:\d+$/,
        );
      }
    } finally {
      again.interrupt();
      await again.ended;
    }
  }));

Deno.test("imspeer report merges shards, and diff compares", () =>
  inTemporaryFolder(async (folder) => {
    const selection = ["--case", "aka/challenge-*", "--seed", "7", "--reporter", "json"];
    for (const shard of ["1", "2"]) {
      const { code, stderr } = await imspeer([
        "run",
        ...selection,
        "--shard",
        `${shard}/2`,
        "--out",
        `${folder}/${shard}`,
      ]);
      assert.ok(code === 0 || code === 2, stderr); // 2: no case fell into this part
    }
    const parts = ["1", "2"].map((shard) => `${folder}/${shard}`).filter((part) =>
      exists(`${part}/results.json`)
    );
    const merged = await imspeer([
      "report",
      ...parts,
      "--out",
      `${folder}/whole`,
      "--reporter",
      "json,tap,html",
    ]);
    assert.equal(merged.code, 0, merged.stderr);
    const whole = parseResults(Deno.readTextFileSync(`${folder}/whole/results.json`));
    for (const { evidence } of whole.cases) {
      assert.ok(exists(`${folder}/whole/${evidence}/trace.jsonl`), `${evidence}`);
    }
    const broken = `${folder}/broken`;
    await imspeer(["run", ...selection, "--fault", FAULT, "--out", broken]);
    const worse = await imspeer(["diff", `${folder}/whole`, broken, "--json"]);
    assert.equal(worse.code, 1, worse.stderr);
    assert.deepEqual(
      JSON.parse(worse.stdout).worse.map(({ id }: { id: string }) => id),
      [CASE],
    );
    assert.equal((await imspeer(["diff", broken, `${folder}/whole`])).code, 0);
  }));

Deno.test("imspeer selfcheck --json gives the matrix on standard output alone", async () => {
  const { code, stdout } = await imspeer(["selfcheck", "--case", CASE, "--json"]);
  assert.equal(code, 0);
  const matrix = JSON.parse(stdout);
  assert.equal(matrix.ok, true);
  assert.equal(matrix.cases[0].clean, "pass");
  assert.deepEqual(matrix.cases[0].killedBy, [FAULT]);
  assert.deepEqual([matrix.survivors, matrix.unkilled], [[], []]);
});

Deno.test("a run with the same seed sends the same octets", () =>
  inTemporaryFolder(async (folder) => {
    const first = async (out: string) => {
      await imspeer([
        "run",
        "--case",
        CASE,
        "--seed",
        "same",
        "--out",
        `${folder}/${out}`,
        "--reporter",
        "json",
      ]);
      const { cases } = parseResults(Deno.readTextFileSync(`${folder}/${out}/results.json`));
      const [line = ""] = Deno.readTextFileSync(`${folder}/${out}/${cases[0]?.evidence}/trace.jsonl`).split(
        "\n",
      );
      return String(JSON.parse(line).bytes);
    };
    const ports = (text: string) => atob(text).replaceAll(/(127\.\d+\.\d+)\.\d+:\d+/g, "$1");
    assert.equal(ports(await first("a")), ports(await first("b")));
  }));

function exists(path: string): boolean {
  try {
    Deno.statSync(path);
    return true;
  } catch {
    return false;
  }
}
