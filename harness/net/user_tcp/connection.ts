/**
 * A TCP connection: RFC 9293 with the retransmission timer of RFC 6298 and the answers to blind attacks of RFC 5961.
 * Sans-IO: segments and times come in, segments go out.
 *
 * Left out on purpose: congestion control (send_side.ts says what is there instead), delayed acknowledgements (every
 * segment is acknowledged at once), Nagle's algorithm (a message is written whole), selective acknowledgement, window
 * scaling, timestamps, and urgent data, which is taken as data.
 */
import { LocalMisuseError } from "../../errors.ts";
import { mssOf, mssOption, TCP_FLAG, type TcpFields, type TcpSegment } from "../../wire/mod.ts";
import type { Endpoint } from "../types.ts";
import { ChallengeLimit } from "./challenge_limit.ts";
import { DEFAULT_MSS, DEFAULT_TCP_LIMITS, LEAST_MSS, type TcpLimits } from "./limits.ts";
import { ReceiveSide } from "./receive_side.ts";
import { RetransmissionTimeout } from "./rto.ts";
import { SendSide } from "./send_side.ts";
import { positionOf, sequenceAt } from "./sequence.ts";
import { nextState, type TcpState, type TcpTransition } from "./states.ts";

/** "refused": a reset answered our SYN. "timeout": the peer went silent. "aborted": by us. */
export type TcpEnd = "finished" | "reset" | "refused" | "timeout" | "aborted";

/**
 * "room": after send() took less than it was given, there is room again. "end": the peer will send nothing more.
 * "closed" is the last event of all; what was in order before it came has come as "data".
 */
export type TcpEvent =
  | { readonly type: "open" }
  | { readonly type: "data"; readonly bytes: Uint8Array }
  | { readonly type: "room" }
  | { readonly type: "end" }
  | { readonly type: "closed"; readonly how: TcpEnd };

export interface TcpOptions {
  readonly local: Endpoint;
  readonly remote: Endpoint;
  /** Initial sequence number. */
  readonly isn: number;
  /** Largest payload of a segment, either way. */
  readonly mss: number;
  readonly limits?: Partial<TcpLimits>;
}

interface Timer {
  readonly kind: "retransmit" | "persist" | "fin-wait-2" | "time-wait";
  readonly at: number;
}

const { fin: FIN, syn: SYN, rst: RST, psh: PSH, ack: ACK } = TCP_FLAG;
const NOTHING = new Uint8Array(0);

export class TcpConnection {
  readonly local: Endpoint;
  readonly remote: Endpoint;
  readonly #isn: number;
  readonly #announcedMss: number;
  readonly #limits: TcpLimits;
  readonly #send: SendSide;
  readonly #receive: ReceiveSide;
  readonly #rto = new RetransmissionTimeout();
  readonly #challenges = new ChallengeLimit();
  readonly #events: TcpEvent[] = [];
  readonly #outbox: TcpFields[] = [];
  #state: TcpState = "closed";
  /** The peer's initial sequence number. */
  #irs = 0;
  #timer: Timer | undefined;
  /** A segment sent once whose round trip is being measured. */
  #timed: { readonly position: number; readonly at: number } | undefined;
  /** When the peer last gave a sign that it takes what we send. */
  #progress = 0;
  #acknowledge = false;
  #force = false;
  #short = false;
  #closing = false;
  #discarding = false;
  #synRepeated = false;

  constructor(options: TcpOptions) {
    this.local = options.local;
    this.remote = options.remote;
    this.#isn = options.isn >>> 0;
    this.#announcedMss = options.mss;
    this.#limits = { ...DEFAULT_TCP_LIMITS, ...options.limits };
    this.#send = new SendSide(options.mss, this.#limits.flight);
    this.#receive = new ReceiveSide(this.#limits.receiveBuffer);
  }

  get state(): TcpState {
    return this.#state;
  }

