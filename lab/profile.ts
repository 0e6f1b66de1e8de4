/** profiles/kamailio-ims.yaml, for the addresses of this lab. */
import { fileURLToPath } from "node:url";
import { parseProfile, type Profile } from "../profiles/mod.ts";
import { DEFAULT_BLOCK, type LabAddresses } from "./addresses.ts";

const FILE = fileURLToPath(new URL("../profiles/kamailio-ims.yaml", import.meta.url));

/** The text of the profile with the addresses of another block. */
export function labProfileText({ block }: LabAddresses): string {
  return Deno.readTextFileSync(FILE).replaceAll(`${DEFAULT_BLOCK}.`, `${block}.`);
}

export function labProfile(addresses: LabAddresses): Profile {
  return parseProfile(labProfileText(addresses), FILE, {
    env: () => undefined,
    readFile: (path) => Deno.readTextFileSync(fileURLToPath(new URL(path, `file://${FILE}`))),
  });
}
