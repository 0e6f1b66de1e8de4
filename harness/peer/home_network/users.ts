/** Subscribers of a home network that no profile knows: made up for one case, with keys of its chance. */
import { parseUri } from "sip-codec";
import { fromHex } from "../../crypto/mod.ts";
import type { Subscriber } from "../../../profiles/types.ts";
import { lenient } from "../ue/lenient.ts";
import type { Random } from "../ue/types.ts";
import { Authentication } from "./authentication.ts";

/** They and what is known of their proofs. */
export class Users {
  readonly all: readonly Subscriber[];
  readonly #authentications: ReadonlyMap<Subscriber, Authentication>;

  constructor(schemes: readonly ("aka" | "digest")[], domain: string, random: Random) {
    this.all = makeUsers(schemes, domain, random);
    this.#authentications = new Map(
      this.all.map((user) => [user, new Authentication(user, domain, random)]),
    );
  }

  byImpi(impi: string): Subscriber | undefined {
    return this.all.find((user) => user.impi === impi);
  }

  byUri(uri: string): Subscriber | undefined {
    return this.all.find(({ impus }) => impus.some((impu) => lenient(() => parseUri(uri).equals(impu))));
  }

  /** Of one of them. */
  authentication(user: Subscriber): Authentication {
    return this.#authentications.get(user)!;
  }
}

function makeUsers(
  schemes: readonly ("aka" | "digest")[],
  domain: string,
  random: Random,
): readonly Subscriber[] {
  return schemes.map((scheme, index) => {
    // A new name each time: the device may remember those of an earlier case.
    const name = `roamer${index + 1}-${random.token(6).toLowerCase()}`;
    const common = { implicitSet: [], barred: [], otherSet: [], traits: [] };
    const identity = { name, impi: `${name}@${domain}`, impus: [`sip:${name}@${domain}`], ...common };
    return scheme === "aka"
      ? { ...identity, aka: akaKeys(random) }
      : { ...identity, digest: { password: random.token(16), algorithm: "MD5" } };
  });
}

function akaKeys(random: Random): NonNullable<Subscriber["aka"]> {
  return {
    algorithm: "milenage",
    k: random.bytes(16),
    opc: random.bytes(16),
    amf: fromHex("0000"),
    sqn: 0n,
    ind: 5,
    digest: "AKAv1-MD5",
  };
}
