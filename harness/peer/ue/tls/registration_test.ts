import assert from "node:assert/strict";
import { EnvironmentError, PeerViolation } from "../../../errors.ts";
import { CA } from "../../../net/tls/testing/certificates.ts";
import { answer } from "../testing/scripted_network.ts";
import { ALICE, DORA, inWorld } from "../testing/world.ts";
import type { UeOptions } from "../types.ts";
import { isTlsFailure } from "./mod.ts";

const AGREED = { security: "tls" } as const satisfies UeOptions;
const FIRST = { security: { mechanism: "tls", agreement: false } } as const satisfies UeOptions;
const SCHEMES = { agreed: AGREED, first: FIRST };

Deno.test("register() sends SM1 in the clear and SM7 over TLS, saying sec-agree (TS 33.203 O.2.2)", () =>
  inWorld(async ({ ue, run, tls, network }) => {
    const pcscf = await tls();
    const dora = await run(ue(DORA, AGREED));
    assert.equal((await run(dora.register())).ok, true);
    const [sm1, ...more] = network.of("REGISTER");
    assert.equal(more.length, 0);
    assert.deepEqual([sm1?.get("Require"), sm1?.get("Proxy-Require")], ["sec-agree", "sec-agree"]);
    assert.deepEqual([sm1?.get("Security-Client"), sm1?.has("Security-Verify")], ["tls", false]);
    assert.match(sm1?.get("Via") ?? "", /^SIP\/2.0\/UDP 10\.2\.0\.1:\d+;branch=[^;]+;rport$/);
    const [sm7] = pcscf.of("REGISTER");
    assert.deepEqual([sm7?.get("Security-Client"), sm7?.get("Security-Verify")], ["tls", "tls;q=0.2"]);
    assert.match(sm7?.get("Via") ?? "", /^SIP\/2.0\/TLS 10\.2\.0\.1:\d+;branch=[^;]+$/);
    assert.equal(sm7?.get("Contact"), sm1?.get("Contact"));
    assert.equal(dora.tls?.current?.negotiated.serverName, "pcscf.ims.example");
    assert.deepEqual([dora.registered, dora.transport], [true, "tls"]);
  }));

Deno.test("register() connects before SM1 and says nothing of sec-agree (TS 33.203 O.2.3)", () =>
  inWorld(async ({ ue, run, tls, network }) => {
    const pcscf = await tls();
    const dora = await run(ue(DORA, FIRST));
    const registered = await run(dora.register());
    assert.equal(registered.ok, true);
    assert.equal(network.requests.length, 0);
    const all = pcscf.of("REGISTER");
    assert.equal(all.length, 2);
    for (const request of all) {
      const said = ["Require", "Proxy-Require", "Security-Client", "Security-Verify"];
      assert.deepEqual(said.filter((name) => request.has(name)), []);
    }
    assert.equal(dora.tls?.connections.length, 1);
    assert.equal(dora.tls?.carried(registered.response), dora.tls?.current);
  }));

Deno.test("a UE with TLS uses outbound: instance and flow in REGISTER, ob in what makes a dialog", () =>
  inWorld(async ({ ue, run, tls }) => {
    const pcscf = await tls();
    const dora = await run(ue(DORA, FIRST));
    await run(dora.register());
    const { contacts: [registered], supported } = pcscf.of("REGISTER")[0]!;
    assert.ok(registered !== undefined && registered !== "*");
    assert.equal(registered.params.get("reg-id"), "1");
    assert.equal(registered.params.get("+sip.instance"), `<${dora.instance}>`);
    assert.deepEqual([registered.uri.scheme, registered.uri.params.get("transport")], ["sip", "tls"]);
    assert.equal(supported.includes("outbound"), true);
    const [dialog] = dora.draft.request("INVITE", "sip:bob@home1.example").contacts;
    assert.ok(dialog !== undefined && dialog !== "*");
    assert.deepEqual([dialog.uri.params.has("ob"), dialog.params.has("reg-id")], [true, false]);
    const without = await run(ue(DORA, { ...FIRST, outbound: false }));
    assert.equal(without.contact.includes("reg-id"), false);
  }));

Deno.test("a re-registration goes on the session, and so does the answer to its challenge (O.4.3)", async () => {
  for (const options of Object.values(SCHEMES)) {
    await inWorld(async ({ ue, run, tls, network }) => {
      const pcscf = await tls({ challenges: true });
      const dora = await run(ue(DORA, options));
      assert.equal((await run(dora.register())).ok, true);
      const before = network.requests.length;
      const { current } = dora.tls!;
      assert.equal((await run(dora.register())).ok, true);
      assert.equal(network.requests.length, before);
      assert.equal(dora.tls?.current, current);
      assert.equal(dora.tls?.connections.length, 1);
      const verify = pcscf.of("REGISTER").at(-1)?.get("Security-Verify");
      assert.equal(verify, options === AGREED ? "tls;q=0.2" : undefined);
    });
  }
});

Deno.test("requests on the session say Security-Verify where there was an agreement, ACK does not", () =>
  inWorld(async ({ ue, run, tls }) => {
    const pcscf = await tls();
    pcscf.scripts.set("MESSAGE", (request) => answer(request, 202));
    const dora = await run(ue(DORA, AGREED));
    await run(dora.register());
    assert.equal((await run(dora.message("sip:bob@home1.example", "?"))).status, 202);
    const [message] = pcscf.of("MESSAGE");
    assert.deepEqual(
      [message?.get("Security-Verify"), message?.get("Require"), message?.get("Proxy-Require")],
      ["tls;q=0.2", "sec-agree", "sec-agree"],
    );
    assert.equal(message?.routes[0]?.uri.params.get("transport"), "tls");
  }));

