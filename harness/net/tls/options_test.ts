import assert from "node:assert/strict";
import { EnvironmentError, LocalMisuseError } from "../../errors.ts";
import { TlsContext, type TlsOptions } from "./mod.ts";
import { CA, CLIENT_EC, NAME, SERVER_EC, SERVER_RSA } from "./testing/certificates.ts";
import { join, Joined, utf8 } from "./testing/joined.ts";

const TLS12: TlsOptions = { versions: ["TLSv1.2", "TLSv1.2"] };
const TLS13: TlsOptions = { versions: ["TLSv1.3", "TLSv1.3"] };
const DTLS12: TlsOptions = { versions: ["DTLSv1.2", "DTLSv1.2"] };

Deno.test("cipherSuites: a client offers what is asked for, in that order; NULL and anonymous suites work", () => {
  for (
    const [suite, code] of [
      ["TLS_RSA_WITH_NULL_SHA256", 0x003b],
      ["TLS_ECDHE_RSA_WITH_NULL_SHA", 0xc010],
      ["TLS_DH_anon_WITH_AES_128_CBC_SHA", 0x0034],
      ["TLS_RSA_WITH_AES_128_CBC_SHA", 0x002f],
      ["TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384", 0xc02c],
      ["TLS_DHE_RSA_WITH_AES_128_GCM_SHA256", 0x009e],
      ["ECDHE-RSA-AES128-SHA", 0xc013],
    ] as const
  ) {
    join({ both: { ...TLS12, cipherSuites: [suite] } }, ({ client, server }) => {
      const { cipherSuite } = client.negotiated();
      assert.equal(cipherSuite.code, code, suite);
      if (suite.startsWith("TLS_")) assert.equal(cipherSuite.name, suite);
      assert.deepEqual(server.negotiated().cipherSuite, cipherSuite);
      assert.equal(client.peerChain().length, suite.includes("anon") ? 0 : 1);
    });
  }
});

Deno.test("cipherSuites: those of TLS 1.3 alone, with older versions allowed", () => {
  const cipherSuites = ["TLS_CHACHA20_POLY1305_SHA256"];
  join({ client: { cipherSuites } }, ({ client }) => {
    assert.deepEqual(client.negotiated().cipherSuite, { name: cipherSuites[0], code: 0x1303 });
  });
  join({ client: { cipherSuites }, server: TLS12 }, (joined) => {
    assert.deepEqual(joined.alerts("client").map(({ name }) => name), ["handshake_failure"]);
  });
});

Deno.test("serverPreference decides whose order counts", () => {
  const [one, other] = ["TLS_RSA_WITH_AES_128_CBC_SHA", "TLS_RSA_WITH_AES_256_CBC_SHA"] as const;
  for (const serverPreference of [false, true]) {
    const client = { ...TLS12, cipherSuites: [one, other] };
    const server = { ...TLS12, cipherSuites: [other, one], serverPreference };
    join({ client, server }, (joined) => {
      assert.equal(joined.client.negotiated().cipherSuite.name, serverPreference ? other : one);
    });
  }
});

Deno.test("groups and signature algorithms are those that were chosen", () => {
  for (const version of [TLS12, TLS13]) {
    const both = {
      ...version,
      groups: ["secp384r1", "secp256r1"],
      signatureAlgorithms: ["ecdsa_secp256r1_sha256"],
    };
    join({ both }, ({ client }) => {
      assert.equal(client.negotiated().group, "secp384r1");
      assert.equal(client.negotiated().peerSignature, "id-ecPublicKey");
    });
  }
  join(
    { both: { ...TLS13, groups: ["ffdhe2048"], signatureAlgorithms: ["rsa_pss_rsae_sha256"] } },
    ({ client }) => {
      assert.equal(client.negotiated().group, "ffdhe2048");
      assert.equal(client.negotiated().peerSignature, "RSASSA-PSS");
    },
  );
});

