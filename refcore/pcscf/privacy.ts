/** What a UE may learn of the other side: RFC 3325 7 and 9.3, RFC 3323 5, TS 33.203 5.3. */
import type { SipRequest, SipResponse } from "sip-codec";
import type { FaultSet } from "../faults.ts";

/** The priv-values of a message, in lower case; "none" stands alone (RFC 3323 4.2). */
export function privacyOf(message: SipRequest | SipResponse): ReadonlySet<string> {
  const values = new Set(message.privacy.map((value) => value.toLowerCase()));
  return values.has("none") ? new Set() : values;
}

/** RFC 3323 4.2, RFC 3325 9.3, RFC 7044 10. */
const KNOWN_VALUES: ReadonlySet<string> = new Set([
  "header",
  "session",
  "user",
  "none",
  "critical",
  "id",
  "history",
]);

/** UEs are outside the trust domain: with "id" the asserted identity does not leave it. */
export function hideAsserted(message: SipRequest | SipResponse, faults: FaultSet): void {
  const privacy = privacyOf(message);
  const restricted = faults.has("pcscf/hides-in-spite-of-none") && message.has("Privacy");
  if (!privacy.has("id") && !restricted) return;
  // 5.3: an unknown value beside "id" takes nothing from it.
  if (faults.has("pcscf/unknown-privacy-is-none") && [...privacy].some((value) => !KNOWN_VALUES.has(value))) {
    return;
  }
  const kept = message.kind === "response" ? faults.has("pcscf/shows-called-identity") : faults.has(
    message.method === "MESSAGE" ? "pcscf/shows-sender-identity" : "pcscf/shows-caller-identity",
  );
  if (!kept) message.remove("P-Asserted-Identity");
}

/** RFC 3323 4.1, 5.3: fields a user may fill in and no service needs. */
const USER_FIELDS = [
  "Subject",
  "Call-Info",
  "Organization",
  "User-Agent",
  "Reply-To",
  "In-Reply-To",
] as const;

/** Fields that tell who or where the caller is and that no routing needs (RFC 3323 5.1). */
const HEADER_FIELDS = ["History-Info", "Referred-By", "Remote-Party-ID"] as const;

/** Takes away what "user" and "header" ask for and nothing has to put back. */
export function removeOptional(request: SipRequest, wanted: ReadonlySet<string>): void {
  if (wanted.has("user")) { for (const name of USER_FIELDS) request.remove(name); }
  if (wanted.has("header")) { for (const name of HEADER_FIELDS) request.remove(name); }
  // RFC 3323 5: what has been done is not asked for any more.
  const left = request.privacy.filter((value) => !["user", "header"].includes(value.toLowerCase()));
  if (left.every((value) => value.toLowerCase() === "critical")) request.remove("Privacy");
  else request.set("Privacy", left.join(";"));
}
