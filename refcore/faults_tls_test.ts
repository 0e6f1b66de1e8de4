import { asserted, effect, first, reach } from "./testing/effects.ts";
import type { Scene } from "./testing/scene.ts";
import { digestSubscriber, DOMAIN } from "./testing/subscribers.ts";
import type { TestUe } from "./testing/ue.ts";

const alice = digestSubscriber("alice");
const bob = digestSubscriber("bob");
const carol = digestSubscriber("carol");
const base = { subscribers: [alice, bob, carol], tls: true } as const;

const OFFER = { "Security-Client": "tls", "Require": "sec-agree", "Proxy-Require": "sec-agree" };
const VERIFY = { ...OFFER, "Security-Verify": "tls;q=0.9" };
const AS_ALICE = { "P-Preferred-Identity": `<sip:alice@${DOMAIN}>`, "From": `<sip:alice@${DOMAIN}>;tag=x` };

/** Carol is registered in the clear, Alice over TLS. */
async function pair({ ue }: Scene): Promise<[watcher: TestUe, a: TestUe]> {
  const [watcher, a] = [await ue(carol), await ue(alice, { transport: "tls" })];
  await watcher.register();
  await a.register();
  return [watcher, a];
}

/** Alice registers by security agreement, on the connection that is given. */
async function agree({ ue }: Scene): Promise<[clear: TestUe, inside: TestUe]> {
  const clear = await ue(alice);
  const challenge = await clear.ask(clear.registerRequest(OFFER));
  const inside = await ue(alice, { transport: "tls", address: clear.local.address });
  const verify = { ...OFFER, "Security-Verify": challenge.get("Security-Server") ?? "" };
  await inside.answerChallenge(challenge, verify);
  return [clear, inside];
}

effect("REGISTER in the clear that offers tls, and its answer in the clear", {
  ...base,
  observe: async ({ ue }) => {
    const clear = await ue(alice);
    const challenge = await clear.ask(clear.registerRequest(OFFER));
    const listed = (challenge.get("Security-Server") ?? "none").replace(/,.*/, " and more");
    return `${listed.slice(0, 10)} ${(await clear.answerChallenge(challenge, VERIFY)).status}`;
  },
  honest: "tls;q=0.9 494",
  broken: {
    "pcscf/sec-agree-tls-ranked-low": "ipsec-3gpp 494",
    "pcscf/tls-clear-sm7": "tls;q=0.9 200",
    "pcscf/tls-clear-answer-accepted": "tls;q=0.9 200",
  },
});

effect("SM7 over TLS that does not say what SM6 said", {
  ...base,
  observe: async ({ ue }) => {
    const clear = await ue(alice);
    const challenge = await clear.ask(clear.registerRequest(OFFER));
    const inside = await ue(alice, { transport: "tls" });
    const wrong = { ...OFFER, "Security-Verify": "tls;q=0.1" };
    return String((await inside.answerChallenge(challenge, wrong)).status);
  },
  honest: "494",
  broken: { "pcscf/sec-agree-tls-unverified": "200" },
});

effect("what a first REGISTER gets in the clear and over TLS, with Authorization and without", {
  ...base,
  observe: async ({ ue }) => {
    const [clear, inside] = [await ue(alice), await ue(alice, { transport: "tls" })];
    const answer = await clear.ask(clear.registerRequest());
    const forged = `Digest username="${alice.impi}", realm="${DOMAIN}", nonce="", uri="sip:${DOMAIN}", ` +
      `response="", integrity-protected="tls-yes"`;
    const statuses = [
      await first(clear, { Authorization: forged }),
      await first(inside),
      await first(inside, { Authorization: "" }),
    ];
    return [answer.get("Security-Server") ?? "none", ...statuses].join(" ");
  },
  honest: "none 401 401 401",
  broken: {
    "pcscf/tls-announced-unasked": "tls;q=0.9 401 401 401",
    "pcscf/tls-keeps-forged-indicator": "none 200 401 401",
    "scscf/tls-registers-unchallenged": "none 401 200 200",
    "pcscf/tls-demands-agreement": "none 401 421 421",
    "pcscf/tls-without-authorization-is-giba": "none 401 401 403",
  },
});

effect("Digest in the clear where TLS is mandatory", {
  ...base,
  policy: { tlsMandatory: true },
  observe: async ({ ue }) => String((await (await ue(alice)).register()).status),
  honest: "421",
  broken: { "pcscf/tls-mandate-ignored": "200" },
});