Deno.test("a client certificate that is asked for comes as DER, in every version", () => {
  for (const version of [TLS12, TLS13, DTLS12]) {
    const client = { ...version, certificates: [CLIENT_EC] };
    const server = { ...version, clientCertificate: "require", clientAuthorities: [CA] } as const;
    join({ client, server }, (joined) => {
      assert.deepEqual(joined.server.peerChain(), CLIENT_EC.chain);
      assert.deepEqual(
        [SERVER_EC.chain, SERVER_RSA.chain].some((chain) => same(chain, joined.client.peerChain())),
        true,
      );
      assert(joined.client.certificateRequested());
    });
    join({ both: version }, (joined) => assert(!joined.client.certificateRequested()));
    join({ client: version, server: { ...server, clientCertificate: "request" } }, (joined) => {
      assert.deepEqual([joined.server.peerChain(), joined.client.certificateRequested()], [[], true]);
      assert.equal(joined.count("server", "handshake"), 1);
    });
  }
});

Deno.test("a required client certificate that is missing gives the alert for it", () => {
  join({ client: TLS12, server: { clientCertificate: "require" } }, (joined) => {
    assert.deepEqual(joined.alerts("client").map(({ code }) => code), [40]);
  });
  join({ client: TLS13, server: { clientCertificate: "require" } }, (joined) => {
    assert.deepEqual(joined.alerts("client").map(({ name }) => name), ["certificate_required"]);
    assert.deepEqual(joined.alerts("server").map(({ direction }) => direction), ["sent"]);
  });
});

Deno.test("trust: without it any chain will do, with it OpenSSL judges chain and name", () => {
  for (const version of [TLS12, TLS13]) {
    const judged = (trust: TlsOptions["trust"], alerts: string[], verification: string) =>
      join({ both: version, client: { ...version, ...trust && { trust } } }, (joined) => {
        assert.deepEqual(joined.alerts("server").map(({ name }) => name), alerts);
        assert.equal(joined.client.verification(), verification);
      });
    judged(undefined, [], "ok");
    judged({ anchors: [CA], name: NAME }, [], "ok");
    judged({ anchors: [CA] }, [], "ok");
    judged({ anchors: [CA], name: "other.example" }, ["bad_certificate"], "hostname mismatch");
    judged({ anchors: [] }, ["unknown_ca"], "unable to get local issuer certificate");
    const [early, late] = [Date.UTC(2000, 0), Date.UTC(2200, 0)];
    judged({ anchors: [CA], at: late }, ["certificate_expired"], "certificate has expired");
    judged({ anchors: [CA], at: early }, ["bad_certificate"], "certificate is not yet valid");
  }
});

Deno.test("trust: a server refuses a client that it does not know", () => {
  for (const version of [TLS12, TLS13]) {
    const server = { ...version, clientCertificate: "require", trust: { anchors: [CA] } } as const;
    join({ client: { ...version, certificates: [CLIENT_EC] }, server }, (joined) => {
      assert.deepEqual([joined.alerts("client"), joined.server.verification()], [[], "ok"]);
      assert(joined.server.keyLog().length > 0);
    });
    const stranger = { ...server, trust: { anchors: [] } };
    join({ client: { ...version, certificates: [CLIENT_EC] }, server: stranger }, (joined) => {
      assert.deepEqual(joined.alerts("client").map(({ name }) => name), ["unknown_ca"]);
    });
  }
});

Deno.test("srtpProfiles: the first that both have (RFC 5764)", () => {
  const client = { ...DTLS12, srtpProfiles: ["SRTP_AEAD_AES_128_GCM", "SRTP_AES128_CM_SHA1_80"] };
  join({ client, server: { ...DTLS12, srtpProfiles: ["SRTP_AES128_CM_SHA1_80"] } }, ({ client, server }) => {
    assert.deepEqual(client.negotiated().srtpProfile, { name: "SRTP_AES128_CM_SHA1_80", code: 1 });
    assert.deepEqual(server.negotiated().srtpProfile, { name: "SRTP_AES128_CM_SHA1_80", code: 1 });
    const label = "EXTRACTOR-dtls_srtp";
    assert.deepEqual(client.exportKey(label, 60), server.exportKey(label, 60));
  });
});

Deno.test("extendedMasterSecret and encryptThenMac can be left out; the fallback signal is heeded", () => {
  join({ both: TLS12 }, ({ client }) => assert(client.negotiated().extendedMasterSecret));
  join({ client: { ...TLS12, extendedMasterSecret: false, encryptThenMac: false } }, ({ client }) => {
    assert(!client.negotiated().extendedMasterSecret);
  });
  join({
    client: { versions: ["TLSv1.1", "TLSv1.1"], fallbackScsv: true },
    server: { versions: ["TLSv1.0", "TLSv1.2"] },
  }, (joined) => {
    assert.deepEqual(joined.alerts("client").map(({ name }) => name), ["inappropriate_fallback"]);
  });
});

