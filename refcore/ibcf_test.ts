import { strict as assert } from "node:assert";
import { buildResponse, parseMessage, type SipRequest, type SipResponse } from "sip-codec";
import { type Authority, type CertificateOptions, createAuthority } from "../harness/crypto/pki/mod.ts";
import { systemNet } from "../harness/net/mod.ts";
import { TlsFailure } from "../harness/net/tls/types.ts";
import { buildDns, type DnsRecord, parseDns } from "../harness/wire/dns.ts";
import { type Received, TestPartner } from "./testing/partner.ts";
import { type Scene, scene } from "./testing/scene.ts";
import { digestSubscriber } from "./testing/subscribers.ts";
import type { TestUe } from "./testing/ue.ts";

const alice = digestSubscriber("alice");
const P1 = "p1.example.net";
const P2 = "p2.example.net";
/** Where the second partner would take SIP in the clear. */
const CLEAR = { address: "127.0.4.2", port: 40_960 };

interface Border extends Scene {
  readonly authority: Authority;
  readonly partner: TestPartner;
  /** Alice, registered. */
  readonly phone: TestUe;
}

interface Wishes {
  readonly faults?: readonly string[];
  readonly certificate?: CertificateOptions;
  /** Who issues the partner's certificate, where it is not the root that the core knows. */
  readonly strangeRoot?: boolean;
  readonly domain?: string;
}

/** A core with one partner, whose endpoint is there, and one whose is not. */
async function border(run: (border: Border) => Promise<void>, wishes: Wishes = {}): Promise<void> {
  const { faults = [], certificate, strangeRoot, domain = P1 } = wishes;
  const now = systemNet.clock.now();
  const authority = await createAuthority({ name: "Test root", now });
  const issuer = strangeRoot ? await createAuthority({ name: "Strange root", now }) : authority;
  const partner = await TestPartner.open(issuer, domain, { address: "127.0.4.1", port: 0 }, certificate);
  const nobody = { address: "127.0.4.2", port: 9 };
  const partners = [
    { domain: P1, listen: partner.local, clear: { address: "127.0.4.1", port: 9 } },
    { domain: P2, listen: nobody, clear: CLEAR },
  ];
  const interconnect = { address: "127.0.4.3", ports: { tls: 0, clear: 0 }, partners, authority };
  try {
    await scene([alice], async (given) => {
      const phone = await given.ue(alice);
      assert.equal((await phone.register()).status, 200);
      await run({ ...given, authority, partner, phone });
    }, { faults, interconnect });
  } finally {
    await partner.close();
  }
}

/** The partner calls Alice on a connection: as it is when she has answered. */
async function callIn({ partner, phone, core }: Border, connection?: Received<SipRequest>["connection"]) {
  const link = connection ?? await partner.connect(core.entry.ibcf!.tls);
  const invite = partner.build("INVITE", phone.impu, {
    "P-Asserted-Identity": `<sip:peer@${partner.domain}>`,
    "P-Charging-Vector": "icid-value=theirs",
  });
  await partner.send(invite, link);
  const received = await phone.request("INVITE");
  await phone.answer(received, 200);
  const ok = (await partner.response(invite, 200)).message;
  const within = (method: string) =>
    partner.build(method, String(ok.contact!.uri), {
      "From": invite.get("From")!,
      "To": ok.get("To")!,
      "Call-ID": invite.callId!,
      "Route": ok.values("Record-Route").toReversed().join(", "),
      ...(method === "ACK" ? { "CSeq": `${invite.cseq!.seq} ACK` } : {}),
    });
  await partner.send(within("ACK"), link);
  await phone.request("ACK");
  return { invite, received, ok, link, within };
}

/** Alice calls the partner, who answers. */
async function callOut({ partner, phone }: Border) {
  const invite = phone.build("INVITE", `sip:peer@${P1}`);
  await phone.send(invite);
  const received = await partner.request("INVITE");
  await partner.answer(received, 200);
  const ok = await phone.response(invite, 200);
  const within = (method: string) => inDialog(phone, method, invite, ok);
  await phone.send(within("ACK"));
  await partner.request("ACK");
  return { invite, received, ok, within };
}

