/** Character classes of RFC 3261 25.1, as a table of bits per character. Characters above 0x7f have no bits. */

export const TOKEN = 0x01; // token: alphanum and -.!%*_+`'~
export const WORD = 0x02; // word: token and ()<>:\"/[]?{}
export const HOST = 0x04; // alphanum - . _ (the underscore is tolerated: names in labs carry it)
export const USER = 0x08; // user: unreserved and user-unreserved; "%" is checked apart
export const PASSWORD = 0x10;
export const PARAM = 0x20; // URI parameter: unreserved and param-unreserved
export const URI_HEADER = 0x40; // URI header: unreserved and hnv-unreserved
export const DIGIT = 0x80;
export const HEX = 0x100;
export const SCHEME = 0x200;
export const URIC = 0x400; // reserved, unreserved: what an opaque URI may hold
export const VALUE = 0x800; // unquoted parameter value: token, and what separates nothing

const ALPHA = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
const DIGITS = "0123456789";
const ALPHANUM = ALPHA + DIGITS;
const MARK = "-_.!~*'()";
const UNRESERVED = ALPHANUM + MARK;

/** Bits by character code, 128 entries. */
export const CLASSES: Uint16Array = new Uint16Array(128);

mark(TOKEN, ALPHANUM + "-.!%*_+`'~");
mark(WORD, ALPHANUM + "-.!%*_+`'~()<>:\\\"/[]?{}");
mark(HOST, ALPHANUM + "-._");
mark(USER, UNRESERVED + "&=+$,;?/");
mark(PASSWORD, UNRESERVED + "&=+$,");
mark(PARAM, UNRESERVED + "[]/:&+$");
mark(URI_HEADER, UNRESERVED + "[]/?:+$");
mark(DIGIT, DIGITS);
mark(HEX, DIGITS + "abcdefABCDEF");
mark(SCHEME, ALPHANUM + "+-.");
mark(URIC, UNRESERVED + ";/?:@&=+$,[]");
mark(VALUE, ALPHANUM + "-.!%*_+`'~" + ":/@[]=()&$#{}^|?");
function mark(bit: number, characters: string): void {
  for (let at = 0; at < characters.length; at++) {
    const code = characters.charCodeAt(at);
    CLASSES[code] = (CLASSES[code] ?? 0) | bit;
  }
}

/** Whether the character with this code is in the class. NaN (past the end) is in none. */
export function is(code: number, bit: number): boolean {
  return code < 128 && ((CLASSES[code] as number) & bit) !== 0;
}

/** First position from `at` on whose character is not in the class. */
export function skip(text: string, at: number, bit: number): number {
  while (at < text.length && is(text.charCodeAt(at), bit)) at++;
  return at;
}

/** Whether the whole text, at least one character, is in the class. */
export function every(text: string, bit: number): boolean {
  return text.length > 0 && skip(text, 0, bit) === text.length;
}

/** SP and HTAB. */
export function isBlank(code: number): boolean {
  return code === 0x20 || code === 0x09;
}

/** The text without SP and HTAB at both ends; other white space is content. */
export function trimBlanks(text: string): string {
  let start = 0;
  let end = text.length;
  while (start < end && isBlank(text.charCodeAt(start))) start++;
  while (end > start && isBlank(text.charCodeAt(end - 1))) end--;
  return start === 0 && end === text.length ? text : text.slice(start, end);
}
