/** The CSCFs of a profile that a node talks to, as a pair: which of them a request goes to. */
import type { SipRequest } from "sip-codec";
import { EnvironmentError } from "../../errors.ts";
import type { Profile } from "../../../profiles/types.ts";
import { type ClearTransport, type Destination, literalNextHop } from "../node/ways.ts";
import { hostPort } from "../ue/build.ts";

export class Entries {
  readonly transport: ClearTransport;
  readonly #profile: Profile;
  readonly #entry: string;
  readonly #asked: ClearTransport | undefined;

  /** @throws EnvironmentError where the profile has no such entry point for UDP or TCP, or for the transport asked for */
  constructor(profile: Profile, entry: string, transport: ClearTransport | undefined) {
    this.#profile = profile;
    this.#entry = entry;
    this.#asked = transport;
    this.transport = this.at(entry).transport;
  }

  /** @throws EnvironmentError where the profile has no such entry point */
  at(name: string): Destination {
    const offered = this.#profile.entry[name];
    const transport = this.#asked ?? (offered?.udp ? "udp" : "tcp");
    const place = offered?.[transport];
    if (place) return { transport, remote: { address: place.address, port: place.port } };
    throw new EnvironmentError(
      `The profile "${this.#profile.name}" has no entry point "${name}" for the transport "${transport}"`,
      `Give "entry: ${name}: ${transport}:" an address and a port, or select cases that do not need it`,
    );
  }

  /** Where REGISTERs go. */
  get registrar(): Destination {
    return this.at(this.#entry);
  }

  /** Field value of Route for an originating request of somebody whose Service-Route is not known. */
  get originatingRoute(): string {
    const { transport, remote } = this.#sibling("s-cscf");
    return `<sip:orig@${hostPort(remote)}${transport === "udp" ? "" : `;transport=${transport}`};lr>`;
  }

  /**
   * An address in the first Route (or in the Request-URI, where there is none) is gone to. Names are those of the
   * device: a Route leads to the S-CSCF, what has none is for the I-CSCF to route.
   */
  next(request: SipRequest): Destination {
    if (request.method === "REGISTER") return this.registrar;
    const literal = literalNextHop(request, this.transport);
    return literal ?? this.#sibling(request.has("Route") ? "s-cscf" : "i-cscf");
  }

  /** Of the pair that REGISTERs go to: "s-cscf-hss" beside "i-cscf-hss". */
  #sibling(box: "i-cscf" | "s-cscf"): Destination {
    const suffix = /^[is]-cscf(.*)$/.exec(this.#entry)?.[1] ?? "";
    const name = `${box}${suffix}`;
    return this.#profile.entry[name] ? this.at(name) : this.registrar;
  }
}
