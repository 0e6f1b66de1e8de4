/** The extensions of a certificate as its issuer writes them, each with the criticality of RFC 5280 4.2.1. */
import * as asn1js from "asn1js";
import * as pkijs from "pkijs";
import { parseAddress } from "../../../wire/address.ts";
import { concat } from "../../../wire/bytes.ts";
import { derOf, own } from "./asn1.ts";
import {
  EXTENDED_KEY_USAGE,
  type ExtendedKeyUsage,
  EXTENSION,
  GENERAL_NAME,
  KEY_USAGES,
  type KeyUsage,
} from "../oids.ts";

/** Any extension, by its identifier: `value` is what the OCTET STRING holds. */
export interface ExtraExtension {
  readonly oid: string;
  readonly critical: boolean;
  readonly value: Uint8Array;
}

/** Subtrees of names: "example.org", or an address with its prefix length ("192.0.2.0/24"). */
export interface NameSubtrees {
  readonly dnsNames?: readonly string[];
  readonly ipNetworks?: readonly string[];
}

export interface NameConstraintOptions {
  readonly permitted?: NameSubtrees;
  readonly excluded?: NameSubtrees;
}

/** What a certificate has of them; what is left out is absent. */
export interface ExtensionOptions {
  readonly dnsNames?: readonly string[];
  readonly uris?: readonly string[];
  readonly ipAddresses?: readonly string[];
  readonly keyUsage?: readonly KeyUsage[];
  /** By name, or any object identifier. */
  readonly extendedKeyUsage?: readonly (ExtendedKeyUsage | (string & Record<never, never>))[];
  readonly basicConstraints?: { readonly ca: boolean; readonly pathLength?: number };
  readonly nameConstraints?: NameConstraintOptions;
  readonly crlUrls?: readonly string[];
  readonly subjectKeyIdentifier?: Uint8Array;
  readonly authorityKeyIdentifier?: Uint8Array;
  readonly extraExtensions?: readonly ExtraExtension[];
}

export function buildExtensions(options: ExtensionOptions): pkijs.Extension[] {
  const { basicConstraints, keyUsage, extendedKeyUsage, nameConstraints, crlUrls } = options;
  const names = alternativeNames(options);
  const found: (pkijs.Extension | undefined)[] = [
    basicConstraints && extension(EXTENSION.basicConstraints, true, constraints(basicConstraints)),
    keyUsage && extension(EXTENSION.keyUsage, true, derOf(bits(keyUsage))),
    extendedKeyUsage && extension(EXTENSION.extendedKeyUsage, false, purposes(extendedKeyUsage)),
    names.length > 0
      ? extension(EXTENSION.subjectAltName, false, derOf(new pkijs.GeneralNames({ names }).toSchema()))
      : undefined,
    nameConstraints && extension(EXTENSION.nameConstraints, true, subtrees(nameConstraints)),
    crlUrls && extension(EXTENSION.crlDistributionPoints, false, distributionPoints(crlUrls)),
    options.subjectKeyIdentifier &&
    extension(EXTENSION.subjectKeyIdentifier, false, derOf(octets(options.subjectKeyIdentifier))),
    options.authorityKeyIdentifier &&
    extension(EXTENSION.authorityKeyIdentifier, false, keyIdentifier(options.authorityKeyIdentifier)),
    ...(options.extraExtensions ?? []).map(({ oid, critical, value }) => extension(oid, critical, value)),
  ];
  return found.filter((one) => one !== undefined);
}

export function extension(extnID: string, critical: boolean, value: Uint8Array): pkijs.Extension {
  return new pkijs.Extension({ extnID, critical, extnValue: own(value).buffer });
}

/** AuthorityKeyIdentifier.keyIdentifier, [0] (RFC 5280 4.2.1.1). */
export function keyIdentifier(identifier: Uint8Array): Uint8Array {
  return derOf(
    new asn1js.Sequence({
      value: [
        new asn1js.Primitive({ idBlock: { tagClass: 3, tagNumber: 0 }, valueHex: own(identifier).buffer }),
      ],
    }),
  );
}

function alternativeNames({ dnsNames, uris, ipAddresses }: ExtensionOptions): pkijs.GeneralName[] {
  return [
    ...(dnsNames ?? []).map((value) => new pkijs.GeneralName({ type: GENERAL_NAME.dNSName, value })),
    ...(uris ?? []).map((value) =>
      new pkijs.GeneralName({ type: GENERAL_NAME.uniformResourceIdentifier, value })
    ),
    ...(ipAddresses ?? []).map((text) => addressName(parseAddress(text))),
  ];
}

function addressName(value: Uint8Array): pkijs.GeneralName {
  return new pkijs.GeneralName({ type: GENERAL_NAME.iPAddress, value: octets(value) });
}

function constraints({ ca, pathLength }: { ca: boolean; pathLength?: number }): Uint8Array {
  return derOf(
    new asn1js.Sequence({
      value: [
        // DER leaves a default out: cA FALSE is not written.
        ...(ca ? [new asn1js.Boolean({ value: true })] : []),
        ...(pathLength === undefined ? [] : [new asn1js.Integer({ value: pathLength })]),
      ],
    }),
  );
}

/** A named bit list without the zero bits at its end (X.690 11.2.2). */
function bits(usages: readonly KeyUsage[]): asn1js.BitString {
  const set = usages.map((usage) => KEY_USAGES.indexOf(usage));
  const length = Math.max(-1, ...set) + 1;
  const value = new Uint8Array(Math.ceil(length / 8));
  for (const bit of set) value[bit >> 3]! |= 0x80 >> (bit & 7);
  return new asn1js.BitString({ valueHex: value.buffer, unusedBits: 8 * value.length - length });
}

function purposes(usages: readonly string[]): Uint8Array {
  const value = usages.map((usage) =>
    new asn1js.ObjectIdentifier({
      value: (EXTENDED_KEY_USAGE as Readonly<Record<string, string>>)[usage] ?? usage,
    })
  );
  return derOf(new asn1js.Sequence({ value }));
}

function subtrees({ permitted, excluded }: NameConstraintOptions): Uint8Array {
  return derOf(
    new pkijs.NameConstraints({
      ...(permitted ? { permittedSubtrees: bases(permitted) } : {}),
      ...(excluded ? { excludedSubtrees: bases(excluded) } : {}),
    }).toSchema(),
  );
}

function bases({ dnsNames, ipNetworks }: NameSubtrees): pkijs.GeneralSubtree[] {
  const names = [...alternativeNames({ dnsNames: dnsNames ?? [] }), ...(ipNetworks ?? []).map(network)];
  return names.map((base) => new pkijs.GeneralSubtree({ base }));
}

/** RFC 5280 4.2.1.10: the address and its mask. */
function network(text: string): pkijs.GeneralName {
  const [address = "", prefix] = text.split("/");
  const base = parseAddress(address);
  const mask = base.map((_, i) => 0xff00 >> Math.max(0, Math.min(8, Number(prefix) - 8 * i)) & 0xff);
  return addressName(concat(base, mask));
}

function distributionPoints(urls: readonly string[]): Uint8Array {
  const points = urls.map((value) =>
    new pkijs.DistributionPoint({
      distributionPoint: [
        new pkijs.GeneralName({ type: GENERAL_NAME.uniformResourceIdentifier, value }),
      ],
    })
  );
  return derOf(new pkijs.CRLDistributionPoints({ distributionPoints: points }).toSchema());
}

function octets(value: Uint8Array): asn1js.OctetString {
  return new asn1js.OctetString({ valueHex: own(value).buffer });
}
