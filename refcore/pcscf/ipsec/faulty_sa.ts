/** SAs that do ESP wrongly: what the switches of the core put in place of an honest one. */
import { createCipheriv, createDecipheriv } from "node:crypto";
import {
  type EspKeys,
  type EspOpened,
  type EspOverrides,
  type EspReceived,
  EspSa,
  type EspSaOptions,
  espSizes,
  openEsp,
  parseEspHeader,
} from "../../../harness/wire/esp.ts";
import { concat } from "../../../harness/wire/mod.ts";

export interface EspDefects {
  /** Takes what is in a packet whether or not its ICV is right. */
  readonly ignoresIcv?: boolean;
  /** Tries these where the right keys do not fit. */
  readonly otherKeys?: readonly EspKeys[];
  /** Looks at the first 8 octets of an AES-GCM tag. */
  readonly shortTag?: boolean;
  /** Leaves the IV out of what AES-GMAC authenticates. */
  readonly gmacWithoutIv?: boolean;
  /** Takes any protocol for UDP. */
  readonly anyProtocol?: boolean;
  /** Counts its AES-CBC IVs up. */
  readonly countsIvs?: boolean;
  /** Takes the last block of the packet before as IV of AES-CBC. */
  readonly chainsIvs?: boolean;
  /** Counts its AES-GCM IVs from zero, whatever other SAs have the same key. */
  readonly countsGcmIvs?: boolean;
  /** Begins anew with sequence number 1 after so many packets. */
  readonly restartsAfter?: number;
}

export function hasDefects(defects: EspDefects): boolean {
  return Object.values(defects).some((value) => value !== undefined && value !== false);
}

export class FaultySa extends EspSa {
  #lastBlock: Uint8Array | undefined;

  constructor(options: EspSaOptions, readonly defects: EspDefects) {
    super(options);
  }

  override protect(payload: Uint8Array, nextHeader: number, overrides: EspOverrides = {}): Uint8Array {
    const { restartsAfter, gmacWithoutIv, chainsIvs } = this.defects;
    if (restartsAfter !== undefined && this.sent >= restartsAfter) this.continueAt(1);
    const iv = this.#iv();
    const packet = super.protect(payload, nextHeader, { ...(iv ? { iv } : {}), ...overrides });
    if (chainsIvs) this.#lastBlock = packet.slice(-28, -12);
    if (gmacWithoutIv && this.keys.integrity === "aes-gmac") {
      packet.set(tagWithoutIv(this.keys, packet), packet.length - 16);
    }
    return packet;
  }

  #iv(): Uint8Array | undefined {
    const { countsIvs, chainsIvs, countsGcmIvs } = this.defects;
    const { encryption } = this.keys;
    if (encryption === "aes-gcm") return countsGcmIvs ? counted(this.sent).slice(8) : undefined;
    if (encryption !== "aes-cbc") return undefined;
    if (chainsIvs) return this.#lastBlock;
    return countsIvs ? counted(this.sent) : undefined;
  }

  override open(packet: Uint8Array): EspReceived {
    const { gmacWithoutIv, anyProtocol } = this.defects;
    const opened = gmacWithoutIv && this.keys.integrity === "aes-gmac"
      ? this.#openWithoutIv(packet)
      : this.#openAnyhow(packet);
    const known = [4, 6, 17, 41, 59];
    if (!opened.ok || !anyProtocol || known.includes(opened.nextHeader)) return opened;
    return { ...opened, nextHeader: 17 };
  }

  #openAnyhow(packet: Uint8Array): EspReceived {
    const opened = super.open(packet);
    if (opened.ok || ["spi", "replay", "stale"].includes(opened.reason)) return opened;
    const { otherKeys = [], shortTag, ignoresIcv } = this.defects;
    for (const keys of otherKeys) {
      const other = openEsp(keys, packet);
      if (other.ok) return received(other);
    }
    if (shortTag && this.keys.encryption === "aes-gcm") {
      const other = openShortTag(this.keys, packet);
      if (other) return received(other);
    }
    return ignoresIcv ? received(openUnchecked(this.keys, packet)) : opened;
  }

  #openWithoutIv(packet: Uint8Array): EspReceived {
    if (packet.length < 34) return { ok: false, reason: "short" };
    const header = parseEspHeader(packet);
    const right = tagWithoutIv(this.keys, packet);
    if (!right.every((octet, index) => octet === packet[packet.length - 16 + index])) {
      return { ok: false, reason: "icv", ...header };
    }
    return received(openUnchecked(this.keys, packet));
  }
}