effect("requests in the clear from a UE that has registered by security agreement", {
  ...base,
  observe: async (scene) => {
    const watcher = await scene.ue(carol);
    await watcher.register();
    const [clear] = await agree(scene);
    const { Authorization } = { Authorization: clear.registerRequest().get("Authorization") ?? "" };
    return [
      await reach(clear, watcher),
      String((await clear.ask(clear.build("INVITE", "urn:service:sos"))).status),
      await first(clear, { Authorization }),
    ].join(" ");
  },
  honest: "403 380 401",
  broken: {
    "pcscf/tls-clear-requests-served": "200 404 401",
    "pcscf/tls-blocks-clear-emergency": "403 403 401",
    "pcscf/tls-clear-refresh-protected": "403 380 200",
  },
});

effect("requests on connections of nobody", {
  ...base,
  observe: async (scene) => {
    const [watcher, a] = await pair(scene);
    const fresh = await scene.ue(bob, { transport: "tls", address: a.local.address });
    const before = await asserted(fresh, watcher, AS_ALICE);
    await fresh.ask(fresh.registerRequest());
    return `${before} ${await asserted(fresh, watcher)}`;
  },
  honest: "403 403",
  broken: {
    "pcscf/tls-associates-by-address": "alice alice",
    "pcscf/tls-serves-after-handshake": "alice bob",
    "pcscf/tls-associates-before-200": "403 bob",
    "pcscf/tls-user-by-preferred-identity": "alice 403",
  },
});

effect("a second user on the connection", {
  ...base,
  observe: async (scene) => {
    const [watcher, a] = await pair(scene);
    const other = await scene.ue(bob, { transport: "tls" });
    await other.register();
    other.connection = a.connection;
    const second = await registerOn(other, a);
    return `${second} ${await asserted(a, watcher, { "P-Preferred-Identity": `<sip:bob@${DOMAIN}>` })}`;
  },
  honest: "403 alice",
  broken: {
    "pcscf/tls-mixes-users": "401 alice",
    "pcscf/tls-asserts-former-user": "401 alice",
    "pcscf/tls-yes-for-any-impi": "200 bob",
  },
});

/** A REGISTER of one user on the connection of another, whose UE hears the answer. */
async function registerOn(user: TestUe, on: TestUe): Promise<string> {
  const request = user.registerRequest();
  await on.send(request);
  return String((await on.response(request, 200)).status);
}

effect("a REGISTER in the clear of a user who began with TLS", {
  ...base,
  observe: async (scene) => {
    await pair(scene);
    const clear = await scene.ue(alice);
    return String((await clear.register({ Expires: "0" })).status);
  },
  honest: "403",
  broken: { "pcscf/tls-clear-deregistration": "200" },
});

effect("after a wrong answer", {
  ...base,
  observe: async ({ ue }) => {
    const a = await ue(alice, { transport: "tls" });
    const challenge = await a.ask(a.registerRequest());
    const Authorization = a.credentials(challenge, "REGISTER", `sip:${DOMAIN}`, { password: "another" });
    const request = a.registerRequest({ Authorization });
    await a.send(request);
    const told = await a.statusWithin(request, 500);
    return `${told} ${await a.connection!.ended(300) ? "closed" : "open"}`;
  },
  honest: "403 closed",
  broken: { "pcscf/tls-closes-before-failure": "silence closed", "pcscf/tls-open-after-failure": "403 open" },
});

effect("after a stale nonce", {
  ...base,
  observe: async ({ ue }) => {
    const a = await ue(alice, { transport: "tls" });
    const challenge = await a.ask(a.registerRequest());
    await a.answerChallenge(challenge);
    const { status } = await a.answerChallenge(challenge);
    return `${status} ${await a.connection!.ended(200) ? "closed" : "open"}`;
  },
  honest: "401 open",
  broken: { "pcscf/tls-closes-on-stale": "401 closed" },
});

effect("a call to a user whose connection is lost, before a new registration and after", {
  ...base,
  observe: async (scene) => {
    const [watcher, a] = await pair(scene);
    await a.connection!.close();
    const lost = await reach(watcher, a);
    await a.connect();
    const between = await reach(a, watcher);
    await a.register();
    return `${lost} ${between} ${await reach(watcher, a)}`;
  },
  honest: "480 403 200",
  broken: {
    "pcscf/tls-new-connection-inherits": "480 200 200",
    "pcscf/tls-keeps-dead-connection": "480 403 480",
  },
});

