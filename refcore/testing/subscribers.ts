/** Subscribers for the tests of this folder; keys are those of Milenage test set 1 (TS 35.208 4.3), others invented. */
import { fromHex } from "../../harness/crypto/mod.ts";
import type { Subscriber } from "../../profiles/types.ts";

export const DOMAIN = "home1.net";

export function akaSubscriber(
  name: string,
  more: Partial<Subscriber> = {},
  digest = "AKAv1-MD5",
): Subscriber {
  return {
    ...base(name),
    aka: {
      algorithm: "milenage",
      k: fromHex("465b5ce8b199b49faa5f0a2ee238a6bc"),
      opc: fromHex("cd63cb71954a9f4e48a5994e37a02baf"),
      amf: fromHex("8000"),
      sqn: 0x20n,
      ind: 5,
      digest,
    },
    ...more,
  };
}

export function digestSubscriber(
  name: string,
  more: Partial<Subscriber> = {},
  algorithm: "MD5" | "SHA-256" = "MD5",
): Subscriber {
  return { ...base(name), digest: { password: `${name}'s secret`, algorithm }, ...more };
}

/** Known by the address that the GGSN gives out for the IMSI, which is the name. */
export function gibaSubscriber(imsi: string, more: Partial<Subscriber> = {}): Subscriber {
  return { ...base(imsi), giba: { imsi }, ...more };
}

/** Known by the line. */
export function nbaSubscriber(name: string, line: string, more: Partial<Subscriber> = {}): Subscriber {
  return { ...base(name), nba: { line }, ...more };
}

function base(name: string) {
  return {
    name,
    impi: `${name}@${DOMAIN}`,
    impus: [`sip:${name}@${DOMAIN}`],
    implicitSet: [],
    barred: [],
    otherSet: [],
    traits: [],
  };
}
