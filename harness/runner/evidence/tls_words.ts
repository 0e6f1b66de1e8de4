/** The handshake messages that say something to a reader: what is offered, what was chosen, who it was proved to be. */
import { describeCertificate, PkiSyntaxError } from "../../crypto/pki/mod.ts";
import { WireSyntaxError } from "../../wire/errors.ts";
import { EXTENSION, groupName, suiteOf, versionName } from "../../wire/tls/mod.ts";
import { Reader } from "../../wire/tls/reader.ts";
import { parseCertificates, parseServerHello } from "../../wire/tls/server_messages.ts";

export interface Told {
  /** In the ladder. */
  readonly line: string;
  /** Beside it. */
  readonly note?: string;
}

/** "ClientHello TLSv1.2 TLSv1.3, SNI pcscf.example.net"; undefined where it cannot be read. */
export function clientHelloInWords(body: Uint8Array): Told | undefined {
  return readable(() => {
    const reader = new Reader(body, "ClientHello");
    const version = reader.uint(2);
    reader.take(32);
    const session = reader.vector(1);
    const suites = reader.inner(2, "cipher_suites").codes();
    reader.vector(1); // compression
    const extensions = reader.left > 0 ? readExtensions(reader) : new Map<number, Reader>();
    const versions = extensions.get(EXTENSION.supportedVersions)?.inner(1, "versions").codes() ?? [version];
    const groups = extensions.get(EXTENSION.supportedGroups)?.inner(2, "groups").codes() ?? [];
    const names = extensions.get(EXTENSION.serverName);
    const sni = names && names.left > 0 ? serverNameOf(names) : undefined;
    const tlsVersions = versions.filter((code) => code >> 8 === 3).sort((a, b) => a - b).map(versionName);
    const resumes = session.length > 0 && version === versions[0] && versions.length === 1;
    return {
      line: ["ClientHello", ...tlsVersions].join(" ") + (sni === undefined ? "" : `, SNI ${sni}`),
      note: [
        `offers ${listed(suites.filter(isSuite).map((code) => suiteOf(code).name))}`,
        ...(groups.length > 0 ? [`groups ${listed(groups.map(groupName))}`] : []),
        ...(sni === undefined ? ["no SNI"] : []),
        ...(resumes ? [`session id ${session.toHex().slice(0, 16)}`] : []),
      ].join("; "),
    };
  });
}

/** "ServerHello TLSv1.3 TLS_AES_128_GCM_SHA256"; undefined where it cannot be read. */
export function serverHelloInWords(body: Uint8Array): Told | undefined {
  return readable(() => {
    const { version, suite, retry, group } = parseServerHello(body);
    const line = [retry ? "HelloRetryRequest" : "ServerHello", versionName(version), suiteOf(suite).name];
    return { line: line.join(" "), ...(group === undefined ? {} : { note: `group ${groupName(group)}` }) };
  });
}

/** "Certificate CN=pcscf.example.net", and each certificate in a sentence; of TLS 1.2 and before. */
export function certificatesInWords(body: Uint8Array): Told | undefined {
  return readable(() => {
    const certificates = parseCertificates(body);
    if (certificates.length === 0) return { line: "Certificate (none)" };
    return {
      line: certificates.length === 1 ? "Certificate" : `Certificate (${certificates.length})`,
      note: certificates.map((der, index) => `certificate ${index + 1}: ${certificateInWords(der)}`).join(
        "; ",
      ),
    };
  });
}

function certificateInWords(der: Uint8Array): string {
  try {
    const { subject, issuer, notBefore, notAfter, dnsNames, uris, ipAddresses, key } = describeCertificate(
      der,
    );
    const names = [...dnsNames, ...uris, ...ipAddresses];
    return [
      subject || "no subject",
      ...(names.length > 0 ? [`for ${listed(names)}`] : []),
      key,
      `valid ${notBefore} to ${notAfter}`,
      issuer === subject ? "issued by itself" : `issued by ${issuer}`,
    ].join(", ");
  } catch (error) {
    if (error instanceof PkiSyntaxError) return `cannot be read: ${error.message}`;
    throw error;
  }
}

function readExtensions(reader: Reader): Map<number, Reader> {
  const all = reader.inner(2, "extensions");
  const extensions = new Map<number, Reader>();
  while (all.left > 0) extensions.set(all.uint(2), all.inner(2, "extension"));
  return extensions;
}

/** RFC 6066 3: the first host_name. */
function serverNameOf(reader: Reader): string | undefined {
  const list = reader.inner(2, "server_name_list");
  list.uint(1);
  return new TextDecoder().decode(list.vector(2));
}

/** Signals of RFC 5746 and RFC 7507, and values that are there to keep servers tolerant (RFC 8701), are none. */
function isSuite(code: number): boolean {
  return code !== 0x00ff && code !== 0x5600 && (code & 0x0f0f) !== 0x0a0a;
}

function listed(names: readonly string[]): string {
  const shown = names.slice(0, MOST_LISTED).join(", ");
  return names.length > MOST_LISTED ? `${shown} and ${names.length - MOST_LISTED} more` : shown || "nothing";
}

const MOST_LISTED = 12;

function readable(read: () => Told): Told | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof WireSyntaxError) return undefined;
    throw error;
  }
}
