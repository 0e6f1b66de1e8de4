/** Lines of a session or media section, read and written by type and attribute name (RFC 8866 5, 6). */
import { SipSyntaxError } from "../errors.ts";
import {
  type Confirm,
  type CryptoAttribute,
  type CurrentStatus,
  type DesiredStatus,
  type Direction,
  type Fingerprint,
  type FloorId,
  parseConfirm,
  parseCrypto,
  parseCurrentStatus,
  parseDesiredStatus,
  parseFingerprint,
  parseFloorId,
} from "./attributes.ts";

/** One line as written: `type` a letter, or "" for a line that is none (an empty one). */
export interface SdpLine {
  readonly type: string;
  readonly value: string;
  readonly eol: string;
}

/** c= line (RFC 8866 5.7). */
export interface Connection {
  readonly networkType: string;
  readonly addressType: string;
  readonly address: string;
}

/** b= line (RFC 8866 5.8). */
export interface Bandwidth {
  readonly type: string;
  readonly value: number;
}

/** Order of the lines of a session (RFC 8866 5) and of a media section, whose m= comes first. */
const ORDER = "mvosiuepcbtrzka";

const DIRECTIONS = ["sendrecv", "sendonly", "recvonly", "inactive"] as const;

export class SdpSection {
  readonly lines: SdpLine[];

  constructor(lines: SdpLine[]) {
    this.lines = lines;
  }

  /** Value of the first line of this type. */
  line(type: string): string | undefined {
    return this.lines.find((line) => line.type === type)?.value;
  }

  /** Values of all lines of this type. */
  all(type: string): string[] {
    return this.lines.filter((line) => line.type === type).map((line) => line.value);
  }

  /** Replaces the first line of this type, or adds it where the order of lines wants it. */
  setLine(type: string, value: string): this {
    checkLine(type, value);
    const at = this.lines.findIndex((line) => line.type === type);
    if (at < 0) this.#insert(type, value);
    else this.lines[at] = { ...this.lines[at] as SdpLine, value };
    return this;
  }

  removeLines(type: string): this {
    return this.#keep((line) => line.type !== type);
  }

  /** All attributes in order; undefined as value: a property attribute. */
  get attributes(): [name: string, value: string | undefined][] {
    return this.all("a").map(splitAttribute);
  }

  /** Value of the first attribute of this name, "" for a property attribute, undefined if absent. */
  attribute(name: string): string | undefined {
    return this.attributeValues(name)[0];
  }

  /** Values of all attributes of this name. */
  attributeValues(name: string): string[] {
    const values: string[] = [];
    for (const [other, value] of this.attributes) if (other === name) values.push(value ?? "");
    return values;
  }

  hasAttribute(name: string): boolean {
    return this.attributes.some(([other]) => other === name);
  }

  /** Replaces the first attribute of this name and drops others, or adds one. */
  setAttribute(name: string, value?: string): this {
    const text = value === undefined ? name : `${name}:${value}`;
    checkLine("a", text);
    const at = this.lines.findIndex((line) => isAttribute(line, name));
    if (at < 0) return this.addAttribute(name, value);
    this.lines[at] = { ...this.lines[at] as SdpLine, value: text };
    return this.#keep((line, index) => index === at || !isAttribute(line, name));
  }

  addAttribute(name: string, value?: string): this {
    const text = value === undefined ? name : `${name}:${value}`;
    checkLine("a", text);
    this.#insert("a", text);
    return this;
  }

  removeAttribute(name: string): this {
    return this.#keep((line) => !isAttribute(line, name));
  }

  get connection(): Connection | undefined {
    const value = this.line("c");
    if (value === undefined) return undefined;
    const [networkType, addressType, address, ...rest] = value.split(" ");
    if (!networkType || !addressType || !address || rest.length > 0) {
      throw new SipSyntaxError('c= needs "nettype addrtype address"', 0, "sdp");
    }
    return { networkType, addressType, address };
  }

  get bandwidths(): Bandwidth[] {
    return this.all("b").map((value) => {
      const parts = /^([^:\s]+):\s*([0-9]{1,15})$/.exec(value);
      if (parts === null) throw new SipSyntaxError('b= needs "type:number"', 0, "sdp");
      return { type: parts[1] as string, value: Number(parts[2]) };
    });
  }

