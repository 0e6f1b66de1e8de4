import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { runTool, toolTest, whyNot } from "../../_tools/foreign_program.ts";
import { fromHex } from "./bytes.ts";
import { encodeCapture } from "./capture.ts";
import {
  APPLICATION,
  avp,
  type AvpName,
  AVPS,
  buildDiameter,
  COMMAND,
  DiameterFramer,
  type DiameterMessage,
  nameOf,
  parseDiameter,
  valueOf,
  valuesOf,
} from "./diameter/mod.ts";
import { WireSyntaxError } from "./errors.ts";

/** A Multimedia-Auth-Request as TS 29.229 6.1.7 has it. */
const MAR: DiameterMessage = {
  command: COMMAND["Multimedia-Auth"],
  application: APPLICATION.cx,
  request: true,
  proxiable: true,
  error: false,
  retransmitted: false,
  hopByHop: 0x01020304,
  endToEnd: 0xfffefdfc,
  avps: [
    avp("Session-Id", "scscf.ims.example;1;2"),
    avp("Vendor-Specific-Application-Id", [
      avp("Vendor-Id", 10415),
      avp("Auth-Application-Id", APPLICATION.cx),
    ]),
    avp("Auth-Session-State", 1),
    avp("Origin-Host", "scscf.ims.example"),
    avp("Origin-Realm", "ims.example"),
    avp("Destination-Realm", "ims.example"),
    avp("User-Name", "alice@ims.example"),
    avp("Public-Identity", "sip:alice@ims.example"),
    avp("SIP-Number-Auth-Items", 1),
    avp("SIP-Auth-Data-Item", [
      avp("SIP-Authentication-Scheme", "Digest-AKAv1-MD5"),
      avp("SIP-Authorization", new Uint8Array(30).fill(7)),
    ]),
    avp("Server-Name", "sip:scscf.ims.example"),
    avp("Host-IP-Address", "2001:db8::1"),
    avp("Framed-Interface-Id", 0x0123456789abcdefn),
  ],
};

Deno.test("parseDiameter() reads what buildDiameter() wrote", () => {
  const message = parseDiameter(buildDiameter(MAR));
  assert.deepEqual(message, MAR);
  assert.equal(valueOf(message.avps, "User-Name"), "alice@ims.example");
  assert.equal(valueOf(message.avps, "Host-IP-Address"), "2001:db8::1");
  assert.equal(valueOf(message.avps, "Framed-Interface-Id"), 0x0123456789abcdefn);
  const [item = []] = valuesOf(message.avps, "SIP-Auth-Data-Item");
  assert.equal(valueOf(item, "SIP-Authentication-Scheme"), "Digest-AKAv1-MD5");
  assert.equal(valueOf(message.avps, "Line-Identifier"), undefined);
});

Deno.test("buildDiameter() writes header and AVPs as RFC 6733 draws them", () => {
  const bytes = buildDiameter({
    ...MAR,
    command: 280,
    application: 0,
    proxiable: false,
    avps: [avp("Origin-Host", "a.b"), avp("Public-Identity", "x")],
  });
  const expected = [
    "01 00002c 80 000118 00000000 01020304 fffefdfc",
    "00000108 40 00000b 612e6200",
    "00000259 c0 00000d 000028af 78000000",
  ].join("").replaceAll(" ", "");
  assert.equal(bytes.toHex(), expected.replace("00002c", "000030"));
});

Deno.test("parseDiameter() says where a message is wrong", () => {
  const good = buildDiameter(MAR);
  const cases: [string, Uint8Array, number][] = [
    ["too short", good.slice(0, 19), 19],
    ["version 2", good.with(0, 2), 0],
    ["a length that is not there", good.slice(0, -4), 1],
    ["an AVP longer than the message", good.with(26, 0xff), 25],
    ["an AVP shorter than its header", good.with(27, 7), 25],
  ];
  for (const [what, bytes, offset] of cases) {
    assert.throws(() => parseDiameter(bytes), (error) => {
      assert(error instanceof WireSyntaxError, what);
      assert.equal(error.offset, offset, what);
      return true;
    });
  }
});