function inDialog(phone: TestUe, method: string, invite: SipRequest, ok: SipResponse): SipRequest {
  return phone.build(method, String(ok.contact!.uri), {
    "From": invite.get("From")!,
    "To": ok.get("To")!,
    "Call-ID": invite.callId!,
    "Route": ok.values("Record-Route").toReversed().join(", "),
    ...(method === "ACK" ? { "CSeq": `${invite.cseq!.seq} ACK` } : {}),
  });
}

function rejects(attempt: Promise<unknown>): Promise<void> {
  return assert.rejects(attempt, (error) => error instanceof TlsFailure);
}

/** Whether the border ends the connection before it answers OPTIONS. */
async function isTurnedAway({ partner, core }: Border, how: Parameters<TestPartner["connect"]>[1] = {}) {
  try {
    const link = await partner.connect(core.entry.ibcf!.tls, how);
    const options = partner.build("OPTIONS", "sip:home1.net");
    const sent = partner.send(options, link).catch(() => {});
    const answered = partner.response(options).then(() => false);
    const ended = link.ended(5000).then((end) => end !== undefined);
    const away = await Promise.race([answered, ended]);
    await sent;
    return away;
  } catch (error) {
    if (error instanceof TlsFailure) return true;
    throw error;
  }
}

Deno.test("a call from a partner reaches the UE, and both ends can end it", async () => {
  await border(async (all) => {
    const { partner, phone } = all;
    const { received, ok, link, within } = await callIn(all);
    assert.equal(received.get("P-Asserted-Identity"), `<sip:peer@${P1}>`);
    assert.equal(String(received).includes("theirs"), false);
    assert.equal(received.values("Record-Route").length, 4);
    assert.equal(ok.values("Record-Route").length, 4);
    const update = within("UPDATE");
    await partner.send(update, link);
    await phone.answer(await phone.request("UPDATE"), 200);
    assert.equal((await partner.response(update)).message.status, 200);
    const bye = phone.build("BYE", String(received.contact!.uri), {
      "From": `${received.get("To")};tag=to-${phone.tag}`,
      "To": received.get("From")!,
      "Call-ID": received.callId!,
      "Route": received.values("Record-Route").join(", "),
    });
    await phone.send(bye);
    const ended = await partner.request("BYE");
    // The partner did not offer its connection for this (RFC 5923): the border has opened one.
    assert.equal(ended.connection.role, "server");
    await partner.answer(ended, 200);
    assert.equal((await phone.response(bye)).status, 200);
    assert.equal(link.open, true);
  });
});

Deno.test("a call to a partner goes by TLS and takes requests of either side", async () => {
  await border(async (all) => {
    const { partner, phone } = all;
    const { received, within } = await callOut(all);
    assert.equal(received.connection.role, "server");
    assert.ok(received.connection.peerChain.length > 0);
    assert.equal(received.connection.negotiated.serverName, P1);
    assert.equal(received.message.via?.transport.toLowerCase(), "tls");
    assert.ok(received.message.via?.params.has("alias"));
    assert.equal(received.message.get("P-Asserted-Identity"), "<sip:alice@home1.net>");
    assert.equal(received.message.has("P-Charging-Vector"), false);
    const info = partner.build("INFO", String(received.message.contact!.uri), {
      "From": `${received.message.get("To")};tag=to-${P1}`,
      "To": received.message.get("From")!,
      "Call-ID": received.message.callId!,
      "Route": received.message.values("Record-Route").join(", "),
    });
    await partner.send(info, received.connection);
    await phone.answer(await phone.request("INFO"), 200);
    assert.equal((await partner.response(info)).message.status, 200);
    await phone.send(within("BYE"));
    const bye = await partner.request("BYE");
    assert.equal(bye.connection.id, received.connection.id);
    await partner.answer(bye, 200);
  });
});

