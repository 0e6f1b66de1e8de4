import assert from "node:assert/strict";
import type { SipRequest } from "sip-codec";
import { EnvironmentError, LocalMisuseError, PeerViolation } from "../../../errors.ts";
import { readIpsec3gpp } from "../../../sip/mod.ts";
import { createUe } from "../ue.ts";
import { granted } from "../testing/registrar.ts";
import { pairOf } from "../testing/scripted_pcscf.ts";
import { ALICE, inWorld, PROFILE } from "../testing/world.ts";
import { drive } from "../../../net/mod.ts";
import { seededRandom } from "../../../runner/random.ts";
import type { Ipsec3gpp } from "../../../sip/mod.ts";

const IPSEC = { security: "ipsec-3gpp" } as const;

const clientOf = (request: SipRequest | undefined) => readIpsec3gpp(request!.securityClient[0]!) as Ipsec3gpp;

Deno.test("register() sends SM1 in the clear and SM7 under the SAs that SM6 made (TS 33.203 7.2)", () =>
  inWorld(async ({ ue, run, pcscf }) => {
    const network = await pcscf();
    const alice = await run(ue(ALICE, IPSEC));
    const registered = await run(alice.register());
    assert.equal(registered.ok, true);
    const [first, answered] = network.of("REGISTER");
    const [sm1, sm7] = [first?.message as SipRequest, answered?.message as SipRequest];
    const set = alice.ipsec?.current;
    assert.ok(set);

    assert.equal(first?.set, undefined);
    assert.deepEqual([sm1.get("Require"), sm1.get("Proxy-Require")], ["sec-agree", "sec-agree"]);
    assert.equal(sm1.has("Security-Verify"), false);
    assert.deepEqual(sm1.all("Security-Client"), alice.ipsec?.client);
    const offered = sm1.securityClient.map((one) => `${one.params.get("alg")}/${one.params.get("ealg")}`);
    assert.deepEqual(offered, [
      "hmac-sha-1-96/aes-cbc",
      "null/aes-gcm",
      "hmac-sha-1-96/null",
      "aes-gmac/null",
    ]);
    const client = clientOf(sm1);
    assert.equal(client.mode, "trans");
    assert.deepEqual(
      [client.spiC, client.spiS, client.portC, client.portS],
      [set.spiUc, set.spiUs, set.portUc, set.portUs],
    );
    assert.equal(sm1.via?.port, alice.local.port);
    assert.notEqual(client.portC, client.portS);
    assert.match(sm1.get("Contact") ?? "", new RegExp(`@10\\.1\\.0\\.1:${client.portS}>`));

    assert.equal(answered?.set, network.latest);
    assert.deepEqual(answered?.flow.remote, { address: "10.1.0.1", port: set.portUc });
    assert.equal(answered?.flow.local.port, set.portPs);
    assert.equal(sm7.get("Security-Client"), sm1.get("Security-Client"));
    assert.deepEqual(sm7.all("Security-Verify"), alice.ipsec?.server);
    assert.deepEqual(sm7.all("Security-Verify"), registered.challenge?.response.all("Security-Server"));
    assert.equal(sm7.via?.port, set.portUs);
    assert.equal(sm7.via?.params.has("rport"), false);
    assert.equal(sm7.get("Contact"), sm1.get("Contact"));

    assert.deepEqual(alice.ipsec?.carried(registered.response), {
      protected: true,
      set,
      at: "port-us",
      spi: set.spiUs,
    });
    assert.equal(set.state, "current");
    assert.ok(!JSON.stringify(set).includes("ck"));
  }));

