import assert from "node:assert/strict";
import { CX, DiameterConnection, type DiameterNode, resultOf } from "../../diameter/mod.ts";
import { systemClock, systemNet } from "../../net/mod.ts";
import { milenage } from "../../crypto/mod.ts";
import { APPLICATION, type Avp, avp, type CommandName, valueOf } from "../../wire/diameter/mod.ts";
import type { Subscriber } from "../../../profiles/types.ts";
import { failure, HssServer } from "./mod.ts";

const K = new Uint8Array(16).fill(1);
const OPC = new Uint8Array(16).fill(2);

const ALICE: Subscriber = {
  name: "alice",
  impi: "alice@ims.example",
  impus: ["sip:alice@ims.example"],
  implicitSet: ["tel:+15550100"],
  barred: [],
  otherSet: [],
  traits: [],
  aka: {
    algorithm: "milenage",
    k: K,
    opc: OPC,
    amf: new Uint8Array(2),
    sqn: 32n,
    ind: 5,
    digest: "AKAv1-MD5",
  },
};
const BOB: Subscriber = {
  name: "bob",
  impi: "bob@ims.example",
  impus: ["sip:bob@ims.example"],
  implicitSet: [],
  barred: [],
  otherSet: [],
  traits: [],
  digest: { password: "pass", algorithm: "MD5" },
};

const SCSCF: DiameterNode = {
  host: "scscf.ims.example",
  realm: "ims.example",
  addresses: ["127.0.0.1"],
  product: "test",
  applications: [CX],
};

async function scene(
  run: (
    hss: HssServer,
    ask: (command: CommandName, avps: readonly Avp[]) => Promise<readonly Avp[]>,
    asked: Avp[][],
  ) => Promise<void>,
): Promise<void> {
  const clock = systemClock;
  const hss = await HssServer.open({
    self: { ...SCSCF, host: "hss.ims.example" },
    subscribers: [ALICE, BOB],
    clock,
    random: (length) => new Uint8Array(length).fill(9),
    timers: { answer: 2000, silence: 100 },
    listen: (accept) => systemNet.listen!({ address: "127.0.0.1", port: 0 }, accept),
  });
  const local = { address: "127.0.0.1", port: 0 };
  const stream = await systemNet.stream!({ clock, local, remote: hss.local });
  const orders: Avp[][] = [];
  const client = new DiameterConnection(stream, {
    role: "initiator",
    self: SCSCF,
    random: () => 1,
    clock,
    onRequest: (request, connection) => {
      orders.push([...request.avps]);
      connection.answer(request, [avp("Result-Code", 2001), avp("Origin-Host", SCSCF.host)]);
    },
  });
  try {
    await client.opened;
    const ask = async (command: CommandName, avps: readonly Avp[]) =>
      (await client.request(command, APPLICATION.cx, [avp("Session-Id", "s"), ...avps])).avps;
    await run(hss, ask, orders);
  } finally {
    await client.close();
    await hss.close();
  }
}

const identities = ({ impi, impus }: Subscriber) => [
  avp("User-Name", impi),
  avp("Public-Identity", impus[0]!),
];
const scheme = (name: string, authorization?: Uint8Array) =>
  avp("SIP-Auth-Data-Item", [
    avp("SIP-Authentication-Scheme", name),
    ...(authorization ? [avp("SIP-Authorization", authorization)] : []),
  ]);

Deno.test("HssServer registers a subscriber by AKA: UAR, MAR, SAR, LIR", () =>
  scene(async (hss, ask) => {
    const view = hss.view([ALICE]);
    const uaa = await ask("User-Authorization", identities(ALICE));
    assert.deepEqual(resultOf(answerOf(uaa)), { code: 2001, experimental: true });
    const server = avp("Server-Name", "sip:scscf.ims.example");
    const maa = await ask("Multimedia-Auth", [...identities(ALICE), server, scheme("Digest-AKAv1-MD5")]);
    const item = valueOf(maa, "SIP-Auth-Data-Item") ?? [];
    const [nonce, xres] = [valueOf(item, "SIP-Authenticate")!, valueOf(item, "SIP-Authorization")!];
    assert.equal(nonce.length, 32);
    const functions = milenage({
      k: K,
      opc: OPC,
      rand: nonce.slice(0, 16),
      sqn: new Uint8Array(6),
      amf: new Uint8Array(2),
    });
    assert.deepEqual(xres, functions.res);
    assert.deepEqual(view.registration(ALICE.impi)?.state, "pending");
    const saa = await ask("Server-Assignment", [
      ...identities(ALICE),
      server,
      avp("Server-Assignment-Type", 1),
    ]);
    const xml = new TextDecoder().decode(valueOf(saa, "User-Data"));
    assert.match(xml, /<Identity>tel:\+15550100<\/Identity>/);
    const lia = await ask("Location-Info", [avp("Public-Identity", "tel:+15550100")]);
    assert.equal(valueOf(lia, "Server-Name"), "sip:scscf.ims.example");
    assert.deepEqual(view.requests.map(({ command }) => command), [
      "User-Authorization",
      "Multimedia-Auth",
      "Server-Assignment",
      "Location-Info",
    ]);
    assert.equal(view.registration(ALICE.impi)?.state, "registered");
    view.close();
  }));

