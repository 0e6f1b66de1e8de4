/** Stand-ins for everything a run touches: a clock that is moved by hand, subscribers, a device without sockets. */
import type { Clock, Net, TapRecord } from "../../net/types.ts";
import { NoAnswer } from "../../peer/no_answer.ts";
import type { Ue } from "../../peer/ue/types.ts";
import type { Profile, Subscriber } from "../../../profiles/mod.ts";
import { type CaseDefinition, type Suite, suite, testCase } from "../case.ts";
import type { Requirement } from "../events.ts";
import type { EvidenceSink } from "../evidence_sink.ts";
import type { PeerFactory, UeParts } from "../peers.ts";

/** A subscriber with keys of the test's own making (constant octets). */
export function subscriber(
  name: string,
  { scheme = "aka", traits = [] }: { scheme?: "aka" | "digest" | "both"; traits?: readonly string[] } = {},
): Subscriber {
  return {
    name,
    impi: `${name}@home.example`,
    impus: [`sip:${name}@home.example`],
    implicitSet: [],
    barred: [],
    otherSet: [],
    traits,
    ...(scheme === "digest" ? {} : {
      aka: {
        algorithm: "milenage" as const,
        k: new Uint8Array(16).fill(1),
        opc: new Uint8Array(16).fill(2),
        amf: new Uint8Array([0x80, 0]),
        sqn: 0n,
        ind: 0,
        digest: "AKAv1-MD5",
      },
    }),
    ...(scheme === "aka" ? {} : { digest: { password: `secret-of-${name}`, algorithm: "MD5" as const } }),
  };
}

/** A profile of a device that is not there. */
export function profile(changes: Partial<Profile> = {}): Profile {
  return {
    name: "fake",
    device: null,
    scope: ["127.0.0.0/8"],
    home: { domain: "home.example", mcc: "001", mnc: "01" },
    entry: { "p-cscf": { udp: { address: "127.0.0.1", port: 5060 } } },
    access: { "3gpp": ["127.0.0.2", "127.0.0.3"] },
    capabilities: { aka: true, digest: true },
    subscribers: [subscriber("alice"), subscriber("bob"), subscriber("carol", { scheme: "digest" })],
    operator: null,
    timers: {
      t1: 500,
      t2: 4000,
      t4: 5000,
      answer: 2000,
      silence: 1000,
      regAwaitAuth: 4000,
      minExpires: 60_000,
      expiryMargin: 1000,
      nonceLifetime: 10_000,
    },
    waivers: [],
    secrets: [],
    ...changes,
  };
}

/** What a device does with a REGISTER: a status, nothing at all, or what sending it rejects with. */
export type FakeAnswer = number | "silence" | Error;

export interface FakeDevice {
  /** Called for each REGISTER with who sent it over what. */
  answer(from: { readonly name: string; readonly transport: string; readonly at: number }): FakeAnswer;
}

/** Peers on a device without sockets: `attempt()`, `silent()`, `register()`, `deregister()` and `close()` work. */
export function fakePeers(
  device: FakeDevice,
): PeerFactory & { readonly log: string[]; readonly made: UeParts[] } {
  const log: string[] = [];
  const made: UeParts[] = [];
  return { log, made, createUe: (parts) => (made.push(parts), fakeUe(parts, device, log)) };
}

function fakeUe(parts: UeParts, device: FakeDevice, log: string[]): Ue {
  const { clock, subscriber, options, tap, profile } = parts;
  const transport = options.transport ?? "udp";
  const local = { address: options.local?.address ?? "127.0.0.2", port: 40_000 };
  const closed = new AbortController();
  const tell = (direction: "in" | "out", text: string) =>
    tap({
      at: clock.now(),
      direction,
      layer: "sip",
      transport,
      local,
      remote: { address: "127.0.0.1", port: 5060 },
      bytes: new TextEncoder().encode(text),
    });
  let registered = false;
  const attempt = async () => {
    tell("out", "REGISTER sip:home.example SIP/2.0\r\n\r\n");
    const answer = device.answer({ name: subscriber.name, transport, at: clock.now() });
    if (answer instanceof Error) throw answer;
    // An answer takes a millisecond.
    const since = clock.now();
    await clock.wait(since + (answer === "silence" ? 64 * profile.timers.t1 : 1), closed.signal);
    if (answer === "silence" || closed.signal.aborted) {
      throw new NoAnswer(`a final response to "REGISTER"`, clock.now() - since, {
        closed: closed.signal.aborted,
      });
    }
    tell("in", `SIP/2.0 ${answer} Whatever\r\n\r\n`);
    return { kind: "response", status: answer, reason: "Whatever" };
  };
  const ue = {
    identity: { impi: subscriber.impi, impus: subscriber.impus, homeDomain: profile.home.domain },
    local,
    transport,
    get registered() {
      return registered;
    },
    attempt,
    async register() {
      const response = await attempt();
      registered = response.status === 200;
      return { response, ok: registered };
    },
    async deregister() {
      log.push(`deregister ${subscriber.name}`);
      await attempt();
      registered = false;
    },
    async silent(_method?: string, within = profile.timers.silence) {
      await clock.wait(clock.now() + within, closed.signal);
      return true;
    },
    close() {
      log.push(`close ${subscriber.name}`);
      closed.abort();
      return Promise.resolve();
    },
  };
  return ue as unknown as Ue;
}

/** A net that opens nothing, on this clock. */
export function fakeNet(clock: Clock): Net {
  return { clock, open: () => Promise.reject(new Error("The fake net opens no socket")) };
}

/** A recorder that numbers records and keeps notes. */
export function fakeEvidence(): EvidenceSink & { readonly notes: string[]; readonly records: TapRecord[] } {
  const notes: string[] = [];
  const records: TapRecord[] = [];
  const numbers = new WeakMap<object, number>();
  return {
    notes,
    records,
    tap: () => (record) => void records.push(record),
    latest: () => records.length || undefined,
    numberOf: (message) => numbers.get(message),
    note: (text) => void notes.push(text),
    finish: () => Promise.resolve(records.length > 0 ? "evidence/fake" : null),
  };
}

/** Requirements of every level, as small as they can be: "r/1/shall" and so on. */
export const catalogue: ReadonlyMap<string, Requirement> = new Map(
  (["shall", "shall not", "should", "may", "study"] as const).map((level, index) => {
    const id = `r/1/${String(index + 1).padStart(2, "0")}`;
    return [id, {
      id,
      source: "R",
      clause: "1",
      title: level,
      level,
      subject: "network",
      statement: level,
      peer: "ue",
      how: "ask",
      oracle: "answer",
      suite: "demo",
      fault: "does not",
      priority: index === 0 ? 1 : 2,
    }];
  }),
);
export const SHALL = "r/1/01";
export const SHALL_NOT = "r/1/02";
export const SHOULD = "r/1/03";
export const MAY = "r/1/04";
export const STUDY = "r/1/05";

/** A case of the suite "demo" that verifies SHALL and leases one AKA subscriber, but for the changes. */
export function demoCase(
  name: string,
  run: CaseDefinition["run"],
  changes: Partial<CaseDefinition> = {},
): CaseDefinition {
  return testCase({
    id: `demo/${name}`,
    title: name,
    verifies: [SHALL],
    kills: ["box/fault"],
    peer: "ue",
    run,
    ...changes,
  });
}

/** The suite "demo" of these cases. */
export function demoSuite(...cases: readonly CaseDefinition[]): Suite {
  return suite("demo", "Cases of a test", cases, { lease: "aka" });
}
