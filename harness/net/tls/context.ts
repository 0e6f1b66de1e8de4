/** SSL_CTX: what the connections of one endpoint have in common, among it the sessions that a server keeps. */
import { EnvironmentError, LocalMisuseError } from "../../errors.ts";
import { parsed } from "./bio.ts";
import { TlsEngine } from "./engine.ts";
import { Hooks } from "./hooks.ts";
import { c, errors, type LibraryUse, type Native, type Openssl, useLibrary } from "./library.ts";
import { type ConnectOptions, type TlsCertificate, type TlsOptions, VERSION_CODES } from "./options.ts";
import { installSinks } from "./sinks.ts";
import { suiteLists } from "./suites.ts";
import { installTrust } from "./trust.ts";

/** Dispose it with `using`; connections made of it live on until they are disposed of themselves. */
export class TlsContext implements Disposable {
  readonly #library: LibraryUse;
  readonly #context: Native;
  readonly #hooks: Hooks;
  readonly #options: TlsOptions;
  /** This handle and the connections made of it. */
  #holders = 1;
  #disposed = false;

  /**
   * @throws EnvironmentError where OpenSSL is absent, or lacks what is asked for (a suite, a group)
   * @throws LocalMisuseError where an option makes no sense: a key that is not the certificate's, mixed versions
   */
  constructor(options: TlsOptions = {}) {
    this.#options = options;
    const datagram = isDatagram(options);
    this.#library = useLibrary();
    const { ssl } = this.#library;
    const context = ssl.SSL_CTX_new(datagram ? ssl.DTLS_method() : ssl.TLS_method());
    try {
      if (context === null) {
        throw new EnvironmentError("Cannot speak TLS: OpenSSL fails", errors(ssl).join("; "));
      }
      configure(ssl, context, options);
      this.#hooks = new Hooks(ssl, context, options);
      this.#context = context;
    } catch (error) {
      ssl.SSL_CTX_free(context);
      this.#library.release();
      throw error;
    }
  }

  /** A client that begins with the first toSend(). Dispose it with `using`. */
  connect(options: ConnectOptions = {}): TlsEngine {
    return this.#engine("client", options);
  }

  /** A server that waits for a ClientHello. Dispose it with `using`. */
  accept(): TlsEngine {
    return this.#engine("server", {});
  }