effect("where a call reaches a user over TLS", {
  ...base,
  observe: async (scene) => {
    const [watcher, a] = await pair(scene);
    const clear = await scene.ue(bob, { address: a.local.address });
    const subscribe = a.build("SUBSCRIBE", a.impu, { Event: "reg", Expires: "600" });
    const Contact = `<sip:alice@${clear.local.address}:${clear.local.port}>`;
    await a.ask(a.registerRequest({ Contact }));
    a.willing.add("NOTIFY");
    clear.willing.add("NOTIFY");
    await a.send(subscribe.set("Contact", Contact));
    const end = new AbortController();
    const heard = await Promise.race([
      a.request("NOTIFY").then(() => "tls"),
      clear.request("NOTIFY").then(() => "clear"),
    ]);
    end.abort();
    return `${heard} ${await reach(watcher, a, {}, alice.impus[0])}`;
  },
  honest: "tls 200",
  broken: { "pcscf/tls-notify-in-clear": "clear 200", "pcscf/tls-dialog-in-clear": "clear 200" },
});

effect("re-registration on the connection", {
  ...base,
  observe: async (scene) => {
    const [, a] = await pair(scene);
    return String((await a.register()).status);
  },
  honest: "200",
  broken: { "scscf/tls-refresh-never-accepted": "401" },
});

effect("a registration on a second connection", {
  ...base,
  observe: async (scene) => {
    const [watcher, a] = await pair(scene);
    const old = a.connection;
    const young = await a.connect();
    await a.register();
    a.connection = old;
    const before = await reach(a, watcher);
    a.connection = young;
    return `${before} ${await reach(a, watcher)}`;
  },
  honest: "403 200",
  broken: { "pcscf/tls-keeps-old-association": "200 200" },
});

effect("the session of the user, resumed on another connection", {
  ...base,
  observe: async (scene) => {
    const watcher = await scene.ue(carol);
    await watcher.register();
    const client = { versions: ["TLSv1.2", "TLSv1.2"] } as const;
    const a = await scene.ue(alice, { transport: "tls", client });
    await a.register();
    const { connection } = a;
    const old = connection!.session;
    await connection!.renegotiate(1000);
    const seen: string[] = [];
    for (const resume of [old, connection!.session]) {
      await a.connect({ ...client, ...(resume === undefined ? {} : { resume }) });
      seen.push(await reach(a, watcher));
    }
    return seen.join(" ");
  },
  honest: "403 403",
  broken: {
    "pcscf/tls-serves-old-session-id": "200 403",
    "pcscf/tls-serves-resumed-session": "200 200",
  },
});

effect("the connection, once HelloRequest went out or a while has passed", {
  ...base,
  timers: { t1: 100, minExpires: 400 },
  observe: async (scene) => {
    const [, a] = await pair(scene);
    return await a.connection!.ended(600) ? "closed" : "open";
  },
  honest: "open",
  broken: { "pcscf/tls-clear-hello-request": "closed", "pcscf/tls-drops-idle-session": "closed" },
});

effect("a UE that refuses to renegotiate", {
  ...base,
  observe: async (scene) => {
    const client = { versions: ["TLSv1.2", "TLSv1.2"], renegotiation: "refuse" } as const;
    const a = await scene.ue(alice, { transport: "tls", client });
    await a.register();
    await scene.operator({ action: "tls-renegotiate", impi: alice.impi });
    await a.connection!.ended(300);
    try {
      await a.connect();
      const request = a.registerRequest();
      await a.send(request);
      return await a.statusWithin(request, 500);
    } catch {
      return "no connection";
    }
  },
  honest: "401",
  broken: { "pcscf/tls-blocks-after-no-renegotiation": "silence" },
});

effect("where the answer to a REGISTER goes that has another connection beside it", {
  ...base,
  observe: async ({ ue }) => {
    const [one, other] = [await ue(alice, { transport: "tls" }), await ue(alice, { transport: "tls" })];
    await other.ask(other.registerRequest());
    const challenge = await one.ask(one.registerRequest());
    const Authorization = one.credentials(challenge, "REGISTER", `sip:${DOMAIN}`);
    const request = one.registerRequest({ Authorization });
    await one.send(request);
    return `${await one.statusWithin(request, 300)} ${await other.statusWithin(request, 300)}`;
  },
  honest: "200 silence",
  broken: { "pcscf/tls-answers-elsewhere": "silence 200" },
});

effect("a call to a Contact that is not where the connection is", {
  ...base,
  observe: async ({ ue }) => {
    const [watcher, a, listening] = [await ue(carol), await ue(alice, { transport: "tls" }), await ue(bob)];
    await watcher.register();
    await listening.close();
    const Contact = `<sip:alice@${listening.local.address}:${listening.local.port}>`;
    await a.register({ Contact });
    return await reach(watcher, a);
  },
  honest: "200",
  broken: { "pcscf/tls-dials-contact": "480" },
});
