/** What a case leaves of Cx, e2 and RADIUS accounting, read by tshark: every packet is whole, by its own protocol. */
import assert from "node:assert/strict";
import { md5 } from "@noble/hashes/legacy.js";
import { runTool, toolTest, whyNot } from "../../_tools/foreign_program.ts";
import { DiameterConnection, E2 } from "../diameter/mod.ts";
import { systemClock, systemNet } from "../net/mod.ts";
import { claimNet } from "../net/testing/claim.ts";
import type { Endpoint } from "../net/types.ts";
import { ClfServer } from "../peer/clf/mod.ts";
import { createGgsn } from "../peer/ggsn/mod.ts";
import { type CaseEvidence, createEvidence, seededRandom } from "../runner/mod.ts";
import { APPLICATION, avp } from "../wire/diameter/mod.ts";
import { parseAddress, utf8 } from "../wire/mod.ts";
import { parseRadius, signAccountingResponse } from "../wire/radius.ts";
import { ALICE, DORA, NELL, withCx } from "./testing/cx_scene.ts";

const ADDRESS = claimNet(18).address(1);
const SERVER = "sip:scscf.ims.example";
const SECRET = "brass-compass";
const TIMERS = { answer: 2000, silence: 50, t1: 100 };

const missing = await whyNot("tshark", ["-v"]);

