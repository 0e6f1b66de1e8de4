/**
 * SIPp as a second judge: what our UE finds of the lab, a program that nobody here wrote finds, too. SIPp has UDP and
 * TCP, MD5 and AKAv1 with OP; it takes keys as text, so that some octets break it (a line end, "[").
 */
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { runTool, whyNot } from "../_tools/foreign_program.ts";
import { type Subscriber } from "../profiles/mod.ts";
import { HOME, type LabAddresses, PORTS } from "./addresses.ts";
import { fill } from "./configuration.ts";
import type { LabUes } from "./ues.ts";

export interface Comparison {
  readonly what: string;
  readonly sipp: string;
  readonly imspeer: string;
}

/** Why SIPp is of no use here; undefined where it is. */
export async function whyNoSipp(): Promise<string | undefined> {
  const reason = await whyNot("sipp", ["-v"]);
  // "sipp -v" ends with 99.
  return reason?.includes("fails") ? undefined : reason;
}

/** The same registrations, and the same call, by SIPp and by our UE, one after the other. `folder`: for scenarios. */
export async function compareWithSipp(
  addresses: LabAddresses,
  ues: LabUes,
  folder: string,
): Promise<Comparison[]> {
  const sipp = new Sipp(addresses, folder);
  const compared: Comparison[] = [];
  for (const { what, user, transport, wrong } of REGISTRATIONS) {
    const subscriber = ues.subscriber(user);
    const phone = sipp.phone(subscriber, transport);
    const ok = await phone.register(wrong ? wrongSecretOf(subscriber) : secretOf(subscriber));
    const ue = await ues.open(user, { transport, ...(wrong ? { secrets: wrongSecrets(subscriber) } : {}) });
    const registered = await ue.register();
    compared.push({ what, sipp: word(ok), imspeer: word(registered.ok) });
    if (registered.ok) await ue.deregister();
  }
  compared.push({ what: "a call", sipp: await sipp.call(ues), imspeer: await callOf(ues) });
  return compared;
}

const REGISTRATIONS = [
  { what: "AKA over UDP", user: "sipp-aka1", transport: "udp", wrong: false },
  { what: "AKA over TCP", user: "sipp-aka1", transport: "tcp", wrong: false },
  { what: "AKA with another K", user: "sipp-aka1", transport: "udp", wrong: true },
  { what: "Digest over UDP", user: "digest59", transport: "udp", wrong: false },
  { what: "Digest over TCP", user: "digest59", transport: "tcp", wrong: false },
  { what: "Digest with another password", user: "digest59", transport: "udp", wrong: true },
] as const;

const CALLED = "sipp-aka2";
const CALLER = "digest60";

/** SIPp's side of the lab: each phone has an address of its own, above those of our UEs. */
class Sipp {
  readonly #addresses: LabAddresses;
  readonly #folder: string;
  #phones = 0;

  constructor(addresses: LabAddresses, folder: string) {
    this.#addresses = addresses;
    this.#folder = folder;
  }

  phone(subscriber: Subscriber, transport: "udp" | "tcp" = "udp") {
    const address = `${this.#addresses.block}.1.${200 + this.#phones++}`;
    const play = (scenario: string, words: Record<string, string>) =>
      this.#play(address, transport, scenario, {
        HOME,
        IMPI: subscriber.impi,
        IMPU: subscriber.impus[0] ?? "",
        ...words,
      });
    return {
      register: (secret: string) => play("register", { SECRET: secret }),
      calls: (called: string) => play("caller", { CALLED: called }),
      isCalled: () => play("callee", {}),
    };
  }

  async call(ues: LabUes): Promise<string> {
    const [called, calling] = [ues.subscriber(CALLED), ues.subscriber(CALLER)];
    const [callee, caller] = [this.phone(called), this.phone(calling)];
    if (!await callee.register(secretOf(called)) || !await caller.register(secretOf(calling))) {
      return "not registered";
    }
    const [took, made] = await Promise.all([callee.isCalled(), caller.calls(called.impus[0] ?? "")]);
    return took && made ? "established and ended" : "not established";
  }

  async #play(
    address: string,
    transport: "udp" | "tcp",
    scenario: string,
    words: Record<string, string>,
  ): Promise<boolean> {
    const file = join(this.#folder, `${scenario}-${address}.xml`);
    Deno.writeTextFileSync(file, fill(template(scenario), words));
    const { ok } = await runTool("sipp", [
      `${this.#addresses.of["p-cscf"]}:${PORTS.sip}`,
      ...["-i", address, "-p", "5070", "-t", transport === "tcp" ? "t1" : "u1", "-sf", file],
      ...["-auth_uri", HOME, "-m", "1", "-timeout", "10", "-nostdin"],
    ]);
    return ok;
  }
}

async function callOf(ues: LabUes): Promise<string> {
  const [callee, caller] = [await ues.open(CALLED), await ues.open(CALLER)];
  if (!(await callee.register()).ok || !(await caller.register()).ok) return "not registered";
  const call = await caller.invite(callee.identity.impus[0] ?? "");
  const taken = await callee.acceptCall();
  const { status } = await call.answered();
  await taken.acknowledged();
  const ended = await call.hangUp();
  return status === 200 && ended.status === 200 ? "established and ended" : "not established";
}

function word(ok: boolean): string {
  return ok ? "registered" : "not registered";
}

/** What the scenario says to SIPp's [authentication]. */
function secretOf({ aka, digest }: Subscriber): string {
  if (aka) return `aka_OP=0x${hex(aka.op)} aka_K=0x${hex(aka.k)} aka_AMF=0x${hex(aka.amf)}`;
  return `password=${digest?.password}`;
}

function wrongSecretOf(subscriber: Subscriber): string {
  const { k, password } = wrongSecrets(subscriber);
  const { aka, digest } = subscriber;
  return secretOf({
    ...subscriber,
    ...(aka && k ? { aka: { ...aka, k } } : {}),
    ...(digest && password !== undefined ? { digest: { ...digest, password } } : {}),
  });
}

function wrongSecrets({ aka }: Subscriber): { k?: Uint8Array; password?: string } {
  return aka ? { k: aka.k.map((octet, at) => at === 0 ? octet ^ 1 : octet) } : { password: "guessed" };
}

function hex(octets: Uint8Array | undefined): string {
  return Array.from(octets ?? [], (octet) => octet.toString(16).padStart(2, "0")).join("");
}

function template(name: string): string {
  return Deno.readTextFileSync(fileURLToPath(new URL(`./sipp/${name}.xml`, import.meta.url)));
}
