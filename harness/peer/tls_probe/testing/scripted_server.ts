/**
 * A TLS server for tests that answers hellos and nothing more: rightly, or with one thing wrong that no server at hand
 * does. What it says is made by the builders of wire/tls, so that the probe reads it as it reads any other.
 */
import { concat } from "../../../wire/bytes.ts";
import {
  ALERT,
  type AlertName,
  alertRecord,
  buildRecord,
  CIPHER_SUITES,
  CONTENT_TYPE,
  EXTENSION,
  GROUP,
  HANDSHAKE_TYPE,
  handshakeRecords,
  SIGNAL_SUITE,
  SIGNATURE_SCHEME,
  suiteNamed,
  suiteOf,
  TLS_VERSION,
  type TlsExtension,
} from "../../../wire/tls/mod.ts";
import { Reader } from "../../../wire/tls/reader.ts";
import { uint, vector } from "../../../wire/tls/writer.ts";

/** What it does wrong. */
export const MISDEEDS = [
  "compresses",
  "ignores fallback",
  "hides downgrade",
  "ignores fallback, hides downgrade",
  "tells the wrong downgrade",
  "does not know RFC 5746",
  "renegotiation_info with content",
  "chooses an unoffered suite",
  "chooses a suite that was offered before",
  "chooses a suite of another version",
  "answers what was not asked for",
  "answers an unknown extension",
  "repeats an extension",
  "makes up a session id in TLS 1.3",
  "resumes a made-up session in TLS 1.2",
  "chooses an unoffered curve",
  "chooses a group without a key",
  "stops at an unknown extension",
  "speaks every version",
  "takes whatever comes first",
  "speaks every version, takes whatever comes first",
] as const;

export type Misdeed = typeof MISDEEDS[number];

export class ScriptedServer implements Disposable {
  readonly #listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });

  /** `certificate`: DER, of an ECDSA key. */
  constructor(readonly certificate: Uint8Array, readonly misdeed?: Misdeed) {
    void this.#serve();
  }

  get port(): number {
    return this.#listener.addr.port;
  }

  [Symbol.dispose](): void {
    this.#listener.close();
  }

  async #serve(): Promise<void> {
    for await (const connection of this.#listener) {
      void this.#answer(connection).catch(() => {}).finally(() => connection.close());
    }
  }

  async #answer(connection: Deno.TcpConn): Promise<void> {
    const bytes = new Uint8Array(0x4000);
    const length = await connection.read(bytes) ?? 0;
    const { octets, over } = this.#flight(readClientHello(bytes.subarray(0, length)));
    await connection.write(octets);
    // Until the client has had enough, or says so.
    while (!over && await connection.read(bytes) !== null && bytes[0] !== CONTENT_TYPE.alert);
  }

  #flight(client: ClientHello | undefined): Said {
    const { misdeed } = this;
    if (!client) return alert("decode_error");
    const spoken = does(misdeed, "speaks every version") ? Object.values(TLS_VERSION) : [0x0303, 0x0304];
    const version = spoken.toReversed().find((one) => client.versions.includes(one));
    if (!version) return alert("protocol_version");
    const below = version < TLS_VERSION["TLSv1.3"];
    if (below && client.suites.includes(SIGNAL_SUITE.fallback) && !does(misdeed, "ignores fallback")) {
      return alert("inappropriate_fallback");
    }
    if (misdeed === "stops at an unknown extension" && client.extensions.some(isUnknown)) {
      return alert("decode_error");
    }
    const suite = suiteFor(client, version, misdeed);
    if (suite === undefined) return alert("handshake_failure");
    const group = groupFor(client, below, misdeed);
    if (client.groups.length > 0 && client.groups.every((one) => one !== GROUP.secp256r1 && one !== group)) {
      return alert("handshake_failure");
    }
    const messages = [
      serverHello(client, { version, suite, group, misdeed }),
      ...(below
        ? [certificates(this.certificate), ...keyExchange(version, suite, group), message("serverHelloDone")]
        : []),
    ];
    const said = messages.map((one) => handshakeRecords(one, Math.min(version, TLS_VERSION["TLSv1.2"])));
    if (!below) {
      // Stands for all that is encrypted from here on.
      const payload = new Uint8Array(64);
      said.push(buildRecord({ type: CONTENT_TYPE.applicationData, version: 0x0303, payload }));
    }
    return { octets: concat(...said), over: false };
  }
}

