/** UEs of imspeer at the lab's core, one address each. */
import { drive, systemClock, systemNet } from "../harness/net/mod.ts";
import { createUe, newMemory } from "../harness/peer/mod.ts";
import type { Ue, UeOptions } from "../harness/peer/ue/types.ts";
import { seededRandom } from "../harness/runner/random.ts";
import type { Profile, Subscriber } from "../profiles/mod.ts";
import type { LabAddresses } from "./addresses.ts";

export class LabUes {
  readonly #profile: Profile;
  readonly #addresses: LabAddresses;
  readonly #random = seededRandom(crypto.randomUUID(), "lab");
  readonly #memory = newMemory();
  readonly #open: Ue[] = [];

  constructor(profile: Profile, addresses: LabAddresses) {
    this.#profile = profile;
    this.#addresses = addresses;
  }

  /** The subscriber of this name in the profile. */
  subscriber(name: string): Subscriber {
    const found = this.#profile.subscribers.find((one) => one.name === name);
    if (!found) throw new Error(`There is no subscriber "${name}"`);
    return found;
  }

  /** A terminal of this subscriber, on the next address. */
  async open(name: string, options: UeOptions = {}): Promise<Ue> {
    const address = `${this.#addresses.block}.1.${this.#open.length + 1}`;
    const ue = await createUe({
      net: systemNet,
      clock: systemClock,
      drive,
      profile: this.#profile,
      subscriber: this.subscriber(name),
      random: this.#random,
      remember: this.#memory,
      options: { local: { address }, ...options },
    });
    this.#open.push(ue);
    return ue;
  }

  async close(): Promise<void> {
    await Promise.all(this.#open.splice(0).map((ue) => ue.close()));
  }
}
