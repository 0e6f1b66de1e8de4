import assert from "node:assert/strict";
import { LocalMisuseError } from "../../errors.ts";
import { NoAnswer } from "../no_answer.ts";
import { granted } from "./testing/registrar.ts";
import { answer } from "./testing/scripted_network.ts";
import { DORA, inWorld, type World } from "./testing/world.ts";
import type { Ue } from "./types.ts";

const BOB = "sip:bob@home1.example";
const CONTACT = { Contact: "<sip:bob@10.0.0.1:5060>", "Record-Route": "<sip:10.0.0.1:5060;lr>" };

async function registered({ ue, run, network }: World): Promise<Ue> {
  network.on("REGISTER", (request) => granted(request));
  const dora = await ue(DORA);
  await run(dora.register());
  return dora;
}

Deno.test("invite() offers audio, rings, is answered, acknowledges and hangs up", () =>
  inWorld(async (world) => {
    const { network, run, clock } = world;
    const dora = await registered(world);
    network.on("INVITE", (request) => [
      answer(request, 100),
      answer(request, 180, CONTACT),
      answer(request, 200, CONTACT),
    ]).on("BYE", (request) => answer(request, 200));
    const call = await run(dora.invite(BOB));
    assert.equal((await run(call.exchange!.until(180))).status, 180);
    assert.equal((await run(call.answered())).status, 200);
    assert.equal(call.established, true);
    await clock.advance(1);
    const [invite] = network.of("INVITE");
    assert.equal(invite?.get("Content-Type"), "application/sdp");
    assert.match(invite?.text() ?? "", /^m=audio \d+ RTP\/AVP 8\r$/m);
    assert.equal(call.callId, invite?.callId);
    const [ack] = network.of("ACK");
    assert.equal(ack?.requestUri, "sip:bob@10.0.0.1:5060");
    assert.equal(ack?.cseq?.seq, 1);
    assert.equal(ack?.to?.tag, "net");
    assert.deepEqual(ack?.all("Route"), ["<sip:10.0.0.1:5060;lr>"]);
    assert.notEqual(ack?.via?.branch, invite?.via?.branch);
    assert.equal((await run(call.hangUp())).status, 200);
    assert.equal(call.established, false);
    assert.equal(network.of("BYE")[0]?.cseq?.seq, 2);
    await call.answered();
    assert.equal(network.of("ACK").length, 1);
  }));

Deno.test("answered() acknowledges each repetition of the 2xx, and takes tampering for the ACK", () =>
  inWorld(async (world) => {
    const { network, run, clock } = world;
    const dora = await registered(world);
    network.on("INVITE", (request) => answer(request, 200, CONTACT));
    const call = await run(dora.invite(BOB));
    await run(call.exchange!.final());
    await clock.advance(1);
    assert.equal(network.of("ACK").length, 0);
    await run(call.answered({ tamper: (ack) => void ack.set("X-Odd", "1") }));
    await network.send(answer(network.of("INVITE")[0]!, 200, CONTACT));
    await clock.advance(1);
    assert.equal(network.of("ACK").length, 2);
    assert.equal(network.of("ACK")[1]?.get("X-Odd"), "1");
    assert.equal(call.exchange?.responses.length, 1);
  }));

Deno.test("invite() acknowledges reliable provisional responses, once each", () =>
  inWorld(async (world) => {
    const { network, run, clock } = world;
    const dora = await registered(world);
    const reliable = { ...CONTACT, Require: "100rel", RSeq: "41" };
    network.on("INVITE", (request) => [answer(request, 183, reliable), answer(request, 183, reliable)])
      .on("PRACK", (request) => answer(request, 200));
    const call = await run(dora.invite(BOB));
    const progress = await run(call.exchange!.until(183));
    const prack = await run(call.prack(progress));
    assert.equal((await run(prack.final())).status, 200);
    assert.equal(network.of("PRACK").length, 1);
    assert.equal(network.of("PRACK")[0]?.get("RAck"), "41 1 INVITE");
    const update = await run(call.request("UPDATE", { sdp: "v=0\r\n" }));
    await clock.advance(1);
    assert.equal(network.of("UPDATE")[0]?.text(), "v=0\r\n");
    assert.equal(update.request.cseq?.seq, 3);
  }));

Deno.test("invite() leaves PRACK to a case that says so", () =>
  inWorld(async (world) => {
    const { network, run, clock } = world;
    const dora = await registered(world);
    network.on("INVITE", (request) => answer(request, 183, { ...CONTACT, Require: "100rel", RSeq: "7" }))
      .on("PRACK", (request) => answer(request, 481));
    const call = await run(dora.invite(BOB, { prack: false }));
    const progress = await run(call.exchange!.until(183));
    await clock.advance(10);
    assert.equal(network.of("PRACK").length, 0);
    const prack = await run(
      call.prack(progress, { tamper: (request) => void request.set("RAck", "9 1 INVITE") }),
    );
    assert.equal((await run(prack.final())).status, 481);
    assert.equal(network.of("PRACK")[0]?.get("RAck"), "9 1 INVITE");
  }));

