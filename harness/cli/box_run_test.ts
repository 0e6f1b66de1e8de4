/** A device under test that is one box alone: the tester has every other box around it, and judges this one. */
import assert from "node:assert/strict";
import { claimNet } from "../net/testing/claim.ts";
import type { RunResult } from "../runner/mod.ts";
import { imspeer, inTemporaryFolder, startImspeer, writeEmbeddedAround } from "./testing/imspeer.ts";

/** A net for each box: seats of home networks, HSS and CLF are the tester's there, as 127.0.4.x has them. */
const AROUND = claimNet(18, { width: 4 });

interface Alone {
  readonly only: string;
  /** Which boxes are around it, besides those that find it: options of `imspeer core`. */
  readonly around: (address: (last: number) => string) => readonly string[];
  /** What it is asked: a cross-section, without what waits long. */
  readonly suites: readonly string[];
  /** So many cases it passes at least. */
  readonly judged: number;
}

const BOXES: readonly Alone[] = [
  { only: "hss", around: () => [], suites: ["*"], judged: 2 },
  { only: "i-cscf", around: (at) => ["--hss", `diameter:${at(11)}:3868`], suites: ["*"], judged: 2 },
  {
    only: "s-cscf",
    around: (at) => ["--hss", `diameter:${at(11)}:3868`],
    suites: ["digest", "coexistence"],
    judged: 25,
  },
  {
    only: "p-cscf",
    around: (at) => ["--next-hop", `${at(1)}:5060`],
    suites: ["digest", "coexistence", "giba", "tls", "interconnect"],
    judged: 25,
  },
];

for (const [net, { only, around, suites, judged }] of BOXES.entries()) {
  Deno.test(`a ${only} alone is judged, and nothing stays open of what applies to it`, () =>
    inTemporaryFolder(async (folder) => {
      const at = (last: number) => AROUND.address(last, net);
      const profile = `${folder}/core.yaml`;
      await writeEmbeddedAround(profile, at);
      const box = startImspeer(
        ["core", "-p", profile, "--bind", at(31), "--only", only, ...around(at)],
      );
      try {
        await box.until(/Ctrl-C ends it|imspeer:/);
        await Deno.writeTextFile(`${folder}/box.yaml`, box.printed());
        const words = suites.flatMap((suite) => ["--suite", suite]);
        const { code, stderr } = await imspeer(
          ["run", "-p", `${folder}/box.yaml`, ...words, "--out", `${folder}/out`],
        );
        assert.equal(code, 0, stderr);
      } finally {
        box.interrupt();
        assert.equal((await box.ended).code, 0);
      }
      const { cases }: RunResult = JSON.parse(await Deno.readTextFile(`${folder}/out/results.json`));
      const passed = cases.filter(({ verdict }) => verdict === "pass");
      assert.ok(passed.length >= judged, `${passed.length} cases judged it, needs ${judged}`);
      const open = cases.filter(({ verdict }) => verdict !== "pass" && verdict !== "notApplicable");
      assert.deepEqual(open.map(({ id, verdict, reason }) => ({ id, verdict, reason })), []);
      const unsaid = cases.filter(({ verdict, reason }) => verdict === "notApplicable" && !reason);
      assert.deepEqual(unsaid.map(({ id }) => id), []);
    }));
}
