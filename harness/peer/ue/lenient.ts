import { SipSyntaxError } from "sip-codec";

/** What a typed view gives; undefined where the field is malformed: the case has the message itself to judge. */
export function lenient<T>(view: () => T): T | undefined {
  try {
    return view();
  } catch (error) {
    if (error instanceof SipSyntaxError) return undefined;
    throw error;
  }
}
