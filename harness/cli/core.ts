/** `imspeer core`: the reference core on its own, for other testers and for looking at. */
import { parseAddress, withEntry } from "../../profiles/mod.ts";
import { EnvironmentError } from "../errors.ts";
import type { Args } from "./args.ts";
import { BOX_OPTIONS, type BoxWishes, boxWishes, openBox } from "./box.ts";
import type { Command } from "./command.ts";
import { EXIT, usageError } from "./exit.ts";
import { loadProfile } from "./profile_source.ts";
import { faultIds } from "./registry.ts";
import { type CoreWishes, openCore } from "./target.ts";

/** What --ports may name: SIP over UDP and TCP, the CSCFs' on Mw, Cx, RADIUS, and the operator's HTTP interface. */
const PORT_NAMES = { sip: "gm", mw: "mw", cx: "cx", radius: "radius", operator: "operator" } as const;

export const coreCommand: Command = {
  name: "core",
  summary: "run the reference core alone, until Ctrl-C",
  usage: [
    "core [--bind ADDR] [--ports LIST] [--profile NAME|FILE] [--fault ID]…",
    "core --only BOX [--next-hop HOST:PORT] [--hss diameter:HOST:PORT] [--trust CIDR]… [--bind ADDR] …",
  ],
  description: [
    "Prints the core's profile on standard output, with the subscribers it knows and where it listens, and runs " +
    `until it is interrupted. The output is a profile for "imspeer run --profile".`,
    "With --only it is one box of the core, for equipment that has all the others: a P-CSCF before somebody's home " +
    "network, CSCFs that ask somebody's HSS, or an HSS that knows the subscribers of the profile.",
  ],
  options: [
    { name: "bind", value: "ADDR", help: "address to listen on", default: "127.0.0.1" },
    {
      name: "ports",
      value: "LIST",
      help:
        "the port for SIP over UDP and TCP, or some of sip=, mw= (the first of the CSCFs'), cx=, radius=, " +
        "operator=; 0 takes any",
      default: "sip=5060,operator=0",
    },
    {
      name: "profile",
      short: "p",
      value: "NAME|FILE",
      help: "whose home network, subscribers and timers it has",
      default: "embedded",
    },
    {
      name: "fault",
      value: "ID",
      repeatable: true,
      help: 'break it in this way; "imspeer explain CASE" names faults',
    },
    ...BOX_OPTIONS,
  ],
  examples: [
    { command: "imspeer core > core.yaml", says: "the core on 127.0.0.1:5060; in another shell:" },
    { command: "imspeer run --profile core.yaml", says: "what somebody else's device would get" },
    {
      command: "imspeer core --bind 192.0.2.5 --ports 5060",
      says: "for equipment in the lab: there is no access control but the scope",
    },
    {
      command: "imspeer core --only s-cscf --hss diameter:192.0.2.7:3868 --bind 192.0.2.5",
      says: "an S-CSCF that asks the lab's HSS",
    },
  ],
  exits: [EXIT.ok, EXIT.unjudged],
  exitTexts: {
    [EXIT.ok]: "interrupted, as it should be",
    [EXIT.unjudged]: "an address or port cannot be used",
  },
  async run(args, host) {
    const bind = args.text("bind") ?? "127.0.0.1";
    const address = parseAddress(bind);
    if (!address) throw usageError(`"--bind" needs an IP address, found "${bind}"`);
    if (address.value === 0n) {
      throw usageError(`"--bind" needs one address of this machine, found all of them ("${bind}")`);
    }
    const faults = faultIds(args.list("fault"));
    const ports = portsOf(args);
    const box = boxWishes(args);
    const { profile, text } = loadProfile(args.text("profile"), host);
    const wishes = { faults, bind, ports, seed: crypto.randomUUID() };
    const core = await (box ? openBox(profile, box, wishes) : openCore(profile, wishes)).catch(cannotBind);
    try {
      const { entry, operator, dns, radius, subscribers } = core.profile;
      const alone = subscribers.length < profile.subscribers.length;
      host.out(withEntry(text, entry, operator, heading(bind, faults, box, alone), core.profile));
      for (const [name, point] of Object.entries(entry)) {
        for (const [transport, { address, port }] of Object.entries(point)) {
          host.say(`${name} listens on ${transport} ${address}:${port}`);
        }
      }
      if (radius) host.say(`RADIUS accounting on udp ${radius.target.address}:${radius.target.port}`);
      if (dns) host.say(`name server on udp ${dns.resolver.address}:${dns.resolver.port}`);
      if (operator) host.say(`operator interface on ${operator.url}`);
      host.say(
        `${subscribers.length} subscribers; ${
          faults.length > 0 ? `broken: ${faults.join(", ")}` : "no faults"
        }; Ctrl-C ends it`,
      );
      await interrupted(host.interrupted);
    } finally {
      await core.close();
    }
    return EXIT.ok;
  },
};

/** There is no `access` here that could be mended: the address is the one of --bind. */
function cannotBind(error: unknown): never {
  if (!(error instanceof EnvironmentError) || !error.message.includes("does not have the address")) {
    throw error;
  }
  throw new EnvironmentError(
    error.message,
    'give one of this machine with "--bind" (ip address shows them)',
    { cause: error },
  );
}

function heading(
  bind: string,
  faults: readonly string[],
  box: BoxWishes | undefined,
  alone: boolean,
): string {
  return [
    "The reference core of imspeer, as it runs: imspeer run --profile THIS-FILE",
    ...(box
      ? [
        `It is the box "${box.only}" alone: what "capabilities" say of the others counts where they stand around it.`,
      ]
      : []),
    ...(box?.only === "p-cscf" && alone
      ? [
        `Its next hop is one of "home-networks", which the tester plays, so there are no other subscribers.`,
      ]
      : []),
    ...(bind.startsWith("127.")
      ? []
      : [`Under "access" put addresses of the machine that runs it, from which ${bind} is reached.`]),
    ...(faults.length > 0 ? [`It is broken on purpose: ${faults.join(", ")}`] : []),
  ].join("\n");
}

function portsOf(args: Args): NonNullable<CoreWishes["ports"]> {
  const text = args.text("ports");
  if (text === undefined) return {};
  if (/^\d+$/.test(text)) return { gm: port(text) };
  return Object.fromEntries(
    text.split(",").map((part) => {
      const [name = "", number = ""] = part.split("=");
      const known = Object.entries(PORT_NAMES).find(([word]) => word === name)?.[1];
      if (known) return [known, port(number)];
      const names = Object.keys(PORT_NAMES).map((known) => `${known}=PORT`).join(",");
      throw usageError(`"--ports" needs one port, or some of ${names}; found "${part}"`);
    }),
  );
}

function port(text: string): number {
  const value = Number(text);
  if (/^\d{1,5}$/.test(text) && value <= 65_535) return value;
  throw usageError(`"--ports" needs numbers from 0 (any) to 65535, found "${text}"`);
}

function interrupted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  const { promise, resolve } = Promise.withResolvers<void>();
  signal.addEventListener("abort", () => resolve(), { once: true });
  return promise;
}
