/** The part of the HSS that is about a case's subscribers. */
import type { Clock, Tap } from "../../net/types.ts";
import { LocalMisuseError } from "../../errors.ts";
import { type Avp, avp, RESULT } from "../../wire/diameter/mod.ts";
import { orSilence, quiet } from "../no_answer.ts";
import { Inbox } from "../ue/inbox.ts";
import { dataItem } from "./cx_answers.ts";
import type { HssSubscription } from "./subscription.ts";
import type { CxCommand, CxReply, CxRequest, CxScript, HssView } from "./types.ts";

export interface ViewOptions {
  readonly clock: Clock;
  readonly timers: { readonly answer: number; readonly silence: number };
  readonly subscriptions: readonly HssSubscription[];
  readonly random: (length: number) => Uint8Array;
  readonly order: (
    subscription: HssSubscription,
    command: "Registration-Termination" | "Push-Profile",
    avps: readonly Avp[],
  ) => Promise<number | undefined>;
  readonly closed: () => void;
  /** Evidence of the case. */
  readonly tap?: Tap;
}

export class LiveHssView implements HssView {
  readonly requests: CxRequest[] = [];
  readonly #options: ViewOptions;
  readonly #inbox: Inbox<CxRequest>;
  readonly #scripts = new Map<CxCommand, { readonly script: CxScript; times: number }>();

  constructor(options: ViewOptions) {
    this.#options = options;
    this.#inbox = new Inbox(options.clock);
  }

  /** Sees the octets of what is about the subscribers. */
  get tap(): Tap | undefined {
    return this.#options.tap;
  }

  concerns({ impi, impu }: Pick<CxRequest, "impi" | "impu">): boolean {
    return this.#options.subscriptions.some((one) =>
      impi === undefined ? impu !== undefined && one.has(impu) : one.subscriber.impi === impi
    );
  }

  reply(question: Omit<CxRequest, "answer">, right: readonly Avp[]): CxReply {
    const answer = this.#scripted(question, right);
    const request = { ...question, answer };
    this.requests.push(request);
    this.#inbox.put(request);
    return answer;
  }

  /** A script that goes wrong is the case's bug, told where the case waits; the device hears of an inability. */
  #scripted(question: Omit<CxRequest, "answer">, right: readonly Avp[]): CxReply {
    const scripted = this.#scripts.get(question.command);
    if (!scripted || scripted.times-- <= 0) return right;
    try {
      return scripted.script(question, right);
    } catch (error) {
      this.#inbox.fail(error);
      return [avp("Result-Code", RESULT.DIAMETER_UNABLE_TO_COMPLY)];
    }
  }

  next(command?: CxCommand, within = this.#options.timers.answer): Promise<CxRequest> {
    return this.#inbox.take(wanted(command), within);
  }

  silent(command?: CxCommand, within = this.#options.timers.silence): Promise<boolean> {
    return quiet(this.#inbox.look(wanted(command), within).then(() => false, orSilence(true)));
  }

  script(command: CxCommand, script: CxScript, times = Infinity): void {
    this.#scripts.set(command, { script, times });
  }

  bind(impi: string, binding: HssSubscription["binding"]): void {
    this.#of(impi).binding = binding;
  }

  line(impi: string, line: string | undefined): void {
    this.#of(impi).line = line;
  }

  terminate(impi: string, reason: { readonly code: number; readonly info?: string } = { code: 0 }) {
    const { code, info } = reason;
    const subscription = this.#of(impi);
    // TS 29.228 6.1.3: the IMPI alone would mean the same, but Kamailio wants to be told which identities.
    const identities = subscription.identities.filter(({ barred }) => !barred);
    return this.#order(subscription, "Registration-Termination", [
      ...identities.map(({ impu }) => avp("Public-Identity", impu)),
      avp("Deregistration-Reason", [
        avp("Reason-Code", code),
        ...(info === undefined ? [] : [avp("Reason-Info", info)]),
      ]),
    ]);
  }

  push(impi: string, avps: readonly Avp[]): Promise<number | undefined> {
    return this.#order(this.#of(impi), "Push-Profile", avps);
  }

  item(
    impi: string,
    scheme: Parameters<HssView["item"]>[1],
    options: Parameters<HssView["item"]>[2] = {},
  ): Avp {
    const item = dataItem(scheme, this.#of(impi), this.#options, options);
    if (item) return avp("SIP-Auth-Data-Item", item);
    throw new LocalMisuseError(`The subscriber "${impi}" has nothing for the scheme "${scheme}"`);
  }

  registration(impi: string): ReturnType<HssView["registration"]> {
    const found = this.#options.subscriptions.find(({ subscriber }) => subscriber.impi === impi);
    return found && { state: found.state, serverName: found.serverName };
  }

  /** What was scripted is forgotten; addresses and lines stay. */
  forget(): void {
    this.#scripts.clear();
  }

  /** Everything is forgotten; who waits is told. */
  close(): void {
    this.#inbox.close();
    this.forget();
    for (const subscription of this.#options.subscriptions) {
      subscription.binding = undefined;
      subscription.line = subscription.subscriber.nba?.line;
    }
    this.#options.closed();
  }

  #order(...order: Parameters<ViewOptions["order"]>): Promise<number | undefined> {
    return quiet(this.#options.order(...order));
  }

  #of(impi: string): HssSubscription {
    const found = this.#options.subscriptions.find(({ subscriber }) => subscriber.impi === impi);
    if (found) return found;
    throw new LocalMisuseError(`The case has not leased "${impi}": its HSS is about its own subscribers`);
  }
}

function wanted(command: CxCommand | undefined) {
  return {
    what: command === undefined ? "a Cx request" : `a Cx request "${command}"`,
    fits: (request: CxRequest) => command === undefined || request.command === command,
  };
}
