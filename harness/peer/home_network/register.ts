/** A REGISTER that has come to the home network, and its answering. */
import { type Credentials, formatChallenge, formatNameAddr, type NameAddr, type SipRequest } from "sip-codec";
import { LocalMisuseError } from "../../errors.ts";
import type { Flow } from "../../net/types.ts";
import type { Subscriber } from "../../../profiles/types.ts";
import { begin } from "../no_answer.ts";
import type { Arrived } from "../ue/incoming.ts";
import { lenient } from "../ue/lenient.ts";
import type { HeaderValues, RespondOptions } from "../ue/types.ts";
import type { Authentication } from "./authentication.ts";
import type { ArrivedRegister, ChallengeOptions, GrantOptions, Proof, SentChallenge } from "./types.ts";

/** What a REGISTER needs of its home network. */
export interface Registrar {
  readonly serviceRoute: string;
  userOf(request: SipRequest, credentials: Credentials | undefined): Subscriber | undefined;
  authentication(user: Subscriber): Authentication;
  challenged(sent: SentChallenge): void;
  /** Seconds by contact; 0 takes it away. Undefined contact: all of the user's. */
  bind(user: Subscriber, register: LiveRegister, contact: NameAddr | undefined, seconds: number): void;
}

export class LiveRegister implements ArrivedRegister {
  readonly request: SipRequest;
  readonly flow: Flow;
  readonly credentials: Credentials | undefined;
  readonly integrityProtected: readonly string[];
  readonly user: Subscriber | undefined;
  readonly proof: Proof;
  readonly #arrived: Arrived;
  readonly #registrar: Registrar;

  constructor(arrived: Arrived, registrar: Registrar) {
    const { request } = arrived;
    this.#arrived = arrived;
    this.#registrar = registrar;
    this.request = request;
    this.flow = arrived.flow;
    const all = lenient(() => request.authorization) ?? [];
    this.credentials = all[0];
    this.integrityProtected = all.flatMap(({ parameters }) => parameters.getAll("integrity-protected"));
    this.user = registrar.userOf(request, this.credentials);
    this.proof = this.credentials && this.user
      ? registrar.authentication(this.user).judge(request, this.credentials)
      : "none";
  }

  get answered(): boolean {
    return this.#arrived.answered;
  }

  respond(status: number, options?: RespondOptions): Promise<void> {
    return this.#arrived.respond(status, options);
  }

  challenge(options: ChallengeOptions = {}): Promise<SentChallenge> {
    return begin(() => {
      const { status = 401, headers, tamper } = options;
      const { challenge, vector } = this.#registrar.authentication(this.#known()).challenge(options);
      const response = this.#answer(
        status,
        { "WWW-Authenticate": formatChallenge(challenge), ...headers },
        tamper,
      );
      const sent = { response, challenge, ...(vector ? { vector } : {}) };
      this.#registrar.challenged(sent);
      return sent;
    });
  }

  grant(options: GrantOptions = {}): Promise<void> {
    return begin(() => {
      const user = this.#known();
      const { request } = this;
      const { headers, tamper, serviceRoute = [this.#registrar.serviceRoute], associatedUris = user.impus } =
        options;
      const all = lenient(() => request.contacts) ?? [];
      if (all.includes("*")) this.#registrar.bind(user, this, undefined, 0);
      const granted = all.filter((contact) => contact !== "*").map((contact) => {
        const seconds = options.expires ?? askedFor(request, contact);
        this.#registrar.bind(user, this, contact, seconds);
        return { contact, seconds };
      });
      const info = this.#registrar.authentication(user).info;
      this.#answer(200, {
        ...list("Contact", granted.filter(({ seconds }) => seconds > 0).map(asGranted)),
        ...list("Path", request.values("Path")), // RFC 3327 5.3
        ...list("Service-Route", serviceRoute),
        ...list("P-Associated-URI", associatedUris.map((uri) => `<${uri}>`)),
        ...(info === undefined || this.proof !== "right" ? {} : { "Authentication-Info": info }),
        ...headers,
      }, tamper);
    });
  }

  #answer(status: number, headers: HeaderValues, tamper: RespondOptions["tamper"]) {
    const response = this.#arrived.answer(status, { headers, ...(tamper ? { tamper } : {}) });
    if (response) return response;
    throw new LocalMisuseError(`This REGISTER has been answered already, found ${status} after it`);
  }

  #known(): Subscriber {
    if (this.user) return this.user;
    throw new LocalMisuseError(
      `The REGISTER is of nobody whose home is here: To is "${this.request.get("To")}"`,
    );
  }
}

/** RFC 3261 10.3; TS 24.229 5.1.1.2.1 has 600000 s where nothing is said. */
function askedFor(request: SipRequest, { params }: NameAddr): number {
  const parameter = params.get("expires");
  if (parameter !== undefined && /^\d+$/.test(parameter)) return Number(parameter);
  return lenient(() => request.expires) ?? 600_000;
}

function asGranted({ contact, seconds }: { readonly contact: NameAddr; readonly seconds: number }): string {
  return formatNameAddr({ ...contact, params: contact.params.clone().set("expires", seconds) });
}

/** No field where there is no value. */
function list(name: string, values: readonly string[]): HeaderValues {
  return values.length > 0 ? { [name]: values } : {};
}
