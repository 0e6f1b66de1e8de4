/** What a probe found, in words: who reads "expected true, came false" has to guess. */

export const ANSWERED = "an answer";
export const NOTHING = "nothing";
export const ARRIVED = "it arrived";
export const DEAD = "no reaction any more";

/** Of a request that is answered, or is not. */
export function answered(is: boolean): string {
  return is ? ANSWERED : "no answer";
}

/** Of a packet that draws something, or does not. */
export function drawn(is: boolean): string {
  return is ? "an answer, a message or an ESP packet" : NOTHING;
}

/** Of a message for somebody else. */
export function arriving(is: boolean): string {
  return is ? ARRIVED : "it did not arrive";
}

/** Of SAs that shall be gone. */
export function dying(is: boolean): string {
  return is ? DEAD : "reactions for as long as was waited";
}
