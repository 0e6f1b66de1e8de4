import assert from "node:assert/strict";
import { FakeClock } from "../net/clock_fake.ts";
import { createTlsProbe, type TlsProbe, type TlsProbeSetup } from "../peer/tls_probe/mod.ts";
import type { CaseDefinition } from "./case.ts";
import { makePlan } from "./plan.ts";
import { run } from "./run.ts";
import {
  catalogue,
  demoCase,
  demoSuite,
  fakeEvidence,
  fakeNet,
  fakePeers,
  profile,
  SHALL,
} from "./testing/fakes.ts";

const TLS = { tls: { address: "127.0.0.1", port: 5061, name: "pcscf.home.example" } };

/** One case on a device with this entry point; what probes were made for and which were closed. */
async function runWithProbes(body: CaseDefinition["run"], entry = { "p-cscf": TLS }) {
  const clock = new FakeClock();
  const made: TlsProbeSetup[] = [];
  const closed: string[] = [];
  const target = profile({ entry });
  const result = await clock.run(run({
    plan: makePlan({ suites: [demoSuite(demoCase("probe", body))], catalogue, profile: target }),
    profile: target,
    catalogue,
    net: fakeNet(clock),
    peers: {
      ...fakePeers({ answer: () => 401 }),
      createTlsProbe(setup) {
        made.push(setup);
        const probe: TlsProbe = createTlsProbe(setup);
        return Object.assign(Object.create(probe), {
          target: probe.target,
          close: () => Promise.resolve(void closed.push(setup.local)),
        });
      },
    },
    evidence: fakeEvidence,
    seed: "seed",
    withoutSanity: true,
  }));
  return { verdict: result.cases[0]?.verdict, reason: result.cases[0]?.reason, made, closed };
}

Deno.test("tlsProbe() asks the P-CSCF from an address of the lease's access, and is closed with the case", async () => {
  const { verdict, made, closed } = await runWithProbes(async ({ tlsProbe, check }) => {
    const [first, second] = [await tlsProbe(), await tlsProbe()];
    check("is the entry point's", SHALL).that(first.target).equals(second.target);
    check("has its name", SHALL).that(first.target.name).equals("pcscf.home.example");
  });
  assert.equal(verdict, "pass");
  assert.deepEqual(made.map(({ entry, local }) => [entry, local]), [
    ["p-cscf", "127.0.0.2"],
    ["p-cscf", "127.0.0.3"],
  ]);
  assert.deepEqual(closed, ["127.0.0.2", "127.0.0.3"]);
});

Deno.test("tlsProbe() of an entry point that the profile has not makes the case inconclusive", async () => {
  const { verdict, reason } = await runWithProbes(async ({ tlsProbe }) => void await tlsProbe("ibcf"));
  assert.equal(verdict, "inconclusive");
  assert.match(reason ?? "", /no entry point "ibcf" for the transport "tls"/);
});