Deno.test("cancel() cancels, and the INVITE ends with 487", () =>
  inWorld(async (world) => {
    const { network, run } = world;
    const dora = await registered(world);
    network.on("INVITE", (request) => answer(request, 180, CONTACT))
      .on("CANCEL", (request) => [answer(request, 200), answer(network.of("INVITE")[0]!, 487)]);
    const call = await run(dora.invite(BOB));
    await run(call.exchange!.until(180));
    assert.equal((await run(call.cancel())).status, 200);
    assert.equal((await run(call.answered())).status, 487);
    assert.equal(call.established, false);
    await assert.rejects(call.cancel(), LocalMisuseError);
    assert.equal(network.of("ACK").length, 1);
  }));

Deno.test("answered() rejects with NoAnswer when a ringing call is never answered", () =>
  inWorld(async (world) => {
    const { network, run } = world;
    const dora = await registered(world);
    network.on("INVITE", (request) => answer(request, 180, CONTACT));
    const call = await run(dora.invite(BOB));
    await assert.rejects(run(call.answered()), (error: unknown) => {
      assert(error instanceof NoAnswer);
      assert.equal(error.waitedMs, 32_000);
      return true;
    });
  }));

Deno.test("invite() answers a 407 and its ACK carries the credentials of the INVITE", () =>
  inWorld(async (world) => {
    const { network, run, clock } = world;
    const dora = await registered(world);
    network.on(
      "INVITE",
      (request) =>
        request.has("Proxy-Authorization")
          ? answer(request, 200, CONTACT)
          : answer(request, 407, { "Proxy-Authenticate": 'Digest realm="r", nonce="bg==", qop="auth"' }),
    );
    const call = await run(dora.invite(BOB));
    assert.equal((await run(call.answered())).status, 200);
    await clock.advance(1);
    const [refused, acknowledged] = network.of("ACK");
    assert.equal(refused?.has("Proxy-Authorization"), false);
    assert.equal(acknowledged?.cseq?.seq, 2);
    assert.equal(
      acknowledged?.get("Proxy-Authorization"),
      network.of("INVITE")[1]?.get("Proxy-Authorization"),
    );
    await run(call.request("BYE"));
    await clock.advance(1);
    assert.equal(network.of("BYE")[0]?.cseq?.seq, 3);
  }));

Deno.test("a re-INVITE is acknowledged, and in-dialog requests of the other side come by next()", () =>
  inWorld(async (world) => {
    const { network, run, clock } = world;
    const dora = await registered(world);
    network.on("INVITE", (request) => answer(request, 200, CONTACT));
    const call = await run(dora.invite(BOB));
    await run(call.answered());
    await run((await run(call.request("INVITE", { sdp: "v=0\r\n" }))).final());
    await clock.advance(1);
    assert.deepEqual(network.of("ACK").map(({ cseq }) => cseq?.seq), [1, 2]);

    const [invite] = network.of("INVITE");
    const dialog = {
      "Call-ID": call.callId,
      From: `<${BOB}>;tag=net`,
      To: invite!.get("From")!,
    };
    await network.send(network.request("UPDATE", "sip:dora@10.2.0.1", { ...dialog, CSeq: "20 UPDATE" }));
    const update = await run(call.next("UPDATE"));
    await update.respond(200);
    await network.send(network.request("INFO", "sip:dora@10.2.0.1", { ...dialog, CSeq: "5 INFO" }));
    await network.send(network.request("BYE", "sip:dora@10.2.0.1", { ...dialog, CSeq: "21 BYE" }));
    const bye = await run(call.next("BYE"));
    assert.equal(bye.answered, true);
    await bye.respond(200);
    await clock.advance(1);
    assert.deepEqual(network.responses.map(({ status }) => status), [200, 500, 200]);
    assert.equal(call.established, false);
    assert.equal(await run(dora.silent()), true);
  }));

