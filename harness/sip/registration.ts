/** The registration of one contact of a UE: makes its REGISTERs and knows what it has been granted and until when. */
import { buildRequest, type HeadersInit, type NameAddr, type SipRequest, type SipResponse } from "sip-codec";
import { REGISTRATION, type RegistrationEvent, type RegistrationState } from "./registration_states.ts";
import { transition } from "./table.ts";

/** TS 24.229 5.1.1.2.1: what a UE asks for. */
export const DEFAULT_EXPIRES_S = 600_000;

export interface RegistrationSetup {
  /** The public user identity to register: To and From. */
  readonly aor: string;
  /** Request-URI: "sip:home1.net". */
  readonly registrar: string;
  /** Contact value, `<sip:…>` with its parameters but `expires`. */
  readonly contact: string;
  readonly callId: string;
  readonly fromTag: string;
  /** Seconds to ask for; null leaves Expires out. Default 600000. */
  readonly expires?: number | null;
  /** CSeq number of the first REGISTER. Default 1. */
  readonly firstSeq?: number;
}

export interface RegisterDraft {
  readonly headers?: HeadersInit;
  /** Seconds, this once; null leaves Expires out. */
  readonly expires?: number | null;
}

export class Registration {
  #state: RegistrationState = "unregistered";
  #seq: number;
  #expiresAt: number | undefined;
  #refreshAt: number | undefined;
  #grantedS: number | undefined;
  #accepted: SipResponse | undefined;
  #minExpires: number | undefined;
  /** Seconds asked for last. */
  #asked: number | null;

  constructor(readonly setup: RegistrationSetup) {
    this.#seq = (setup.firstSeq ?? 1) - 1;
    this.#asked = setup.expires === undefined ? DEFAULT_EXPIRES_S : setup.expires;
  }

  get state(): RegistrationState {
    return this.#state;
  }

  /** Whether there is a binding, as far as this side knows. */
  get registered(): boolean {
    return this.#expiresAt !== undefined;
  }

  /** CSeq number of the last REGISTER. */
  get seq(): number {
    return this.#seq;
  }

  /** Seconds granted by the last 2xx. */
  get granted(): number | undefined {
    return this.#grantedS;
  }

  /** Milliseconds of the run's clock; undefined without a binding. */
  get expiresAt(): number | undefined {
    return this.#expiresAt;
  }

  /** When to refresh (TS 24.229 5.1.1.4.1); undefined without a binding, and once it was told. */
  get refreshAt(): number | undefined {
    return this.#refreshAt;
  }

  /** RFC 3608: what goes into Route of later requests, as written. */
  get serviceRoute(): readonly string[] {
    return this.#accepted?.values("Service-Route") ?? [];
  }

  /** The implicitly registered set, as written. */
  get associatedUris(): readonly string[] {
    return this.#accepted?.values("P-Associated-URI") ?? [];
  }

  /** The shortest time the registrar takes, once it has said so (423). */
  get minExpires(): number | undefined {
    return this.#minExpires;
  }

  /** The first REGISTER. @throws LocalMisuseError while there is a binding or another one is under way */
  register(draft: RegisterDraft = {}): SipRequest {
    this.#asked = draft.expires !== undefined
      ? draft.expires
      : this.setup.expires === undefined
      ? DEFAULT_EXPIRES_S
      : this.setup.expires;
    return this.#send("register", draft);
  }

  /** The REGISTER that answers a challenge, for the same time; credentials are in the draft's headers. */
  answer(draft: RegisterDraft = {}): SipRequest {
    if (draft.expires !== undefined) this.#asked = draft.expires;
    return this.#send("answer", draft);
  }

  refresh(draft: RegisterDraft = {}): SipRequest {
    this.#asked = draft.expires !== undefined ? draft.expires : this.setup.expires ?? DEFAULT_EXPIRES_S;
    return this.#send("refresh", draft);
  }

