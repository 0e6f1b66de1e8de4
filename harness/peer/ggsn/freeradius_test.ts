/** FreeRADIUS as the judge of our GGSN's accounting: it answers whose authenticator is right, and writes down what it read. */
import assert from "node:assert/strict";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { toolTest, whyNot } from "../../../_tools/foreign_program.ts";
import { systemClock, systemNet } from "../../net/mod.ts";
import { claimNet } from "../../net/testing/claim.ts";
import { createGgsn } from "./mod.ts";

const NET = claimNet(18);
const [THEIRS, OURS] = [NET.address(1), NET.address(2)];
/** Not 1813, which the server that Debian starts has on every address. */
const PORT = 18130;
const SECRET = "brass-compass";
const CONTEXT = {
  imsi: "001010123456789",
  msisdn: "15550100",
  apn: "ims",
  address: "192.0.2.7",
  prefix: "2001:db8:1::/64",
};

toolTest(
  "FreeRADIUS takes our GGSN's accounting, reads in it what we mean, and drops what another secret signs",
  await whyNot("freeradius", ["-v"]),
  async () => {
    const folder = await mkdtemp(join(tmpdir(), "imspeer-freeradius-"));
    const server = await startServer(folder);
    try {
      const ggsn = await createGgsn({
        net: systemNet,
        clock: systemClock,
        local: { address: OURS, port: 0 },
        target: { address: THEIRS, port: PORT },
        secret: SECRET,
        timers: { answer: 3000, silence: 400, t1: 50 },
        random: { token: () => "0a000001-17" },
      });
      try {
        // start() rejects where no answer verifies.
        const session = await ggsn.start(CONTEXT);
        await ggsn.update(session, { ...CONTEXT, address: "192.0.2.8" });
        await ggsn.stop(session);
        assert.equal(await ggsn.say("start", CONTEXT, { secret: "guess" }), false);
      } finally {
        await ggsn.close();
      }
      const read = await readFile(join(folder, "detail"), "utf8");
      const told = read.split("\n\n").filter((one) => one.trim() !== "").map(attributesOf);
      assert.deepEqual(told.map((one) => one["Acct-Status-Type"]), ["Start", "Interim-Update", "Stop"]);
      assert.deepEqual(told[0], {
        "Acct-Status-Type": "Start",
        "Acct-Session-Id": `"0a000001-17"`,
        "NAS-IP-Address": OURS,
        "Framed-IP-Address": CONTEXT.address,
        "Framed-IPv6-Prefix": CONTEXT.prefix,
        "Calling-Station-Id": `"${CONTEXT.msisdn}"`,
        "Called-Station-Id": `"${CONTEXT.apn}"`,
        "3GPP-IMSI": `"${CONTEXT.imsi}"`,
      });
      assert.equal(told[1]?.["Framed-IP-Address"], "192.0.2.8");
    } finally {
      await server.end();
      await rm(folder, { recursive: true });
    }
  },
);

/** One entry of a detail file: a line "name = value" for each attribute, and when it came. */
function attributesOf(entry: string): Record<string, string> {
  const pairs = [...entry.matchAll(/^\t([^ ]+) = (.*)$/gm)].map(([, name = "", value = ""]) => [name, value]);
  return Object.fromEntries(pairs.filter(([name]) => name !== "Timestamp"));
}

/** A server that does nothing but accounting, for one client; ready when this resolves. */
async function startServer(folder: string): Promise<{ end(): Promise<void> }> {
  await writeFile(
    join(folder, "radiusd.conf"),
    `raddbdir = ${folder}
logdir = ${folder}
run_dir = ${folder}
client ggsn {
  ipaddr = ${OURS}
  secret = ${SECRET}
}
modules {
  detail {
    filename = ${folder}/detail
  }
}
server default {
  listen {
    type = acct
    ipaddr = ${THEIRS}
    port = ${PORT}
  }
  accounting {
    detail
  }
}
`,
  );
  const child = new Deno.Command("freeradius", {
    args: ["-d", folder, "-s", "-f", "-l", "stdout", "-x"],
    stdin: "null",
    stdout: "piped",
    stderr: "null",
  }).spawn();
  let said = "";
  const ready = Promise.withResolvers<boolean>();
  const reading = (async () => {
    for await (const chunk of child.stdout.pipeThrough(new TextDecoderStream())) {
      said += chunk;
      if (said.includes("Ready to process requests")) ready.resolve(true);
    }
    ready.resolve(false);
  })();
  const end = async () => {
    try {
      child.kill("SIGTERM");
    } catch { /* it has ended by itself */ }
    await Promise.all([reading, child.status]);
  };
  if (await ready.promise) return { end };
  await end();
  throw new Error(`freeradius did not start:\n${said}`);
}
