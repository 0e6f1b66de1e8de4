/** Two networks at each other's border, over real TLS on loopback. */
import assert from "node:assert/strict";
import { createAuthority, toPem } from "../../crypto/pki/mod.ts";
import { EnvironmentError } from "../../errors.ts";
import { drive } from "../../net/driver.ts";
import { checkTls, systemNet } from "../../net/mod.ts";
import type { Endpoint } from "../../net/types.ts";
import type { Partner, Profile } from "../../../profiles/types.ts";
import { toolTest } from "../../../_tools/foreign_program.ts";
import { NoAnswer } from "../no_answer.ts";
import { createNetwork } from "./network.ts";
import type { Network, NetworkOptions } from "./types.ts";

const missing = missingTls();
const issuer = await createAuthority({ name: "Test CA", now: Date.now() });
const PEM = {
  certificate: toPem("CERTIFICATE", issuer.certificate),
  key: toPem("PRIVATE KEY", issuer.keys.privateKey),
};

toolTest("a network calls another one, each dialog on the connection it was told", missing, async () => {
  const { a, b, end } = await pair();
  const first = await a.connect();
  const second = await a.connect();
  assert.equal(second.negotiated.version, "TLSv1.3");
  const taking = b.acceptCall();
  const call = await a.invite(b.uri, { way: first });
  assert.equal((await call.answered({ way: first })).status, 200);
  const incoming = await taking;
  await incoming.acknowledged();
  assert.equal(incoming.invite.assertedIdentities[0]?.uri.toString(), "sip:peer@a.example");
  const [one, other] = [await b.accepted(), await b.accepted()];
  assert.equal(b.carried(incoming.invite), one);
  const bye = await call.hangUp({ way: second });
  assert.equal(bye.status, 200);
  assert.equal(b.carried((await incoming.next("BYE")).request), other);
  assert.equal(a.carried(bye), second);
  await end();
});

toolTest("a network answers OPTIONS and tells what came in the clear", missing, async () => {
  const { a, b, end } = await pair();
  assert.equal((await a.attempt({ target: "sip:b.example" })).outcome, "200 OK");
  for (const over of ["udp", "tcp"] as const) {
    const exchange = await a.request("OPTIONS", "sip:b.example", { way: "clear", over });
    assert.equal((await exchange.final()).status, 200);
    assert.match(exchange.request.get("Via") ?? "", new RegExp(`^SIP/2.0/${over.toUpperCase()} 127.`));
    assert.equal(b.received.at(-1)?.connection, undefined);
  }
  assert.equal(b.received.length, 3);
  await end();
});

toolTest("attempt() takes 100 for an answer only where nothing follows it", missing, async () => {
  const { a, b, end } = await pair();
  const outcomes: string[] = [];
  for (const statuses of [[100, 403], [100]]) {
    const attempting = a.attempt({ method: "MESSAGE", target: b.uri });
    const incoming = await b.incoming("MESSAGE");
    for (const status of statuses) await incoming.respond(status);
    outcomes.push((await attempting).outcome);
  }
  assert.deepEqual(outcomes, ["403 Forbidden", "100 Trying"]);
  await end();
});

toolTest("attempt() tells how a connection with a bad certificate ends", missing, async () => {
  const trust = { anchors: [issuer.certificate] };
  const { a, b, end } = await pair({ server: { tls: { trust, clientCertificate: "require" } } });
  const outcomes: Record<string, string> = {};
  for (
    const certificate of ["partner", "unknown-issuer", "expired", "self-signed", "none", "stranger"] as const
  ) {
    outcomes[certificate] = (await a.attempt({ certificate, target: "sip:b.example" })).outcome;
  }
  assert.deepEqual(outcomes, {
    "partner": "200 OK",
    "unknown-issuer": "alert unknown_ca",
    "expired": "alert certificate_expired",
    "self-signed": "alert unknown_ca",
    "none": "alert certificate_required",
    // A chain as it should be: what the name is worth is for who reads it.
    "stranger": "200 OK",
  });
  assert.equal((await b.failure()).alert?.name, "unknown_ca");
  assert.equal(b.refused.length, 4);
  await end();
});

