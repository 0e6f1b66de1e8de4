/** A request that came to the UE, and its answering. */
import { buildResponse, type Sdp, type SipRequest, type SipResponse } from "sip-codec";
import type { Flow } from "../../net/types.ts";
import { LocalMisuseError } from "../../errors.ts";
import { begin } from "../no_answer.ts";
import type { HeaderValues, IncomingRequest, RespondOptions } from "./types.ts";

/** What an arrived request needs of the UE to be answered. */
export interface Answering {
  /** The UE's Contact, for responses that establish or refresh a dialog. */
  readonly contact: () => string;
  readonly accessNetworkInfo: () => string | undefined;
  send(key: string, request: SipRequest, response: SipResponse, options: RespondOptions): void;
}

export class Arrived implements IncomingRequest {
  readonly #answering: Answering;
  /** Status of the final answer sent so far. */
  #final: number | undefined;
  #automatic = false;

  constructor(
    readonly request: SipRequest,
    readonly flow: Flow,
    /** Of the server transaction; undefined for the ACK of a 2xx. */
    readonly key: string | undefined,
    /** The tag of our answers, where the request has none in To. */
    readonly toTag: string,
    answering: Answering,
  ) {
    this.#answering = answering;
  }

  get answered(): boolean {
    return this.#final !== undefined;
  }

  /**
   * @throws LocalMisuseError for an ACK, and for a second final answer; one of the same class as what the UE has
   * answered by itself is taken for said.
   */
  respond(status: number, options: RespondOptions = {}): Promise<void> {
    return begin(() => void this.answer(status, options));
  }

  /** As respond(), at once; gives what was sent, undefined where the UE had said it already. */
  answer(status: number, options: RespondOptions = {}): SipResponse | undefined {
    const { request, key } = this;
    if (key === undefined) throw new LocalMisuseError(`"${request.method}" is not answered (RFC 3261 17)`);
    if (this.#final !== undefined) {
      if (this.#automatic && Math.floor(status / 100) === Math.floor(this.#final / 100)) return undefined;
      throw new LocalMisuseError(
        `"${request.method}" has been answered with ${this.#final}, found ${status} after it`,
      );
    }
    const response = this.#build(status, options);
    this.#answering.send(key, request, response, options);
    if (status >= 200) this.#final = status;
    return response;
  }

  /** Answers what is answered without a case being asked; undefined where it has been answered, or cannot be. */
  respondAutomatically(status: number, headers: HeaderValues = {}): SipResponse | undefined {
    if (this.answered || this.key === undefined) return undefined;
    const response = this.answer(status, { headers });
    this.#automatic = true;
    return response;
  }

  #build(status: number, options: RespondOptions): SipResponse {
    const { request } = this;
    const response = buildResponse(request, status, {
      ...(options.reason === undefined ? {} : { reason: options.reason }),
      ...(status > 100 && request.to?.tag === undefined ? { toTag: this.toTag } : {}),
    });
    if (MAKES_DIALOG.has(request.method) && status > 100 && status < 300) {
      response.set("Contact", this.#answering.contact());
    }
    // TS 24.229 5.1.2A.2: in every response but those to CANCEL.
    const info = this.#answering.accessNetworkInfo();
    if (info !== undefined && status > 100) response.set("P-Access-Network-Info", info);
    applyHeaders(response, options.headers);
    if (options.sdp !== undefined) setSdp(response, options.sdp);
    return response;
  }
}

/** Their 1xx and 2xx carry the target of the dialog (RFC 3261 12.1.1, 12.2.2, RFC 3311, RFC 6665 4.2.1). */
const MAKES_DIALOG = new Set(["INVITE", "UPDATE", "SUBSCRIBE", "REFER"]);

/** Sets each header; null takes it away. */
export function applyHeaders<M extends SipRequest | SipResponse>(
  message: M,
  headers: HeaderValues | undefined,
): M {
  for (const [name, value] of Object.entries(headers ?? {})) {
    if (value === null) message.remove(name);
    else message.set(name, typeof value === "string" ? value : [...value]);
  }
  return message;
}

/** An empty text takes the body away. */
export function setSdp(message: SipRequest | SipResponse, sdp: Sdp | string): void {
  const text = String(sdp);
  if (text === "") {
    message.remove("Content-Type");
    message.body = new Uint8Array();
    return;
  }
  message.set("Content-Type", "application/sdp");
  message.body = new TextEncoder().encode(text);
}
