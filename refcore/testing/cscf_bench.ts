/**
 * An I-CSCF, an S-CSCF and an HSS on a fabric, without a socket, and nodes that speak to them as a P-CSCF does. What the
 * CSCFs ask the HSS is written down, and an answer can be put in place of the right one.
 */
import { strict as assert } from "node:assert";
import { randomBytes } from "node:crypto";
import {
  buildRequest,
  buildResponse,
  parseMessage,
  parseUri,
  type SipRequest,
  type SipResponse,
} from "sip-codec";
import { toHex } from "../../harness/crypto/mod.ts";
import { systemClock } from "../../harness/net/mod.ts";
import type { Flow } from "../../harness/net/types.ts";
import type { Subscriber } from "../../profiles/types.ts";
import { cscfNames, cscfPair } from "../cscfs.ts";
import type * as cx from "../cx.ts";
import { Fabric, type Link } from "../fabric.ts";
import { Hss } from "../hss/mod.ts";
import { DEFAULT_POLICY, type Policy } from "../policy.ts";
import { Scheduler } from "../scheduler.ts";
import type { Scscf } from "../scscf/mod.ts";
import type { BoxContext, CoreTimers } from "../types.ts";
import { TIMERS } from "./scene.ts";
import { DOMAIN } from "./subscribers.ts";

export interface BenchOptions {
  readonly faults?: readonly string[];
  readonly policy?: Partial<Policy>;
  readonly timers?: Partial<CoreTimers>;
  /** The CSCFs may trip over themselves: a fault makes them. */
  readonly problems?: boolean;
}

/** Answers in place of the HSS's; undefined: its own. */
export interface Script {
  uar?(request: cx.UserAuthorizationRequest): cx.UserAuthorizationAnswer | undefined;
  mar?(request: cx.MultimediaAuthRequest): cx.MultimediaAuthAnswer | undefined;
}

export interface Bench {
  readonly hss: Hss;
  readonly scscf: Scscf;
  /** "UAR alice@…", "MAR Unknown", "SAR registration": since the last look. */
  asked(): string[];
  readonly script: Script;
  /** Lets so many ms pass. */
  pass(ms: number): Promise<void>;
  /** At the address that the S-CSCF knows as its PANI-aware P-CSCF, or at another one. */
  node(address?: string): Node;
}

/** Where the S-CSCF believes its own P-CSCF. */
export const OWN = "127.0.0.1";

let count = 0;

export async function bench(
  subscribers: readonly Subscriber[],
  run: (bench: Bench) => Promise<void>,
  options: BenchOptions = {},
): Promise<void> {
  const scheduler = new Scheduler(systemClock);
  const problems: unknown[] = [];
  const context: BoxContext = {
    scheduler,
    timers: { ...TIMERS, ...options.timers },
    policy: { ...DEFAULT_POLICY, ...options.policy },
    faults: new Set(options.faults),
    random: { bytes: (length) => new Uint8Array(randomBytes(length)) },
    home: { domain: DOMAIN, mcc: "001", mnc: "01" },
    token: () => toHex(new Uint8Array(randomBytes(12))),
    problem: (error) => void problems.push(error),
  };
  const hss = new Hss({ subscribers, realm: DOMAIN, faults: context.faults, random: context.random.bytes });
  const fabric = new Fabric();
  const log: string[] = [];
  const script: Script = {};
  const asking = recorded(hss, log, script);
  const { scscf } = cscfPair(context, fabric, {
    names: cscfNames(context),
    at: { icscf: { address: OWN, port: 2 }, scscf: { address: OWN, port: 3 } },
    cx: { icscf: asking, scscf: asking, listen: (name, listener) => hss.listen(name, listener) },
    ports: undefined,
    domains: [DOMAIN],
  });
  let port = 10;
  const passing = new AbortController();
  try {
    await run({
      hss,
      scscf,
      script,
      asked: () => log.splice(0),
      pass: (ms) => systemClock.wait(systemClock.now() + ms, passing.signal),
      node: (address = OWN) => new Node(fabric, address, ++port),
    });
    if (!options.problems) assert.deepEqual(problems, []);
  } finally {
    fabric.close();
    await scheduler.close();
  }
}

function recorded(hss: Hss, log: string[], script: Script): cx.Cx {
  return {
    userAuthorization: (request) => {
      log.push(`UAR ${request.impi} ${request.impu} ${request.visitedNetwork}`);
      const scripted = script.uar?.(request);
      return scripted ? Promise.resolve(scripted) : hss.userAuthorization(request);
    },
    multimediaAuth: (request) => {
      log.push(`MAR ${request.scheme}`);
      const scripted = script.mar?.(request);
      return scripted ? Promise.resolve(scripted) : hss.multimediaAuth(request);
    },
    serverAssignment: (request) => {
      log.push(`SAR ${request.type}`);
      return hss.serverAssignment(request);
    },
    locationInfo: (request) => hss.locationInfo(request),
  };
}

/** What a REGISTER or another request of a P-CSCF says. */
export interface Says {
  /** Host of the UE's Via, and what follows it. Default: "10.0.0.1". Null: there is none. */
  readonly via?: string | null;
  /** Further Via values below the UE's. */
  readonly below?: readonly string[];
  /** Of Authorization; undefined: no such field. */
  readonly credentials?: Readonly<Record<string, string>> | undefined;
  /** P-Access-Network-Info. */
  readonly access?: string;
  readonly visited?: string | null;
  readonly contact?: string;
  readonly expires?: number;
  readonly headers?: Readonly<Record<string, string>>;
}

