/** CRLs as issuers write them (RFC 5280 section 5). Judging them is revocation.ts. */
import * as asn1js from "asn1js";
import * as pkijs from "pkijs";
import { derOf, own, timeOf } from "./asn1.ts";
import { extension, type ExtraExtension, keyIdentifier } from "./extensions.ts";
import type { KeyPair } from "./keys.ts";
import { EXTENSION } from "../oids.ts";
import type { SignatureHash } from "../rsa.ts";
import { sign, signatureAlgorithm } from "./signing.ts";

/** Times are milliseconds since 1970. */
export interface CrlOptions {
  readonly revoked?: readonly bigint[];
  /** Default: an hour before the authority's `now`. */
  readonly thisUpdate?: number;
  /** Default: 30 days after the authority's `now`; `false` leaves it out, which RFC 5280 5.1.2.5 forbids. */
  readonly nextUpdate?: number | false;
  /** CRL number, default 1. */
  readonly number?: number;
  readonly signatureHash?: SignatureHash;
  /** Signed by another key than the authority's. */
  readonly signWith?: KeyPair;
  readonly extraExtensions?: readonly ExtraExtension[];
}

/** Issued by `issuer` with `keys`. Version 2; entries without reason. */
export async function buildCrl(
  options: CrlOptions & { readonly now: number },
  keys: KeyPair,
  issuer: { readonly name: pkijs.RelativeDistinguishedNames; readonly identifier: Uint8Array },
): Promise<Uint8Array> {
  const { revoked = [], signatureHash = "SHA-256", nextUpdate = options.now + 30 * DAY } = options;
  const thisUpdate = options.thisUpdate ?? options.now - HOUR;
  const signer = options.signWith ?? keys;
  const entries = revoked.map((serial) =>
    new pkijs.RevokedCertificate({
      userCertificate: asn1js.Integer.fromBigInt(serial),
      revocationDate: timeOf(thisUpdate),
    })
  );
  const number = derOf(new asn1js.Integer({ value: options.number ?? 1 }));
  const tbs = new asn1js.Sequence({
    value: [
      new asn1js.Integer({ value: 1 }),
      signatureAlgorithm(signer, signatureHash).toSchema(),
      issuer.name.toSchema(),
      timeOf(thisUpdate).toSchema(),
      ...(nextUpdate === false ? [] : [timeOf(nextUpdate).toSchema()]),
      // RFC 5280 5.1.2.6: where nothing is revoked the list is absent, not empty.
      ...(entries.length > 0
        ? [new asn1js.Sequence({ value: entries.map((entry) => entry.toSchema()) })]
        : []),
      new asn1js.Constructed({
        idBlock: { tagClass: 3, tagNumber: 0 },
        value: [
          new asn1js.Sequence({
            value: [
              extension(EXTENSION.authorityKeyIdentifier, false, keyIdentifier(issuer.identifier)),
              extension(EXTENSION.crlNumber, false, number),
              ...(options.extraExtensions ?? []).map(({ oid, critical, value }) =>
                extension(oid, critical, value)
              ),
            ].map((one) => one.toSchema()),
          }),
        ],
      }),
    ],
  });
  const signature = await sign(derOf(tbs), signer, signatureHash);
  return derOf(
    new asn1js.Sequence({
      value: [
        tbs,
        signatureAlgorithm(signer, signatureHash).toSchema(),
        new asn1js.BitString({ valueHex: own(signature).buffer }),
      ],
    }),
  );
}

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
