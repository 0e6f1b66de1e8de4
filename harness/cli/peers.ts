/**
 * The peers of this program, for one device: what an ISIM has seen is remembered for as long as they live. Who registers
 * with our HSS has a card of its own for that, or the device's HSS would meet sequence numbers that it has not given.
 */
import { ClfServer } from "../peer/clf/mod.ts";
import { HssServer } from "../peer/hss/mod.ts";
import { createCscf } from "../peer/cscf/mod.ts";
import { createGgsn } from "../peer/ggsn/mod.ts";
import {
  createHomeNetwork,
  createNetwork,
  createTlsProbe,
  createTrustedNode,
  createUe,
  newMemory,
} from "../peer/mod.ts";
import type { PeerFactory } from "../runner/mod.ts";

export function newPeers(): PeerFactory {
  const [remember, rememberOurs] = [newMemory(), newMemory()];
  return {
    createUe: (parts) => createUe({ ...parts, remember }),
    createNetwork,
    createTlsProbe,
    createTrustedNode: (setup) =>
      createTrustedNode({
        ...setup,
        remember: setup.options?.entry?.endsWith("-hss") ? rememberOurs : remember,
      }),
    createHomeNetwork,
    createGgsn,
    createCscf,
    openHss: (options) => HssServer.open({ ...options, cards: [remember, rememberOurs] }),
    openClf: (options) => ClfServer.open(options),
  };
}