Deno.test("register() abandons an SM6 that does not choose tls, unless a case says how to go on", async () => {
  for (
    const [server, why] of [[undefined, /no Security-Server/], ["digest;q=1", /"digest;q=1", needs tls/]]
  ) {
    await inWorld(async ({ ue, run, tls }) => {
      const pcscf = await tls({ server: server as string | undefined });
      const dora = await run(ue(DORA, AGREED));
      const registered = await run(dora.register());
      assert.match(registered.abandoned ?? "", why as RegExp);
      assert.deepEqual([registered.ok, dora.registered, pcscf.heard.length], [false, false, 0]);
      const clear = await run(dora.register({ answer: { way: "clear" } }));
      assert.deepEqual([clear.response.status, clear.abandoned], [403, undefined]);
    });
  }
});

Deno.test("a handshake that fails is the device's doing, and tells the alert", async () => {
  for (const options of Object.values(SCHEMES)) {
    await inWorld(async ({ ue, run, tls }) => {
      await tls({ tls: { versions: ["TLSv1.0", "TLSv1.1"] } });
      const dora = await run(ue(DORA, options));
      const failed = await run(dora.register().catch((error: unknown) => error));
      assert.ok(failed instanceof PeerViolation);
      assert.match(failed.message, /protocol_version/);
      assert.ok(isTlsFailure(failed.cause));
      assert.equal(failed.cause.end.alert?.name, "protocol_version");
      assert.equal(dora.registered, false);
    });
  }
});

Deno.test("a UE that is told whom to trust sends the alert itself", () =>
  inWorld(async ({ ue, run, tls }) => {
    await tls();
    const client = { trust: { anchors: [CA], name: "another.example" } };
    const dora = await run(ue(DORA, { security: { mechanism: "tls", client } }));
    const failed = await run(dora.register().catch((error: unknown) => error));
    assert.ok(failed instanceof PeerViolation && isTlsFailure(failed.cause));
    assert.equal(failed.cause.end.alert?.direction, "sent");
    await assert.rejects(() => run(dora.tls!.connect()), isTlsFailure);
    const trusted = { trust: { anchors: [CA], name: "pcscf.ims.example" } };
    assert.equal((await run(dora.tls!.connect(trusted))).open, true);
  }));

Deno.test("nobody who listens is the machine's affair", () =>
  inWorld(async ({ ue, run }) => {
    const dora = await run(ue(DORA, FIRST));
    await assert.rejects(() => run(dora.register()), EnvironmentError);
  }));

Deno.test("the UE closes the connection of a registration that was refused, or keeps it where told (O.3.1.1)", async () => {
  for (const afterFailure of ["close", "keep"] as const) {
    await inWorld(async ({ ue, run, tls }) => {
      await tls();
      const dora = await run(ue(DORA, { security: { mechanism: "tls", afterFailure } }));
      const refused = await run(dora.register({ answer: { res: "wrong" } }));
      assert.equal(refused.response.status, 403);
      assert.equal(dora.tls?.connections[0]?.open, afterFailure === "keep");
      assert.equal(dora.tls?.current, undefined);
      assert.equal((await run(dora.register())).ok, true);
      assert.equal(dora.tls?.connections.length, 2);
    });
  }
});

Deno.test("an initial registration has a connection of its own and ends that of an incomplete one (O.4.1)", () =>
  inWorld(async ({ ue, run, tls }) => {
    await tls();
    const dora = await run(ue(DORA, FIRST));
    await run(dora.challenge());
    assert.equal((await run(dora.register())).ok, true);
    assert.deepEqual(dora.tls?.connections.map(({ open }) => open), [false, true]);
    assert.equal((await run(dora.deregister())).ok, true);
    assert.deepEqual([dora.registered, dora.tls?.current, dora.tls?.stranded], [false, undefined, false]);
    assert.equal((await run(dora.register())).ok, true);
    assert.equal(dora.tls?.current, dora.tls?.connections[2]);
  }));

Deno.test("a stale challenge is answered on the connection that there is (O.3.1.3)", async () => {
  for (const options of Object.values(SCHEMES)) {
    await inWorld(async ({ ue, run, tls }) => {
      let stales = 0;
      await tls({
        instead: (request, usual) => {
          if (usual.status !== 200 || stales++ > 0) return usual;
          const field =
            'Digest realm="home1.example", nonce="nonce-9", algorithm=MD5, qop="auth", stale=true';
          return answer(request, 401, { "WWW-Authenticate": field });
        },
      });
      const dora = await run(ue(DORA, options));
      const registered = await run(dora.register());
      assert.equal(registered.response.status, 401);
      assert.equal(registered.challenge?.parameters.get("stale"), "true");
      assert.equal(dora.tls?.connections.length, 1);
      assert.equal(dora.tls?.carried(registered.response), dora.tls?.connections[0]);
    });
  }
});

Deno.test("a UE needs an entry point for TLS, and one in the clear for security agreement", () =>
  inWorld(async ({ ue, run }) => {
    await assert.rejects(() => run(ue(ALICE, { ...FIRST, entry: "nowhere" })), EnvironmentError);
  }));
