import { strict as assert } from "node:assert";
import type { SipRequest } from "sip-codec";
import { scene } from "./testing/scene.ts";
import { akaSubscriber, digestSubscriber } from "./testing/subscribers.ts";
import type { TestUe } from "./testing/ue.ts";

const alice = akaSubscriber("alice");
const bob = digestSubscriber("bob", {
  implicitSet: ["sip:bob.work@home1.net"],
  barred: ["sip:bob.barred@home1.net"],
  otherSet: ["sip:bob.club@home1.net"],
});

/** Alice calls, Bob answers: the INVITE as Bob got it, the 200 as Alice got it. */
async function call(caller: TestUe, callee: TestUe, headers: Record<string, string> = {}) {
  const invite = caller.build("INVITE", callee.impu, headers, "v=0\r\n");
  await caller.send(invite);
  const received = await callee.request("INVITE");
  await callee.answer(received, 180, { "Require": "100rel", "RSeq": "1" });
  const ringing = await caller.response(invite);
  await callee.answer(received, 200);
  const ok = await caller.response(invite, 200);
  return { invite, received, ringing, ok };
}

/** An in-dialog request of the caller, by the response it got. */
function inDialog(
  ue: TestUe,
  method: string,
  invite: SipRequest,
  ok: Awaited<ReturnType<typeof call>>["ok"],
) {
  return ue.build(method, String(ok.contact!.uri), {
    "From": invite.get("From")!,
    "To": ok.get("To")!,
    "Call-ID": invite.callId!,
    "Route": ok.values("Record-Route").toReversed().join(", "),
    ...(method === "ACK" ? { "CSeq": `${invite.cseq!.seq} ACK` } : {}),
  });
}

/** An in-dialog request of the callee, by the INVITE it got. */
function fromCallee(ue: TestUe, method: string, invite: SipRequest) {
  return ue.build(method, String(invite.contact!.uri), {
    "From": `${invite.get("To")};tag=to-${ue.tag}`,
    "To": invite.get("From")!,
    "Call-ID": invite.callId!,
    "Route": invite.values("Record-Route").join(", "),
  });
}

Deno.test("a call with PRACK, UPDATE and BYE goes through both sides of the core", async () => {
  await scene([alice, bob], async ({ ue }) => {
    const [a, b] = [await ue(alice), await ue(bob, { transport: "tcp" })];
    assert.equal((await a.register()).status, 200);
    assert.equal((await b.register()).status, 200);
    const { invite, received, ringing, ok } = await call(a, b, {
      "P-Preferred-Identity": `<${bob.impus[0]}>`,
    });
    assert.equal(received.get("P-Asserted-Identity"), "<sip:alice@home1.net>");
    assert.equal(received.has("P-Preferred-Identity"), false);
    assert.equal(received.get("P-Called-Party-ID"), "<sip:bob@home1.net>");
    assert.equal(received.values("Record-Route").length, 4);
    assert.equal(ringing.get("P-Asserted-Identity"), "<sip:bob@home1.net>");
    assert.equal(ok.has("P-Charging-Vector"), false);
    for (const [method, request] of [["PRACK", ringing], ["UPDATE", ok]] as const) {
      const sent = inDialog(a, method, invite, request);
      await a.send(sent);
      await b.answer(await b.request(method), 200);
      assert.equal((await a.response(sent)).status, 200);
    }
    await a.send(inDialog(a, "ACK", invite, ok));
    await b.request("ACK");
    const bye = fromCallee(b, "BYE", received);
    await b.send(bye);
    await a.answer(await a.request("BYE"), 200);
    assert.equal((await b.response(bye)).status, 200);
  });
});

Deno.test("CANCEL reaches the called UE and the caller gets 487", async () => {
  await scene([alice, bob], async ({ ue }) => {
    const [a, b] = [await ue(alice), await ue(bob)];
    await a.register();
    await b.register();
    const invite = a.build("INVITE", b.impu);
    await a.send(invite);
    const received = await b.request("INVITE");
    await b.answer(received, 180);
    await a.response(invite);
    const cancel = a.build("CANCEL", b.impu, {
      "Via": invite.get("Via")!,
      "Call-ID": invite.callId!,
      "CSeq": `${invite.cseq!.seq} CANCEL`,
      "Contact": "",
    });
    await a.send(cancel);
    assert.equal((await a.response(cancel)).status, 200);
    const cancelled = await b.request("CANCEL");
    await b.answer(cancelled, 200);
    await b.answer(received, 487);
    await b.request("ACK");
    assert.equal((await a.response(invite, 200)).status, 487);
  });
});

Deno.test("identities that cannot be called: unknown, unregistered, barred, of another set", async () => {
  await scene([alice, bob], async ({ ue }) => {
    const [a, b] = [await ue(alice), await ue(bob)];
    await a.register();
    const message = (to: string) => a.ask(a.build("MESSAGE", to, { "Contact": "" }));
    assert.equal((await message("sip:nobody@home1.net")).status, 404);
    assert.equal((await message("sip:x@elsewhere.net")).status, 404);
    assert.equal((await message("sip:bob@home1.net")).status, 480);
    await b.register();
    assert.equal((await message("sip:bob.barred@home1.net")).status, 404);
    assert.equal((await message("sip:bob.club@home1.net")).status, 480);
  });
});

