/** `imspeer core`: the reference core on its own, for other testers and for looking at. */
import { parseAddress, withEntry } from "../../profiles/mod.ts";
import type { Args } from "./args.ts";
import type { Command } from "./command.ts";
import { EXIT, usageError } from "./exit.ts";
import { loadProfile } from "./profile_source.ts";
import { faultIds } from "./registry.ts";
import { openCore } from "./target.ts";

/** What --ports may name: SIP over UDP and TCP, and the operator's HTTP interface. */
const PORT_NAMES = { sip: "gm", operator: "operator" } as const;

export const coreCommand: Command = {
  name: "core",
  summary: "run the reference core alone, until Ctrl-C",
  usage: ["core [--bind ADDR] [--ports LIST] [--fault ID]…"],
  description: [
    "Prints the core's profile on standard output, with the subscribers it knows and where it listens, and runs " +
    `until it is interrupted. The output is a profile for "imspeer run --profile".`,
  ],
  options: [
    { name: "bind", value: "ADDR", help: "address to listen on", default: "127.0.0.1" },
    {
      name: "ports",
      value: "LIST",
      help:
        "the P-CSCF's port for SIP over UDP and TCP, or sip=PORT,operator=PORT; 0 takes any; the other elements take " +
        "any, which the profile tells",
      default: "sip=5060,operator=0",
    },
    {
      name: "fault",
      value: "ID",
      repeatable: true,
      help: 'break it in this way; "imspeer explain CASE" names faults',
    },
  ],
  examples: [
    { command: "imspeer core > core.yaml", says: "the core on 127.0.0.1:5060; in another shell:" },
    { command: "imspeer run --profile core.yaml", says: "what somebody else's device would get" },
    {
      command: "imspeer core --bind 192.0.2.5 --ports 5060",
      says: "for equipment in the lab: there is no access control but the scope",
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
    const { profile, text } = loadProfile(undefined, host);
    const core = await openCore(profile, { faults, bind, ports, seed: crypto.randomUUID() });
    try {
      const { entry, operator, dns } = core.profile;
      host.out(withEntry(text, entry, operator, heading(bind, faults), core.profile));
      for (const [name, point] of Object.entries(entry)) {
        for (const [transport, { address, port }] of Object.entries(point)) {
          host.say(`${name} listens on ${transport} ${address}:${port}`);
        }
      }
      if (dns) host.say(`name server on udp ${dns.resolver.address}:${dns.resolver.port}`);
      if (operator) host.say(`operator interface on ${operator.url}`);
      host.say(
        `${profile.subscribers.length} subscribers; ${
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

function heading(bind: string, faults: readonly string[]): string {
  return [
    "The reference core of imspeer, as it runs: imspeer run --profile THIS-FILE",
    ...(bind.startsWith("127.")
      ? []
      : [`Under "access" put addresses of the machine that runs it, from which ${bind} is reached.`]),
    ...(faults.length > 0 ? [`It is broken on purpose: ${faults.join(", ")}`] : []),
  ].join("\n");
}

function portsOf(args: Args): { gm?: number; operator?: number } {
  const text = args.text("ports");
  if (text === undefined) return {};
  if (/^\d+$/.test(text)) return { gm: port(text) };
  return Object.fromEntries(
    text.split(",").map((part) => {
      const [name = "", number = ""] = part.split("=");
      const known = Object.entries(PORT_NAMES).find(([word]) => word === name)?.[1];
      if (known) return [known, port(number)];
      throw usageError(`"--ports" needs one port, or sip=PORT,operator=PORT; found "${part}"`);
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
