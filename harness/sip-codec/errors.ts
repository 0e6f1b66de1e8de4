/**
 * The one error of this package: the octets (or the text given to a builder) do not follow the grammar.
 *
 * `offset` counts characters from the beginning of what was parsed: of the message for `parseMessage`, of the
 * (unfolded) field value for a typed view. `field` names the part: a header name as written, or "start-line",
 * "header-line", "end-of-headers", "framing", "body", "sdp", "uri".
 */
export class SipSyntaxError extends SyntaxError {
  override readonly name = "SipSyntaxError";
  readonly offset: number;
  readonly field?: string;
  /** The message without field and offset. */
  readonly problem: string;

  constructor(problem: string, offset: number, field?: string) {
    super(`${field === undefined ? "" : `${field}: `}${problem} (at offset ${offset})`);
    this.problem = problem;
    this.offset = offset;
    if (field !== undefined) this.field = field;
  }
}

/** At most 40 characters of a value, quoted, for messages. */
export function quoted(value: string): string {
  return JSON.stringify(value.length > 40 ? `${value.slice(0, 40)}…` : value);
}
