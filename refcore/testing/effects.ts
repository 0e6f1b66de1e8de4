/** Tests of faults: the same observation in an honest core and in a broken one, and what each must show. */
import { strict as assert } from "node:assert";
import type { Subscriber } from "../../profiles/types.ts";
import { type Scene, scene, type SceneOptions } from "./scene.ts";
import type { TestUe } from "./ue.ts";

export interface Effect extends SceneOptions {
  readonly subscribers: readonly Subscriber[];
  /** What is to be seen, as text. */
  readonly observe: (scene: Scene) => Promise<string>;
  readonly honest: string;
  readonly broken: Readonly<Record<string, string>>;
}

/** One test per fault, and one for the honest core. */
export function effect(name: string, { subscribers, observe, honest, broken, ...options }: Effect): void {
  const see = async (faults: readonly string[]) => {
    let seen = "";
    await scene(subscribers, async (stage) => void (seen = await observe(stage)), { ...options, faults });
    return seen;
  };
  Deno.test(`${name}: "${honest}" in the honest core`, async () => assert.equal(await see([]), honest));
  for (const [fault, expected] of Object.entries(broken)) {
    Deno.test(`${name}: "${expected}" with ${fault}`, async () => assert.equal(await see([fault]), expected));
  }
}

/** Status of a MESSAGE that the called UE answers with 200 if it comes. */
export async function reach(
  from: TestUe,
  to: TestUe,
  headers: Record<string, string> = {},
  uri = to.impu,
): Promise<string> {
  to.willing.add("MESSAGE");
  const { status } = await from.ask(from.build("MESSAGE", uri, { "Contact": "", ...headers }));
  return String(status);
}

/** Who the called UE sees as the sender of a MESSAGE, or the status. */
export async function asserted(
  from: TestUe,
  to: TestUe,
  headers: Record<string, string> = {},
): Promise<string> {
  const status = await reach(from, to, headers);
  if (status !== "200") return status;
  const message = await to.request("MESSAGE");
  return message.assertedIdentities[0]?.uri.user ?? "nobody";
}

/** Status of a first REGISTER. */
export async function first(ue: TestUe, headers: Record<string, string> = {}): Promise<string> {
  return String((await ue.ask(ue.registerRequest(headers))).status);
}
