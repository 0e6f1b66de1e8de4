/** The numbers of a connection. Times in milliseconds, sizes in octets. */

export interface TcpLimits {
  /** What was written and is not acknowledged. */
  readonly sendBuffer: number;
  /** What came and is not read, and so the largest window; 65535 at most, for there is no window scaling. */
  readonly receiveBuffer: number;
  /** Segments under way at a time: see `Flight`. */
  readonly flight: number;
  /** Maximum segment lifetime; TIME-WAIT lasts two. RFC 9293 3.4.2 says two minutes, what is in use are 30 s. */
  readonly msl: number;
  /** Without an answer for so long the connection is given up: R2 of RFC 9293 3.8.3, 100 s at least. */
  readonly giveUp: number;
  /** The same for SYN, three minutes at least. */
  readonly giveUpSyn: number;
  /** How long a peer may leave its side open when nobody reads ours any more. */
  readonly finWait2: number;
}

export const DEFAULT_TCP_LIMITS: TcpLimits = {
  sendBuffer: 262_144,
  receiveBuffer: 65_535,
  flight: 10,
  msl: 30_000,
  giveUp: 100_000,
  giveUpSyn: 180_000,
  finWait2: 60_000,
};

/** Of a peer that announces none (RFC 9293 3.7.1). */
export const DEFAULT_MSS = { 4: 536, 6: 1220 } as const;

/** Least we believe of a peer: smaller ones serve only to make us send headers (RFC 4413 4.1.1 has seen 64). */
export const LEAST_MSS = 64;