Deno.test("MESSAGE to an implicitly registered IMPU is delivered", async () => {
  await scene([alice, bob], async ({ ue }) => {
    const [a, b] = [await ue(alice), await ue(bob)];
    await a.register();
    await b.register();
    const message = a.build("MESSAGE", "sip:bob.work@home1.net", { "Contact": "" }, "hello");
    await a.send(message);
    const received = await b.request("MESSAGE");
    assert.equal(received.text(), "hello");
    await b.answer(received, 200);
    assert.equal((await a.response(message)).status, 200);
  });
});

Deno.test("a preferred identity is asserted if it is registered, else the default one", async () => {
  await scene([alice, bob], async ({ ue }) => {
    const [a, b] = [await ue(alice), await ue(bob)];
    await a.register();
    await b.register();
    const asserted = async (headers: Record<string, string>) => {
      const message = b.build("MESSAGE", a.impu, { ...headers, "Contact": "" });
      await b.send(message);
      const received = await a.request("MESSAGE");
      await a.answer(received, 200);
      await b.response(message);
      return received.get("P-Asserted-Identity");
    };
    const alicesName = "<sip:alice@home1.net>";
    assert.equal(
      await asserted({ "P-Preferred-Identity": "<sip:bob.work@home1.net>" }),
      "<sip:bob.work@home1.net>",
    );
    assert.equal(await asserted({ "P-Preferred-Identity": alicesName }), "<sip:bob@home1.net>");
    assert.equal(await asserted({ "P-Asserted-Identity": alicesName }), "<sip:bob@home1.net>");
    assert.equal(
      await asserted({ "P-Preferred-Identity": "<sip:bob.club@home1.net>" }),
      "<sip:bob@home1.net>",
    );
    assert.equal(await asserted({ "From": `${alicesName};tag=1` }), "<sip:bob@home1.net>");
  });
});

Deno.test("Privacy: id hides who calls and who answers", async () => {
  await scene([alice, bob], async ({ ue }) => {
    const [a, b] = [await ue(alice), await ue(bob)];
    await a.register();
    await b.register();
    const message = a.build("MESSAGE", b.impu, {
      "Contact": "",
      "Privacy": "id",
      "From": '"Anonymous" <sip:anonymous@anonymous.invalid>;tag=9',
      "Authorization": `Digest username="${alice.impi}", realm="home1.net", nonce="", uri="", response=""`,
    });
    await a.send(message);
    const received = await b.request("MESSAGE");
    assert.equal(String(received).includes("alice"), false);
    await b.answer(received, 200, { "Privacy": "id" });
    assert.equal((await a.response(message)).has("P-Asserted-Identity"), false);
  });
});

Deno.test("Privacy: user and header veil a whole call", async () => {
  await scene([alice, bob], async ({ ue }) => {
    const [a, b] = [await ue(alice), await ue(bob)];
    await a.register();
    await b.register();
    const { invite, received, ringing, ok } = await call(a, b, {
      "Privacy": "id;user;header",
      "From": '"Alice A" <sip:alice@home1.net>;tag=33',
      "Call-ID": `secret@${a.local.address}`,
      "Subject": "from Alice",
    });
    for (const word of ["lice", a.local.address]) assert.equal(String(received).includes(word), false, word);
    assert.equal(ringing.get("From"), invite.get("From"));
    assert.equal(ok.callId, invite.callId);
    await a.send(inDialog(a, "ACK", invite, ok));
    const ack = await b.request("ACK");
    assert.equal(ack.callId, received.callId);
    const update = inDialog(a, "UPDATE", invite, ok);
    await a.send(update);
    const updated = await b.request("UPDATE");
    assert.equal(updated.get("From"), received.get("From"));
    await b.answer(updated, 200);
    assert.equal((await a.response(update)).callId, invite.callId);
    const bye = fromCallee(b, "BYE", received);
    await b.send(bye);
    const ended = await a.request("BYE");
    assert.equal(ended.callId, invite.callId);
    assert.equal(ended.get("To"), invite.get("From"));
    await a.answer(ended, 200);
    const done = await b.response(bye);
    assert.equal(done.status, 200);
    assert.equal(done.callId, received.callId);
  });
});

Deno.test("critical privacy that is not offered gets 500", async () => {
  await scene([alice, bob], async ({ ue }) => {
    const [a, b] = [await ue(alice), await ue(bob)];
    await a.register();
    await b.register();
    const message = a.build("MESSAGE", b.impu, { "Contact": "", "Privacy": "session;critical" });
    assert.equal((await a.ask(message)).status, 500);
  });
});

Deno.test("OPTIONS to the P-CSCF is answered, a request of nobody is not served", async () => {
  await scene([alice, bob], async ({ ue, core }) => {
    const [a, b] = [await ue(alice), await ue(bob)];
    await b.register();
    const { address, port } = core.entry["p-cscf"].udp;
    assert.equal((await a.ask(a.build("OPTIONS", `sip:${address}:${port}`))).status, 200);
    assert.equal((await a.ask(a.build("MESSAGE", b.impu, { "From": `<${b.impu}>;tag=1` }))).status, 403);
  });
});

Deno.test("what is no SIP is ignored, what can be answered gets 400, and the core goes on", async () => {
  await scene([alice], async ({ ue }) => {
    const phone = await ue(alice);
    await phone.send(new TextEncoder().encode("\0\0\0\0nonsense\r\n\r\n"));
    const request = phone.build("REGISTER", "sip:home1.net", {
      "From": "<sip:alice@home1.net",
      "Contact": "",
    });
    assert.equal((await phone.ask(request)).status, 400);
    const twice = phone.registerRequest();
    twice.set("Authorization", `${twice.get("Authorization")}, username="x"`);
    assert.equal((await phone.ask(twice)).status, 400);
    assert.equal((await phone.register()).status, 200);
  });
});