  /** The direction attribute, undefined where none stands (sendrecv then: RFC 3264 5.1). */
  get direction(): Direction | undefined {
    return DIRECTIONS.find((name) => this.hasAttribute(name));
  }

  set direction(direction: Direction) {
    for (const name of DIRECTIONS) if (name !== direction) this.removeAttribute(name);
    if (!this.hasAttribute(direction)) this.addAttribute(direction);
  }

  /** a=crypto (RFC 4568 9.1). */
  get crypto(): CryptoAttribute[] {
    return this.attributeValues("crypto").map(parseCrypto);
  }

  /** a=fingerprint (RFC 8122 5). */
  get fingerprints(): Fingerprint[] {
    return this.attributeValues("fingerprint").map(parseFingerprint);
  }

  /** a=setup (RFC 4145 4): active, passive, actpass, holdconn. */
  get setup(): string | undefined {
    return this.attribute("setup");
  }

  /** a=connection (RFC 4145 5): new or existing. */
  get connectionUse(): string | undefined {
    return this.attribute("connection");
  }

  /** a=path (RFC 4975 8.1): MSRP URIs, the last one the endpoint. */
  get path(): string[] {
    return (this.attribute("path") ?? "").split(" ").filter((uri) => uri !== "");
  }

  /** a=accept-types (RFC 4975 8.6). */
  get acceptTypes(): string[] {
    return (this.attribute("accept-types") ?? "").split(" ").filter((type) => type !== "");
  }

  /** a=floorctrl (RFC 8856 5.1): c-only, s-only, c-s. */
  get floorctrl(): string[] {
    return (this.attribute("floorctrl") ?? "").split(" ").filter((role) => role !== "");
  }

  /** a=confid (RFC 8856 5.2). */
  get confid(): number | undefined {
    return this.#number("confid");
  }

  /** a=userid (RFC 8856 5.2). */
  get userid(): number | undefined {
    return this.#number("userid");
  }

  /** a=floorid (RFC 8856 5.3). */
  get floorids(): FloorId[] {
    return this.attributeValues("floorid").map(parseFloorId);
  }

  /** a=tls-id (RFC 8842 4). */
  get tlsId(): string | undefined {
    return this.attribute("tls-id");
  }

  /** a=curr (RFC 3312 5). */
  get currentStatus(): CurrentStatus[] {
    return this.attributeValues("curr").map(parseCurrentStatus);
  }

  /** a=des (RFC 3312 5). */
  get desiredStatus(): DesiredStatus[] {
    return this.attributeValues("des").map(parseDesiredStatus);
  }

  /** a=conf (RFC 3312 5). */
  get confirm(): Confirm[] {
    return this.attributeValues("conf").map(parseConfirm);
  }

  /** The lines as they stand. */
  toString(): string {
    let text = "";
    for (const { type, value, eol } of this.lines) {
      text += type === "" ? value + eol : `${type}=${value}${eol}`;
    }
    return text;
  }

  /** Before the first line that must come later. */
  #insert(type: string, value: string): void {
    const rank = ORDER.indexOf(type);
    const later = this.lines.findIndex((line) => line.type !== "" && ORDER.indexOf(line.type) > rank);
    const at = later < 0 ? this.lines.length : later;
    const before = this.lines[at - 1];
    if (before !== undefined && before.eol === "") this.lines[at - 1] = { ...before, eol: "\r\n" };
    this.lines.splice(at, 0, { type, value, eol: "\r\n" });
  }

  #number(name: string): number | undefined {
    const value = this.attribute(name);
    if (value === undefined) return undefined;
    if (!/^[0-9]{1,10}$/.test(value)) throw new SipSyntaxError(`a=${name} needs a number`, 0, "sdp");
    return Number(value);
  }

  #keep(wanted: (line: SdpLine, index: number) => boolean): this {
    const kept = this.lines.filter(wanted);
    this.lines.splice(0, this.lines.length, ...kept);
    return this;
  }
}

export function checkLine(type: string, value: string): void {
  if (/[\r\n\0]/.test(value)) throw new SipSyntaxError(`a line break in a ${type}= line`, 0, "sdp");
}

function splitAttribute(value: string): [string, string | undefined] {
  const colon = value.indexOf(":");
  return colon < 0 ? [value, undefined] : [value.slice(0, colon), value.slice(colon + 1)];
}

function isAttribute(line: SdpLine, name: string): boolean {
  return line.type === "a" && (line.value === name || line.value.startsWith(`${name}:`));
}