Deno.test("sessions are resumed: by id, by ticket, in TLS 1.3 and over DTLS", () => {
  for (
    const options of [
      { ...TLS12, tickets: false },
      TLS12,
      TLS13,
      { versions: ["TLSv1.0", "TLSv1.0"] },
      DTLS12,
    ] as TlsOptions[]
  ) {
    using client = new TlsContext(options);
    using server = new TlsContext({ ...options, certificates: [SERVER_RSA] });
    using first = new Joined({ client, server });
    const session = first.client.session() ?? "";
    assert.match(session, /^-----BEGIN SSL SESSION PARAMETERS-----/);
    assert.equal(first.count("client", "ticket") > 0, options === TLS13);
    using second = new Joined({ client, server }, { resume: session });
    assert.deepEqual([second.client.negotiated().resumed, second.server.negotiated().resumed], [true, true]);
    if (options.tickets === false) {
      assert.deepEqual(second.client.negotiated().sessionId, first.server.negotiated().sessionId);
      assert.equal(second.client.negotiated().sessionId.length, 32);
    }
    assert.deepEqual(second.client.peerChain()[0], SERVER_RSA.chain[0]);
  }
});

Deno.test("a session id that the server does not know, or one it keeps no more, gives a full handshake", () => {
  const options: TlsOptions = { ...TLS12, tickets: false };
  for (const sessionCache of [true, false]) {
    using client = new TlsContext(options);
    using server = new TlsContext({ ...options, sessionCache, certificates: [SERVER_RSA] });
    using first = new Joined({ client, server });
    const session = first.client.session();
    if (session === undefined) {
      assert(!sessionCache);
      continue;
    }
    const sessionId = new Uint8Array(32).fill(7);
    using second = new Joined({ client, server }, { resume: session, sessionId });
    assert(!second.client.negotiated().resumed);
    assert.notDeepEqual(second.client.negotiated().sessionId, sessionId);
  }
});

Deno.test("alpn: a client offers it, the server may leave it unanswered", () => {
  join(
    { client: { alpn: ["sip/2", "h2"] } },
    ({ client }) => assert.equal(client.negotiated().alpn, undefined),
  );
});

Deno.test("options that make no sense, or that OpenSSL lacks, are told as such", () => {
  const wrong: [TlsOptions, typeof LocalMisuseError | typeof EnvironmentError, RegExp][] = [
    [{ versions: ["TLSv1.2", "DTLSv1.2"] }, LocalMisuseError, /mix TLS and DTLS/],
    [{ certificates: [{ chain: [], key: new Uint8Array() }] }, LocalMisuseError, /certificate is needed/],
    [{ certificates: [{ chain: SERVER_EC.chain, key: utf8("no key") }] }, LocalMisuseError, /no DER key/],
    [{ certificates: [{ chain: [utf8("x")], key: SERVER_EC.key }] }, LocalMisuseError, /cannot be used/],
    [
      { certificates: [{ chain: SERVER_EC.chain, key: CLIENT_EC.key }] },
      LocalMisuseError,
      /does not go with/,
    ],
    [{ cipherSuites: ["TLS_RSA_WITH_NOTHING"] }, EnvironmentError, /TLS_RSA_WITH_NOTHING/],
    [{ groups: ["secp1"] }, EnvironmentError, /the groups "secp1"/],
    [{ ...DTLS12, srtpProfiles: ["SRTP_X"] }, EnvironmentError, /SRTP_X/],
    [{ trust: { anchors: [utf8("x")] } }, LocalMisuseError, /anchor is no certificate/],
  ];
  for (const [options, kind, message] of wrong) {
    assert.throws(
      () => new TlsContext(options),
      (error) => error instanceof kind && message.test(error.message),
      String(message),
    );
  }
  using context = new TlsContext();
  assert.throws(() => context.connect({ resume: "no session" }), LocalMisuseError);
  context[Symbol.dispose]();
  assert.throws(() => context.connect(), LocalMisuseError);
});

function same(one: readonly Uint8Array[], other: readonly Uint8Array[]): boolean {
  return one.length === other.length && one.every((bytes, i) => bytes.toHex() === other[i]?.toHex());
}
