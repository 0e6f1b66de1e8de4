import assert from "node:assert/strict";
import { CX } from "../../harness/diameter/mod.ts";
import { systemNet } from "../../harness/net/mod.ts";
import { avp, COMMAND, RESULT, valueOf, VENDOR } from "../../harness/wire/diameter/mod.ts";
import type { Cx, CxListener } from "../cx.ts";
import { CxServer } from "../hss/diameter/mod.ts";
import { Hss } from "../hss/mod.ts";
import { openResponder } from "../testing/diameter_responder.ts";
import { akaSubscriber, digestSubscriber, DOMAIN } from "../testing/subscribers.ts";
import { DiameterCx } from "./mod.ts";

const SERVER = `sip:scscf.${DOMAIN}`;
const random = (length: number) => crypto.getRandomValues(new Uint8Array(length));
const { digest: _, ...base } = digestSubscriber("keyless");

const SUBSCRIBERS = [
  akaSubscriber("alice", { barred: [`sip:hidden&barred@${DOMAIN}`], otherSet: [`sip:other@${DOMAIN}`] }),
  digestSubscriber("bob"),
  { ...base, name: "nora", impi: `nora@${DOMAIN}`, impus: [`sip:nora@${DOMAIN}`], nba: { line: "dsl/7" } },
  {
    ...base,
    name: "gina",
    impi: `001010123456789@${DOMAIN}`,
    impus: [`sip:001010123456789@${DOMAIN}`],
    giba: { imsi: "001010123456789" },
  },
];

function client(hss: { readonly address: string; readonly port: number }): DiameterCx {
  return new DiameterCx({
    net: systemNet,
    clock: systemNet.clock,
    address: "127.0.0.1",
    hss,
    self: { host: `scscf.${DOMAIN}`, realm: DOMAIN },
    random,
    problem: (error) => assert.fail(String(error)),
  });
}

/** A CSCF that asks the HSS in this process, and one that asks it over Diameter. */
async function joined(run: (cx: DiameterCx, hss: Hss) => Promise<void>): Promise<void> {
  const hss = new Hss({ subscribers: SUBSCRIBERS, realm: DOMAIN, faults: new Set(), random });
  const server = await CxServer.open({
    net: systemNet,
    clock: systemNet.clock,
    local: { address: "127.0.0.1", port: 0 },
    self: { host: `hss.${DOMAIN}`, realm: DOMAIN },
    random,
    problem: (error) => assert.fail(String(error)),
    admits: (address) => address === "127.0.0.1",
  });
  server.serve(hss);
  const cx = client(server.local);
  try {
    await run(cx, hss);
  } finally {
    await cx.close();
    await server.close();
  }
}

const who = (name: string) => ({ impi: `${name}@${DOMAIN}`, impu: `sip:${name}@${DOMAIN}` });
const uar = (pair: { impi: string; impu: string }) => ({
  ...pair,
  visitedNetwork: DOMAIN,
  type: "registration" as const,
});
const mar = (pair: { impi: string; impu: string }) => ({
  ...pair,
  serverName: SERVER,
  scheme: "Unknown" as const,
});

Deno.test("DiameterCx tells what the HSS says of a registration from its beginning to its end", () =>
  joined(async (cx) => {
    const alice = who("alice");
    assert.deepEqual(await cx.userAuthorization(uar(alice)), { result: "success" });
    const challenge = await cx.multimediaAuth(mar(alice));
    assert.equal(challenge.result === "success" && challenge.vector.scheme, "aka");
    const assigned = await cx.serverAssignment({ ...alice, serverName: SERVER, type: "registration" });
    assert.deepEqual(assigned, {
      result: "success",
      profile: {
        impi: alice.impi,
        identities: [
          { impu: alice.impu, barred: false },
          { impu: `sip:hidden&barred@${DOMAIN}`, barred: true },
        ],
        traits: [],
      },
    });
    assert.deepEqual(await cx.userAuthorization(uar(alice)), { result: "success", serverName: SERVER });
    assert.deepEqual(await cx.locationInfo(alice), { result: "success", serverName: SERVER });
    await cx.serverAssignment({ ...alice, serverName: SERVER, type: "user-deregistration" });
    assert.deepEqual(await cx.locationInfo(alice), { result: "identity-not-registered" });
    assert.deepEqual(
      await cx.userAuthorization({ ...uar(alice), type: "deregistration" }),
      { result: "identity-not-registered" },
    );
  }));

Deno.test("DiameterCx brings the data of every scheme as the HSS has it", () =>
  joined(async (cx, hss) => {
    const vector = async (of: Cx, request: Parameters<Cx["multimediaAuth"]>[0]) => {
      const answer = await of.multimediaAuth(request);
      assert.equal(answer.result, "success");
      return answer.result === "success" ? answer.vector : undefined;
    };
    for (const name of ["bob", "nora"]) {
      assert.deepEqual(await vector(cx, mar(who(name))), await vector(hss, mar(who(name))));
    }
    const gina = { ...mar(who("001010123456789")), scheme: "Early-IMS-Security" as const };
    assert.deepEqual(await cx.multimediaAuth(gina), { result: "unable-to-comply" });
    hss.bind({
      imsi: "001010123456789",
      session: "1",
      address: "192.0.2.7",
      prefix: "2001:db8:1::/64",
    });
    const bound = await vector(cx, gina);
    assert.deepEqual(bound, await vector(hss, gina));
    assert.deepEqual(await cx.multimediaAuth({ ...mar(who("bob")), scheme: "NASS-Bundled" }), {
      result: "auth-scheme-not-supported",
    });
  }));