Deno.test("HssServer gives SIP Digest where the choice is its own, and knows pairs that do not match", () =>
  scene(async (_, ask) => {
    const maa = await ask("Multimedia-Auth", [...identities(BOB), scheme("Unknown")]);
    const digest = valueOf(valueOf(maa, "SIP-Auth-Data-Item") ?? [], "SIP-Digest-Authenticate") ?? [];
    assert.equal(valueOf(digest, "Digest-Realm"), "ims.example");
    assert.match(valueOf(digest, "Digest-HA1") ?? "", /^[0-9a-f]{32}$/);
    const wrong = await ask("User-Authorization", [
      avp("User-Name", ALICE.impi),
      avp("Public-Identity", BOB.impus[0]!),
    ]);
    assert.deepEqual(resultOf(answerOf(wrong)), { code: 5002, experimental: true });
    const aka = await ask("Multimedia-Auth", [...identities(BOB), scheme("Digest-AKAv1-MD5")]);
    assert.deepEqual(resultOf(answerOf(aka)), { code: 5006, experimental: true });
  }));

Deno.test("HssServer answers as a case says, for the subscribers of that case alone", () =>
  scene(async (hss, ask) => {
    const view = hss.view([ALICE]);
    view.script("Multimedia-Auth", () => failure("DIAMETER_ERROR_USER_UNKNOWN"), 1);
    const codes = [];
    for (const who of [BOB, ALICE, ALICE]) {
      codes.push(
        resultOf(answerOf(await ask("Multimedia-Auth", [...identities(who), scheme("Unknown")])))?.code,
      );
    }
    assert.deepEqual(codes, [2001, 5001, 2001]);
    assert.equal((await view.next("Multimedia-Auth")).impi, ALICE.impi);
    view.close();
  }));

Deno.test("HssServer orders the end of a registration from who serves it", () =>
  scene(async (hss, ask, orders) => {
    const view = hss.view([BOB]);
    await ask("Multimedia-Auth", [
      ...identities(BOB),
      scheme("Unknown"),
      avp("Origin-Host", SCSCF.host),
      avp("Server-Name", "sip:scscf.ims.example"),
    ]);
    assert.equal(await view.terminate(BOB.impi, { code: 0, info: "over" }), 2001);
    assert.equal(valueOf(orders[0] ?? [], "User-Name"), BOB.impi);
    view.close();
  }));

function answerOf(avps: readonly Avp[]) {
  return {
    command: 0,
    application: 0,
    request: false,
    proxiable: false,
    error: false,
    retransmitted: false,
    hopByHop: 0,
    endToEnd: 0,
    avps,
  };
}

Deno.test("HssServer tells a case of a script that goes wrong, and goes on with others", () =>
  scene(async (hss, ask) => {
    const view = hss.view([ALICE]);
    const bug = new TypeError("a bug of the case");
    view.script("Multimedia-Auth", () => {
      throw bug;
    });
    const answer = await ask("Multimedia-Auth", [...identities(ALICE), scheme("Unknown")]);
    assert.equal(resultOf(answerOf(answer))?.code, 5012);
    await view.next("Multimedia-Auth");
    await assert.rejects(view.next("Multimedia-Auth"), bug);
    const other = await ask("Multimedia-Auth", [...identities(BOB), scheme("Unknown")]);
    assert.equal(resultOf(answerOf(other))?.code, 2001);
    view.close();
  }));