for (const transport of ["udp", "tcp"] as const) {
  for (const pair of ["hmac-sha-1-96/aes-cbc", "hmac-sha-1-96/null", "aes-gmac/null", "null/aes-gcm"]) {
    Deno.test(`a UE registers and talks over ${transport} with ${pair}`, () =>
      inWorld(async ({ ue, run, pcscf }) => {
        const network = await pcscf();
        network.options = { pairs: [pairOf(pair)] };
        const alice = await run(ue(ALICE, { ...IPSEC, transport }));
        assert.equal((await run(alice.register())).ok, true);
        assert.equal((await run(alice.message("sip:bob@home1.example", "hello"))).status, 200);
        const [message] = network.of("MESSAGE");
        const request = message?.message as SipRequest;
        assert.equal(message?.set, network.latest);
        assert.equal(message?.flow.transport, transport);
        assert.equal(request.get("Proxy-Require"), "sec-agree");
        assert.deepEqual(request.all("Security-Verify"), alice.ipsec?.server);
        assert.match(request.get("Route") ?? "", /^<sip:10\.0\.0\.1:7777[;>]/);
        assert.equal(request.via?.transport, transport.toUpperCase());

        await network.request("MESSAGE", network.latest, transport);
        const incoming = await run(alice.incoming("MESSAGE"));
        assert.equal(incoming.flow.local.port, alice.ipsec?.current?.portUs);
        await incoming.respond(200);
        await run(alice.silent("NOTHING", 100));
        const reply = network.heard.at(-1);
        assert.equal(reply?.set, network.latest);
        const { portUc, portUs, portPs, portPc } = alice.ipsec!.current!;
        assert.deepEqual(
          [reply?.flow.remote.port, reply?.flow.local.port],
          transport === "udp" ? [portUc, portPs] : [portUs, portPc],
        );
      }, transport));
  }
}

Deno.test("an SA is for both transports: SM1 over UDP, a request over TCP", () =>
  inWorld(async ({ ue, run, pcscf }) => {
    const network = await pcscf();
    const alice = await run(ue(ALICE, IPSEC));
    await run(alice.register());
    const exchange = await alice.request("MESSAGE", "sip:bob@home1.example", { over: "tcp" });
    assert.equal((await run(exchange.final())).status, 200);
    assert.equal(network.of("MESSAGE")[0]?.flow.transport, "tcp");
    assert.equal(alice.ipsec?.carried(exchange.responses[0]!).protected, true);
    assert.equal(exchange.request.via?.transport, "TCP");
  }));

Deno.test("a UE protects over TCP what SM1 began over UDP, where it is told so", () =>
  inWorld(async ({ ue, run, pcscf }) => {
    const network = await pcscf();
    const alice = await run(ue(ALICE, { security: { mechanism: "ipsec-3gpp", transport: "tcp" } }));
    assert.equal((await run(alice.register())).ok, true);
    assert.deepEqual(network.of("REGISTER").map(({ flow }) => flow.transport), ["udp", "tcp"]);
    assert.match(alice.contact, /;transport=tcp>/);
  }));

Deno.test("register() again goes under the old SAs, changes client ports and SPIs and keeps port_us (7.4)", () =>
  inWorld(async ({ ue, run, pcscf }) => {
    const network = await pcscf();
    const alice = await run(ue(ALICE, IPSEC));
    await run(alice.register());
    const first = alice.ipsec!.current!;
    await run(alice.register());
    const second = alice.ipsec!.current!;
    const [, , sm1, sm7] = network.of("REGISTER");
    assert.equal(sm1?.set?.n, 1);
    assert.equal(sm7?.set?.n, 2);
    const request = sm1?.message as SipRequest;
    assert.equal(request.get("Security-Verify"), `${network.heard[1]?.message.get("Security-Verify")}`);
    assert.equal(request.via?.port, first.portUs);
    assert.equal(second.portUs, first.portUs);
    assert.notEqual(second.portUc, first.portUc);
    assert.equal(new Set([first, second].flatMap(({ spiUc, spiUs }) => [spiUc, spiUs])).size, 4);
    assert.deepEqual(alice.ipsec?.sets.map(({ name, state }) => `${name} ${state}`), [
      "set 1 old",
      "set 2 current",
    ]);

    await run(alice.message("sip:bob@home1.example", "hello"));
    assert.equal(network.of("MESSAGE")[0]?.set?.n, 2);
    assert.equal(first.state, "deleted");
    assert.equal(alice.ipsec?.old, undefined);
  }));

Deno.test("deregister() ends the SAs; the next SM1 is in the clear and names another port_us", () =>
  inWorld(async ({ ue, run, pcscf }) => {
    const network = await pcscf();
    const alice = await run(ue(ALICE, IPSEC));
    await run(alice.register());
    const { portUs } = alice.ipsec!.current!;
    assert.equal((await run(alice.deregister())).ok, true);
    assert.equal(alice.registered, false);
    assert.deepEqual(alice.ipsec?.sets.map(({ state }) => state), ["deleted", "deleted"]);
    await run(alice.register());
    const sm1 = network.of("REGISTER").at(-2);
    assert.equal(sm1?.set, undefined);
    assert.notEqual(clientOf(sm1?.message as SipRequest).portS, portUs);
  }));

