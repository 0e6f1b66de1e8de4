/** Stand-ins for everything a run touches: a clock that is moved by hand, subscribers, a device without sockets. */
import type { Profile, Subscriber } from "../../../profiles/mod.ts";

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
