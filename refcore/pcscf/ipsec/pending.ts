/**
 * The SIP transactions under way on one set of SAs. TS 33.203 7.4.2a lets a transaction end on the SAs that it began
 * on, and wants old SAs deleted when the last one has.
 */
import type { SipMessage, SipRequest } from "sip-codec";
import type { Alarm, Scheduler } from "../../scheduler.ts";

interface Transaction {
  readonly branch: string;
  readonly method: string;
  readonly callId: string;
  readonly cseq: number;
  readonly timeout: Alarm;
}

export interface PendingOptions {
  readonly scheduler: Scheduler;
  readonly t1: number;
  /** Nothing is pending any more. */
  readonly onIdle: () => void;
}

/** RFC 3261 16.6 step 11: how long an INVITE may ring, beyond three minutes. */
const TIMER_C = 185_000;

export class PendingTransactions {
  readonly #transactions = new Map<string, Transaction>();
  readonly #options: PendingOptions;

  constructor(options: PendingOptions) {
    this.#options = options;
  }

  get idle(): boolean {
    return this.#transactions.size === 0;
  }

  /** A message went or came on these SAs. Throws SipSyntaxError where it cannot be told what it belongs to. */
  saw(message: SipMessage): void {
    if (message.kind === "request") this.#sawRequest(message);
    else {
      const { method = "" } = message.cseq ?? {};
      const transaction = this.#transactions.get(key(message.via?.branch ?? "", method));
      if (!transaction || message.status < 200 && method !== "INVITE") return;
      // An INVITE ends with its ACK, or when none can come any more (RFC 3261 17.2.1, RFC 6026 7).
      if (message.status < 200) this.#arm(transaction, TIMER_C);
      else if (method === "INVITE") this.#arm(transaction, 64 * this.#options.t1);
      else this.#end(transaction);
    }
  }

  /** Whether a message belongs to one of them: the same request again, its responses, its ACK and CANCEL. */
  holds(message: SipMessage): boolean {
    return this.#find(message) !== undefined;
  }

  /** The same by the branch alone: what nobody guesses who has not seen it. */
  holdsBranch(message: SipMessage): boolean {
    return this.#byBranch(message) !== undefined;
  }

  /** Forgets all, without a word. */
  clear(): void {
    for (const { timeout } of this.#transactions.values()) timeout.set(undefined);
    this.#transactions.clear();
  }

  #sawRequest(request: SipRequest): void {
    const found = this.#find(request);
    if (request.method === "ACK") return found ? this.#end(found) : undefined;
    const branch = request.via?.branch ?? "";
    const name = key(branch, request.method);
    if (this.#transactions.has(name)) return;
    const transaction: Transaction = {
      branch,
      method: request.method,
      callId: request.callId ?? "",
      cseq: request.cseq?.seq ?? 0,
      timeout: this.#options.scheduler.alarm(() => this.#end(transaction)),
    };
    this.#transactions.set(name, transaction);
    this.#arm(transaction, request.method === "INVITE" ? TIMER_C : 64 * this.#options.t1);
  }

  #find(message: SipMessage): Transaction | undefined {
    const own = this.#byBranch(message);
    if (own || message.kind === "response" || message.method !== "ACK") return own;
    // The ACK of a 2xx has a branch of its own (RFC 3261 13.2.2.4).
    const { callId = "", cseq } = message;
    return [...this.#transactions.values()].find((one) =>
      one.method === "INVITE" && one.callId === callId && one.cseq === cseq?.seq
    );
  }

  #byBranch(message: SipMessage): Transaction | undefined {
    const branch = message.via?.branch ?? "";
    const method = message.kind === "request" ? message.method : message.cseq?.method ?? "";
    const own = this.#transactions.get(key(branch, method));
    if (own || message.kind === "response" || method !== "ACK" && method !== "CANCEL") return own;
    return this.#transactions.get(key(branch, "INVITE"));
  }

  #arm(transaction: Transaction, after: number): void {
    transaction.timeout.set(this.#options.scheduler.now() + after);
  }

  #end({ branch, method, timeout }: Transaction): void {
    timeout.set(undefined);
    if (this.#transactions.delete(key(branch, method)) && this.idle) this.#options.onIdle();
  }
}

function key(branch: string, method: string): string {
  return `${method} ${branch}`;
}