Deno.test("a refresh that is not challenged makes the SAs live longer, never shorter (7.4.1a)", () =>
  inWorld(async ({ ue, run, clock, pcscf }) => {
    const network = await pcscf();
    const alice = await run(ue(ALICE, IPSEC));
    await run(alice.register({ expires: 600 }));
    const set = alice.ipsec!.current!;
    const until = set.expiresAt;
    network.options = { challenges: false };
    await clock.advance(1000);
    assert.equal((await run(alice.register({ expires: 60 }))).ok, true);
    assert.equal(set.expiresAt, until);
    await run(alice.register({ expires: 600 }));
    assert.equal(set.expiresAt, clock.now() + 605_000);
    assert.equal(alice.ipsec?.current, set);
  }));

Deno.test("SM6 with nothing to take ends register() with its 401 (7.3.2.2)", () =>
  inWorld(async ({ ue, run, pcscf }) => {
    const network = await pcscf();
    const alice = await run(ue(ALICE, IPSEC));
    const without: [(elements: string[]) => string[], RegExp][] = [
      [(elements) => elements.map((text) => text.replace("aes-cbc", "des-ede3-cbc")), /was not offered/],
      [(elements) => elements.map((text) => text.replace("mod=trans", "mod=tun")), /the mode is "tun"/],
      [(elements) => elements.map((text) => text.replace("prot=esp", "prot=ah")), /the protocol is "ah"/],
      [(elements) => elements.map((text) => text.replace(/spi-c=\d+/, "spi-c=x")), /"spi-c" is "x"/],
      [() => ["tls;q=0.9"], /the mechanism is "tls"/],
      [() => ["ipsec-3gpp;;"], /cannot be read/],
    ];
    for (const [server, why] of without) {
      network.options = { server };
      const { response, ok, abandoned } = await run(alice.register());
      assert.equal(response.status, 401);
      assert.equal(ok, false);
      assert.match(abandoned ?? "", why);
      assert.equal(alice.ipsec?.new, undefined);
    }
    assert.equal(network.of("REGISTER").length, without.length);
    // A case may go on all the same, and has to say how.
    const challenge = await run(alice.challenge());
    await assert.rejects(run(alice.answer(challenge)), PeerViolation);
    assert.equal((await run(alice.answer(challenge, { way: "clear" }))).ok, false);
  }));

Deno.test("the UE takes what Security-Server prefers, by q and then by order, among what it has", () =>
  inWorld(async ({ ue, run, pcscf }) => {
    const network = await pcscf();
    const pairs = ["null/aes-gcm", "hmac-sha-1-96/aes-cbc", "aes-gmac/null"].map(pairOf);
    network.options = {
      pairs,
      server: (elements) => elements.toReversed(), // q as before
    };
    const alice = await run(ue(ALICE, IPSEC));
    await run(alice.register());
    assert.deepEqual([alice.ipsec?.current?.alg, alice.ipsec?.current?.ealg], ["null", "aes-gcm"]);

    network.options = {
      pairs: [pairs[2]!, pairs[0]!],
      server: (elements) => elements.map((text) => text.replace(/q=[\d.]+;/, "")),
    };
    await run(alice.register());
    assert.deepEqual([alice.ipsec?.current?.alg, alice.ipsec?.current?.ealg], ["aes-gmac", "null"]);
  }));

