import { SipSyntaxError } from "../errors.ts";
import { every, TOKEN } from "../grammar.ts";
import { decodeText, encodeText } from "../octets.ts";
import { parseUri } from "../uri/parse.ts";
import type { Uri } from "../uri/uri.ts";
import type { MessageParts } from "./message.ts";
import { TypedViews } from "./typed_views.ts";

/** A SIP request. Changeable; fields that nobody touches keep their octets. */
export class SipRequest extends TypedViews {
  readonly kind = "request" as const;
  #method: string;
  #requestUri: string;
  #version: string;
  #uri: Uri | undefined;

  /** @internal Texts of one character per octet. Use `parseMessage` or `buildRequest`. */
  constructor(method: string, requestUri: string, version: string, parts: MessageParts) {
    super(parts);
    this.#method = method;
    this.#requestUri = requestUri;
    this.#version = version;
  }

  get method(): string {
    return this.#method;
  }

  set method(method: string) {
    if (!every(method, TOKEN)) throw new SipSyntaxError("a method must be a token", 0, "start-line");
    this.#method = method;
    this.startLineChanged();
  }

  /** As it stands in the start line. */
  get requestUri(): string {
    return decodeText(this.#requestUri);
  }

  set requestUri(uri: string | Uri) {
    const text = encodeText(String(uri));
    if (text === "" || /[ \t\r\n]/.test(text)) {
      throw new SipSyntaxError("a Request-URI must not be empty nor hold white space", 0, "start-line");
    }
    this.#requestUri = text;
    this.#uri = undefined;
    this.startLineChanged();
  }

  /** The Request-URI taken apart. Throws SipSyntaxError if malformed. */
  get uri(): Uri {
    return this.#uri ??= parseUri(this.requestUri, "start-line");
  }

  /** "SIP/2.0". */
  get version(): string {
    return this.#version;
  }

  get startLine(): string {
    return decodeText(this.startLineOctets());
  }

  /** A copy that changes on its own. */
  clone(): SipRequest {
    return new SipRequest(this.#method, this.#requestUri, this.#version, this.parts());
  }

  protected startLineOctets(): string {
    return `${this.#method} ${this.#requestUri} ${this.#version}`;
  }
}