  deregister(draft: RegisterDraft = {}): SipRequest {
    this.#asked = 0;
    return this.#send("deregister", draft);
  }

  /** The final answer to the last REGISTER. Provisional ones change nothing. */
  received(response: SipResponse, now: number): RegistrationState {
    const { status } = response;
    if (status < 200) return this.#state;
    if (status === 401 || status === 407) return this.#take("challenge");
    if (status === 423) this.#minExpires = response.minExpires;
    if (status >= 300) return this.#take("refused");
    const seconds = this.#grantedBy(response);
    if (seconds === undefined || seconds === 0) return this.#take("removed");
    this.#take("accepted");
    // A 2xx to a deregistration that still lists the contact deregisters all the same: it is what was asked for.
    if (this.#state !== "registered") return this.#state;
    this.#accepted = response;
    this.#grantedS = seconds;
    this.#expiresAt = now + seconds * 1000;
    this.#refreshAt = now + refreshAfter(seconds) * 1000;
    return this.#state;
  }

  /** No final answer came in time. */
  timedOut(): RegistrationState {
    return this.#take("timeout");
  }

  /** The network took the binding away (reg event: terminated). */
  removed(): RegistrationState {
    return this.#take("removed");
  }

  deadline(): number | undefined {
    return this.#refreshAt ?? this.#expiresAt;
  }

  /** "refresh" once when it is time to, "expired" when the binding is gone, undefined when nothing is due. */
  expire(now: number): "refresh" | "expired" | undefined {
    if (this.#expiresAt !== undefined && now >= this.#expiresAt) {
      this.#take("expired");
      return "expired";
    }
    if (this.#refreshAt === undefined || now < this.#refreshAt) return undefined;
    this.#refreshAt = undefined;
    return "refresh";
  }

  #send(event: RegistrationEvent, { headers }: RegisterDraft): SipRequest {
    this.#take(event);
    this.#seq++;
    const { aor, registrar, contact, callId, fromTag } = this.setup;
    const request = buildRequest("REGISTER", registrar, [
      ["Max-Forwards", "70"],
      ["From", `<${aor}>;tag=${fromTag}`],
      ["To", `<${aor}>`],
      ["Call-ID", callId],
      ["CSeq", `${this.#seq} REGISTER`],
      ["Contact", contact],
    ]);
    if (this.#asked !== null) request.set("Expires", String(this.#asked));
    for (const [name, value] of Array.isArray(headers) ? headers : Object.entries(headers ?? {})) {
      if (value !== undefined) request.set(name, value);
    }
    return request;
  }

  #take(event: RegistrationEvent): RegistrationState {
    const [state, ...actions] = transition("Registration", REGISTRATION, this.#state, event);
    this.#state = state;
    if (actions.includes("forget binding")) {
      this.#expiresAt = undefined;
      this.#refreshAt = undefined;
      this.#grantedS = undefined;
      this.#accepted = undefined;
    }
    return state;
  }

  /** Seconds of our contact in a 2xx (RFC 3261 10.2.4); undefined where the response does not list it. */
  #grantedBy(response: SipResponse): number | undefined {
    const ours = response.contacts.find((contact): contact is NameAddr =>
      contact !== "*" && sameContact(contact, this.setup.contact)
    );
    if (!ours) return undefined;
    const own = ours.params.get("expires");
    return own !== undefined && /^\d+$/.test(own)
      ? Number(own)
      : response.expires ?? this.#asked ?? undefined;
  }
}

/** Seconds after which to refresh what was granted for `seconds`: 600 s before its end if above 1200 s, else half. */
export function refreshAfter(seconds: number): number {
  return seconds > 1200 ? seconds - 600 : seconds / 2;
}

function sameContact(contact: NameAddr, ours: string): boolean {
  const uri = /<([^>]*)>/.exec(ours)?.[1] ?? ours.split(";")[0]!;
  return contact.uri.equals(uri);
}