Deno.test("offer and choose say what a case wants said", () =>
  inWorld(async ({ ue, run, pcscf }) => {
    const network = await pcscf();
    const first = { mechanism: "ipsec-3gpp", spiUc: 7, portUc: 5555, portUs: 6666 } as const;
    const alice = await run(ue(ALICE, { security: first }));
    await run(alice.register());
    const { spiUc, portUc, portUs } = alice.ipsec!.current!;
    assert.deepEqual([spiUc, portUc, portUs], [7, 5555, 6666]);
    assert.match(alice.ipsec?.client[0] ?? "", /spi-c=0000000007;/);

    const offers = [{ alg: "sha-3", ealg: "rot13" }, { alg: "hmac-sha-1-96", ealg: "aes-cbc" }];
    await run(alice.register({ offer: { offers, spiUs: 8, portUc: 5556 } }));
    const second = alice.ipsec!.current!;
    assert.deepEqual([second.spiUs, second.portUc, second.portUs], [8, 5556, 6666]);
    assert.notEqual(second.spiUc, 7);
    assert.match(alice.ipsec?.client[0] ?? "", /^ipsec-3gpp;alg=sha-3;ealg=rot13;/);

    network.options = { pairs: ["hmac-sha-1-96/null", "hmac-sha-1-96/aes-cbc"].map(pairOf) };
    const challenge = await run(alice.challenge());
    assert.equal(alice.ipsec?.new?.ealg, "null");
    const chosen = alice.answer(challenge, { choose: { ealg: "aes-cbc" } });
    await run(alice.silent("NOTHING", 100));
    assert.equal(alice.ipsec?.new?.ealg, "aes-cbc");
    assert.equal(network.arrivals.at(-1)?.result, "padding"); // it knows of no cipher
    await alice.close();
    await assert.rejects(run(chosen));
  }));

Deno.test("a challenge that the ISIM does not accept is reported by the way of SM1 (7.3.1.2, 7.3.1.3)", () =>
  inWorld(async ({ ue, run, pcscf }) => {
    const network = await pcscf();
    // The card has seen later sequence numbers than the network gives out.
    const alice = await run(ue({ ...ALICE, aka: { ...ALICE.aka!, sqn: 320_000n } }, IPSEC));
    const registered = await run(alice.register());
    assert.equal(registered.ok, true);
    const [sm1, report, sm7] = network.of("REGISTER");
    assert.deepEqual([sm1, report, sm7].map((heard) => heard?.set?.n), [undefined, undefined, 2]);
    assert.ok((report?.message as SipRequest).authorization[0]?.parameters.has("auts"));
    assert.notEqual(report?.message.get("Security-Client"), sm1?.message.get("Security-Client"));

    const challenge = await run(alice.challenge());
    const made = alice.ipsec?.new;
    assert.equal(made?.state, "new");
    await run(alice.answer(challenge, { macFailure: true }));
    const failure = network.of("REGISTER").at(-1);
    assert.equal(failure?.set?.n, 2);
    assert.equal(failure?.message.get("Security-Client"), alice.ipsec?.client[0]);
    assert.equal(made?.state, "deleted");
    assert.equal(alice.ipsec?.current?.state, "current");
  }));

Deno.test("an authentication that fails ends the new SAs and leaves the old ones (7.4.1a)", () =>
  inWorld(async ({ ue, run, pcscf }) => {
    await pcscf();
    const alice = await run(ue(ALICE, IPSEC));
    await run(alice.register());
    const refused = await run(alice.register({ answer: { res: "wrong" } }));
    assert.equal(refused.response.status, 403);
    assert.deepEqual(alice.ipsec?.sets.map(({ state }) => state), ["current", "deleted"]);
    assert.equal((await run(alice.message("sip:bob@home1.example", "still here"))).status, 200);
  }));

Deno.test("a new SM1 removes what an incomplete registration left; its challenge can still be answered", () =>
  inWorld(async ({ ue, run, pcscf }) => {
    const network = await pcscf();
    const alice = await run(ue(ALICE, IPSEC));
    const a = await run(alice.challenge());
    const b = await run(alice.challenge());
    assert.deepEqual(alice.ipsec?.sets.map(({ state }) => state), ["deleted", "new"]);
    assert.equal((await run(alice.answer(a))).ok, true); // this network forgets nothing
    assert.equal(network.of("REGISTER").at(-1)?.set?.n, 1);
    assert.equal(alice.ipsec?.current?.name, "set 1");
    assert.equal((await run(alice.answer(b))).ok, true);
    assert.equal(alice.ipsec?.current?.name, "set 2");
  }));

