/** Date (RFC 3261 20.17): the fixed form of RFC 1123, in GMT and nothing else. */
import { type Cursor, readAll } from "../cursor.ts";
import { quoted } from "../errors.ts";

const DAYS = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];
const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/** wkday "," SP 2DIGIT SP month SP 4DIGIT SP 2DIGIT ":" 2DIGIT ":" 2DIGIT SP "GMT" */
const FORM =
  /^(Sun|Mon|Tue|Wed|Thu|Fri|Sat), (\d\d) (Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) (\d{4}) ([01]\d|2[0-3]):([0-5]\d):([0-5]\d|60) GMT$/i;

export function parseDate(text: string, field = "Date"): Date {
  return readAll(readDate, text, field);
}

/** "Sat, 15 Oct 2005 04:44:56 GMT" */
export function formatDate(date: Date): string {
  const two = (number: number) => String(number).padStart(2, "0");
  const day = `${DAYS[date.getUTCDay()]}, ${two(date.getUTCDate())} ${MONTHS[date.getUTCMonth()]}`;
  const time = [date.getUTCHours(), date.getUTCMinutes(), date.getUTCSeconds()].map(two).join(":");
  return `${day} ${String(date.getUTCFullYear()).padStart(4, "0")} ${time} GMT`;
}

export function readDate(cursor: Cursor): Date {
  const start = cursor.at;
  const text = cursor.rest();
  const parts = FORM.exec(text);
  if (parts === null) {
    return cursor.fail(`found ${quoted(text)}, need "Sat, 15 Oct 2005 04:44:56 GMT"`, start);
  }
  const [, , day, name, year, hour, minute, second] = parts;
  const month = MONTHS.findIndex((one) => one.toLowerCase() === name?.toLowerCase());
  const date = new Date(0);
  date.setUTCFullYear(Number(year), month, Number(day));
  date.setUTCHours(Number(hour), Number(minute), Number(second));
  if (date.getUTCDate() !== Number(day) && Number(second) !== 60) {
    cursor.fail(`${quoted(text)} is no date`, start);
  }
  return date;
}
