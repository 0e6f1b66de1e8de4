import { SipSyntaxError } from "../errors.ts";
import { decodeText, encodeText } from "../octets.ts";
import type { MessageParts } from "./message.ts";
import { TypedViews } from "./typed_views.ts";

/** A SIP response. Changeable; fields that nobody touches keep their octets. */
export class SipResponse extends TypedViews {
  readonly kind = "response" as const;
  #status: number;
  #reason: string;
  #version: string;

  /** @internal Texts of one character per octet. Use `parseMessage` or `buildResponse`. */
  constructor(status: number, reason: string, version: string, parts: MessageParts) {
    super(parts);
    this.#status = status;
    this.#reason = reason;
    this.#version = version;
  }

  /** Three digits. */
  get status(): number {
    return this.#status;
  }

  set status(status: number) {
    if (!Number.isInteger(status) || status < 0 || status > 999) {
      throw new SipSyntaxError("a status code must have three digits", 0, "start-line");
    }
    this.#status = status;
    this.startLineChanged();
  }

  /** Reason phrase, possibly empty. */
  get reason(): string {
    return decodeText(this.#reason);
  }

  set reason(reason: string) {
    if (/[\r\n]/.test(reason)) throw new SipSyntaxError("a line break in the reason phrase", 0, "start-line");
    this.#reason = encodeText(reason);
    this.startLineChanged();
  }

  get version(): string {
    return this.#version;
  }

  get startLine(): string {
    return decodeText(this.startLineOctets());
  }

  /** A copy that changes on its own. */
  clone(): SipResponse {
    return new SipResponse(this.#status, this.#reason, this.#version, this.parts());
  }

  protected startLineOctets(): string {
    return `${this.#version} ${String(this.#status).padStart(3, "0")} ${this.#reason}`;
  }
}
