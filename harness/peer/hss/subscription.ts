/** What the HSS keeps of one subscriber, and the service profile it hands out (TS 29.228 clause 6.1, Annex B). */
import { AuthenticationCentre, type AuthVector, ha1, openAuts } from "../../crypto/mod.ts";
import type { Subscriber } from "../../../profiles/types.ts";
import { akaFunctionsOf } from "../aka_keys.ts";
import type { UeMemory } from "../ue/types.ts";
import type { RegistrationState } from "./types.ts";

export class HssSubscription {
  readonly subscriber: Subscriber;
  state: RegistrationState = "not-registered";
  serverName: string | undefined;
  /** Whom an RTR or PPR goes to. */
  serverHost: string | undefined;
  binding: { readonly address?: string; readonly prefix?: string } | undefined;
  line: string | undefined;
  readonly #realm: string;
  readonly #cards: readonly UeMemory[];
  #centre: AuthenticationCentre | undefined;

  /** `cards`: where the ISIMs are that answer our challenges. */
  constructor(subscriber: Subscriber, realm: string, cards: readonly UeMemory[] = []) {
    this.subscriber = subscriber;
    this.line = subscriber.nba?.line;
    this.#realm = realm;
    this.#cards = cards;
  }

  /** The IMPUs of the implicit set, the default one first; barred ones last. */
  get identities(): readonly { readonly impu: string; readonly barred: boolean }[] {
    const { impus, implicitSet, barred } = this.subscriber;
    return [
      ...[...impus, ...implicitSet].map((impu) => ({ impu, barred: false })),
      ...barred.map((impu) => ({ impu, barred: true })),
    ];
  }

  has(impu: string): boolean {
    return [...this.identities.map((identity) => identity.impu), ...this.subscriber.otherSet].includes(impu);
  }

  /**
   * The next vector; undefined where the subscriber has no AKA keys. `rand` has 16 octets. Where another HSS has used the
   * subscriber's cards the counter goes on from there, so that no case begins with a synchronisation failure.
   */
  vector(rand: Uint8Array): AuthVector | undefined {
    const centre = this.#auc();
    for (const { isims } of this.#cards) {
      const card = isims.get(this.subscriber.impi);
      if (!centre || !card || centre.sqn >= card.sqn) continue;
      centre.resynchronise(rand, card.auts(rand));
    }
    return centre?.generate({ rand });
  }

  /** Takes AUTS for the RAND that was sent (TS 33.102 6.3.5). False where its MAC-S is wrong. */
  resynchronise(rand: Uint8Array, auts: Uint8Array): boolean {
    const centre = this.#auc();
    if (!centre || !openAuts(centre.functions, rand, auts).macOk) return false;
    return centre.resynchronise(rand, auts).ok;
  }

  /** H(A1) for SIP Digest, in hexadecimal; undefined where the subscriber has no password. */
  ha1(
    password?: string,
  ): { readonly realm: string; readonly algorithm: "MD5" | "SHA-256"; readonly ha1: string } | undefined {
    const { digest, impi } = this.subscriber;
    if (!digest) return undefined;
    const { algorithm } = digest;
    password ??= digest.password;
    return { realm: this.#realm, algorithm, ha1: ha1(algorithm, impi, this.#realm, password) };
  }

  /** IMSSubscription of TS 29.228 Annex E, without filter criteria. */
  get userData(): string {
    const identities = this.identities.map(({ impu, barred }) =>
      `<PublicIdentity><BarringIndication>${barred ? 1 : 0}</BarringIndication>` +
      `<Identity>${escaped(impu)}</Identity></PublicIdentity>`
    );
    return `<?xml version="1.0" encoding="UTF-8"?><IMSSubscription>` +
      `<PrivateID>${escaped(this.subscriber.impi)}</PrivateID>` +
      `<ServiceProfile>${identities.join("")}</ServiceProfile></IMSSubscription>`;
  }

  #auc(): AuthenticationCentre | undefined {
    const { aka } = this.subscriber;
    if (!aka) return undefined;
    return this.#centre ??= new AuthenticationCentre({
      functions: akaFunctionsOf(aka),
      amf: aka.amf,
      sqn: aka.sqn,
      indBits: aka.ind,
    });
  }
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
