/** Reliable provisional responses (RFC 3262): the numbers of both sides. Repeating is the transaction layer's. */
import type { SipRequest, SipResponse } from "sip-codec";
import { LocalMisuseError } from "../errors.ts";
import type { Dialog } from "./dialog.ts";

/**
 * What the UAC makes of a provisional response (RFC 3262 4): "unreliable" needs no PRACK, "new" needs one, "repeated"
 * was acknowledged before (its PRACK is the transaction layer's to repeat), "early" came before its predecessor and
 * must be ignored.
 */
export type Reliability = "unreliable" | "new" | "repeated" | "early";

/** The UAC's side, one per early dialog. */
export class ReliableReceiver {
  #last: number | undefined;

  /** RSeq of the last one in order. */
  get last(): number | undefined {
    return this.#last;
  }

  received(response: SipResponse): Reliability {
    const { status, rseq } = response;
    if (status <= 100 || status >= 200 || rseq === undefined || !isRequired(response)) return "unreliable";
    if (this.#last !== undefined && rseq <= this.#last) return "repeated";
    if (this.#last !== undefined && rseq !== this.#last + 1) return "early";
    this.#last = rseq;
    return "new";
  }
}

/** The UAS's side, one per INVITE and early dialog. */
export class ReliableSender {
  #next: number;
  readonly #waiting = new Map<number, SipResponse>();

  /** `first` from 1 to 2^31-1, at random (RFC 3262 3). */
  constructor(first: number) {
    if (!Number.isInteger(first) || first < 1 || first > 0x7fff_ffff) {
      throw new LocalMisuseError(`The first RSeq is ${first}, it needs a number from 1 to 2^31-1`);
    }
    this.#next = first;
  }

  /** Whether a PRACK is still missing: the next reliable response has to wait for the first (RFC 3262 3). */
  get waiting(): boolean {
    return this.#waiting.size > 0;
  }

  /** Numbers a 101-199 and asks for reliability. @throws LocalMisuseError for another status */
  number(response: SipResponse): SipResponse {
    if (response.status <= 100 || response.status >= 200) {
      throw new LocalMisuseError(`A ${response.status} cannot be reliable, only 101 to 199 can`);
    }
    const rseq = this.#next++;
    response.set("RSeq", String(rseq));
    if (!isRequired(response)) response.append("Require", "100rel");
    this.#waiting.set(rseq, response);
    return response;
  }

  /** The response that a PRACK acknowledges; undefined: answer 481. */
  acknowledge(prack: SipRequest): SipResponse | undefined {
    const { rack } = prack;
    if (!rack) return undefined;
    const response = this.#waiting.get(rack.rseq);
    const cseq = response?.cseq;
    if (!cseq || cseq.seq !== rack.cseq || cseq.method !== rack.method) return undefined;
    this.#waiting.delete(rack.rseq);
    return response;
  }
}

/** The PRACK of a reliable provisional response (RFC 3262 7.2). @throws LocalMisuseError if it has no RSeq */
export function prackFor(dialog: Dialog, provisional: SipResponse): SipRequest {
  const { rseq, cseq } = provisional;
  if (rseq === undefined || !cseq) {
    throw new LocalMisuseError(`A PRACK needs the RSeq of its ${provisional.status}, which has none`);
  }
  return dialog.request("PRACK", [["RAck", `${rseq} ${cseq.seq} ${cseq.method}`]]);
}

function isRequired(response: SipResponse): boolean {
  return response.require.some((tag) => tag.toLowerCase() === "100rel");
}
