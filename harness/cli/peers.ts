/** The peers of this program, for one device: what an ISIM has seen is remembered for as long as they live. */
import { ClfServer } from "../peer/clf/mod.ts";
import { HssServer } from "../peer/hss/mod.ts";
import { createGgsn } from "../peer/ggsn/mod.ts";
import { createNetwork, createTlsProbe, createTrustedNode, createUe, newMemory } from "../peer/mod.ts";
import type { PeerFactory } from "../runner/mod.ts";

export function newPeers(): PeerFactory {
  const remember = newMemory();
  return {
    createUe: (parts) => createUe({ ...parts, remember }),
    createNetwork,
    createTlsProbe,
    createTrustedNode: (setup) => createTrustedNode({ ...setup, remember }),
    createGgsn,
    openHss: (options) => HssServer.open(options),
    openClf: (options) => ClfServer.open(options),
  };
}
