/** Bad input: one clear message, the documented exit code, nothing half-written. */
import assert from "node:assert/strict";
import { EXIT } from "./exit.ts";
import { main } from "./main.ts";
import { FakeHost } from "./testing/fake_host.ts";

const PROFILE = `name: lab
scope: 192.0.2.0/24
home: { domain: ims.mnc001.mcc001.3gppnetwork.org }
entry:
  p-cscf: { udp: "192.0.2.1:5060" }
`;

async function refused(words: readonly string[], files: Readonly<Record<string, string>> = {}) {
  const host = new FakeHost();
  for (const [name, text] of Object.entries(files)) host.files.set(name, text);
  const before = host.files.size;
  const code = await main(words, host);
  assert.equal(host.stdout, "", "nothing on standard output");
  assert.equal(host.files.size, before, "nothing written");
  return { code, said: host.stderr };
}

const USAGE: readonly (readonly [string, string])[] = [
  ["lsit", `There is no command "lsit" (did you mean "list"?)`],
  ["--json list", `"--json" stands before a command`],
  ["run --sute aka", `"imspeer run" has no option "--sute" (did you mean "--suite"?)`],
  ["run --suite akka", `There is no suite "akka"; did you mean "aka"?`],
  [
    "run --case aka/challenge-hides-key",
    `There is no case "aka/challenge-hides-key"; did you mean "aka/challenge-hides-keys"`,
  ],
  ["run --requirement 33.203/9.9/99", `There is no requirement "33.203/9.9/99"`],
  ["run --tag sloww", `There is no tag "sloww"; did you mean "slow"?`],
  ["run --fault pcscf/nonsense-at-all", `There is no fault "pcscf/nonsense-at-all"`],
  ["run --reporter junit,htlm", `"--reporter" needs`],
  ["run --shard 3/2", `Shard "3/2" does not exist`],
  [
    "run --fail-on fial",
    `"--fail-on" needs "fail" or "inconclusive" or "warn", found "fial" (did you mean "fail"?)`,
  ],
  ["list --priority 4", `"--priority" needs a whole number, 1 to 3, found "4"`],
  [
    "explain aka/challenge-hide-keys",
    `There is no case and no requirement "aka/challenge-hide-keys"; did you mean "aka/challenge-hides-keys"`,
  ],
  ["selfcheck --fault nothing/like-this", `There is no fault "nothing/like-this"`],
  ["core --bind localhost", `"--bind" needs an IP address, found "localhost"`],
  ["core --bind 0.0.0.0", `"--bind" needs one address`],
  ["core --ports 70000", `"--ports" needs numbers`],
  ["profile chek x", `There is no "imspeer profile chek" (did you mean "check"?)`],
  ["profile init --template nothing", `There is no template "nothing"`],
  ["report nowhere.json", `Cannot read the results "nowhere.json": there is no such file`],
  ["diff one.json", `"imspeer diff" is not complete`],
  ["trace --json --csv", `"--json" and "--csv" exclude each other`],
];

for (const [line, message] of USAGE) {
  Deno.test(`imspeer ${line} ends 64 and says why`, async () => {
    const { code, said } = await refused(line.split(" "));
    assert.equal(code, EXIT.usage);
    assert.ok(said.startsWith("imspeer: ") && said.includes(message), said);
  });
}

const PROFILES: readonly (readonly [string, string, string])[] = [
  ["a wrong type", `${PROFILE}timers: { t1: soon }\n`, `lab.yaml:6:15: "timers.t1" needs milliseconds`],
  ["an unknown key", `${PROFILE}tmers: {}\n`, `lab.yaml:6:1: Unknown key "tmers" (did you mean "timers"?)`],
  [
    "a missing secret",
    `${PROFILE}subscribers:\n  - { impi: a@b.net, impu: "sip:a@b.net", digest: { password: "\${NOT_SET}" } }\n`,
    `lab.yaml:7:63: "subscribers[0].digest.password": The environment variable "NOT_SET" is not set`,
  ],
  [
    "a scope that leaves the target out",
    PROFILE.replace("192.0.2.0/24", "198.51.100.0/24"),
    `lab.yaml:5:18: "entry.p-cscf.udp" is "192.0.2.1", outside the scope "198.51.100.0/24"`,
  ],
  ["no YAML", "name: [lab\n", "lab.yaml:"],
];

for (const [what, text, message] of PROFILES) {
  for (
    const command of [
      "run --profile lab.yaml",
      "list --profile lab.yaml",
      "doctor -p lab.yaml",
      "profile check lab.yaml",
    ]
  ) {
    Deno.test(`imspeer ${command} ends 65 for a profile with ${what}`, async () => {
      const { code, said } = await refused(command.split(" "), { "lab.yaml": text });
      assert.equal(code, EXIT.profile);
      assert.ok(said.startsWith(message), said);
    });
  }
}

Deno.test("imspeer run ends 65 for a profile that is not there", async () => {
  const named = await refused(["run", "--profile", "embeded"]);
  assert.equal(named.code, EXIT.profile);
  assert.match(named.said, /^imspeer: There is no profile "embeded" \(did you mean "embedded"\?\)/);
  const filed = await refused(["run", "--profile", "./nowhere.yaml"]);
  assert.equal(filed.code, EXIT.profile);
  assert.match(filed.said, /Cannot read the profile ".\/nowhere.yaml": there is no such file/);
});

Deno.test("imspeer run refuses --fault for anything but the embedded core", async () => {
  const { faults } = await import("./registry.ts");
  const { code, said } = await refused(["run", "-p", "lab.yaml", "--fault", faults[0]?.id ?? ""], {
    "lab.yaml": PROFILE,
  });
  assert.equal(code, EXIT.usage);
  assert.match(said, /"--fault" breaks the embedded core, and the profile is "lab"/);
});

Deno.test("imspeer run ends 2 when the selection is empty or nothing applies", async () => {
  const { code, said } = await refused(["list", "--suite", "aka", "--tag", "slow", "--case", "digest/*"]);
  assert.equal(code, EXIT.unjudged);
  assert.match(said, /No case is selected/);
});

Deno.test("imspeer without a command shows its help and ends 64", async () => {
  const { code, said } = await refused([]);
  assert.equal(code, EXIT.usage);
  assert.match(said, /^Usage: imspeer COMMAND/m);
});

Deno.test("a bug of ours ends 70 with a short message, and its stack with --debug", async () => {
  class BrokenHost extends FakeHost {
    override out(): void {
      throw new TypeError("the gearbox is loose");
    }
  }
  const host = new BrokenHost();
  assert.equal(await main(["list", "--json"], host), EXIT.internal);
  assert.match(host.stderr, /^imspeer: internal error: TypeError: the gearbox is loose\n.*--debug/);
  assert.ok(!host.stderr.includes(" at "));
  const debugging = new BrokenHost();
  assert.equal(await main(["list", "--json", "--debug"], debugging), EXIT.internal);
  assert.match(debugging.stderr, /\n +at /);
});