Deno.test("several dialogs on one connection; it lives on after BYE, and the partner can offer it for calls", async () => {
  await border(async (all) => {
    const { partner, phone, core } = all;
    const link = await partner.connect(core.entry.ibcf!.tls);
    const calls = [await callIn(all, link), await callIn(all, link), await callIn(all, link)];
    for (const { within } of calls) {
      const bye = within("BYE");
      await partner.send(bye, link);
      await phone.answer(await phone.request("BYE"), 200);
      assert.equal((await partner.response(bye)).message.status, 200);
    }
    const { address, port } = partner.local;
    const Via = `SIP/2.0/TLS ${address}:${port};branch=z9hG4bK-alias;alias`;
    assert.equal((await partner.ask(partner.build("OPTIONS", "sip:home1.net", { Via }), link)).status, 200);
    const { received } = await callOut(all);
    assert.equal(received.connection.id, link.id);
  });
});

Deno.test("an answer finds its way when its connection has gone", async () => {
  await border(async ({ partner, phone, core }) => {
    const link = await partner.connect(core.entry.ibcf!.tls);
    const message = partner.build("MESSAGE", phone.impu);
    await partner.send(message, link);
    const received = await phone.request("MESSAGE");
    await link.close();
    await phone.answer(received, 200);
    const { message: response, connection } = await partner.response(message);
    assert.equal(response.status, 200);
    assert.equal(connection.role, "server");
  });
});

Deno.test("CANCEL crosses the border in both directions", async () => {
  await border(async (all) => {
    const { partner, phone, core } = all;
    const out = phone.build("INVITE", `sip:peer@${P1}`);
    await phone.send(out);
    const received = await partner.request("INVITE");
    await partner.answer(received, 180);
    await phone.response(out);
    const same = (invite: SipRequest) => ({
      "Via": invite.get("Via")!,
      "From": invite.get("From")!,
      "Call-ID": invite.callId!,
      "CSeq": `${invite.cseq!.seq} CANCEL`,
      "Contact": "",
    });
    await phone.send(phone.build("CANCEL", `sip:peer@${P1}`, same(out)));
    const cancelled = await partner.request("CANCEL");
    assert.equal(cancelled.connection.id, received.connection.id);
    await partner.answer(cancelled, 200);
    await partner.answer(received, 487);
    assert.equal((await phone.response(out, 200)).status, 487);

    const link = await partner.connect(core.entry.ibcf!.tls);
    const into = partner.build("INVITE", phone.impu);
    await partner.send(into, link);
    const rings = await phone.request("INVITE");
    await phone.answer(rings, 180);
    await partner.response(into);
    await partner.send(partner.build("CANCEL", phone.impu, same(into)), link);
    await phone.answer(await phone.request("CANCEL"), 200);
    await phone.answer(rings, 487);
    assert.equal((await partner.response(into, 300)).message.status, 487);
  });
});

Deno.test("what a partner may not ask for is refused", async () => {
  await border(async ({ partner, core, phone }) => {
    const link = await partner.connect(core.entry.ibcf!.tls);
    const status = async (method: string, uri: string, headers: Record<string, string> = {}) =>
      (await partner.ask(partner.build(method, uri, headers), link)).status;
    assert.equal(await status("REGISTER", "sip:home1.net"), 403);
    assert.equal(await status("INVITE", `sip:x@${P2}`), 404);
    assert.equal(await status("INVITE", "sip:nobody@home1.net"), 404);
    assert.equal(await status("INVITE", "sips:alice@home1.net"), 480);
    assert.equal(await status("OPTIONS", "sip:home1.net", { "Proxy-Require": "unheard-of" }), 420);
    // A dialog that is none, with a way into the home network that is not the partner's to choose.
    const forged = {
      "To": `<${phone.impu}>;tag=x`,
      "Route": "<sip:ibcf.home1.net;lr>, <sip:orig@scscf.home1.net;lr>",
    };
    assert.equal(await status("MESSAGE", phone.impu, forged), 481);
  });
});

