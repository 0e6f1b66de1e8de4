/** The algorithms of a subscriber's card, from what the profile has of it: the same for the card and the network. */
import { type AkaFunctions, milenageFunctions, tuakFunctions } from "../crypto/mod.ts";
import { LocalMisuseError } from "../errors.ts";
import type { Subscriber } from "../../profiles/types.ts";

export type AkaKeys = NonNullable<Subscriber["aka"]>;

/** @throws LocalMisuseError where the operator's constant that the algorithm needs is not there */
export function akaFunctionsOf({ algorithm, k, op, opc, top, topc }: AkaKeys): AkaFunctions {
  if (algorithm === "tuak" && topc) return tuakFunctions({ k, topc });
  if (algorithm === "tuak" && top) return tuakFunctions({ k, top });
  if (algorithm === "milenage" && opc) return milenageFunctions({ k, opc });
  if (algorithm === "milenage" && op) return milenageFunctions({ k, op });
  const needed = algorithm === "tuak" ? '"top" or "topc"' : '"op" or "opc"';
  throw new LocalMisuseError(`The subscriber's aka section has no ${needed}, which "${algorithm}" needs`);
}
