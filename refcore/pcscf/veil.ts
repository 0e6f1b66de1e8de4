/**
 * A dialog of which one side wants privacy "user" or "header" (RFC 3323 5.1, 5.3): the called UE is shown another
 * From, Call-ID and Contact, and what it says in return is put back. State is kept per dialog, since the messages
 * of both sides must go on fitting.
 */
import { formatNameAddr, type SipRequest } from "sip-codec";
import type { FaultSet } from "../faults.ts";
import { privacyOf, removeOptional } from "./privacy.ts";

interface Veil {
  readonly wanted: ReadonlySet<string>;
  readonly callId: string;
  readonly shownCallId: string;
  /** Of the hidden side. */
  readonly tag: string;
  /** The hidden side's name-addr with tag, as the network knows it and as the called UE does. */
  readonly name: string;
  readonly shownName: string;
  /** User part of the contact shown, and what it stands for. */
  readonly contactToken: string;
  contact: string | undefined;
}

/** Dialogs remembered at a time; the oldest go first. */
const LIMIT = 1000;

export class Veils {
  readonly #byCallId = new Map<string, Veil>();
  readonly #byShownCallId = new Map<string, Veil>();

  constructor(
    readonly options: {
      readonly faults: FaultSet;
      readonly token: () => string;
      /** sip:user@… of this P-CSCF. */
      readonly uri: (user: string) => string;
    },
  ) {}

  /** Changes a request on its way to the called UE. Via fields go too: the proxy restores those of the original. */
  cover(request: SipRequest): void {
    const veil = this.#veilOf(request) ?? this.#newVeil(request);
    if (!veil) return;
    const { wanted } = veil;
    if (wanted.has("user")) {
      request.set("From", veil.shownName);
      request.set("Call-ID", veil.shownCallId);
    }
    if (wanted.has("header")) {
      const contact = request.contact;
      if (contact && !this.options.faults.has("pcscf/keeps-private-contact")) {
        veil.contact = String(contact.uri);
        request.set("Contact", `<${this.options.uri(veil.contactToken)}>`);
      }
      request.remove("Via");
    }
    removeOptional(request, wanted);
  }

  /** Changes a request of the called UE so that the hidden side knows it. */
  uncover(request: SipRequest): void {
    const veil = this.#byShownCallId.get(request.callId ?? "");
    if (!veil || request.to?.tag !== veil.tag) return;
    if (veil.wanted.has("user")) {
      request.set("Call-ID", veil.callId);
      request.set("To", veil.name);
    }
    if (request.uri.user === veil.contactToken && veil.contact !== undefined) {
      request.requestUri = veil.contact;
    }
  }

  #veilOf(request: SipRequest): Veil | undefined {
    const veil = this.#byCallId.get(request.callId ?? "");
    return veil && request.from?.tag === veil.tag ? veil : undefined;
  }

  #newVeil(request: SipRequest): Veil | undefined {
    const wanted = privacyOf(request);
    const { from, callId } = request;
    if (!from || callId === undefined || !wanted.has("user") && !wanted.has("header")) return undefined;
    const { faults, token } = this.options;
    const tag = from.tag ?? "";
    const displayName = faults.has("pcscf/keeps-display-name")
      ? from.displayName ?? "Anonymous"
      : "Anonymous";
    const veil: Veil = {
      wanted,
      callId,
      shownCallId: wanted.has("user") ? token() : callId,
      tag,
      name: request.get("From") ?? "",
      // RFC 3323 4.1.1.3
      shownName: formatNameAddr({ displayName, uri: "sip:anonymous@anonymous.invalid", tag }),
      contactToken: token(),
      contact: undefined,
    };
    this.#remember(veil);
    return veil;
  }

  #remember(veil: Veil): void {
    this.#byCallId.set(veil.callId, veil);
    this.#byShownCallId.set(veil.shownCallId, veil);
    if (this.#byCallId.size <= LIMIT) return;
    const [oldest] = this.#byCallId.values();
    if (!oldest) return;
    this.#byCallId.delete(oldest.callId);
    this.#byShownCallId.delete(oldest.shownCallId);
  }
}
