/** TS 33.203 O.5.2: a root that is sent along must be the one that is known. */
import { equalBytes } from "../../../wire/bytes.ts";
import type { ParsedCertificate } from "../read/certificate.ts";
import { EXTENSION } from "../oids.ts";

/**
 * What a root that was sent has otherwise than the known one of its name: serial number, validity and signature may
 * differ, nothing else. Empty if nothing does.
 */
export function rootChanges(sent: ParsedCertificate, known: ParsedCertificate): string[] {
  const same = (a: Uint8Array, b: Uint8Array) => equalBytes(a, b);
  return [
    ...(sent.version === known.version ? [] : ["version"]),
    ...(same(sent.signature.algorithm.der, known.signature.algorithm.der) ? [] : ["signature algorithm"]),
    ...(same(sent.issuer.der, known.issuer.der) ? [] : ["issuer"]),
    ...(same(sent.subject.der, known.subject.der) ? [] : ["subject"]),
    ...(same(sent.publicKey.der, known.publicKey.der) ? [] : ["public key"]),
    ...extensionChanges(sent, known),
  ];
}

function extensionChanges(sent: ParsedCertificate, known: ParsedCertificate): string[] {
  const table = ({ extensions }: ParsedCertificate) =>
    new Map(extensions.map(({ oid, critical, value }) => [oid, `${critical} ${value.toHex()}`]));
  const [a, b] = [table(sent), table(known)];
  const names = Object.entries(EXTENSION);
  return [...new Set([...a.keys(), ...b.keys()])]
    .filter((oid) => a.get(oid) !== b.get(oid))
    .map((oid) => names.find(([, known]) => known === oid)?.[0] ?? oid);
}
