/** Lines of Wireshark's `esp_sa` table, so that it decrypts a capture. */
import { toHex } from "../bytes.ts";
import type { EspKeys } from "./algorithms.ts";
import { addressVersion } from "../address.ts";

/**
 * One line of the file `esp_sa`, or of `-o uat:esp_sa:…`. Addresses may be "*". Undefined for AES-GMAC, which
 * Wireshark does not know: it would take the IV for payload.
 */
export function wiresharkEspSa(
  sa: { readonly source: string; readonly destination: string; readonly spi: number; readonly keys: EspKeys },
): string | undefined {
  const { keys } = sa;
  if (keys.integrity === "aes-gmac") return undefined;
  const version = addressVersion(sa.source === "*" ? sa.destination : sa.source);
  const encryptionKey = toHex(keys.encryptionKey) + toHex(keys.encryptionSalt);
  const fields = [
    version === 4 ? "IPv4" : "IPv6",
    sa.source,
    sa.destination,
    `0x${sa.spi.toString(16).padStart(8, "0")}`,
    ENCRYPTION[keys.encryption],
    encryptionKey && `0x${encryptionKey}`,
    keys.encryption === "aes-gcm" ? "NULL" : INTEGRITY[keys.integrity],
    keys.integrityKey.length > 0 ? `0x${toHex(keys.integrityKey)}` : "",
  ];
  return fields.map((field) => `"${field}"`).join(",");
}

// Names as Wireshark 4 lists them (epan/dissectors/packet-ipsec.c).
const ENCRYPTION = {
  "null": "NULL",
  "aes-cbc": "AES-CBC [RFC3602]",
  "aes-gcm": "AES-GCM with 16 octet ICV [RFC4106]",
  "des-ede3-cbc": "TripleDES-CBC [RFC2451]",
} as const;
const INTEGRITY = {
  "null": "NULL",
  "hmac-sha-1-96": "HMAC-SHA-1-96 [RFC2404]",
  "hmac-md5-96": "HMAC-MD5-96 [RFC2403]",
} as const;