Deno.test("DiameterCx tells refusals apart", () =>
  joined(async (cx) => {
    const { impi } = who("alice");
    assert.deepEqual(await cx.userAuthorization(uar(who("nobody"))), { result: "user-unknown" });
    assert.deepEqual(
      await cx.userAuthorization(uar({ impi, impu: who("bob").impu })),
      { result: "identities-dont-match" },
    );
    assert.deepEqual(await cx.locationInfo(who("nobody")), { result: "user-unknown" });
    const resynchronisation = { rand: new Uint8Array(16), auts: new Uint8Array(14) };
    assert.deepEqual(await cx.multimediaAuth({ ...mar(who("alice")), resynchronisation }), {
      result: "unable-to-comply",
    });
  }));

Deno.test("DiameterCx hands on what the HSS says unasked", () =>
  joined(async (cx, hss) => {
    const heard: string[] = [];
    const told = Promise.withResolvers<void>();
    const listener: CxListener = {
      pushDigest: ({ impi, vector }) => {
        heard.push(`push ${impi} ${vector.algorithm}`);
        return true;
      },
      terminateRegistration: ({ impi }) => {
        heard.push(`terminate ${impi}`);
        told.resolve();
      },
    };
    cx.listen(listener);
    const bob = who("bob");
    await cx.serverAssignment({ ...bob, serverName: SERVER, type: "registration" });
    hss.changePassword(bob.impi, "another");
    hss.terminateRegistration(bob.impi);
    await told.promise;
    assert.deepEqual(heard, [`push ${bob.impi} MD5`, `terminate ${bob.impi}`]);
  }));

Deno.test("DiameterCx takes silence, nonsense and refusals of the base protocol for inability", async () => {
  const answers = new Map<number, () => ReturnType<Parameters<typeof openResponder>[2]>>([
    [COMMAND["User-Authorization"], () => [avp("Result-Code", RESULT.DIAMETER_TOO_BUSY)]],
    [COMMAND["Multimedia-Auth"], () => [avp("Result-Code", RESULT.DIAMETER_SUCCESS)]],
    [COMMAND["Location-Info"], () => []],
  ]);
  const responder = await openResponder(
    "127.0.0.1",
    CX,
    ({ command }) => answers.get(command)?.() ?? "silent",
  );
  const cx = client(responder.local);
  try {
    const alice = who("alice");
    const unable = { result: "unable-to-comply" };
    assert.deepEqual(await cx.userAuthorization(uar(alice)), unable);
    assert.deepEqual(await cx.multimediaAuth(mar(alice)), unable);
    assert.deepEqual(await cx.locationInfo(alice), unable);
    const left = cx.serverAssignment({ ...alice, serverName: SERVER, type: "registration" });
    await responder.seen(4);
    await responder.connections[0]!.close("now");
    assert.deepEqual(await left, unable);
    // The next question finds its way over a new connection.
    assert.deepEqual(await cx.userAuthorization(uar(alice)), unable);
    assert.equal(responder.connections.length, 2);
  } finally {
    await cx.close();
    await responder.close();
  }
  assert.deepEqual(await cx.userAuthorization(uar(who("alice"))), { result: "unable-to-comply" });
});

Deno.test("DiameterCx asks with the AVPs that TS 29.229 wants in every request", async () => {
  const responder = await openResponder("127.0.0.1", CX, () => [avp("Result-Code", RESULT.DIAMETER_SUCCESS)]);
  const cx = client(responder.local);
  try {
    await cx.userAuthorization(uar(who("alice")));
    await cx.locationInfo(who("alice"));
    const sessions = responder.requests.map(({ avps }) => valueOf(avps, "Session-Id"));
    assert.equal(new Set(sessions).size, 2);
    for (const { avps, application, proxiable } of responder.requests) {
      assert.equal(avps[0]?.code, 263, "Session-Id comes first");
      assert.equal(valueOf(avps, "Auth-Session-State"), 1);
      assert.equal(valueOf(avps, "Destination-Realm"), DOMAIN);
      assert.equal(valueOf(avps, "Origin-Host"), `scscf.${DOMAIN}`);
      const specific = valueOf(avps, "Vendor-Specific-Application-Id") ?? [];
      assert.equal(valueOf(specific, "Vendor-Id"), VENDOR.tgpp);
      assert.equal(application, valueOf(specific, "Auth-Application-Id"));
      assert.ok(proxiable);
    }
  } finally {
    await cx.close();
    await responder.close();
  }
});