  [Symbol.dispose](): void {
    if (this.#disposed) return;
    this.#disposed = true;
    this.#drop();
  }

  #engine(role: "client" | "server", connect: ConnectOptions): TlsEngine {
    if (this.#disposed) throw new LocalMisuseError("This TLS context is disposed of: make another one");
    this.#holders++;
    try {
      return new TlsEngine({
        ssl: this.#library.ssl,
        context: this.#context,
        role,
        datagram: isDatagram(this.#options),
        options: this.#options,
        connect,
        released: () => this.#drop(),
      });
    } catch (error) {
      this.#drop();
      throw error;
    }
  }

  #drop(): void {
    if (--this.#holders > 0) return;
    this.#library.ssl.SSL_CTX_free(this.#context);
    this.#hooks[Symbol.dispose]();
    this.#library.release();
  }
}

function isDatagram({ versions = DEFAULT_VERSIONS }: TlsOptions): boolean {
  const [lowest, highest] = versions.map((version) => version.startsWith("DTLS"));
  if (lowest !== highest) {
    throw new LocalMisuseError(`Versions "${versions.join('" to "')}" mix TLS and DTLS`);
  }
  return lowest === true;
}

const DEFAULT_VERSIONS = ["TLSv1.2", "TLSv1.3"] as const;

function configure(ssl: Openssl, context: Native, options: TlsOptions): void {
  ssl.ERR_clear_error();
  ssl.SSL_CTX_set_security_level(context, 0);
  const [lowest, highest] = options.versions ?? DEFAULT_VERSIONS;
  const control = (command: number, value: number | bigint, text?: string) =>
    ssl.SSL_CTX_ctrl(context, command, BigInt(value), text === undefined ? null : c(text));
  control(CTRL.SET_MIN_PROTO_VERSION, VERSION_CODES[lowest]);
  control(CTRL.SET_MAX_PROTO_VERSION, VERSION_CODES[highest]);
  control(
    CTRL.MODE,
    MODE.PARTIAL_WRITE | MODE.MOVING_BUFFER | (options.fallbackScsv ? MODE.FALLBACK_SCSV : 0),
  );
  control(CTRL.SET_DH_AUTO, 1);
  control(CTRL.SET_SESS_CACHE_MODE, options.sessionCache === false ? 0 : 2);
  if (options.tickets === false) ssl.SSL_CTX_set_num_tickets(context, 0n);
  const flags = flagsOf(options);
  ssl.SSL_CTX_clear_options(context, ~flags & 0xffff_ffffn);
  ssl.SSL_CTX_set_options(context, flags);

  const { older, tls13 } = suiteLists(ssl, options.cipherSuites);
  const lacks = (what: string, ok: boolean) => {
    if (ok) return;
    throw new EnvironmentError(
      `This OpenSSL does not take ${what}: ${errors(ssl).join("; ")}`,
      "See what it can do: openssl ciphers -s -v ALL:COMPLEMENTOFALL@SECLEVEL=0; openssl list -public-key-algorithms.",
    );
  };
  // Without any older suite OpenSSL complains, but does as it is told.
  if (older === "") ssl.SSL_CTX_set_cipher_list(context, c("-ALL"));
  else {
    lacks(`the suites "${older}"`, ssl.SSL_CTX_set_cipher_list(context, c(`${older}:@SECLEVEL=0`)) === 1);
  }
  if (tls13 !== undefined) {
    lacks(`the suites "${tls13}"`, ssl.SSL_CTX_set_ciphersuites(context, c(tls13)) === 1);
  }
  const { groups, signatureAlgorithms, srtpProfiles, alpn } = options;
  if (groups) lacks(`the groups "${groups}"`, control(CTRL.SET_GROUPS_LIST, 0, groups.join(":")) === 1n);
  if (signatureAlgorithms) {
    const list = signatureAlgorithms.join(":");
    lacks(`the signature algorithms "${list}"`, control(CTRL.SET_SIGALGS_LIST, 0, list) === 1n);
    control(CTRL.SET_CLIENT_SIGALGS_LIST, 0, list);
  }
  if (srtpProfiles) {
    // Gives 0 where all is well, unlike the others.
    const list = srtpProfiles.join(":");
    lacks(`the SRTP profiles "${list}"`, ssl.SSL_CTX_set_tlsext_use_srtp(context, c(list)) === 0);
  }
  if (alpn) {
    const names = alpn.map((name) => new TextEncoder().encode(name));
    const list = new Uint8Array(names.flatMap((name) => [name.length, ...name]));
    ssl.SSL_CTX_set_alpn_protos(context, list, list.length);
  }
  for (const certificate of options.certificates ?? []) useCertificate(ssl, context, certificate);
  for (const der of options.clientAuthorities ?? []) {
    withX509(ssl, der, (x509) => ssl.SSL_CTX_add_client_CA(context, x509));
  }
  if (options.trust) installTrust(ssl, context, options.trust);
  installSinks(ssl, context, options.trust === undefined);
  ssl.ERR_clear_error();
}

function flagsOf(options: TlsOptions): bigint {
  const { renegotiation = "secure" } = options;
  const flags: [number, boolean][] = [
    [0, options.extendedMasterSecret === false],
    [2, renegotiation !== "refuse"], // connect to servers without RFC 5746: that is for the case to judge
    [8, renegotiation !== "refuse"],
    [12, isDatagram(options)], // the path's MTU is ours to know
    [13, options.dtls?.cookie !== undefined],
    [14, options.tickets === false],
    [17, true], // no compression: no build of Debian has it
    [18, renegotiation === "unsafe"],
    [19, options.encryptThenMac === false],
    [20, true], // RFC 8446 D.4
    [22, options.serverPreference === true],
    [30, renegotiation === "refuse"],
  ];
  return flags.reduce((all, [bit, on]) => on ? all | 1n << BigInt(bit) : all, 0n);
}

function useCertificate(ssl: Openssl, context: Native, { chain, key }: TlsCertificate): void {
  const [own, ...issuers] = chain;
  if (own === undefined) throw new LocalMisuseError("A certificate is needed in `chain`, none is given");
  withX509(ssl, own, (x509) => ssl.SSL_CTX_use_certificate(context, x509));
  for (const issuer of issuers) {
    withX509(ssl, issuer, (x509) => Number(ssl.SSL_CTX_ctrl_pointer(context, CTRL.CHAIN_CERT, 1n, x509)));
  }
  const pkey = parsed(ssl, key, (bio) => ssl.d2i_PrivateKey_bio(bio, null));
  if (pkey === null) throw new LocalMisuseError(`The key is no DER key: ${errors(ssl).join("; ")}`);
  const used = ssl.SSL_CTX_use_PrivateKey(context, pkey);
  ssl.EVP_PKEY_free(pkey);
  if (used !== 1) {
    throw new LocalMisuseError(`The key does not go with the certificate: ${errors(ssl).join("; ")}`);
  }
}

function withX509(ssl: Openssl, der: Uint8Array, use: (x509: Native) => number): void {
  const x509 = parsed(ssl, der, (bio) => ssl.d2i_X509_bio(bio, null));
  const used = x509 === null ? 0 : use(x509);
  ssl.X509_free(x509);
  if (used !== 1) throw new LocalMisuseError(`A certificate cannot be used: ${errors(ssl).join("; ")}`);
}

/** Commands of SSL_CTX_ctrl(), from openssl/ssl.h. */
const CTRL = {
  MODE: 33,
  SET_SESS_CACHE_MODE: 44,
  CHAIN_CERT: 89,
  SET_GROUPS_LIST: 92,
  SET_SIGALGS_LIST: 98,
  SET_CLIENT_SIGALGS_LIST: 102,
  SET_DH_AUTO: 118,
  SET_MIN_PROTO_VERSION: 123,
  SET_MAX_PROTO_VERSION: 124,
} as const;
const MODE = { PARTIAL_WRITE: 0x1, MOVING_BUFFER: 0x2, FALLBACK_SCSV: 0x80 } as const;
