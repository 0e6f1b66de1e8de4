/**
 * A request under way and its answers as they come. One exchange may take several transactions: a 407 that the UE
 * answers by itself is noted among the responses and handed to nobody.
 */
import type { SipRequest, SipResponse } from "sip-codec";
import type { Clock } from "../../net/types.ts";
import { NoAnswer, orSilence, quiet } from "../no_answer.ts";
import type { Exchange } from "./types.ts";

export interface ExchangeOptions {
  readonly clock: Clock;
  /**
   * How long after its last provisional response an INVITE may stay without a final one: timer B has stopped by
   * then, and no case shall wait for ever. Milliseconds.
   */
  readonly patience: number;
  /** Default window of `unanswered()`. Milliseconds. */
  readonly silence: number;
}

export class LiveExchange implements Exchange {
  /** Sees each response first; true: it takes care of it, and the exchange goes on. */
  absorb: ((response: SipResponse) => boolean) | undefined;
  /** Sees each response that is not absorbed, retransmitted 2xx to INVITE too. */
  onResponse: ((response: SipResponse) => void) | undefined;

  readonly #options: ExchangeOptions;
  readonly #since: number;
  readonly #responses: SipResponse[] = [];
  /** Those that are not absorbed; next() and until() go through them once. */
  readonly #offered: SipResponse[] = [];
  readonly #discarded: SipResponse[] = [];
  readonly #waiters = new Set<Waiter>();
  #request: SipRequest;
  #taken = 0;
  #failure: Error | undefined;
  #patience: AbortController | undefined;

  constructor(request: SipRequest, options: ExchangeOptions) {
    this.#request = request;
    this.#options = options;
    this.#since = options.clock.now();
  }

  get request(): SipRequest {
    return this.#request;
  }

  get responses(): readonly SipResponse[] {
    return this.#responses;
  }

  get discarded(): readonly SipResponse[] {
    return this.#discarded;
  }

  /** A final response has come. */
  get over(): boolean {
    return this.#final() !== undefined;
  }

  final(): Promise<SipResponse> {
    return this.#watch(() => this.#final());
  }

  next(): Promise<SipResponse> {
    return this.#watch(() => this.#offered[this.#taken] && this.#offered[this.#taken++]);
  }

  until(status: number): Promise<SipResponse> {
    return this.#watch(() => {
      while (this.#taken < this.#offered.length) {
        const response = this.#offered[this.#taken++] as SipResponse;
        if (fits(response, status)) return response;
        if (isFinal(response)) {
          const awaited = `a response ${status < 10 ? `${status}xx` : status} to "${this.#request.method}"`;
          throw new NoAnswer(awaited, this.#elapsed(), { instead: `${response.status} ${response.reason}` });
        }
      }
      return undefined;
    });
  }

  unanswered(within: number = this.#options.silence): Promise<boolean> {
    const { clock } = this.#options;
    const timer = new AbortController();
    const windowEnds = clock.wait(clock.now() + within, timer.signal).then(() => true);
    const firstComes = this.#watch(() => this.#responses[0] ?? this.#discarded[0]).then(
      () => false,
      orSilence(true),
    );
    return quiet(Promise.race([firstComes, windowEnds]).finally(() => timer.abort()));
  }

  /** The exchange goes on with another transaction. */
  continueWith(request: SipRequest): void {
    this.#request = request;
  }

  receive(response: SipResponse): void {
    this.#patience?.abort();
    if (this.#isRepeated(response)) {
      this.onResponse?.(response);
      return;
    }
    this.#responses.push(response);
    if (this.absorb?.(response)) return;
    this.#offered.push(response);
    if (!isFinal(response) && this.#request.method === "INVITE") this.bePatient();
    try {
      this.onResponse?.(response);
    } finally {
      this.#wake();
    }
  }

  /** A response that the protection does not let in: the exchange goes on waiting. */
  discard(response: SipResponse): void {
    this.#discarded.push(response);
    this.#wake();
  }

  /** No transaction of ours goes on: what waits for more is told why. */
  fail(error: Error): void {
    this.#failure ??= error;
    this.#patience?.abort();
    this.#wake();
  }

  timedOut(): void {
    this.fail(new NoAnswer(this.#awaited(), this.#elapsed()));
  }

  /** @param instead what came in place of an answer: "the end of the connection" */
  gone(instead: string): void {
    this.fail(new NoAnswer(this.#awaited(), this.#elapsed(), { instead }));
  }

  close(): void {
    this.fail(new NoAnswer(this.#awaited(), this.#elapsed(), { closed: true }));
  }

  #awaited(): string {
    return `a final response to "${this.#request.method}"`;
  }

  #elapsed(): number {
    return this.#options.clock.now() - this.#since;
  }

  #final(): SipResponse | undefined {
    return this.#offered.find(isFinal);
  }

  /** A 2xx that comes again (RFC 6026): from the same UAS, hence with the same tag. */
  #isRepeated(response: SipResponse): boolean {
    if (!isSuccess(response)) return false;
    return this.#offered.some((other) => isSuccess(other) && other.get("To") === response.get("To"));
  }

  /** From now on, gives up by itself after the patience of the options. */
  bePatient(): void {
    const timer = this.#patience = new AbortController();
    const { clock, patience } = this.#options;
    clock.wait(clock.now() + patience, timer.signal).then(
      () => timer.signal.aborted || this.timedOut(),
      () => {},
    );
  }

  #watch(probe: () => SipResponse | undefined): Promise<SipResponse> {
    const { promise, resolve, reject } = Promise.withResolvers<SipResponse>();
    const waiter: Waiter = { probe, resolve, reject };
    if (!this.#settle(waiter)) this.#waiters.add(waiter);
    return quiet(promise);
  }

  #wake(): void {
    for (const waiter of [...this.#waiters]) {
      if (this.#settle(waiter)) this.#waiters.delete(waiter);
    }
  }

  #settle({ probe, resolve, reject }: Waiter): boolean {
    try {
      const response = probe();
      if (response) resolve(response);
      else if (this.#failure) reject(this.#failure);
      else return false;
    } catch (error) {
      reject(error);
    }
    return true;
  }
}

interface Waiter {
  readonly probe: () => SipResponse | undefined;
  readonly resolve: (response: SipResponse) => void;
  readonly reject: (error: unknown) => void;
}

export function isFinal(response: SipResponse): boolean {
  return response.status >= 200;
}

export function isSuccess(response: SipResponse): boolean {
  return response.status >= 200 && response.status < 300;
}

/** 180 fits 180; 1 fits the class 1xx. */
function fits(response: SipResponse, status: number): boolean {
  return status < 10 ? Math.floor(response.status / 100) === status : response.status === status;
}