  /** The sequence number behind everything sent, for whoever opens the same connection again. */
  get sequenceEnd(): number {
    return sequenceAt(this.#isn, this.#send.max);
  }

  /** The sequence number the peer sends next. */
  get sequenceExpected(): number {
    return sequenceAt(this.#irs, this.#receive.nxt);
  }

  /** What send() would take now. */
  get room(): number {
    return Math.max(0, this.#limits.sendBuffer - this.#send.queue.size);
  }

  /** Active open. */
  open(): void {
    this.#move("open");
  }

  /** Passive open: the SYN that came to a listener. Octets that came with it are left to come again. */
  accept(syn: TcpSegment): void {
    this.#move("accept");
    this.#synchronise(syn);
  }

  /**
   * Takes octets to send, as many as there is room for, and says how many: all, before the connection is open too.
   * Throws LocalMisuseError after close().
   */
  send(bytes: Uint8Array): number {
    if (this.#closing || !MAY_SEND.has(this.#state)) {
      throw new LocalMisuseError(
        `A TCP connection in state "${this.#state}" was closed before the last octets`,
      );
    }
    const taken = Math.min(bytes.length, this.room);
    this.#send.queue.push(bytes.slice(0, taken));
    this.#short = taken < bytes.length;
    return taken;
  }

  /** Sends what is written, then FIN. Goes on receiving. Idempotent. */
  close(): void {
    if (this.#closing || this.#state === "closed") return;
    this.#closing = true;
    if (this.#state === "syn-received") return;
    if (this.#state === "syn-sent") return this.#gone("aborted");
    this.#finish();
  }

  /** close(), and nobody reads any more: what still comes is acknowledged and dropped. */
  leave(now: number): void {
    this.#discarding = true;
    this.close();
    for (const event of this.#events.splice(0)) {
      if (event.type === "closed") this.#events.push(event);
      else if (event.type === "data") this.#receive.read(event.bytes.length, this.#send.mss);
    }
    this.#linger(now);
  }

  /** Ends at once and tells the peer by a reset (RFC 9293 3.10.5). */
  abort(): void {
    if (this.#state === "closed") return;
    if (this.#state !== "syn-sent" && this.#state !== "time-wait") this.#emit(RST | ACK, this.#send.max);
    this.#gone("aborted");
  }

  nextEvent(): TcpEvent | undefined {
    const event = this.#events.shift();
    if (event?.type === "data" && this.#receive.read(event.bytes.length, this.#send.mss)) {
      this.#acknowledge = true;
    }
    return event;
  }

  receive(segment: TcpSegment, now: number): void {
    if (this.#state === "closed") return;
    if (this.#state === "syn-sent") this.#receiveInSynSent(segment, now);
    else this.#receiveSynchronised(segment, now);
  }

  /** The segments that go now. */
  toSend(now: number): TcpFields[] {
    if (this.#send.una === 0) this.#sendSyn(now);
    else if (this.#state !== "closed") this.#sendDue(now);
    if (this.#acknowledge && this.#state !== "closed") this.#emit(ACK, this.#send.max);
    this.#acknowledge = false;
    return this.#outbox.splice(0);
  }

  /** When expire() is to be called; asked after toSend(). */
  deadline(): number | undefined {
    return this.#timer?.at;
  }

  expire(now: number): void {
    if (!this.#timer || this.#timer.at > now) return;
    const { kind } = this.#timer;
    this.#timer = undefined;
    if (kind === "fin-wait-2" || kind === "time-wait") {
      this.#move("over");
      return this.#tell({ type: "closed", how: "finished" });
    }
    if (kind === "retransmit") {
      const { giveUp, giveUpSyn } = this.#limits;
      if (now - this.#progress >= (this.#send.una === 0 ? giveUpSyn : giveUp)) return this.#gone("timeout");
      this.#send.rewind();
      this.#timed = undefined; // Karn: what is sent twice is not measured
      this.#synRepeated ||= this.#send.una === 0;
    }
    this.#rto.backOff();
    this.#force = true;
  }

  // RFC 9293 3.10.7.3

  #receiveInSynSent(segment: TcpSegment, now: number): void {
    const { flags } = segment;
    const position = positionOf(segment.acknowledgement, this.#isn, this.#send.una);
    const acked = (flags & ACK) !== 0 && position > 0 && position <= this.#send.max;
    if (flags & ACK && !acked) return void (flags & RST || this.#reject(segment));
    if (flags & RST) return acked ? this.#gone("refused") : undefined;
    if (!(flags & SYN)) return;
    this.#synchronise(segment);
    if (!acked) {
      this.#move("syn");
      this.#send.nxt = 0; // the answer to a crossing SYN is ours once more, with an acknowledgement
      this.#restartTimer();
      return;
    }
    this.#move("syn-ack");
    this.#acked(position, segment, 0, now);
    this.#acknowledge = true;
    this.#opened();
    this.#takeText(segment, 1, now);
  }

  // RFC 9293 3.10.7.4

  #receiveSynchronised(segment: TcpSegment, now: number): void {
    const { flags } = segment;
    const position = positionOf(segment.sequence, this.#irs, this.#receive.nxt);
    const length = segment.payload.length + (flags & SYN ? 1 : 0) + (flags & FIN ? 1 : 0);
    const acceptable = this.#receive.acceptable(position, length);
    if (!acceptable) {
      if (flags & RST) return;
      this.#answer(length > 0, now);
      if (this.#state === "time-wait" && flags & FIN) this.#wait("time-wait", 2 * this.#limits.msl, now);
      // A closed window takes no octets, but what the segment acknowledges counts.
      if (this.#receive.window > 0 || position !== this.#receive.nxt || flags & SYN) return;
    }
    if (flags & RST) {
      // RFC 5961 3.2: only the very next sequence number proves that it is the peer who resets.
      return position === this.#receive.nxt ? this.#gone("reset") : this.#answer(false, now);
    }
    if (flags & SYN) return this.#answer(false, now); // RFC 5961 4.2
    if (!(flags & ACK) || !this.#takeAcknowledgement(segment, position, now)) return;
    if (acceptable) this.#takeText(segment, position, now);
  }

  /** False where the rest of the segment is not to be looked at. */
  #takeAcknowledgement(segment: TcpSegment, position: number, now: number): boolean {
    const { una, max, maxWindow } = this.#send;
    const acked = positionOf(segment.acknowledgement, this.#isn, una);
    if (this.#state === "syn-received") {
      if (acked <= una || acked > max) return this.#reject(segment);
      this.#move("acked");
      this.#acked(acked, segment, position, now);
      this.#opened();
      return true;
    }
    // RFC 5961 5.2: neither of what was never sent nor from long ago.
    if (acked > max || acked < una - maxWindow) {
      this.#answer(false, now);
      return false;
    }
    this.#acked(acked, segment, position, now);
    return this.#state !== "closed";
  }

  #acked(acked: number, segment: TcpSegment, position: number, now: number): void {
    const finEnd = this.#send.finEnd;
    if (acked > this.#send.una) this.#advance(acked, now);
    const closedBefore = this.#send.window === 0;
    if (acked >= this.#send.una) this.#send.offered(segment.window, position, acked);
    if (this.#send.window === 0) this.#progress = now; // RFC 9293 3.8.6.1: who answers probes is not given up
    else if (closedBefore) this.#restartTimer();
    if (finEnd === undefined || acked < finEnd || !AWAITS_ACK_OF_FIN.has(this.#state)) return;
    this.#move("acked");
    if (this.#state === "closed") this.#tell({ type: "closed", how: "finished" });
    else if (this.#state === "time-wait") this.#wait("time-wait", 2 * this.#limits.msl, now);
    else this.#linger(now);
  }

  #advance(acked: number, now: number): void {
    if (this.#timed && acked > this.#timed.position) {
      this.#rto.measured(now - this.#timed.at);
      this.#timed = undefined;
    }
    this.#rto.recovered();
    this.#send.acknowledged(acked);
    this.#progress = now;
    this.#timer = undefined; // RFC 6298 5.2, 5.3: off, or anew when something is under way
    if (!this.#short || this.room === 0) return;
    this.#short = false;
    this.#tell({ type: "room" });
  }

  #restartTimer(): void {
    this.#rto.recovered();
    this.#timed = undefined;
    if (this.#timer?.kind === "retransmit" || this.#timer?.kind === "persist") this.#timer = undefined;
  }

  #takeText({ payload, flags }: TcpSegment, position: number, now: number): void {
    const fin = (flags & FIN) !== 0;
    if ((payload.length === 0 && !fin) || !MAY_RECEIVE.has(this.#state)) return;
    this.#acknowledge = true;
    const { pieces, end } = this.#receive.take(position, payload, fin);
    for (const bytes of pieces) {
      if (this.#discarding) this.#receive.read(bytes.length, this.#send.mss);
      else this.#tell({ type: "data", bytes });
    }
    if (!end) return;
    this.#move("fin");
    if (!this.#discarding) this.#tell({ type: "end" });
    if (this.#state === "time-wait") this.#wait("time-wait", 2 * this.#limits.msl, now);
  }

  /** Takes the peer's SYN. */
  #synchronise({ sequence, options, window }: TcpSegment): void {
    this.#irs = sequence;
    const version = this.remote.address.includes(":") ? 6 : 4;
    this.#send.mss = Math.max(mssOf(options) ?? DEFAULT_MSS[version], LEAST_MSS);
    this.#send.offered(window, 0, 0);
  }

  #opened(): void {
    this.#rto.connected(this.#synRepeated);
    this.#tell({ type: "open" });
    if (this.#closing) this.#finish();
  }

  #finish(): void {
    this.#move("close");
    this.#send.finQueued = true;
  }

  #gone(how: TcpEnd): void {
    this.#move("gone");
    this.#timer = undefined;
    this.#acknowledge = false;
    this.#tell({ type: "closed", how });
  }

  #sendSyn(now: number): void {
    if (this.#send.nxt > 0 || this.#state === "closed") return;
    this.#emit(this.#state === "syn-received" ? SYN | ACK : SYN, 0, NOTHING, [mssOption(this.#announcedMss)]);
    if (this.#send.max === 0) {
      this.#timed = { position: 0, at: now };
      this.#progress = now;
    }
    this.#send.nxt = this.#send.max = 1;
    this.#acknowledge = false;
    this.#arm(now);
  }

  #sendDue(now: number): void {
    const idle = !this.#send.outstanding;
    for (const { position, payload, fin, last, again } of this.#send.due(this.#force)) {
      if (!again) this.#timed ??= { position, at: now };
      this.#emit(ACK | (last && payload.length > 0 ? PSH : 0) | (fin ? FIN : 0), position, payload);
      this.#acknowledge = false;
    }
    this.#force = false;
    if (idle && this.#send.outstanding) this.#progress = now;
    this.#arm(now);
  }

  #arm(now: number): void {
    if (this.#send.outstanding) {
      if (this.#timer?.kind === "retransmit") return;
      this.#timer = { kind: "retransmit", at: now + this.#rto.ms };
    } else if (this.#send.stuck && this.#send.una > 0) {
      this.#timer ??= { kind: "persist", at: now + this.#rto.ms };
    }
  }

  /** Nobody reads any more and the peer does not close: not for ever. */
  #linger(now: number): void {
    if (this.#discarding && this.#state === "fin-wait-2") {
      this.#wait("fin-wait-2", this.#limits.finWait2, now);
    }
  }

  #wait(kind: "fin-wait-2" | "time-wait", ms: number, now: number): void {
    this.#timer = { kind, at: now + ms };
  }

  /** What a segment gets that does not fit: where we are. Empty ones get it now and then only. */
  #answer(always: boolean, now: number): void {
    if (always || this.#challenges.allows(now)) this.#acknowledge = true;
  }

  /** RFC 9293 3.10.7.1: an acknowledgement of what was never sent. */
  #reject({ acknowledgement }: TcpSegment): false {
    this.#outbox.push({ ...this.#ports(), sequence: acknowledgement, flags: RST, window: 0 });
    return false;
  }

  #emit(
    flags: number,
    position: number,
    payload: Uint8Array = NOTHING,
    options: TcpFields["options"] = [],
  ): void {
    this.#outbox.push({
      ...this.#ports(),
      sequence: sequenceAt(this.#isn, position),
      acknowledgement: flags & ACK ? sequenceAt(this.#irs, this.#receive.nxt) : 0,
      flags,
      window: this.#receive.window,
      options,
      payload,
    });
  }

  #ports(): { sourcePort: number; destinationPort: number } {
    return { sourcePort: this.local.port, destinationPort: this.remote.port };
  }

  #move(transition: TcpTransition): void {
    this.#state = nextState(this.#state, transition);
  }

  #tell(event: TcpEvent): void {
    this.#events.push(event);
  }
}

const MAY_SEND: ReadonlySet<TcpState> = new Set(["syn-sent", "syn-received", "established", "close-wait"]);
const MAY_RECEIVE: ReadonlySet<TcpState> = new Set(["established", "fin-wait-1", "fin-wait-2"]);
const AWAITS_ACK_OF_FIN: ReadonlySet<TcpState> = new Set(["fin-wait-1", "closing", "last-ack"]);