Deno.test("new SAs die with the time for the answer, others with their registration (7.4.1a)", () =>
  inWorld(async ({ ue, run, clock, pcscf }) => {
    await pcscf();
    const alice = await run(ue(ALICE, IPSEC));
    await run(alice.challenge());
    const left = alice.ipsec!.new!;
    assert.equal(left.expiresAt - clock.now(), 240_000);
    await clock.advance(240_000);
    assert.equal(alice.ipsec?.new, undefined);
    assert.equal(left.state, "deleted");

    await run(alice.register({ expires: 600 }));
    const long = alice.ipsec!.current!;
    assert.equal(long.expiresAt - clock.now(), 605_000);
    await run(alice.register({ expires: 60 }));
    const short = alice.ipsec!.current!;
    assert.notEqual(short, long);
    assert.equal(short.expiresAt, long.expiresAt);
    await clock.advance(605_000);
    assert.equal(alice.ipsec?.current, undefined);
    await assert.rejects(run(alice.request("MESSAGE", "sip:bob@home1.example")), LocalMisuseError);
  }));

Deno.test("a request before there are SAs needs a way", () =>
  inWorld(async ({ ue, run, pcscf }) => {
    const network = await pcscf();
    const alice = await run(ue(ALICE, IPSEC));
    await assert.rejects(run(alice.request("MESSAGE", "sip:bob@home1.example")), /say \{ way: "clear" \}/);
    const exchange = await alice.request("MESSAGE", "sip:bob@home1.example", { way: "clear" });
    assert.equal(await run(exchange.unanswered()), true);
    assert.equal(network.of("MESSAGE").length, 0); // it came to the unprotected port, which has no script for it
    assert.equal(alice.ipsec?.sent, 0);
  }));

Deno.test("a 200 to an SM1 in the clear leaves no SAs, and what then needs them blames the network (7.4.0)", () =>
  inWorld(async ({ ue, run, network }) => {
    network.on("REGISTER", (request) => granted(request));
    const alice = await run(ue(ALICE, IPSEC));
    assert.equal((await run(alice.register())).ok, true);
    for (const way of [undefined, "current"] as const) {
      const request = alice.request("MESSAGE", "sip:bob@home1.example", way === undefined ? {} : { way });
      await assert.rejects(
        run(request),
        (error) => error instanceof PeerViolation && error.requirement === "33.203/7.4.0/06",
      );
    }
  }));

Deno.test("a machine that cannot speak protocol 50 refuses the UE with what to do about it", () =>
  inWorld(async ({ net, clock }) => {
    const unprivileged = {
      clock,
      open: net.open.bind(net),
      ipsec: () => Promise.reject(new EnvironmentError("Cannot open a raw socket", "grant CAP_NET_RAW")),
    };
    const setup = {
      net: unprivileged,
      clock,
      drive,
      profile: PROFILE,
      subscriber: ALICE,
      options: IPSEC,
      random: seededRandom("raw"),
    };
    await assert.rejects(createUe(setup), { name: "EnvironmentError", remedy: /CAP_NET_RAW/ });
    await assert.rejects(
      createUe({ ...setup, net: { clock, open: net.open.bind(net) } }),
      EnvironmentError,
    );
  }));

Deno.test("a port that somebody has is told when SM7 is to be sent, and SM6 is there to be judged", () =>
  inWorld(async ({ ue, run, net, clock, pcscf }) => {
    await pcscf();
    const alice = await run(ue(ALICE, IPSEC));
    const taken = await net.open("udp", { local: { address: "10.1.0.1", port: 5555 }, clock });
    const port = Number(alice.contact.match(/:(\d+)>/)?.[1]);
    const framer = () => ({ push: () => [] });
    const other = await net.open("tcp", { local: { address: "10.1.0.1", port }, clock, framer });
    const challenge = await run(alice.challenge({ offer: { portUc: 5555 } }));
    assert.equal(challenge.status, 401);
    assert.equal(alice.ipsec?.new, undefined);
    await assert.rejects(run(alice.answer(challenge)), EnvironmentError);
    await taken.close();
    assert.equal((await run(alice.answer(challenge))).ok, true); // TCP in the clear is not needed
    await other.close();
  }));

Deno.test("what the subscriber says of security counts where a case says nothing", () =>
  inWorld(async ({ ue, run, pcscf }) => {
    await pcscf();
    const alice = await run(ue({ ...ALICE, security: "ipsec-3gpp" }));
    assert.ok(alice.ipsec);
    const plain = await run(ue({ ...ALICE, security: "ipsec-3gpp" }, { security: "none" }));
    assert.equal(plain.ipsec, undefined);
  }));
