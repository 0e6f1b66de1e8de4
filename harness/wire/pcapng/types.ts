/** What a capture consists of, and the numbers of the format (draft-ietf-opsawg-pcapng). */

/** Raw IP: the packet begins with its IPv4 or IPv6 header. */
export const LINKTYPE_RAW = 101;
/** Wireshark's "exported PDU": a payload with its protocol's name and addresses in front. */
export const LINKTYPE_WIRESHARK_UPPER_PDU = 252;

export interface PcapngInterface {
  readonly linkType: number;
  readonly name?: string;
  readonly description?: string;
  /** Decimal places of a second that time stamps count: 6 microseconds (default), 9 nanoseconds. */
  readonly resolution?: 6 | 9;
}

export interface PcapngPacket {
  /** Index into the file's interfaces. Default 0. */
  readonly interface?: number;
  /** Time of the packet since 1970: milliseconds as a number (fractions count), or nanoseconds as a bigint. */
  readonly at: number | bigint;
  readonly bytes: Uint8Array;
  readonly direction?: "in" | "out";
  readonly comment?: string;
}

export interface PcapngFile {
  readonly comment?: string;
  readonly hardware?: string;
  readonly os?: string;
  readonly application?: string;
  readonly interfaces: readonly PcapngInterface[];
  /** TLS key logs (NSS format), written as Decryption Secrets Blocks before the packets. */
  readonly tlsKeyLogs?: readonly string[];
  readonly packets: readonly PcapngPacket[];
}

/** Block types, section 10.1 of the draft. */
export const Block = {
  sectionHeader: 0x0a0d0d0a,
  interfaceDescription: 0x00000001,
  enhancedPacket: 0x00000006,
  decryptionSecrets: 0x0000000a,
} as const;

/** Option codes: 0 and 1 are common to all blocks, the others belong to the block they are named after. */
export const Option = {
  end: 0,
  comment: 1,
  shbHardware: 2,
  shbOs: 3,
  shbApplication: 4,
  ifName: 2,
  ifDescription: 3,
  ifResolution: 9,
  epbFlags: 2,
} as const;

/** The magic of the section header, as the writer's byte order makes it. */
export const BYTE_ORDER_MAGIC = 0x1a2b3c4d;

/** Secrets type of a TLS key log: "TLSK". */
export const SECRETS_TLS_KEY_LOG = 0x544c534b;