Deno.test("the UE gets 503 where a partner is not there or is somebody else, 404 for a domain of no partner", async () => {
  await border(async ({ phone, partner }) => {
    const call = async (to: string) => (await phone.ask(phone.build("INVITE", to))).status;
    assert.equal(await call(`sip:peer@${P2}`), 503);
    assert.equal(await call("sip:peer@elsewhere.example"), 404);
    assert.equal(await call(`sip:peer@${P1}`), 503);
    assert.equal(partner.left("INVITE"), 0);
  }, { certificate: { uris: [`sip:${P2}`] } });
});

Deno.test("the server's certificate must be a partner's: its chain, and its name", async () => {
  const wrong: Wishes[] = [
    { strangeRoot: true },
    { certificate: { uris: [], dnsNames: ["p1.example.org"] } },
    { certificate: { uris: [], dnsNames: ["*.example.net"] } },
    { certificate: { uris: [], commonNames: [P1] } },
    // RFC 5922 7.1: where there is a "sip" URI, DNS names do not count; a user part makes it none.
    { certificate: { uris: ["sip:other.example.net"], dnsNames: [P1] } },
    { certificate: { uris: [`sip:peer@${P1}`] } },
    { certificate: { uris: [`sip:${P1}`], selfSigned: true } },
  ];
  for (const wishes of wrong) {
    await border(async ({ phone, partner }) => {
      assert.equal((await phone.ask(phone.build("INVITE", `sip:peer@${P1}`))).status, 503);
      assert.equal(partner.left("INVITE"), 0);
    }, wishes);
  }
  await border(async (all) => void await callOut(all), { certificate: { uris: [], dnsNames: [P1] } });
});

Deno.test("the client's certificate must be a partner's: none, unknown issuer, expired, other name", async () => {
  const day = 86_400_000;
  const now = systemNet.clock.now();
  const wrong: [Wishes, string][] = [
    [{ strangeRoot: true }, "ibcf/accepts-unknown-issuer"],
    [
      { certificate: { notBefore: now - 9 * day, notAfter: now - day } },
      "ibcf/accepts-expired-partner",
    ],
    [{ certificate: { uris: ["sip:stranger.example"] } }, "ibcf/accepts-any-partner-name"],
  ];
  for (const [wishes, fault] of wrong) {
    await border(async (all) => assert.equal(await isTurnedAway(all), true), wishes);
    await border(async (all) => assert.equal(await isTurnedAway(all), false), { ...wishes, faults: [fault] });
    for (const [, other] of wrong) {
      if (other === fault) continue;
      await border(async (all) => assert.equal(await isTurnedAway(all), true), {
        ...wishes,
        faults: [other],
      });
    }
  }
  const none = { certificates: [] };
  await border(async (all) => assert.equal(await isTurnedAway(all, none), true));
  for (const fault of ["ibcf/requests-no-certificate", "ibcf/trusts-source-address"]) {
    await border(async (all) => assert.equal(await isTurnedAway(all, none), false), { faults: [fault] });
  }
});

Deno.test("faults of the border's client: whom it believes, and what it shows", async () => {
  const let_ = async (wishes: Wishes) => await border(async (all) => void await callOut(all), wishes);
  await let_({ faults: ["ibcf/accepts-any-server-name"], certificate: { uris: ["sip:stranger.example"] } });
  await let_({
    faults: ["ibcf/accepts-any-server-chain"],
    certificate: { uris: [`sip:${P1}`], selfSigned: true },
  });
  await let_({ faults: ["ibcf/takes-common-name"], certificate: { uris: [], commonNames: [P1] } });
  await border(async (all) => {
    const { received } = await callOut(all);
    assert.equal(received.connection.peerChain.length, 0);
  }, { faults: ["ibcf/shows-no-certificate"] });
  await border(async (all) => {
    const { phone, partner, core } = all;
    assert.equal((await phone.ask(phone.build("INVITE", `sip:peer@${P1}`))).status, 503);
    const link = await partner.connect(core.entry.ibcf!.tls);
    await callIn(all, link);
    assert.equal((await callOut(all)).received.connection.id, link.id);
  }, { faults: ["ibcf/never-opens"] });
});

