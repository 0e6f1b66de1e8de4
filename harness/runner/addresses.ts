/** Local addresses of this machine, handed out to UEs in turn; one that nobody uses is taken before one in use. */
import { EnvironmentError } from "../errors.ts";
import type { Profile } from "../../profiles/mod.ts";

export class AddressPool {
  readonly #access: Profile["access"];
  readonly #users = new Map<string, number>();
  readonly #turn = new Map<string, number>();

  /** Those of trusted nodes stand beside the access networks, as "trusted-node" and "pani-aware". */
  constructor(access: Profile["access"], trustedNode?: Profile["trustedNode"]) {
    this.#access = {
      ...access,
      ...(trustedNode ? { "trusted-node": trustedNode.addresses, "pani-aware": trustedNode.paniAware } : {}),
    };
  }

  /**
   * An address of this access (undefined: the profile has none) in the family of `towards`, and what gives it back.
   * `access` is the name of an access network, "trusted-node" or "pani-aware".
   * @throws EnvironmentError when the profile has none
   */
  take(access: string | undefined, towards?: string): { readonly address: string; release(): void } {
    const name = access ?? "3gpp";
    const fits = (address: string) =>
      towards === undefined || address.includes(":") === towards.includes(":");
    const candidates = (this.#access[name] ?? []).filter(fits);
    if (candidates.length === 0) {
      const family = towards === undefined ? "" : towards.includes(":") ? " IPv6" : " IPv4";
      throw new EnvironmentError(
        `The profile has no local${family} address for access "${name}"`,
        `add one of this machine's addresses under "${PLACES.get(name) ?? `access: ${name}`}:"`,
      );
    }
    const turn = this.#turn.get(name) ?? 0;
    const inTurn = candidates.map((_, index) => candidates[(turn + index) % candidates.length]!);
    const address = inTurn.reduce((best, one) => this.#count(one) < this.#count(best) ? one : best);
    this.#turn.set(name, (candidates.indexOf(address) + 1) % candidates.length);
    this.#users.set(address, this.#count(address) + 1);
    let held = true;
    return {
      address,
      release: () => {
        if (held) this.#users.set(address, this.#count(address) - 1);
        held = false;
      },
    };
  }

  #count(address: string): number {
    return this.#users.get(address) ?? 0;
  }
}

/** Where they stand in a profile, if not under `access`. */
const PLACES: ReadonlyMap<string, string> = new Map([
  ["trusted-node", "trusted-node: addresses"],
  ["pani-aware", "trusted-node: pani-aware"],
]);