Deno.test("valueOf() throws a syntax error for octets that are not of the AVP's type", () => {
  const wrong = (name: AvpName, hex: string) => {
    const [code, vendor] = AVPS[name];
    return [{ code, vendor, mandatory: true, data: fromHex(hex) }];
  };
  assert.throws(() => valueOf(wrong("Result-Code", "0000"), "Result-Code"), WireSyntaxError);
  assert.throws(() => valueOf(wrong("User-Name", "ff"), "User-Name"), WireSyntaxError);
  assert.throws(() => valueOf(wrong("Host-IP-Address", "0003c0"), "Host-IP-Address"), WireSyntaxError);
  assert.throws(() => valueOf(wrong("Failed-AVP", "0000"), "Failed-AVP"), WireSyntaxError);
});

Deno.test("parseDiameter() throws nothing but syntax errors, whatever the octets", () => {
  const good = buildDiameter(MAR);
  fc.assert(fc.property(
    fc.array(fc.tuple(fc.nat(good.length - 1), fc.nat(255)), { minLength: 1, maxLength: 8 }),
    (changes) => {
      const bytes = changes.reduce((all, [at, octet]) => all.with(at, octet), good);
      try {
        const { avps } = parseDiameter(bytes);
        for (const one of avps) {
          const name = nameOf(one);
          if (name in AVPS) valueOf([one], name as AvpName);
        }
      } catch (error) {
        assert(error instanceof WireSyntaxError, String(error));
      }
    },
  ));
});

Deno.test("DiameterFramer cuts a stream wherever its pieces end", () => {
  const one = buildDiameter(MAR);
  const two = buildDiameter({ ...MAR, avps: [] });
  fc.assert(fc.property(fc.array(fc.integer({ min: 1, max: one.length })), (cuts) => {
    const framer = new DiameterFramer();
    const whole = new Uint8Array([...one, ...two, ...one]);
    const found: Uint8Array[] = [];
    let at = 0;
    for (const cut of [...cuts, whole.length]) {
      found.push(...framer.push(whole.subarray(at, at + cut)));
      at = Math.min(at + cut, whole.length);
    }
    assert.deepEqual(found.map((bytes) => bytes.toHex()), [one, two, one].map((bytes) => bytes.toHex()));
  }));
  assert.throws(() => new DiameterFramer().push(new Uint8Array([2, 0, 0, 20])), WireSyntaxError);
  assert.throws(() => new DiameterFramer(100).push(one), WireSyntaxError);
});

toolTest(
  "tshark reads every AVP of the dictionary without a mark",
  await whyNot("tshark", ["-v"]),
  async () => {
    const sample: { [Type in (typeof AVPS)[AvpName][2]]: unknown } = {
      OctetString: Uint8Array.of(192, 0, 2, 1),
      UTF8String: "text",
      Unsigned32: 1,
      Unsigned64: 1n,
      Address: "192.0.2.1",
      Grouped: [],
    };
    const names = Object.keys(AVPS) as AvpName[];
    const all = names.map((name) => avp(name, sample[AVPS[name][2]] as never));
    const bytes = buildDiameter({ ...MAR, avps: [...MAR.avps, ...all] });
    const ends = {
      local: { address: "127.0.0.1", port: 50000 },
      remote: { address: "127.0.0.2", port: 3868 },
    };
    const capture = encodeCapture([
      { at: 0, direction: "out", layer: "diameter", transport: "tcp", connection: "c", bytes, ...ends },
    ]);
    const folder = await mkdtemp(join(tmpdir(), "imspeer-diameter-"));
    try {
      await writeFile(join(folder, "cx.pcapng"), capture);
      const { stdout, stderr } = await runTool("tshark", [
        "-r",
        join(folder, "cx.pcapng"),
        "-V",
        "-Y",
        "diameter",
      ]);
      const text = new TextDecoder().decode(stdout);
      assert.match(text, /Command Code: .*303/, stderr);
      assert.doesNotMatch(text, /Malformed|Unknown AVP|_ws\.malformed/i);
      // Wireshark calls some of them otherwise; the codes are what counts.
      const codes = [...text.matchAll(/AVP Code: (\d+) ([^\r\n]*)/g)].map(([, code]) => Number(code));
      for (const name of names) {
        assert(
          codes.includes(AVPS[name][0]),
          `${name} is not among what tshark read`,
        );
      }
    } finally {
      await rm(folder, { recursive: true });
    }
  },
);
