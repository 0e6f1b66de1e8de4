import assert from "node:assert/strict";
import {
  CAPABILITIES,
  CAPABILITY_VALUES,
  parseProfile,
  profileJsonSchema,
  showProfile,
  withEntry,
} from "./mod.ts";
import type { Profile } from "./mod.ts";

const read = (name: string) => Deno.readTextFileSync(new URL(name, import.meta.url));
const load = (text: string): Profile =>
  parseProfile(text, "x.yaml", { env: () => undefined, readFile: () => "" });

Deno.test("the embedded profile has subscribers of every trait the suites lease by", () => {
  const { subscribers, capabilities } = load(read("embedded.yaml"));
  const count = (scheme: "aka" | "digest", trait?: string) =>
    subscribers.filter((one) => one[scheme] && (trait === undefined || one.traits.includes(trait))).length;
  assert.ok(count("aka") >= 24);
  assert.ok(count("digest") >= 24);
  for (const trait of ["tuak", "akav2", "implicit-set", "barred", "other-set", "derivable-impi"]) {
    assert.ok(count("aka", trait) >= 2, trait);
  }
  for (const trait of ["giba", "nba", "tna"]) {
    assert.ok(subscribers.filter(({ traits }) => traits.includes(trait)).length >= 8, trait);
  }
  for (const trait of ["sha-256", "implicit-set", "barred", "other-set", "proxy-auth", "two-defaults"]) {
    assert.ok(count("digest", trait) >= 2, trait);
  }
  for (const name of Object.keys(capabilities)) assert.ok(name in CAPABILITIES, name);
});

Deno.test("every template is a valid profile that names the capabilities there are", () => {
  for (const { name } of Deno.readDirSync(new URL("templates", import.meta.url))) {
    const text = read(`templates/${name}`);
    load(text);
    for (const capability of Object.keys(CAPABILITIES)) {
      const claim = capability in CAPABILITY_VALUES ? "[" : "true";
      assert.ok(text.includes(` ${capability}: ${claim}`), capability);
    }
  }
});

Deno.test("showProfile() masks secrets and is a profile again but for them", () => {
  const profile = load(read("embedded.yaml"));
  const shown = showProfile(profile);
  for (const secret of profile.secrets) assert.ok(!shown.includes(secret));
  const again = load(
    shown.replaceAll(/\b(k|op|opc): "\*+"/g, `$1: "${"0".repeat(32)}"`)
      .replaceAll(/\btop: "\*+"/g, `top: "${"0".repeat(64)}"`)
      .replace(/\bsecret: "?\*+"?/, `secret: "${profile.radius?.secret}"`),
  );
  const { subscribers: _, secrets: __, ...rest } = profile;
  const { subscribers, secrets: ___, ...others } = again;
  assert.deepEqual(others, rest);
  assert.equal(subscribers.length, profile.subscribers.length);
});

Deno.test("withEntry() replaces entry points and keeps the rest with its comments", () => {
  const text = read("embedded.yaml");
  const entry = {
    "p-cscf": { udp: { address: "127.0.0.9", port: 40001 }, tcp: { address: "::1", port: 1 } },
  };
  const operator = { url: "http://127.0.0.9:40002", actions: ["deregister"] };
  const changed = withEntry(
    text.replace("127.0.0.0/8", '[127.0.0.0/8, "::1"]'),
    entry,
    operator,
    "a core\nruns",
  );
  assert.match(changed, /^# a core\n# runs\n/);
  assert.match(changed, /# The S-CSCF challenges/);
  const profile = load(changed);
  assert.deepEqual(profile.entry, entry);
  assert.deepEqual(profile.operator, operator);
  assert.equal(profile.subscribers.length, load(read("embedded.yaml")).subscribers.length);
});

Deno.test("profileJsonSchema() describes the YAML document", () => {
  const schema = profileJsonSchema() as {
    properties: Record<string, { properties?: object }>;
    required: string[];
  };
  assert.deepEqual(schema.required, ["name", "scope", "home", "entry"]);
  assert.ok("reg-await-auth" in (schema.properties["timers"]?.properties ?? {}));
  assert.ok(!JSON.stringify(schema).includes("undefined"));
});

Deno.test('profile.schema.json is what "imspeer profile schema" prints', () => {
  assert.equal(read("profile.schema.json"), `${JSON.stringify(profileJsonSchema(), null, 2)}\n`);
});