Deno.test("weak versions and suites are refused, AES with ephemeral keys is taken first", async () => {
  const old = { versions: ["TLSv1.0", "TLSv1.1"] } as const;
  const nullEcdsa = suites("TLS_ECDHE_ECDSA_WITH_NULL_SHA");
  const nullRsa = suites("TLS_RSA_WITH_NULL_SHA");
  const weak = [
    [old, "ibcf/accepts-old-versions"],
    [nullEcdsa, "ibcf/accepts-null-suite"],
    [nullRsa, "ibcf/accepts-null-sha"],
  ] as const;
  await border(async ({ partner, core }) => {
    for (const [offer] of weak) await rejects(partner.connect(core.entry.ibcf!.tls, offer));
    const order = suites(
      "TLS_RSA_WITH_AES_128_CBC_SHA",
      "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256",
      "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
    );
    const link = await partner.connect(core.entry.ibcf!.tls, order);
    assert.equal(link.negotiated.cipherSuite.name, "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256");
  });
  for (const [offer, fault] of weak) {
    await border(async ({ partner, core }) => {
      assert.equal((await partner.connect(core.entry.ibcf!.tls, offer)).open, true);
      for (const [other] of weak) {
        if (other !== offer) await rejects(partner.connect(core.entry.ibcf!.tls, other));
      }
    }, { faults: [fault] });
  }
  await border(async ({ partner, core }) => {
    for (
      const first of ["TLS_RSA_WITH_AES_128_CBC_SHA", "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256"]
    ) {
      const order = suites(first, "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256");
      const link = await partner.connect(core.entry.ibcf!.tls, order);
      assert.equal(link.negotiated.cipherSuite.name, first);
    }
  }, { faults: ["ibcf/follows-client-order"] });
});

function suites(...cipherSuites: string[]) {
  return { versions: ["TLSv1.2", "TLSv1.2"], cipherSuites } as const;
}

Deno.test("faults of dialogs and connections", async () => {
  await border(async (all) => {
    const { partner, phone } = all;
    const { within, link } = await callIn(all);
    const bye = within("BYE");
    await partner.send(bye, link);
    await phone.answer(await phone.request("BYE"), 200);
    assert.equal((await partner.response(bye)).message.status, 200);
    assert.ok(await link.ended(5000));
  }, { faults: ["ibcf/closes-after-bye"] });
  await border(async (all) => {
    const { partner, phone } = all;
    const { link } = await callIn(all);
    assert.equal((await partner.ask(partner.build("INVITE", phone.impu), link)).status, 486);
  }, { faults: ["ibcf/one-dialog-per-connection"] });
});

/** What an OPTIONS, a REGISTER and an INVITE in the clear from there get, over UDP and TCP. */
async function inTheClear(
  { core, phone, partner }: Border,
  address: string,
): Promise<(number | undefined)[]> {
  const found: (number | undefined)[] = [];
  for (const transport of ["udp", "tcp"] as const) {
    const socket = await systemNet.open(transport, {
      local: { address, port: 0 },
      clock: systemNet.clock,
      framer: () => ({ push: (bytes: Uint8Array) => [bytes] }),
    });
    const asked = [
      ["OPTIONS", "sip:home1.net"],
      ["REGISTER", "sip:home1.net"],
      ["MESSAGE", phone.impu],
    ] as const;
    for (const [method, uri] of asked) {
      const request = partner.build(method, uri, {
        "Via": `SIP/2.0/${transport.toUpperCase()} ${address}:${socket.local.port};branch=z9hG4bK-${method}`,
        "To": method === "REGISTER" ? "<sip:nobody@home1.net>" : `<${uri}>`,
      });
      const remote = core.entry.ibcf![transport];
      const came = socket.receive();
      await socket.send(request.toBytes(), { transport, local: socket.local, remote });
      const end = new AbortController();
      const text = await Promise.race([
        came.then((incoming) => new TextDecoder().decode(incoming?.bytes)),
        systemNet.clock.wait(systemNet.clock.now() + 150, end.signal).then(() => ""),
      ]);
      end.abort();
      const [, status] = text.match(/^SIP\/2\.0 (\d+)/) ?? [];
      found.push(status === undefined ? undefined : Number(status));
      if (text === "") break; // its reader waits still
    }
    await socket.close();
  }
  return found;
}