/** An IV that anybody can tell beforehand, which RFC 3602 2.1 forbids. */
function counted(count: number): Uint8Array {
  const iv = new Uint8Array(16);
  new DataView(iv.buffer).setUint32(12, count);
  return iv;
}

function received(opened: EspOpened): EspReceived {
  return opened.ok ? { ...opened, dummy: opened.nextHeader === 59 } : opened;
}

/** RFC 4543 3.3 as somebody reads it who has AH in mind: SPI, sequence number and payload, but not the IV. */
function tagWithoutIv(keys: EspKeys, packet: Uint8Array): Uint8Array {
  const nonce = concat(keys.integritySalt, packet.subarray(8, 16));
  const cipher = createCipheriv("aes-128-gcm", keys.integrityKey, nonce);
  cipher.setAAD(concat(packet.subarray(0, 8), packet.subarray(16, packet.length - 16)));
  cipher.final();
  return cipher.getAuthTag();
}

/** What is in a packet, as far as decryption gives anything. */
export function openUnchecked(keys: EspKeys, packet: Uint8Array): EspOpened {
  const { icv } = espSizes(keys);
  if (keys.encryption === "aes-gcm") {
    const plain = gcmPlain(keys, packet, packet.length - icv);
    return plain ? openEsp(BARE, concat(packet.subarray(0, 8), plain)) : { ok: false, reason: "short" };
  }
  const cut = packet.subarray(0, Math.max(0, packet.length - icv));
  if (keys.integrity === "aes-gmac") {
    if (cut.length < 18) return { ok: false, reason: "short" };
    return openEsp(BARE, concat(cut.subarray(0, 8), cut.subarray(16)));
  }
  return openEsp({ ...keys, integrity: "null" }, cut);
}

/** A tag of 8 octets, or one of 16 of which only the first 8 are right. */
function openShortTag(keys: EspKeys, packet: Uint8Array): EspOpened | undefined {
  for (const length of [16, 8]) {
    const end = packet.length - length;
    const plain = gcmPlain(keys, packet, end);
    if (!plain) continue;
    const cipher = createCipheriv("aes-128-gcm", keys.encryptionKey, gcmNonce(keys, packet));
    cipher.setAAD(packet.subarray(0, 8));
    cipher.update(plain);
    cipher.final();
    const right = cipher.getAuthTag().subarray(0, 8);
    if (!right.every((octet, index) => octet === packet[end + index])) continue;
    return openEsp(BARE, concat(packet.subarray(0, 8), plain));
  }
  return undefined;
}

/** Neither encrypted nor authenticated: the frame of ESP alone. */
const BARE: EspKeys = {
  integrity: "null",
  encryption: "null",
  integrityKey: new Uint8Array(0),
  integritySalt: new Uint8Array(0),
  encryptionKey: new Uint8Array(0),
  encryptionSalt: new Uint8Array(0),
};

function gcmPlain(keys: EspKeys, packet: Uint8Array, end: number): Uint8Array | undefined {
  if (end < 18) return undefined;
  const cipher = createDecipheriv("aes-128-gcm", keys.encryptionKey, gcmNonce(keys, packet));
  cipher.setAuthTag(new Uint8Array(16));
  const plain = new Uint8Array(cipher.update(packet.subarray(16, end)));
  try {
    cipher.final();
  } catch {
    // The tag is none; final() is for what the platform holds.
  }
  return plain;
}

function gcmNonce(keys: EspKeys, packet: Uint8Array): Uint8Array {
  return concat(keys.encryptionSalt, packet.subarray(8, 16));
}