export class Node {
  readonly #link: Link;
  readonly #waiting = new Map<string, (response: SipResponse) => void>();
  /** Requests that came, each answered with 200. */
  readonly came: SipRequest[] = [];

  constructor(fabric: Fabric, readonly address: string, readonly port: number) {
    const at = `${address}:${port}`;
    this.#link = fabric.attach({ address, port }, [at], (bytes, flow) => this.#receive(bytes, flow));
  }

  /** REGISTER of `name`@home1.net to the I-CSCF. */
  register(name: string, says: Says = {}): Promise<SipResponse> {
    const impu = `sip:${name}@${DOMAIN}`;
    const { credentials, access, visited = DOMAIN, contact, expires = 600, headers } = says;
    const authorization = credentials &&
      `Digest ${Object.entries(credentials).map(([key, value]) => `${key}="${value}"`).join(", ")}`;
    return this.ask(
      this.#build("REGISTER", `sip:${DOMAIN}`, impu, says, {
        "To": `<${impu}>`,
        "Contact": `<${contact ?? `sip:${name}@10.0.0.1:5060`}>`,
        "Path": `<sip:${name}@${this.address}:${this.port};lr>`,
        "Require": "path",
        "Expires": String(expires),
        ...(authorization === undefined ? {} : { "Authorization": authorization }),
        ...(access === undefined ? {} : { "P-Access-Network-Info": access }),
        ...(visited === null ? {} : { "P-Visited-Network-ID": `"${visited}"` }),
        ...headers,
      }),
      `icscf.${DOMAIN}`,
    );
  }

  /** A request that `name` makes, as the P-CSCF sends it to the S-CSCF. */
  originate(method: string, target: string, name: string, says: Says = {}): Promise<SipResponse> {
    const impu = `sip:${name}@${DOMAIN}`;
    return this.ask(
      this.#build(method, target, impu, says, {
        "To": `<${target}>`,
        "Route": `<sip:orig@scscf.${DOMAIN};lr>`,
        "P-Asserted-Identity": `<${impu}>`,
        "Contact": `<sip:${name}@10.0.0.1:5060>`,
        ...says.headers,
      }),
      `scscf.${DOMAIN}`,
    );
  }

  /** A request of a user to another one, as it comes from a network. */
  draft(method: string, target: string, name: string): SipRequest {
    return this.#build(method, target, `sip:${name}@${DOMAIN}`, { via: null }, { "To": `<${target}>` });
  }

  ask(request: SipRequest, to: string): Promise<SipResponse> {
    const flow = this.#link.flowTo(parseUri(`sip:${to}`))!;
    const response = new Promise<SipResponse>((resolve) => this.#waiting.set(request.via!.branch!, resolve));
    this.#link.send(request.toBytes(), flow);
    return response;
  }

  #build(method: string, uri: string, from: string, says: Says, headers: Record<string, string>): SipRequest {
    const { via = "10.0.0.1", below = [] } = says;
    const n = ++count;
    const ours = `SIP/2.0/TCP ${this.address}:${this.port};branch=z9hG4bK-node-${n}`;
    const ue = via === null ? [] : [`SIP/2.0/UDP ${via};branch=z9hG4bK-ue-${n}`];
    return buildRequest(method, uri, {
      "Via": [ours, ...ue, ...below],
      "Max-Forwards": "69",
      "From": `<${from}>;tag=f${n}`,
      "Call-ID": `bench-${n}`,
      "CSeq": `${n} ${method}`,
      ...headers,
    });
  }

  #receive(bytes: Uint8Array, flow: Flow): void {
    const message = parseMessage(bytes);
    if (message.kind === "request") {
      this.came.push(message);
      if (message.method !== "ACK") {
        this.#link.send(buildResponse(message, 200, { toTag: "node" }).toBytes(), flow);
      }
      return;
    }
    if (message.status < 200) return;
    const branch = message.via?.branch ?? "";
    this.#waiting.get(branch)?.(message);
    this.#waiting.delete(branch);
  }
}

export interface BenchEffect extends Omit<BenchOptions, "faults"> {
  readonly subscribers: readonly Subscriber[];
  /** What is to be seen, as text. */
  readonly observe: (bench: Bench) => Promise<string>;
  readonly honest: string;
  readonly broken: Readonly<Record<string, string>>;
}

/** As effect() in effects.ts: one test per fault, and one for the honest boxes. */
export function benchEffect(
  name: string,
  { subscribers, observe, honest, broken, ...options }: BenchEffect,
): void {
  const see = async (faults: readonly string[]) => {
    let seen = "";
    await bench(subscribers, async (stage) => void (seen = await observe(stage)), { ...options, faults });
    return seen;
  };
  Deno.test(`${name}: "${honest}" of honest CSCFs`, async () => assert.equal(await see([]), honest));
  for (const [fault, expected] of Object.entries(broken)) {
    Deno.test(`${name}: "${expected}" with ${fault}`, async () => assert.equal(await see([fault]), expected));
  }
}
