/** The grammar of Annex H of TS 33.203, for what the network writes. */
import type { SecurityMechanism } from "sip-codec";

/** Value of each parameter; the algorithms are those that Annex H left. */
const VALUES: Readonly<Record<string, RegExp>> = {
  "q": /^(0(\.\d{0,3})?|1(\.0{0,3})?)$/,
  "alg": /^(hmac-sha-1-96|aes-gmac|null)$/i,
  "prot": /^(ah|esp)$/i,
  "mod": /^(trans|tun|UDP-enc-tun)$/i,
  "ealg": /^(aes-cbc|aes-gcm|null)$/i,
  "spi-c": /^\d{10}$/,
  "spi-s": /^\d{10}$/,
  "port-c": /^\d+$/,
  "port-s": /^\d+$/,
};

const HIGHEST_SPI = 0xffff_ffff;

/** What is wrong with an entry of Security-Server, in words; empty where nothing is. */
export function breaches({ mechanism, params }: SecurityMechanism): string[] {
  const ipsec = mechanism.toLowerCase() === "ipsec-3gpp";
  if (!ipsec && mechanism.toLowerCase() !== "tls") return [`mechanism-name "${mechanism}"`];
  const found = params.duplicates().map((name) => `"${name}" twice`);
  if (found.length > 0) return found;
  for (const name of params.names()) {
    const pattern = VALUES[name.toLowerCase()];
    const value = params.raw(name) ?? "";
    if (!pattern) found.push(`parameter "${name}"`);
    else if (!pattern.test(value)) found.push(`${name}="${value}"`);
    else if (name.startsWith("spi") && Number(value) > HIGHEST_SPI) found.push(`${name} above 32 bits`);
  }
  if (ipsec && !params.has("alg")) found.push('no "alg"');
  return found;
}