Deno.test("acceptCall() rings, answers the offer, and sees the ACK", () =>
  inWorld(async (world) => {
    const { network, run, clock } = world;
    const dora = await registered(world);
    const offer = "v=0\r\no=- 1 1 IN IP4 10.0.0.9\r\ns=-\r\nc=IN IP4 10.0.0.9\r\nt=0 0\r\n" +
      "m=audio 4000 RTP/AVP 97 8\r\na=rtpmap:97 AMR-WB/16000\r\na=fmtp:97 mode-set=0\r\na=sendonly\r\n";
    const invite = network.request(
      "INVITE",
      "sip:dora@10.2.0.1",
      { "Content-Type": "application/sdp" },
      offer,
    );
    const accepted = dora.acceptCall();
    await network.send(invite);
    const call = await run(accepted);
    await clock.advance(1);
    assert.equal(call.invite.get("Call-ID"), invite.get("Call-ID"));
    assert.equal(call.established, true);
    const [ringing, ok] = network.responses;
    assert.equal(ringing?.status, 180);
    assert.equal(ok?.status, 200);
    assert.equal(ok?.to?.tag, ringing?.to?.tag);
    assert.equal(ok?.get("Contact"), dora.contact);
    assert.match(ok?.text() ?? "", /c=IN IP4 10\.2\.0\.1\r\nt=0 0\r\nm=audio \d+ RTP\/AVP 97\r\na=rtpmap:97/);
    assert.match(ok?.text() ?? "", /a=recvonly/);

    await clock.advance(600);
    assert.equal(network.responses.length, 3, "the 2xx comes again until its ACK");
    await network.send(network.request("ACK", "sip:dora@10.2.0.1", {
      "Call-ID": call.callId,
      To: ok!.get("To")!,
      CSeq: "1 ACK",
    }));
    assert.equal((await run(call.acknowledged())).method, "ACK");
    await clock.advance(5000);
    assert.equal(network.responses.length, 3);

    network.on("BYE", (request) => answer(request, 200));
    assert.equal((await run(call.hangUp())).status, 200);
    assert.equal(network.of("BYE")[0]?.requestUri, "sip:bob@10.0.0.1:5060");
  }));

Deno.test("acceptCall() refuses, or stops at a provisional answer, as told", () =>
  inWorld(async (world) => {
    const { network, run, clock } = world;
    const dora = await registered(world);
    await network.send(network.request("INVITE", "sip:dora@10.2.0.1"));
    const refused = await run(dora.acceptCall({ status: 486, headers: { "Retry-After": "5" } }));
    await clock.advance(1);
    assert.equal(refused.established, false);
    assert.equal(network.responses[0]?.status, 486);
    assert.equal(network.responses[0]?.get("Retry-After"), "5");

    await network.send(network.request("INVITE", "sip:dora@10.2.0.1"));
    const ringing = await run(dora.acceptCall({ status: 183, headers: { Require: "100rel", RSeq: "1" } }));
    await clock.advance(1);
    assert.equal(ringing.established, false);
    const progress = network.responses.at(-1);
    assert.equal(progress?.status, 183);
    await network.send(network.request("PRACK", "sip:dora@10.2.0.1", {
      "Call-ID": ringing.callId,
      To: progress!.get("To")!,
      CSeq: "2 PRACK",
      RAck: "1 1 INVITE",
    }));
    assert.equal((await run(ringing.next("PRACK"))).answered, true);
    await ringing.respond(200);
    assert.equal(ringing.established, true);
    await assert.rejects(run(ringing.acknowledged()), NoAnswer);
  }));

Deno.test("a cancelled call is answered 487 by itself", () =>
  inWorld(async (world) => {
    const { network, run, clock } = world;
    const dora = await registered(world);
    const invite = network.request("INVITE", "sip:dora@10.2.0.1");
    await network.send(invite);
    const call = await run(dora.acceptCall({ status: 180 }));
    const cancel = network.request("CANCEL", "sip:dora@10.2.0.1", {
      Via: invite.get("Via")!,
      "Call-ID": invite.get("Call-ID")!,
      CSeq: "1 CANCEL",
    });
    await network.send(cancel);
    assert.equal((await run(call.next("CANCEL"))).request.method, "CANCEL");
    await clock.advance(1);
    assert.deepEqual(network.responses.map(({ status }) => status).sort(), [180, 200, 487]);
    assert.equal(call.established, false);
  }));

Deno.test("two UEs call each other through a network that relays", () =>
  inWorld(async (world) => {
    const { network, run, ue } = world;
    const dora = await registered(world);
    const emil = await ue({ ...DORA, name: "emil" }, { local: { address: "10.2.0.2" } });
    network.on("INVITE", (request) => {
      const copy = request.clone().prepend("Via", "SIP/2.0/UDP 10.0.0.1:5060;branch=z9hG4bKrelay");
      void network.send(copy, {
        transport: "udp",
        local: { address: "10.0.0.1", port: 5060 },
        remote: emil.local,
      });
      return undefined;
    });
    const accepted = emil.acceptCall();
    const call = await run(dora.invite(BOB));
    assert.equal((await run(accepted)).invite.callId, call.callId);
  }));

Deno.test("an INVITE that is no call is acknowledged all the same", () =>
  inWorld(async (world) => {
    const { network, run, clock } = world;
    const dora = await registered(world);
    network.on("INVITE", (request) => answer(request, 200, CONTACT));
    const exchange = await run(dora.request("INVITE", BOB));
    assert.equal((await run(exchange.final())).status, 200);
    await clock.advance(1);
    assert.equal(network.of("ACK").length, 1);
  }));
