/** Reads a capture back: both byte orders, several sections, blocks it does not know are skipped. */
import { Block, BYTE_ORDER_MAGIC, Option, SECRETS_TLS_KEY_LOG } from "./types.ts";
import type { PcapngInterface } from "./types.ts";

/** What is wrong with a capture file, and where. */
export class PcapngSyntaxError extends SyntaxError {
  override readonly name = "PcapngSyntaxError";
  constructor(message: string, readonly offset: number) {
    super(message);
  }
}

export interface ParsedPacket {
  /** Index into `interfaces` of the whole file (sections are counted on). */
  readonly interface: number;
  /** Nanoseconds since 1970. */
  readonly at: bigint;
  readonly bytes: Uint8Array;
  readonly direction?: "in" | "out";
  readonly comment?: string;
}

export interface ParsedPcapng {
  readonly comments: readonly string[];
  readonly application: string | undefined;
  readonly interfaces: readonly Required<Pick<PcapngInterface, "linkType" | "resolution">>[];
  readonly interfaceNames: readonly (string | undefined)[];
  readonly tlsKeyLogs: readonly string[];
  readonly packets: readonly ParsedPacket[];
}

/**
 * Packets, interfaces and secrets of a capture file.
 * @throws PcapngSyntaxError with the offset of the block that is cut short or inconsistent
 */
export function parsePcapng(bytes: Uint8Array): ParsedPcapng {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const state = new State();
  let little = true;
  let at = 0;
  while (at < bytes.length) {
    if (bytes.length - at < 12) throw new PcapngSyntaxError("The file ends inside a block's header", at);
    if (view.getUint32(at, true) === Block.sectionHeader) { // a palindrome: the same in both orders
      little = view.getUint32(at + 8, true) === BYTE_ORDER_MAGIC;
      if (!little && view.getUint32(at + 8, false) !== BYTE_ORDER_MAGIC) {
        throw new PcapngSyntaxError("The section header has no byte-order magic", at + 8);
      }
      state.firstInterface = state.interfaces.length;
    } else if (at === 0) {
      throw new PcapngSyntaxError("The file does not begin with a section header", 0);
    }
    const type = view.getUint32(at, little);
    const length = view.getUint32(at + 4, little);
    if (length < 12 || length % 4 !== 0 || at + length > bytes.length) {
      throw new PcapngSyntaxError(
        `A block says it is ${length} octets long, ${bytes.length - at} are left`,
        at + 4,
      );
    }
    if (view.getUint32(at + length - 4, little) !== length) {
      throw new PcapngSyntaxError("The two lengths of a block differ", at + length - 4);
    }
    state.block(type, new Body(bytes.subarray(at + 8, at + length - 4), little, at + 8));
    at += length;
  }
  return state;
}

class State implements ParsedPcapng {
  readonly comments: string[] = [];
  application: string | undefined;
  readonly interfaces: { linkType: number; resolution: 6 | 9 }[] = [];
  readonly interfaceNames: (string | undefined)[] = [];
  readonly tlsKeyLogs: string[] = [];
  readonly packets: ParsedPacket[] = [];
  firstInterface = 0;

  block(type: number, body: Body): void {
    switch (type) {
      case Block.sectionHeader: {
        const options = body.options(16);
        for (const comment of options.get(Option.comment) ?? []) this.comments.push(decode(comment));
        this.application ??= body.text(options, Option.shbApplication);
        return;
      }
      case Block.interfaceDescription: {
        const options = body.options(8);
        const resolution = options.get(Option.ifResolution)?.[0]?.[0] ?? 6;
        if (resolution !== 6 && resolution !== 9) {
          throw new PcapngSyntaxError(`The resolution "${resolution}" is neither 6 nor 9`, body.offset);
        }
        this.interfaces.push({ linkType: body.uint16(0), resolution });
        this.interfaceNames.push(body.text(options, Option.ifName));
        return;
      }
      case Block.decryptionSecrets:
        if (body.uint32(0) === SECRETS_TLS_KEY_LOG) {
          this.tlsKeyLogs.push(decode(body.slice(8, body.uint32(4))));
        }
        return;
      case Block.enhancedPacket:
        this.packets.push(this.#packet(body));
    }
  }

  #packet(body: Body): ParsedPacket {
    const index = this.firstInterface + body.uint32(0);
    const described = this.interfaces[index];
    if (!described) {
      throw new PcapngSyntaxError(`A packet names interface "${index}", which is not described`, body.offset);
    }
    const ticks = (BigInt(body.uint32(4)) << 32n) | BigInt(body.uint32(8));
    const length = body.uint32(12);
    const options = body.options(20 + Math.ceil(length / 4) * 4);
    const comment = body.text(options, Option.comment);
    const way = (options.get(Option.epbFlags)?.[0]?.[body.little ? 0 : 3] ?? 0) & 3;
    return {
      interface: index,
      at: described.resolution === 9 ? ticks : ticks * 1000n,
      bytes: body.slice(20, length),
      ...(way === 1 ? { direction: "in" } : way === 2 ? { direction: "out" } : {}),
      ...(comment === undefined ? {} : { comment }),
    };
  }
}

class Body {
  readonly #view: DataView;
  constructor(readonly bytes: Uint8Array, readonly little: boolean, readonly offset: number) {
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  uint16(at: number): number {
    this.#need(at, 2);
    return this.#view.getUint16(at, this.little);
  }

  uint32(at: number): number {
    this.#need(at, 4);
    return this.#view.getUint32(at, this.little);
  }

  slice(at: number, length: number): Uint8Array {
    this.#need(at, length);
    return this.bytes.slice(at, at + length);
  }

  /** The options from `at` on, by code. */
  options(at: number): Map<number, Uint8Array[]> {
    this.#need(at, 0);
    const options = new Map<number, Uint8Array[]>();
    while (at + 4 <= this.bytes.length) {
      const code = this.uint16(at);
      const length = this.uint16(at + 2);
      if (code === Option.end) break;
      const values = options.get(code) ?? [];
      values.push(this.slice(at + 4, length));
      options.set(code, values);
      at += 4 + Math.ceil(length / 4) * 4;
    }
    return options;
  }

  text(options: Map<number, Uint8Array[]>, code: number): string | undefined {
    const value = options.get(code)?.[0];
    return value && decode(value);
  }

  #need(at: number, length: number): void {
    if (at + length > this.bytes.length) {
      throw new PcapngSyntaxError(
        `The block ends before octet ${at + length} of its body`,
        this.offset + this.bytes.length,
      );
    }
  }
}

function decode(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}
