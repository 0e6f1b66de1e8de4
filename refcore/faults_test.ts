import { strict as assert } from "node:assert";
import { akaFaults } from "./faults/aka.ts";
import { coexistenceFaults } from "./faults/coexistence.ts";
import { digestFaults } from "./faults/digest.ts";
import { gibaFaults } from "./faults/giba.ts";
import { interconnectFaults } from "./faults/interconnect.ts";
import { ipsecFaults } from "./faults/ipsec.ts";
import { ipsecNatFaults } from "./faults/ipsec_nat.ts";
import { nbaFaults } from "./faults/nba.ts";
import { privacyFaults } from "./faults/privacy.ts";
import { secAgreeFaults } from "./faults/sec_agree.ts";
import { singleBoxFaults } from "./faults/single_box.ts";
import { tlsFaults } from "./faults/tls.ts";
import { tnaFaults } from "./faults/tna.ts";
import { faults } from "./mod.ts";

/** Lists whose switches are built, all of them. A list joins when its last switch is in place. */
const BUILT = [
  ...akaFaults,
  ...digestFaults,
  ...privacyFaults,
  ...ipsecFaults,
  ...secAgreeFaults,
  ...ipsecNatFaults,
  ...tlsFaults,
  ...interconnectFaults,
  ...coexistenceFaults,
  ...gibaFaults,
  ...nbaFaults,
  ...tnaFaults,
  ...singleBoxFaults,
];

Deno.test("every fault has an id of its own and names a requirement", () => {
  assert.equal(new Set(faults.map(({ id }) => id)).size, faults.length);
  assert.ok(faults.every(({ requirement }) => /^[\w.-]+\/.+\/\d+$/.test(requirement)));
  for (const { id } of faults) assert.match(id, /^(pcscf|icscf|scscf|hss|ibcf)\/[a-z0-9-]+$/);
});

Deno.test("every fault of a list that is built is switched somewhere, and every switch is a fault", async () => {
  const switched = new Set<string>();
  for (const folder of [".", "pcscf", "pcscf/ipsec", "pcscf/tls", "icscf", "ibcf", "scscf", "hss"]) {
    for await (const { name, isFile } of Deno.readDir(new URL(folder, import.meta.url))) {
      if (!isFile || name.endsWith("_test.ts") || name === "faults.ts") continue;
      const source = await Deno.readTextFile(new URL(`${folder}/${name}`, import.meta.url));
      for (const [, id] of source.matchAll(/faults\.has\(\s*"([^"]+)"/g)) switched.add(id!);
      for (const { id } of faults) if (source.includes(`"${id}"`)) switched.add(id);
    }
  }
  const known = new Set(faults.map(({ id }) => id));
  assert.deepEqual(BUILT.filter(({ id }) => !switched.has(id)), []);
  assert.deepEqual([...switched].filter((id) => !known.has(id)), []);
});

Deno.test("every fault breaks a requirement of the catalogue", async () => {
  const folder = new URL("../suites/requirements/", import.meta.url);
  const known = new Set<string>();
  for await (const { name } of Deno.readDir(folder)) {
    if (!name.endsWith(".json")) continue;
    for (const { id } of JSON.parse(await Deno.readTextFile(new URL(name, folder)))) known.add(id);
  }
  assert.deepEqual(faults.filter(({ requirement }) => !known.has(requirement)), []);
});