toolTest("a network shows the certificate that it was told to, as server", missing, async () => {
  const { a, end } = await pair({ server: { certificate: "other-name" } });
  assert.ok((await a.connect({ tls: { trust: { anchors: [issuer.certificate] } } })).open);
  const named = a.connect({ tls: { trust: { anchors: [issuer.certificate], name: "b.example" } } });
  await assert.rejects(named, { name: "TlsFailure" });
  await end();
});

toolTest("judge() and probe() tell what the other side shows and takes", missing, async () => {
  const right = await pair();
  assert.deepEqual(await right.a.judge(await right.a.connect()), []);
  const versions = await right.a.probe().versions();
  assert.deepEqual(versions.filter(({ accepted }) => accepted).map(({ version }) => version), [
    "TLSv1.2",
    "TLSv1.3",
  ]);
  await right.end();
  const wrong = await pair({ server: { certificate: "stranger" } });
  const failures = await wrong.a.judge(await wrong.a.connect());
  assert.deepEqual(failures.map(({ rule }) => rule), ["name"]);
  await wrong.end();
});

toolTest("a request ends with the connection that carries it", missing, async () => {
  const { a, b, end } = await pair();
  const connection = await a.connect();
  const exchange = await a.request("MESSAGE", b.uri, { way: connection });
  await b.incoming("MESSAGE");
  await (await b.accepted()).close();
  await assert.rejects(exchange.final(), NoAnswer);
  await end();
});

toolTest("a network that does not listen is not there", missing, async () => {
  const { a, end } = await pair({ listen: false });
  await assert.rejects(a.connect(), EnvironmentError);
  await end();
});

/** Distinct addresses for each pair, so that tests can run beside each other. */
let pairs = 0;

async function pair(second: NetworkOptions = {}): Promise<{ a: Network; b: Network; end(): Promise<void> }> {
  const subnet = ++pairs;
  const at = (n: number): Endpoint => ({ address: `127.77.${subnet}.${n}`, port: 5061 });
  const partner = (domain: string, listen: Endpoint): Partner => ({
    domain,
    listen,
    clear: { ...listen, port: 5060 },
    user: "peer",
  });
  const [one, other] = [partner("a.example", at(1)), partner("b.example", at(2))];
  const a = await open(one, other);
  const b = await open(other, one, second);
  return {
    a,
    b,
    async end() {
      await Promise.all([a.close(), b.close()]);
    },
  };
}

let count = 0;

function open(partner: Partner, border: Partner, options: NetworkOptions = {}): Promise<Network> {
  const token = (length = 12) => `${partner.user}${partner.domain[0]}${++count}`.padEnd(length, "x");
  return createNetwork({
    net: systemNet,
    clock: systemNet.clock,
    drive,
    partner,
    options,
    random: { token, bytes: (length) => new Uint8Array(length), integer: () => 1 },
    profile: profileOf(border),
  });
}

function profileOf({ domain, listen, clear }: Partner): Profile {
  return {
    name: "pair",
    device: null,
    scope: ["127.0.0.0/8"],
    home: { domain, mcc: "001", mnc: "01" },
    entry: { ibcf: { tls: listen, udp: clear, tcp: clear } },
    access: {},
    capabilities: {},
    subscribers: [],
    operator: null,
    pki: { trust: [PEM.certificate], client: null, issuer: PEM },
    timers: {
      t1: 100,
      t2: 400,
      t4: 500,
      answer: 2000,
      silence: 200,
      regAwaitAuth: 1000,
      minExpires: 1000,
      expiryMargin: 100,
      nonceLifetime: 1000,
    },
    waivers: [],
    secrets: [],
  };
}

/** Why there is no TLS here. */
function missingTls(): string | undefined {
  try {
    return void checkTls();
  } catch (error) {
    return error instanceof EnvironmentError ? error.message : String(error);
  }
}
