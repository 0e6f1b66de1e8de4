/** The certificates of a partner network: the right one, and those that a border must not take (TS 33.203 6.5). */
import {
  type Authority,
  type CertificateOptions,
  certificatesFromPem,
  createAuthority,
  fromPem,
  importAuthority,
} from "../../crypto/pki/mod.ts";
import { EnvironmentError } from "../../errors.ts";
import type { TlsCertificate } from "../../net/tls/options.ts";
import type { Profile } from "../../../profiles/types.ts";
import type { CertificateChoice } from "./types.ts";

export class Certificates {
  readonly #profile: Profile;
  readonly #domain: string;
  readonly #now: number;
  #issuer: Promise<Authority> | undefined;
  readonly #made = new Map<string, Promise<TlsCertificate>>();

  /** @param now milliseconds since 1970: what certificates are dated by */
  constructor(profile: Profile, domain: string, now: number) {
    this.#profile = profile;
    this.#domain = domain;
    this.#now = now;
  }

  /**
   * None where none is to be shown; the same one for the same word.
   * @throws EnvironmentError where the profile has nothing to issue it with
   */
  async choose(choice: CertificateChoice): Promise<TlsCertificate[]> {
    if (choice === "none") return [];
    if (typeof choice === "object") return ["issue" in choice ? await this.#issue(choice.issue) : choice];
    let made = this.#made.get(choice);
    if (!made) this.#made.set(choice, made = this.#make(choice));
    return [await made];
  }

  async #make(choice: Exclude<CertificateChoice, "none" | object>): Promise<TlsCertificate> {
    const domain = this.#domain;
    switch (choice) {
      case "partner":
        return this.#given() ?? await this.#issue(namesOf(domain));
      case "stranger":
        return await this.#issue(namesOf(STRANGER));
      case "unknown-issuer": {
        const nobody = await createAuthority({ name: "A CA that nobody knows", now: this.#now });
        return await nobody.issue(namesOf(domain));
      }
      case "expired":
        return await this.#issue({
          ...namesOf(domain),
          notBefore: this.#now - 30 * DAY,
          notAfter: this.#now - DAY,
        });
      case "self-signed":
        return alone(await this.#issue({ ...namesOf(domain), selfSigned: true }));
      case "common-name":
        // Without any subjectAltName a common name may count (RFC 5922 7.1); beside one it must not.
        return await this.#issue({ ...namesOf(STRANGER), commonNames: [domain] });
      case "other-name":
        return await this.#issue({
          commonNames: [STRANGER],
          dnsNames: [`sip.${domain}`, STRANGER],
          uris: [`sip:${STRANGER}`],
        });
    }
  }

  async #issue(options: CertificateOptions): Promise<TlsCertificate> {
    return await (await this.#authority()).issue(options);
  }

  #authority(): Promise<Authority> {
    const issuer = this.#profile.pki?.issuer;
    if (!issuer) {
      throw new EnvironmentError(
        `The profile "${this.#profile.name}" has no CA to issue certificates of partner networks with`,
        'Give "pki: issuer:" the certificate and key of a CA that the device trusts',
      );
    }
    this.#issuer ??= importAuthority({ ...issuer, now: this.#now });
    return this.#issuer;
  }

  /** A lab that has no CA to hand out may have a certificate. */
  #given(): TlsCertificate | undefined {
    const pair = this.#profile.peers?.["peer-network"];
    if (!pair) return undefined;
    const key = fromPem(pair.key)[0]?.der;
    if (!key) return undefined;
    return { chain: certificatesFromPem(pair.certificate), key };
  }
}

/** A domain that no table of partners has (RFC 2606). */
export const STRANGER = "no-partner.example.com";

const DAY = 24 * 3600 * 1000;

/** RFC 5922 7.1: the domain as a URI; older readers look for a DNS name. */
function namesOf(domain: string): CertificateOptions {
  return { commonNames: [domain], uris: [`sip:${domain}`], dnsNames: [domain] };
}

/** Without what is above it. */
function alone({ chain, key }: TlsCertificate): TlsCertificate {
  return { chain: chain.slice(0, 1), key };
}
