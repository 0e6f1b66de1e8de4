import { strict as assert } from "node:assert";
import { checkProfile, validatePath } from "../harness/crypto/pki/mod.ts";
import { systemNet, type TlsHostOptions } from "../harness/net/mod.ts";
import { StreamFramer } from "sip-codec";
import { effect, reach } from "./testing/effects.ts";
import type { Scene } from "./testing/scene.ts";
import { digestSubscriber, DOMAIN } from "./testing/subscribers.ts";

const alice = digestSubscriber("alice");
const carol = digestSubscriber("carol");
const base = { subscribers: [alice, carol], tls: true } as const;

async function handshake({ ue }: Scene, client: TlsHostOptions["client"] = {}): Promise<string> {
  try {
    const { negotiated, certificateRequested } = (await ue(alice, { transport: "tls", client })).connection!;
    const asked = certificateRequested ? " asks" : "";
    return `${negotiated.version} ${negotiated.cipherSuite.name}${asked}`;
  } catch {
    return "none";
  }
}

effect("handshakes that only offer TLS 1.0", {
  ...base,
  observe: async (scene) => (await handshake(scene, { versions: ["TLSv1.0", "TLSv1.0"] })).slice(0, 7),
  honest: "none",
  broken: { "pcscf/tls-accepts-tls10": "TLSv1.0" },
});

effect("handshakes that only offer anonymous suites", {
  ...base,
  observe: (scene) =>
    handshake(scene, {
      versions: ["TLSv1.2", "TLSv1.2"],
      cipherSuites: ["TLS_ECDH_anon_WITH_AES_128_CBC_SHA"],
    }),
  honest: "none",
  broken: { "pcscf/tls-accepts-weak-suites": "TLSv1.2 TLS_ECDH_anon_WITH_AES_128_CBC_SHA" },
});

effect("handshakes that offer everything, then NULL alone, then everything", {
  ...base,
  observe: async (scene) => {
    const good = "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256";
    const none = "TLS_ECDHE_ECDSA_WITH_NULL_SHA";
    const only = (cipherSuites: readonly string[]) =>
      handshake(scene, { versions: ["TLSv1.2", "TLSv1.2"], cipherSuites });
    const seen = [await only([good, none]), await only([none]), await only([good])];
    return seen.map((one) => one.includes("NULL") ? "null" : one.includes("GCM") ? "gcm" : one).join(" ");
  },
  honest: "gcm none gcm",
  broken: {
    "pcscf/tls-prefers-null": "null null gcm",
    "pcscf/tls-unoffered-suite": "none none none",
    "pcscf/tls-deaf-after-null-hello": "gcm none none",
    "pcscf/tls-requests-certificate": "none none none",
  },
});

effect("whether the client is asked for a certificate in a handshake that succeeds", {
  ...base,
  observe: async (scene) => (await handshake(scene)).split(" ").slice(2).join() || "not asked",
  honest: "not asked",
  broken: { "pcscf/tls-would-like-certificate": "asks" },
});

effect("what is wrong with the certificates", {
  ...base,
  observe: async ({ ue, anchor }) => {
    const name = `pcscf.${DOMAIN}`;
    const now = systemNet.clock.now();
    const { peerChain } = (await ue(alice, { transport: "tls" })).connection!;
    const chain = [...peerChain];
    const { failures } = await validatePath({ chain, anchors: [anchor], now, purpose: "server", name });
    const violations = checkProfile(chain, { name, anchors: [anchor] });
    const rules = new Set([...failures, ...violations].map(({ rule }) => String(rule)));
    rules.delete("crl-distribution-point"); // the core has no CRLs, and needs none (O.5.1)
    return [...rules].sort().join(" ");
  },
  honest: "",
  broken: {
    "pcscf/tls-expired-certificate": "validity",
    "pcscf/tls-self-signed-certificate": "self-signed untrusted",
    "pcscf/tls-weak-certificate": "key signature-hash",
    "pcscf/tls-two-common-names": "common-name",
    "pcscf/tls-no-alternative-name": "alternative-name name",
    "pcscf/tls-ca-name-constraints": "name-constraints",
    "pcscf/tls-omits-intermediate": "chain",
    "pcscf/tls-other-root": "changed-root root",
    "pcscf/tls-intermediate-without-ca-flag": "basic-constraints",
    "pcscf/tls-issuer-encoding": "issuer-encoding",
  },
});

effect("SIP in the clear to the port of TLS", {
  ...base,
  observe: async ({ ue, core }) => {
    const clear = await ue(alice, { transport: "tcp", through: core.entry["p-cscf"].tls! });
    const request = clear.registerRequest();
    await clear.send(request);
    return await clear.statusWithin(request, 400);
  },
  honest: "silence",
  broken: { "pcscf/tls-clear-sip-on-tls-port": "401" },
});

effect("SIP put into the stream past TLS, and a record once more", {
  ...base,
  observe: async ({ ue }) => {
    const watcher = await ue(carol);
    await watcher.register();
    const seen: string[] = [];
    for (const how of ["inject", "replay"] as const) {
      const a = await ue(alice, { transport: "tls" });
      await a.register();
      if (how === "inject") {
        const request = a.build("OPTIONS", `sip:pcscf.${DOMAIN}`);
        await a.connection!.inject(request.toBytes());
        seen.push(await a.statusWithin(request, 300));
        continue;
      }
      assert.equal(await reach(a, watcher), "200");
      const last = a.connection!.records.findLast(({ direction }) => direction === "out");
      await a.connection!.inject(last!.bytes);
      seen.push(await a.connection!.ended(300) ? "ended" : "taken");
    }
    return seen.join(" ");
  },
  honest: "silence ended",
  broken: {
    "pcscf/tls-reads-injected-sip": "200 ended",
    "pcscf/tls-takes-replayed-record": "silence taken",
  },
});

effect("what is served in the clear after an alert", {
  ...base,
  observe: async ({ ue, core }) => {
    const watcher = await ue(carol);
    await watcher.register();
    const clear = await ue(alice);
    const local = { address: clear.local.address, port: 0 };
    const nobody = { trust: { anchors: [] } };
    const host = await systemNet.tls!({
      local,
      clock: systemNet.clock,
      framer: () => new StreamFramer(),
      client: nobody,
    });
    await host.connect(core.entry["p-cscf"].tls!).catch(() => {});
    await host.close();
    await systemNet.clock.wait(systemNet.clock.now() + 50);
    return await reach(clear, watcher);
  },
  honest: "403",
  broken: { "pcscf/tls-clear-after-alert": "200" },
});