interface Said {
  readonly octets: Uint8Array;
  /** The connection is closed behind it. */
  readonly over: boolean;
}

interface ClientHello {
  readonly versions: readonly number[];
  readonly sessionId: Uint8Array;
  readonly suites: readonly number[];
  readonly compression: readonly number[];
  readonly groups: readonly number[];
  readonly extensions: readonly TlsExtension[];
}

/** Its suites, by its own order. */
const [OWN, OWN_TLS13] = [
  ["TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256", "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384"],
  ["TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384"],
].map((names) => names.map((name) => suiteNamed(name).code)) as [number[], number[]];

/** For those that come together. */
function does(misdeed: Misdeed | undefined, what: Misdeed): boolean {
  return misdeed?.includes(what) ?? false;
}

function suiteFor({ suites }: ClientHello, version: number, misdeed?: Misdeed): number | undefined {
  const tls13 = version >= TLS_VERSION["TLSv1.3"];
  // No suite of its own is one of SSL 3.0 to TLS 1.1; what the client has first will do.
  const own = version < TLS_VERSION["TLSv1.2"] || does(misdeed, "takes whatever comes first")
    ? suites.filter((one) => CIPHER_SUITES.has(one))
    : tls13
    ? OWN_TLS13
    : OWN;
  if (misdeed === "chooses a suite of another version") return (tls13 ? OWN : OWN_TLS13)[0];
  if (misdeed === "chooses a suite that was offered before") return own[0];
  const unoffered = own.find((one) => !suites.includes(one));
  if (misdeed === "chooses an unoffered suite" && unoffered !== undefined) return unoffered;
  return own.find((one) => suites.includes(one));
}

function groupFor({ groups, extensions }: ClientHello, below: boolean, misdeed?: Misdeed): number {
  if (does(misdeed, "takes whatever comes first") && groups[0] !== undefined) return groups[0];
  if (misdeed === "chooses an unoffered curve" && below) return GROUP.secp224r1;
  const wrong = misdeed === "chooses a group without a key" && !below;
  return wrong && extensions.some(({ type }) => type === EXTENSION.keyShare)
    ? GROUP.secp384r1
    : GROUP.secp256r1;
}

function serverHello(
  client: ClientHello,
  about: {
    readonly version: number;
    readonly suite: number;
    readonly group: number;
    readonly misdeed: Misdeed | undefined;
  },
): Uint8Array {
  const { version, suite, group, misdeed } = about;
  const tls13 = version >= TLS_VERSION["TLSv1.3"];
  const random = new Uint8Array(32).fill(7);
  if (!tls13 && !does(misdeed, "hides downgrade")) {
    random.set(new TextEncoder().encode("DOWNGRD"), 24);
    random[31] = misdeed === "tells the wrong downgrade" || version < TLS_VERSION["TLSv1.2"] ? 0 : 1;
  }
  const extensions = tls13 ? inTls13(group) : inTls12(client, misdeed);
  const one = extensions[0]!;
  if (misdeed === "repeats an extension") extensions.push(one);
  if (misdeed === "answers what was not asked for") extensions.push(empty(EXTENSION.alpn));
  if (misdeed === "answers an unknown extension") extensions.push(...client.extensions.filter(isUnknown));
  const deflate = misdeed === "compresses" && client.compression.includes(1);
  return message(
    "serverHello",
    ...[
      uint(Math.min(version, TLS_VERSION["TLSv1.2"]), 2),
      random,
      vector(1, sessionId(client, tls13, misdeed)),
    ],
    ...[uint(suite, 2), uint(deflate ? 1 : 0, 1)],
    // SSL 3.0 has none.
    ...(version === TLS_VERSION.SSLv3
      ? []
      : [vector(2, ...extensions.map(({ type, data }) => concat(uint(type, 2), vector(2, data))))]),
  );
}

function sessionId(client: ClientHello, tls13: boolean, misdeed?: Misdeed): Uint8Array {
  const fresh = new Uint8Array(32).fill(9);
  if (tls13) return misdeed === "makes up a session id in TLS 1.3" ? fresh : client.sessionId;
  return misdeed === "resumes a made-up session in TLS 1.2" ? client.sessionId : fresh;
}

