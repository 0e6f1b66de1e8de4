/**
 * A client of TLS 1.2 that has never heard of RFC 5746, which no TLS library is any more: a whole handshake without
 * renegotiation_info, and on its connection the ClientHello of another one. What answers that one takes the octets
 * before it and behind it for those of one client (RFC 5746 1).
 */
import { gcm } from "@noble/ciphers/aes.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { concat, equalBytes, tlsPrf } from "../../crypto/mod.ts";
import {
  alertName,
  buildRecord,
  CONTENT_TYPE,
  GROUP,
  HANDSHAKE_TYPE,
  suiteNamed,
  TLS_VERSION,
} from "../../wire/tls/mod.ts";
import type { Random } from "../ue/types.ts";
import type { Conversation } from "./conversation.ts";
import { helloRecords } from "./hello.ts";
import type { LegacyAnswer } from "./types.ts";

export interface LegacyOptions {
  readonly random: Random;
  readonly serverName: string | undefined;
  /** Milliseconds for each answer. */
  readonly within: number;
}

export async function legacyRenegotiation(
  conversation: Conversation,
  options: LegacyOptions,
): Promise<LegacyAnswer> {
  const client = new LegacyClient(conversation, options);
  const refusal = await client.handshake();
  if (refusal !== undefined) return { first: false, renegotiated: false, says: `no handshake: ${refusal}` };
  return { first: true, ...await client.again() };
}

/** How the reading of what the server says ended: what was waited for has come, or this came in its place. */
type Awaited = { readonly body: Uint8Array } | { readonly instead: string };

class LegacyClient {
  readonly #conversation: Conversation;
  readonly #options: LegacyOptions;
  readonly #reading = new Reading();
  /** Handshake messages of both sides, for the Finished. */
  readonly #transcript: Uint8Array[] = [];
  #out: Protection | undefined;

  constructor(conversation: Conversation, options: LegacyOptions) {
    this.#conversation = conversation;
    this.#options = options;
  }

  /** Gives why it did not come about; undefined where it did. */
  async handshake(): Promise<string | undefined> {
    const { random } = this.#options;
    const hello = this.#hello();
    this.#transcript.push(hello);
    await this.#send(CONTENT_TYPE.handshake, hello);
    const done = await this.#until(HANDSHAKE_TYPE.serverHelloDone);
    if ("instead" in done) return done.instead;
    const messages = this.#reading.take();
    const find = (type: number) => messages.find(([first]) => first === type)?.subarray(4);
    const [serverHello, keyExchange] = [
      find(HANDSHAKE_TYPE.serverHello),
      find(HANDSHAKE_TYPE.serverKeyExchange),
    ];
    const point = keyExchange && pointOf(keyExchange);
    if (!serverHello || !point) return "the server has another key exchange than was offered";
    this.#transcript.push(...messages);

    const keys = await crypto.subtle.generateKey(P256, false, ["deriveBits"]) as CryptoKeyPair;
    const own = new Uint8Array(await crypto.subtle.exportKey("raw", keys.publicKey));
    const theirs = await crypto.subtle.importKey("raw", point, P256, false, []);
    const shared = await crypto.subtle.deriveBits({ name: "ECDH", public: theirs }, keys.privateKey, 256);
    const randoms = [hello.subarray(6, 38), serverHello.subarray(2, 34)] as const;
    const master = tlsPrf(new Uint8Array(shared), "master secret", concat(...randoms), 48);
    const block = tlsPrf(master, "key expansion", concat(...randoms.toReversed()), 40);
    const protection = (key: number, salt: number) =>
      new Protection(block.slice(key, key + 16), block.slice(salt, salt + 4), random);

    // A client without a certificate says so where it was asked for one (RFC 5246 7.4.6).
    const asked = find(HANDSHAKE_TYPE.certificateRequest) !== undefined;
    const flight = [
      ...(asked ? [message(HANDSHAKE_TYPE.certificate, new Uint8Array(3))] : []),
      message(CLIENT_KEY_EXCHANGE, concat(Uint8Array.of(own.length), own)),
    ];
    for (const one of flight) await this.#send(CONTENT_TYPE.handshake, one);
    this.#transcript.push(...flight);
    await this.#send(CONTENT_TYPE.changeCipherSpec, Uint8Array.of(1));
    this.#out = protection(0, 32);
    this.#reading.protection = protection(16, 36);
    const verify = (label: string) => tlsPrf(master, label, sha256(concat(...this.#transcript)), 12);
    const finished = message(FINISHED, verify("client finished"));
    await this.#send(CONTENT_TYPE.handshake, finished);
    this.#transcript.push(finished);

    const end = await this.#until(FINISHED);
    if ("instead" in end) return end.instead;
    this.#transcript.push(...this.#reading.take().filter(([type]) => type !== FINISHED));
    return equalBytes(end.body, verify("server finished")) ? undefined : "the server's Finished is wrong";
  }

  async again(): Promise<Omit<LegacyAnswer, "first">> {
    await this.#send(CONTENT_TYPE.handshake, this.#hello());
    const answer = await this.#until(HANDSHAKE_TYPE.serverHello);
    return "instead" in answer
      ? { renegotiated: false, says: `the second ClientHello is not taken: ${answer.instead}` }
      : { renegotiated: true, says: "a ServerHello answers the second ClientHello, without RFC 5746" };
  }

  #hello(): Uint8Array {
    const { random, serverName } = this.#options;
    const { records } = helloRecords({
      versions: ["TLSv1.2"],
      suites: SUITES,
      groups: ["secp256r1"],
      renegotiation: "none",
      extendedMasterSecret: false,
      ...(serverName === undefined ? {} : { serverName }),
    }, random);
    return records.subarray(5);
  }

  async #send(type: number, payload: Uint8Array): Promise<void> {
    const version = TLS_VERSION["TLSv1.2"];
    const sealed = this.#out ? this.#out.seal(type, payload) : payload;
    await this.#conversation.send(buildRecord({ type, version, payload: sealed }));
  }

  /** The body of the first message of this type. */
  async #until(type: number): Promise<Awaited> {
    const { within } = this.#options;
    const reading = this.#reading;
    const { ended } = await this.#conversation.until((piece) => {
      reading.push(piece);
      return reading.failure !== undefined || reading.messages.some(([first]) => first === type);
    }, within);
    const found = reading.messages.find(([first]) => first === type);
    if (found) return { body: found.subarray(4) };
    if (reading.failure !== undefined) return { instead: reading.failure };
    return { instead: ended ? `the server ${ended} the connection` : `nothing came in ${within} ms` };
  }
}