Deno.test("SIP in the clear is not answered, neither a stranger's nor a partner's", async () => {
  const silence = [undefined, undefined];
  await border(async (all) => {
    assert.deepEqual(await inTheClear(all, "127.0.4.9"), silence);
    assert.deepEqual(await inTheClear(all, "127.0.4.1"), silence);
  });
  await border(async (all) => {
    assert.deepEqual(await inTheClear(all, "127.0.4.9"), silence);
    all.phone.willing.add("MESSAGE");
    assert.deepEqual(await inTheClear(all, "127.0.4.1"), [200, 403, 200, 200, 403, 200]);
  }, { faults: ["ibcf/answers-clear-partner"] });
  await border(async (all) => {
    assert.deepEqual(await inTheClear(all, "127.0.4.9"), [200, undefined, 200, undefined]);
  }, { faults: ["ibcf/answers-clear-sip"] });
  await border(async (all) => {
    all.phone.willing.add("MESSAGE");
    const [options, register, message] = await inTheClear(all, "127.0.4.9");
    assert.deepEqual([options, register, message], [404, 403, 200]);
  }, { faults: ["icscf/answers-clear-sip"] });
});

Deno.test("a call whose TLS fails goes nowhere, and by TCP under a fault", async () => {
  const attempt = async (faults: readonly string[]) => {
    let came = 0;
    await border(async ({ phone }) => {
      const socket = await systemNet.open("tcp", {
        local: CLEAR,
        clock: systemNet.clock,
        framer: () => ({ push: (bytes: Uint8Array) => [bytes] }),
      });
      const invite = phone.build("INVITE", `sip:peer@${P2}`);
      await phone.send(invite);
      const final = phone.response(invite, 200).then(() => undefined);
      const incoming = await Promise.race([socket.receive(), final]);
      if (incoming) {
        came++;
        const busy = buildResponse(parseMessage(incoming.bytes) as SipRequest, 486, { toTag: "x" });
        await socket.send(busy.toBytes(), incoming.flow);
        await final;
      }
      await socket.close();
    }, { faults });
    return came;
  };
  assert.equal(await attempt([]), 0);
  assert.equal(await attempt(["ibcf/falls-back-to-tcp"]), 1);
});

Deno.test("DNS leads to SIP over TLS, and to UDP under a fault", async () => {
  const ask = async ({ core }: Scene, name: string, type: "NAPTR" | "SRV" | "A") => {
    const socket = await systemNet.open("udp", {
      local: { address: "127.0.4.9", port: 0 },
      clock: systemNet.clock,
    });
    const question = { id: 7, response: false, questions: [{ name, type }] };
    await socket.send(buildDns(question), { transport: "udp", local: socket.local, remote: core.dns! });
    const { bytes } = (await socket.receive())!;
    await socket.close();
    const { rcode, answers = [] } = parseDns(bytes);
    return { rcode, answers: answers as readonly DnsRecord[] };
  };
  const follow = async (given: Scene) => {
    const [naptr] = (await ask(given, "home1.net", "NAPTR")).answers;
    assert.ok(naptr?.type === "NAPTR");
    const [srv] = (await ask(given, naptr.replacement, "SRV")).answers;
    assert.ok(srv?.type === "SRV");
    const [host] = (await ask(given, srv.target, "A")).answers;
    assert.ok(host?.type === "A");
    return { services: naptr.services, at: { address: host.address, port: srv.port } };
  };
  await border(async (given) => {
    assert.deepEqual(await follow(given), { services: "SIPS+D2T", at: given.core.entry.ibcf!.tls });
    assert.equal((await ask(given, "x.home1.net", "A")).rcode, 3);
    assert.equal((await ask(given, "example.net", "A")).rcode, 5);
    assert.deepEqual((await ask(given, "ibcf.home1.net", "SRV")).answers, []);
  });
  await border(async (given) => {
    assert.deepEqual(await follow(given), { services: "SIP+D2U", at: given.core.entry.ibcf!.udp });
  }, { faults: ["ibcf/publishes-no-sips"] });
});
