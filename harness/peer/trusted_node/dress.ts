/** What a node puts on everything that it sends on for a UE: the fields of a P-CSCF (TS 24.229 5.2.2.1, 5.2.6.3). */
import type { SipRequest } from "sip-codec";
import type { Profile, Subscriber } from "../../../profiles/types.ts";
import type { Sending } from "../ue/protection.ts";
import type { Random } from "../ue/types.ts";
import { markIntegrity, networkProvided, rightIntegrity, standBefore } from "./fields.ts";
import type { TrustedNodeOptions } from "./types.ts";

export interface DressParts {
  readonly profile: Profile;
  readonly subscriber: Subscriber;
  readonly options: TrustedNodeOptions;
  readonly random: Random;
  /** Field value. */
  readonly path: string;
  /** Whether the subscriber has an ISIM. */
  readonly aka: boolean;
}

/** Where no UE is told (RFC 5737: an address that nobody has). */
const SOMEBODY = { address: "192.0.2.1" };

export class Dress {
  readonly #parts: DressParts;

  constructor(parts: DressParts) {
    this.#parts = parts;
  }

  dress(request: SipRequest, sending: Sending): void {
    const { options, random, aka } = this.#parts;
    standBefore(request, options.behind === undefined ? SOMEBODY : options.behind, random);
    if (request.method === "REGISTER") {
      if (sending.step === "register") this.#first(request);
      markIntegrity(request, rightIntegrity(sending, aka));
    } else if (request.method !== "ACK" && request.method !== "CANCEL") {
      this.#accessInfo(request);
    }
  }

  /** SM8 is made of SM2, and has these from it. */
  #first(request: SipRequest): void {
    const { profile, options, random, path } = this.#parts;
    const visited = options.visitedNetwork === undefined ? profile.home.domain : options.visitedNetwork;
    request.set("Path", path);
    request.append("Require", "path");
    if (visited !== null) request.set("P-Visited-Network-ID", `"${visited}"`);
    request.set("P-Charging-Vector", `icid-value="${random.token(24)}"`);
    this.#accessInfo(request);
  }

  #accessInfo(request: SipRequest): void {
    const { profile, subscriber, options } = this.#parts;
    const { accessNetworkInfo: told, local } = options;
    const info = told !== undefined
      ? told
      : local === "pani-aware"
      ? networkProvided(profile, subscriber)
      : null;
    if (info !== null) request.set("P-Access-Network-Info", info);
  }
}
