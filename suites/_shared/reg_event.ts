/** Two facts read from a reg-event NOTIFY (RFC 3680). */
import type { SipRequest } from "sip-codec";

/** The event of the first contact: "registered", "shortened", "deactivated"… */
export function eventOf(notify: SipRequest): string | undefined {
  return notify.text().match(/<(?:\w+:)?contact\b[^>]*\bevent="([^"]*)"/)?.[1];
}

/** Milliseconds the first contact has left. */
export function remaining(notify: SipRequest): number {
  return Number(notify.text().match(/<(?:\w+:)?contact\b[^>]*\bexpires="(\d+)"/)?.[1] ?? 0) * 1000;
}