function inTls13(group: number): TlsExtension[] {
  const share = concat(uint(group, 2), vector(2, new Uint8Array(65).fill(4)));
  return [
    { type: EXTENSION.supportedVersions, data: uint(0x0304, 2) },
    { type: EXTENSION.keyShare, data: share },
  ];
}

function inTls12({ suites, extensions }: ClientHello, misdeed?: Misdeed): TlsExtension[] {
  const asked = suites.includes(SIGNAL_SUITE.renegotiation) ||
    extensions.some(({ type }) => type === EXTENSION.renegotiationInfo);
  const content = misdeed === "renegotiation_info with content" ? [1, 2, 3] : [];
  return [
    empty(EXTENSION.extendedMasterSecret),
    ...(asked && misdeed !== "does not know RFC 5746"
      ? [{ type: EXTENSION.renegotiationInfo, data: vector(1, Uint8Array.from(content)) }]
      : []),
  ];
}

function empty(type: number): TlsExtension {
  return { type, data: new Uint8Array() };
}

/** RFC 5246 7.4.2 */
function certificates(...chain: readonly Uint8Array[]): Uint8Array {
  return message("certificate", vector(3, ...chain.map((one) => vector(3, one))));
}

/** RFC 8422 5.4, RFC 5246 7.4.3: a named curve or a group of 1024 bits, and some signature; none for other suites. */
function keyExchange(version: number, suite: number, group: number): Uint8Array[] {
  const { keyExchange: kind = "" } = suiteOf(suite);
  if (!/^EC?DHE?_(RSA|ECDSA|anon)$|^DHE?_(RSA|DSS|anon)$/.test(kind)) return [];
  const number = (length: number) => vector(2, new Uint8Array(length).fill(0xe7));
  const parameters = kind.startsWith("EC")
    ? concat(uint(3, 1), uint(group, 2), vector(1, new Uint8Array(65).fill(4)))
    : concat(number(128), number(1), number(128));
  const scheme = version < TLS_VERSION["TLSv1.2"] ? [] : [uint(SIGNATURE_SCHEME.ecdsa_secp256r1_sha256, 2)];
  const signed = kind.endsWith("anon") ? [] : [...scheme, vector(2, new Uint8Array(70).fill(5))];
  return [message("serverKeyExchange", parameters, ...signed)];
}

function message(name: keyof typeof HANDSHAKE_TYPE, ...body: readonly Uint8Array[]): Uint8Array {
  return concat(uint(HANDSHAKE_TYPE[name], 1), vector(3, ...body));
}

function alert(name: AlertName): Said {
  return { octets: alertRecord("fatal", ALERT[name], 0x0303), over: true };
}

function isUnknown({ type }: TlsExtension): boolean {
  return !Object.values(EXTENSION).some((known) => known === type);
}

/** Of one record, as the probe sends it; undefined for anything else. */
function readClientHello(record: Uint8Array): ClientHello | undefined {
  if (record[0] !== CONTENT_TYPE.handshake || record[5] !== HANDSHAKE_TYPE.clientHello) return undefined;
  const body = new Reader(record.subarray(9), "ClientHello");
  const legacy = body.uint(2);
  body.take(32);
  const sessionId = body.vector(1).slice();
  const suites = body.inner(2, "cipher_suites").codes();
  const compression = [...body.vector(1)];
  const extensions: TlsExtension[] = [];
  const list = body.left > 0 ? body.inner(2, "extensions") : undefined;
  while (list && list.left > 0) extensions.push({ type: list.uint(2), data: list.vector(2).slice() });
  const dataOf = (wanted: number) => extensions.find(({ type }) => type === wanted)?.data;
  const [versions, groups] = [dataOf(EXTENSION.supportedVersions), dataOf(EXTENSION.supportedGroups)];
  return {
    versions: versions ? new Reader(versions.subarray(1), "supported_versions").codes() : [legacy],
    groups: groups ? new Reader(groups.subarray(2), "supported_groups").codes() : [],
    sessionId,
    suites,
    compression,
    extensions,
  };
}
