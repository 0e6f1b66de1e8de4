/** The header fields of a message in order, found by name and changed by line. */
import { type HeaderLine, nameHash } from "./header_line.ts";

export class HeaderLines {
  private list: HeaderLine[];
  /** Of each line, in the same places: most lines are dismissed by it without being looked at. */
  private hashes: number[];

  /** `hashes` are the `hash` of each line; both arrays are the new object's own. */
  constructor(list: HeaderLine[], hashes: number[] = list.map((line) => line.hash)) {
    this.list = list;
    this.hashes = hashes;
  }

  /** All lines in order. */
  get all(): readonly HeaderLine[] {
    return this.list;
  }

  /** The octets of all lines, one character per octet. */
  raw(): string {
    const { list } = this;
    let text = "";
    for (let at = 0; at < list.length;) {
      const first = list[at] as HeaderLine;
      let last = first;
      while (++at < list.length && (list[at] as HeaderLine).follows(last)) last = list[at] as HeaderLine;
      text += first.rawTo(last);
    }
    return text;
  }

  clone(): HeaderLines {
    return new HeaderLines(this.list.slice(), this.hashes.slice());
  }

  first(key: string): HeaderLine | undefined {
    return this.list[this.next(key, 0)];
  }

  /** Index of the first line of this key at or after `from`; -1 if there is none. */
  next(key: string, from: number): number {
    const { list, hashes } = this;
    const hash = nameHash(key);
    for (let at = from; at < hashes.length; at++) {
      if (hashes[at] === hash && (list[at] as HeaderLine).is(key)) return at;
    }
    return -1;
  }

  at(index: number): HeaderLine {
    return this.list[index] as HeaderLine;
  }

  /** All lines of this key. */
  of(key: string): HeaderLine[] {
    const found: HeaderLine[] = [];
    for (let at = this.next(key, 0); at >= 0; at = this.next(key, at + 1)) found.push(this.at(at));
    return found;
  }

  /** Puts lines in the place of the first of this key, or at the end; others of the key go. */
  replace(key: string, lines: readonly HeaderLine[]): void {
    const first = this.next(key, 0);
    const at = first < 0 ? this.list.length : first;
    const after = this.list.slice(at).filter((line) => !line.is(key));
    this.become([...this.list.slice(0, at), ...lines, ...after]);
  }

  /** Adds lines after the last of this key, or at the end. */
  append(key: string, lines: readonly HeaderLine[]): void {
    const last = this.list.findLastIndex((line) => line.is(key));
    this.insert(last < 0 ? this.list.length : last + 1, lines);
  }

  /** Adds lines before the first of this key, or at the top. */
  prepend(key: string, lines: readonly HeaderLine[]): void {
    this.insert(Math.max(this.next(key, 0), 0), lines);
  }

  /** Adds lines at the end. */
  push(lines: readonly HeaderLine[]): void {
    this.insert(this.list.length, lines);
  }

  private insert(at: number, lines: readonly HeaderLine[]): void {
    this.become([...this.list.slice(0, at), ...lines, ...this.list.slice(at)]);
  }

  private become(lines: HeaderLine[]): void {
    this.list = lines;
    this.hashes = lines.map((line) => line.hash);
  }
}
