/** What the HSS keeps of a subscriber: identities in their implicit sets, registration state, the password, the address. */
import type { Subscriber } from "../../profiles/types.ts";
import { canonicalImpu } from "../identity.ts";
import { AkaCredentials } from "./aka_credentials.ts";

/** Registration flag of an implicit set (TS 33.203 6.1.1, TS 29.228 8.1). */
export type RegistrationState = "not-registered" | "pending" | "registered";

export interface ImplicitSet {
  readonly identities: readonly { readonly impu: string; readonly barred: boolean }[];
  state: RegistrationState;
  /** S-CSCF that serves the set, or is about to. */
  serverName: string | undefined;
}

/** What the GGSN has given the user: an address, or with stateless autoconfiguration a prefix ("2001:db8:1::/64"). */
export interface ContextAddress {
  readonly address?: string;
  readonly prefix?: string;
}

/** A provisioned subscriber and what has become of it. */
export class Subscription {
  readonly impi: string;
  readonly traits: readonly string[];
  /** The set of the main identities first, then the one of `otherSet`. */
  readonly sets: readonly ImplicitSet[];
  readonly aka: AkaCredentials | undefined;
  /** What the GGSN knows the user by; undefined for who has no identities of 3GPP (TS 33.203 T.5). */
  readonly imsi: string | undefined;
  /** May be authenticated by the address of her context (GIBA). */
  readonly giba: boolean;
  /** The line that the user is fixed to (NBA, TS 33.203 R.3). */
  readonly line: string | undefined;
  /** Addresses of her contexts, by accounting session, the latest last; and who has given them. */
  readonly #contexts = new Map<string, { readonly at: ContextAddress; readonly ggsn: string | undefined }>();
  readonly #algorithm: string | undefined;
  #password: string | undefined;

  constructor(provisioned: Subscriber) {
    this.impi = provisioned.impi;
    this.traits = provisioned.traits;
    this.sets = implicitSets(provisioned);
    this.imsi = provisioned.giba?.imsi ?? provisioned.impi.match(/^(\d{14,15})@/)?.[1];
    this.giba = provisioned.giba !== undefined;
    this.line = provisioned.nba?.line;
    this.aka = provisioned.aka && new AkaCredentials(provisioned.aka);
    this.#algorithm = provisioned.digest?.algorithm;
    this.#password = provisioned.digest?.password;
  }

  get digest(): { readonly password: string; readonly algorithm: string } | undefined {
    if (this.#algorithm === undefined || this.#password === undefined) return undefined;
    return { password: this.#password, algorithm: this.#algorithm };
  }

  /** The address that the GGSN has reported last for a context that is still there (TS 33.203 T.4). */
  get binding(): ContextAddress | undefined {
    return [...this.#contexts.values()].at(-1)?.at;
  }

  hasContext(session: string): boolean {
    return this.#contexts.has(session);
  }

  /** A context has begun, or has another address now. */
  bind(session: string, at: ContextAddress, ggsn?: string): void {
    this.#contexts.delete(session);
    this.#contexts.set(session, { at, ggsn });
  }

  /** A context is over. True if it was the last one. */
  unbind(session: string): boolean {
    return this.#contexts.delete(session) && this.#contexts.size === 0;
  }

  /** All contexts that this GGSN has given are over. True if the last one was among them. */
  unbindAll(ggsn: string): boolean {
    const over = [...this.#contexts].filter(([, context]) => context.ggsn === ggsn);
    return over.map(([session]) => this.unbind(session)).includes(true);
  }

  /** A password agreed with the user elsewhere (TS 33.203 N.2.5). */
  changePassword(password: string): void {
    this.#password = password;
  }

  setOf(impu: string): ImplicitSet | undefined {
    return this.sets.find((set) => set.identities.some((identity) => identity.impu === impu));
  }
}

/** Main, implicit and barred identities make one implicit set, those of `otherSet` a second one. */
function implicitSets(subscriber: Subscriber): ImplicitSet[] {
  const first = implicitSet([...subscriber.impus, ...subscriber.implicitSet], subscriber.barred);
  return subscriber.otherSet.length > 0 ? [first, implicitSet(subscriber.otherSet, [])] : [first];
}

function implicitSet(impus: readonly string[], barred: readonly string[]): ImplicitSet {
  return {
    identities: [
      ...impus.map((impu) => ({ impu: canonicalImpu(impu), barred: false })),
      ...barred.map((impu) => ({ impu: canonicalImpu(impu), barred: true })),
    ],
    state: "not-registered",
    serverName: undefined,
  };
}