toolTest(
  "tshark reads our Cx, e2 and RADIUS without a malformed mark, and finds no key in it",
  missing,
  async () => {
    const folder = await Deno.makeTempDir({ dir: "/tmp" });
    try {
      const evidence = createEvidence({
        writeFile: (path, bytes) => Deno.writeFile(`${folder}/${path.split("/").at(-1)}`, bytes),
        secrets: [SECRET],
        now: () => systemClock.now(),
      }).forCase("demo/everything");
      const keys = await cx(evidence);
      await e2(evidence);
      await radius(evidence);
      await evidence.finish();
      const fields = ["diameter.cmd.code", "diameter.applicationId", "radius.code", "_ws.malformed"];
      const rows = await tshark(folder, [
        ...["-T", "fields", "-E", "separator=|", ...fields.flatMap((field) => ["-e", field])],
      ]);
      const codes = (column: number) =>
        new Set(
          rows.flatMap((row) => (row.split("|")[column] ?? "").split(",")).filter((code) => code !== ""),
        );
      assert.deepEqual(codes(0), new Set(["300", "301", "302", "303", "304", "306"]));
      assert.deepEqual(codes(1), new Set([APPLICATION.cx, APPLICATION.e2].map(String)));
      assert.deepEqual(codes(2), new Set(["4", "5"]));
      assert.deepEqual(codes(3), new Set());
      // Notes tell of what is unusual in a good packet; warnings and errors of what is wrong.
      assert.deepEqual(
        await tshark(folder, ["-Y", "_ws.expert.severity >= 6291456 && !tcp.analysis.flags"]),
        [],
      );
      const capture = await Deno.readFile(`${folder}/capture.pcapng`);
      const trace = await Deno.readTextFile(`${folder}/trace.jsonl`);
      for (const key of keys) {
        assert.equal(capture.toHex().includes(key.toHex()), false, "a key is in the capture");
        assert.equal(decoded(trace).includes(key.toHex()), false, "a key is in the trace");
      }
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
);

/** Every command of Cx; gives the secrets that were told. */
async function cx(evidence: CaseEvidence): Promise<Uint8Array[]> {
  const keys: Uint8Array[] = [];
  await withCx({ address: ADDRESS, port: 3868 }, async ({ hss, cx }) => {
    const view = hss.view([ALICE, DORA, NELL], evidence.tap("hss"));
    view.bind(NELL.impi, { address: "10.1.0.1", prefix: "2001:db8:1::/64" });
    for (const { impi, impus } of [ALICE, DORA, NELL]) {
      const who = { impi, impu: impus[0]!, serverName: SERVER };
      await cx.userAuthorization({ ...who, visitedNetwork: "ims.example", type: "registration" });
      for (const scheme of ["Unknown", "Early-IMS-Security"] as const) {
        const answer = await cx.multimediaAuth({ ...who, scheme });
        if (answer.result !== "success") continue;
        const { vector } = answer;
        if (vector.scheme === "aka") keys.push(vector.ck, vector.ik, vector.xres);
        if (vector.scheme === "digest") keys.push(utf8(vector.ha1));
      }
      await cx.serverAssignment({ ...who, type: "registration" });
    }
    await cx.locationInfo({ impu: "tel:+15550100" });
    assert.equal(await view.terminate(ALICE.impi), 2001);
    view.close();
  });
  assert.equal(keys.length, 4);
  return keys;
}

async function e2(evidence: CaseEvidence): Promise<void> {
  const clock = systemClock;
  const self = { host: "clf.nass.example", realm: "nass.example", addresses: [ADDRESS], product: "imspeer" };
  const clf = await ClfServer.open({
    ...{ self, clock, timers: TIMERS },
    random: (length) => seededRandom("clf").bytes(length),
    listen: (accept) => systemNet.listen!({ address: ADDRESS, port: 3868 }, accept),
  });
  const stream = await systemNet.stream!({ clock, local: { address: ADDRESS, port: 0 }, remote: clf.local });
  const pcscf = new DiameterConnection(stream, {
    ...{ role: "initiator", self: { ...self, host: "pcscf.ims.example", applications: [E2] }, clock },
    random: () => 1,
  });
  const view = clf.view(evidence.tap("clf"));
  view.place("10.5.0.1", { line: "dsl-701.east-3" });
  view.place("10.5.0.2", "unknown");
  await pcscf.opened;
  for (const address of ["10.5.0.1", "10.5.0.2"]) {
    await pcscf.request("User-Data", APPLICATION.e2, [
      avp("Session-Id", "pcscf.ims.example;1;1"),
      avp("Vendor-Specific-Application-Id", [
        avp("Vendor-Id", E2.vendor),
        avp("Auth-Application-Id", E2.id),
      ]),
      avp("Auth-Session-State", 1),
      avp("Origin-Host", "pcscf.ims.example"),
      avp("Origin-Realm", "ims.example"),
      avp("Destination-Realm", "nass.example"),
      avp("Globally-Unique-Address", [
        avp("Framed-IP-Address", parseAddress(address)),
        avp("Address-Realm", utf8("nass.example")),
      ]),
    ]);
  }
  view.close();
  await pcscf.close();
  await clf.close();
}

async function radius(evidence: CaseEvidence): Promise<void> {
  const target: Endpoint = { address: ADDRESS, port: 1813 };
  const hss = await systemNet.open("udp", { clock: systemClock, local: target });
  const serving = (async () => {
    for (let came = await hss.receive(); came; came = await hss.receive()) {
      await hss.send(signAccountingResponse(parseRadius(came.bytes), SECRET, md5), came.flow);
    }
  })();
  const ggsn = await createGgsn({
    ...{ net: systemNet, clock: systemClock, target, secret: SECRET, timers: TIMERS },
    local: { address: ADDRESS, port: 0 },
    random: seededRandom("ggsn"),
    tap: evidence.tap("ggsn"),
  });
  const context = { address: "10.1.0.1", prefix: "2001:db8:1::/64", nas: ADDRESS, apn: "ims" };
  const session = await ggsn.start({ ...context, imsi: "001010000000901", msisdn: "15550409001" });
  await ggsn.update(session, { ...context, address: "10.1.0.2" });
  await ggsn.close();
  await hss.close();
  await serving;
}

async function tshark(folder: string, options: readonly string[]): Promise<string[]> {
  const { ok, stdout, stderr } = await runTool("tshark", ["-r", `${folder}/capture.pcapng`, ...options]);
  assert.ok(ok, stderr);
  return new TextDecoder().decode(stdout).split("\n").filter((line) => line !== "");
}

/** The octets of all records, in hexadecimal. */
function decoded(trace: string): string {
  const lines = trace.split("\n").filter((line) => line !== "");
  return lines.map((line) => Uint8Array.fromBase64(JSON.parse(line).bytes).toHex()).join(" ");
}
