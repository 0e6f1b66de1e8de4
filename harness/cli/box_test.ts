/** Boxes of the reference core, each a program of its own, as a person puts them together. */
import assert from "node:assert/strict";
import { parse } from "yaml";
import { claimNet } from "../net/testing/claim.ts";
import { imspeer, inTemporaryFolder, startImspeer, writeEmbeddedAround } from "./testing/imspeer.ts";

const AT = claimNet(18);

type Running = ReturnType<typeof startImspeer>;

/** Starts one after the other; `where` finds an entry point in what a box has printed. */
async function boxes(
  run: (
    start: (bind: string, ...words: string[]) => Promise<{ box: Running; where(entry: string): string }>,
  ) => Promise<void>,
): Promise<void> {
  const open: Running[] = [];
  try {
    await run(async (bind, ...words) => {
      const box = startImspeer(["core", "--bind", bind, ...words]);
      open.push(box);
      await box.until(/Ctrl-C ends it|imspeer:/);
      const { entry } = parse(box.printed()) as { entry: Record<string, Record<string, string>> };
      return { box, where: (name) => entry[name]?.["tcp"] ?? assert.fail(`no entry "${name}"`) };
    });
  } finally {
    for (const box of open) box.interrupt();
    for (const { code, stderr } of await Promise.all(open.map(({ ended }) => ended))) {
      assert.equal(code, 0, stderr);
    }
  }
}

Deno.test("four boxes of a core, each alone, are a core together", () =>
  inTemporaryFolder((folder) =>
    boxes(async (start) => {
      const hss = await start(AT.address(1), "--only", "hss");
      const asks = ["--hss", `diameter:${hss.where("hss")}`];
      const around = ["--next-hop", `${AT.address(3)}:5060`, "--pani-aware", `${AT.address(4)}/32`];
      const scscf = await start(AT.address(2), "--only", "s-cscf", ...asks, ...around);
      const next = ["--next-hop", scscf.where("s-cscf")];
      const icscf = await start(AT.address(3), "--only", "i-cscf", ...asks, ...next);
      const home = ["--next-hop", icscf.where("i-cscf")];
      const pcscf = await start(AT.address(4), "--only", "p-cscf", ...home);
      await Deno.writeTextFile(`${folder}/p-cscf.yaml`, pcscf.box.printed());
      const cases = ["aka/challenge-hides-keys", "digest/challenge-*", "nba/line-registers"].flatMap((
        glob,
      ) => ["--case", glob]);
      const words = ["run", "-p", `${folder}/p-cscf.yaml`, ...cases, "--out", `${folder}/out`];
      const { code, stderr } = await imspeer(words);
      assert.equal(code, 0, stderr);
    })
  ));

Deno.test("a run against one box inside the domain finds it alive as a node of it, and judges it", () =>
  inTemporaryFolder((folder) =>
    boxes(async (start) => {
      const profile = `${folder}/core.yaml`;
      await writeEmbeddedAround(profile, AT.address);
      const nodes = ["-p", profile, "--trust", "127.0.7.0/24", "--trust", "127.0.8.0/24"];
      const hss = await start(AT.address(5), "--only", "hss", ...nodes);
      const scscf = await start(
        AT.address(6),
        "--only",
        "s-cscf",
        ...nodes,
        "--hss",
        `diameter:${AT.address(11)}:3868`,
      );
      const [asHss, asScscf] = [`${folder}/hss.yaml`, `${folder}/s-cscf.yaml`];
      await Deno.writeTextFile(asHss, hss.box.printed());
      await Deno.writeTextFile(asScscf, scscf.box.printed());
      const doctor = await imspeer(["doctor", "-p", asHss]);
      assert.equal(doctor.code, 0, doctor.stderr);
      const words = ["run", "-p", asScscf, "--requirement", "33.203/6.1.3/01", "--out", `${folder}/out`];
      const run = await imspeer(words);
      assert.equal(run.code, 0, run.stderr);
    })
  ));

Deno.test("imspeer core --only says what a box needs and what is not for it", async () => {
  const refused: [string[], RegExp][] = [
    [["--only", "p-cscf"], /"--only p-cscf" needs "--next-hop HOST:PORT"/],
    [["--only", "s-cscf"], /"--only s-cscf" needs "--hss diameter:HOST:PORT"/],
    [["--only", "s-cscf", "--hss", "192.0.2.1:3868"], /needs "diameter:HOST:PORT"/],
    [["--only", "hss", "--next-hop", "192.0.2.1"], /not for an HSS/],
    [["--only", "as"], /needs one of p-cscf, i-cscf, s-cscf, hss/],
    [["--hss", "diameter:192.0.2.1"], /is for one box alone/],
    [["--only", "hss", "--trust", "everybody"], /"--trust" needs a CIDR block/],
    [["--only", "hss", "--pani-aware", "192.0.2.0/24"], /is for an s-cscf alone/],
  ];
  for (const [words, why] of refused) {
    const { code, stderr } = await imspeer(["core", ...words]);
    assert.equal(code, 64, stderr);
    assert.match(stderr, why);
  }
});