/** What the server sends: handshake messages, whole, with their headers; and what ends all reading. */
class Reading {
  messages: Uint8Array[] = [];
  failure: string | undefined;
  /** Of what comes after the server's ChangeCipherSpec. */
  protection: Protection | undefined;
  #octets: Uint8Array = new Uint8Array();
  #handshake: Uint8Array = new Uint8Array();
  #changed = false;

  push(piece: Uint8Array): void {
    this.#octets = concat(this.#octets, piece);
    while (this.failure === undefined && this.#octets.length >= 5) {
      const length = uint(this.#octets, 3, 2);
      if (this.#octets.length < 5 + length) return;
      const type = this.#octets[0]!;
      const payload = this.#octets.subarray(5, 5 + length);
      this.#octets = this.#octets.subarray(5 + length);
      this.#record(type, payload);
    }
  }

  take(): Uint8Array[] {
    return this.messages.splice(0);
  }

  #record(type: number, payload: Uint8Array): void {
    const plain = this.#changed ? this.protection?.open(type, payload) : payload;
    if (!plain) this.failure = "a record came that cannot be opened";
    else if (type === CONTENT_TYPE.changeCipherSpec) this.#changed = true;
    else if (type === CONTENT_TYPE.alert) this.failure = `the alert ${alertName(plain[1] ?? 0)} came`;
    else if (type === CONTENT_TYPE.handshake) this.#messages(plain);
  }

  #messages(plain: Uint8Array): void {
    this.#handshake = concat(this.#handshake, plain);
    while (this.#handshake.length >= 4) {
      const length = 4 + uint(this.#handshake, 1, 3);
      if (this.#handshake.length < length) return;
      const whole = this.#handshake.slice(0, length);
      this.#handshake = this.#handshake.subarray(length);
      // It may come at any time and is no part of a handshake (RFC 5246 7.4.1.1).
      if (whole[0] !== HANDSHAKE_TYPE.helloRequest) this.messages.push(whole);
    }
  }
}

/** AES-128-GCM in one direction (RFC 5288 3). */
class Protection {
  #sequence = 0n;

  constructor(readonly key: Uint8Array, readonly salt: Uint8Array, readonly random: Random) {}

  seal(type: number, plain: Uint8Array): Uint8Array {
    const explicit = this.random.bytes(8);
    const sealed = gcm(this.key, concat(this.salt, explicit), this.#associated(type, plain.length));
    return concat(explicit, sealed.encrypt(plain));
  }

  /** Undefined where it does not open. */
  open(type: number, sealed: Uint8Array): Uint8Array | undefined {
    if (sealed.length < 24) return undefined;
    const nonce = concat(this.salt, sealed.subarray(0, 8));
    try {
      return gcm(this.key, nonce, this.#associated(type, sealed.length - 24)).decrypt(sealed.subarray(8));
    } catch {
      return undefined;
    }
  }

  #associated(type: number, length: number): Uint8Array {
    const octets = new Uint8Array(13);
    const view = new DataView(octets.buffer);
    view.setBigUint64(0, this.#sequence++);
    view.setUint8(8, type);
    view.setUint16(9, TLS_VERSION["TLSv1.2"]);
    view.setUint16(11, length);
    return octets;
  }
}

/** The public key in a ServerKeyExchange (RFC 8422 5.4); undefined where it is of another curve. */
function pointOf(body: Uint8Array): Uint8Array<ArrayBuffer> | undefined {
  const named = body[0] === 3 && uint(body, 1, 2) === GROUP.secp256r1;
  return named ? body.slice(4, 4 + (body[3] ?? 0)) : undefined;
}

function message(type: number, body: Uint8Array): Uint8Array {
  return concat(Uint8Array.of(type, body.length >> 16, body.length >> 8, body.length), body);
}

function uint(octets: Uint8Array, at: number, length: number): number {
  return octets.subarray(at, at + length).reduce((value, octet) => value * 0x100 + octet, 0);
}

const P256 = { name: "ECDH", namedCurve: "P-256" } as const;
const SUITES = [
  "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
  "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
].map(suiteNamed);
/** RFC 5246 7.4 */
const CLIENT_KEY_EXCHANGE = 16;
const FINISHED = 20;
