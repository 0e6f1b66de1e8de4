/**
 * Keys that a network hands out while it runs, which no profile lists: CK and IK in a challenge on its way to the P-CSCF
 * (TS 24.229 7.2A.1), and what an HSS tells over Cx (CK, IK, XRES, H(A1); TS 29.229 6.3). Each octet becomes "*", as with
 * the secrets of a profile.
 */
import type { TapRecord } from "../../net/types.ts";
import {
  type Avp,
  AVPS,
  buildAvps,
  buildDiameter,
  parseAvps,
  parseDiameter,
} from "../../wire/diameter/mod.ts";
import { WireSyntaxError } from "../../wire/mod.ts";

/** The octets of a record without such keys: the same array where there are none, else a copy of the same length. */
export function withoutSessionKeys({ layer, bytes }: Pick<TapRecord, "layer" | "bytes">): Uint8Array {
  if (layer === "sip") return blankInSip(bytes);
  return layer === "diameter" ? blankInDiameter(bytes) : bytes;
}

/** The same for what a report says: `ck="0123…"`. */
export function textWithoutSessionKeys(text: string): string {
  return text.replace(KEY_PARAMETER, (_, name: string, key: string) => name + "*".repeat(key.length));
}

/** 128 bits in hexadecimal; shorter ones are no keys, but may be what a case has put in their place. */
const KEY_PARAMETER = /(\b[ci]k\s*=\s*"?)([0-9a-f]{32,})/gi;

function blankInSip(bytes: Uint8Array): Uint8Array {
  // One character for each octet, so that places in the text are places in the octets.
  const text = LATIN1.decode(bytes);
  let copy: Uint8Array | undefined;
  for (const { index, 1: name = "", 2: key = "" } of text.matchAll(KEY_PARAMETER)) {
    copy ??= bytes.slice();
    copy.fill(STAR, index + name.length, index + name.length + key.length);
  }
  return copy ?? bytes;
}

const LATIN1 = new TextDecoder("latin1");
const STAR = 0x2a;

/** What cannot be read as Diameter, or would be written otherwise, is left as it is. */
function blankInDiameter(bytes: Uint8Array): Uint8Array {
  try {
    const message = parseDiameter(bytes);
    const avps = blanked(message.avps, !message.request);
    if (!avps) return bytes;
    const built = buildDiameter({ ...message, avps });
    return built.length === bytes.length ? built : bytes;
  } catch (error) {
    if (error instanceof WireSyntaxError) return bytes;
    throw error;
  }
}

/** Undefined where there is nothing to take out. */
function blanked(avps: readonly Avp[], answer: boolean): Avp[] | undefined {
  let found = false;
  const changed = avps.map((one) => {
    const data = is(one, GROUPS)
      ? insideOf(one.data, answer)
      : is(one, KEYS) || (answer && is(one, KEYS_IN_ANSWERS))
      ? new Uint8Array(one.data.length).fill(STAR)
      : undefined;
    if (!data) return one;
    found = true;
    return { ...one, data };
  });
  return found ? changed : undefined;
}

function insideOf(data: Uint8Array, answer: boolean): Uint8Array | undefined {
  const avps = blanked(parseAvps(data), answer);
  return avps && buildAvps(avps);
}

const KEYS = [AVPS["Confidentiality-Key"], AVPS["Integrity-Key"], AVPS["Digest-HA1"]];
/** XRES; in a request it is RAND and AUTS, which everybody may see. */
const KEYS_IN_ANSWERS = [AVPS["SIP-Authorization"]];
const GROUPS = [AVPS["SIP-Auth-Data-Item"], AVPS["SIP-Digest-Authenticate"]];

function is({ code, vendor }: Avp, known: readonly (readonly [number, number, ...unknown[]])[]): boolean {
  return known.some(([ofCode, ofVendor]) => code === ofCode && vendor === ofVendor);
}
