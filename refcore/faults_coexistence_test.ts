import { strict as assert } from "node:assert";
import { buildRequest } from "sip-codec";
import { requestedScheme } from "./scscf/scheme.ts";
import { benchEffect, type Says } from "./testing/cscf_bench.ts";
import { effect } from "./testing/effects.ts";
import { roamingEffect } from "./testing/roaming.ts";
import { akaSubscriber, digestSubscriber, DOMAIN } from "./testing/subscribers.ts";

const ALICE = akaSubscriber("alice");
const BOB = digestSubscriber("bob");
const IPSEC =
  "ipsec-3gpp;alg=hmac-sha-1-96;prot=esp;mod=trans;spi-c=1;spi-s=2;port-c=40001;port-s=40002;q=0.1";

effect("a Digest user who offers nothing, and mechanisms that nobody knows", {
  subscribers: [BOB],
  observe: async ({ ue }) => {
    const seen = [];
    for (const headers of [{}, { "Security-Client": "rot13;q=0.1" }] as Record<string, string>[]) {
      const phone = await ue(BOB);
      const answer = await phone.ask(phone.registerRequest(headers));
      seen.push(`${answer.status} ${answer.get("Security-Server")?.split(";")[0] ?? "none"}`);
    }
    return seen.join(", ");
  },
  honest: "401 none, 401 none",
  broken: {
    "pcscf/refuses-unusable-offer": "401 none, 494 none",
    "pcscf/marks-everything-no": "403 none, 403 none",
    "pcscf/security-server-unasked": "401 ipsec-3gpp, 401 none",
  },
});

effect("another mechanism that is offered inside of TLS", {
  subscribers: [BOB],
  tls: true,
  observe: async ({ ue }) => {
    const phone = await ue(BOB, { transport: "tls" });
    await phone.register();
    const answer = await phone.ask(phone.registerRequest({ "Security-Client": IPSEC }));
    return answer.get("Security-Server")?.split(";")[0] ?? "none";
  },
  honest: "none",
  broken: { "pcscf/selects-anew-inside-tls": "ipsec-3gpp" },
});

roamingEffect("marks of a UE in two Authorization fields", {
  subscribers: [BOB],
  observe: async ({ ue, forwarded }) => {
    const phone = await ue(BOB);
    const request = phone.registerRequest();
    const marked = `${request.get("Authorization")}, integrity-protected="auth-done"`;
    request.set("Authorization", [marked, marked.replace(DOMAIN, "elsewhere.example")]);
    await phone.ask(request);
    const fields = forwarded()[0]?.authorization ?? [];
    return fields.map(({ parameters }) => parameters.get("integrity-protected") ?? "none").join(" ");
  },
  honest: "none none",
  broken: { "pcscf/cleans-first-authorization": "none auth-done" },
});

roamingEffect("access types that are told", {
  subscribers: [BOB],
  observe: async ({ ue, forwarded }) => {
    const seen = [];
    for (const access of ["wlan", "fixed", "nass"] as const) {
      const phone = await ue(BOB, { access });
      await phone.ask(phone.registerRequest({ "Authorization": "" }));
      seen.push(forwarded()[0]?.accessNetworkInfo[0]?.accessType);
    }
    return seen.join(" ");
  },
  honest: "IEEE-802.11 IEEE-802.3 ADSL",
  broken: { "pcscf/tells-3gpp-everywhere": "3GPP-E-UTRAN-FDD 3GPP-E-UTRAN-FDD ADSL" },
});

/** What a P-CSCF says of a REGISTER with an empty response. */
function marked(name: string, flag: string, line?: string): Says {
  const credentials = {
    username: `${name}@${DOMAIN}`,
    realm: DOMAIN,
    response: "",
    "integrity-protected": flag,
  };
  return { credentials, ...(line ? { access: `ADSL;dsl-location="${line}";network-provided` } : {}) };
}

benchEffect("what a Digest user is registered by", {
  subscribers: [BOB],
  observe: async ({ node }) => {
    const seen = [];
    for (
      const says of [marked("bob", "tls-pending", "dsl-1"), marked("bob", "tls-yes"), marked("bob", "x")]
    ) {
      const { status } = await node().register("bob", says);
      seen.push(status);
      if (status === 200) await node().register("bob", { ...says, expires: 0 });
    }
    return seen.join(" ");
  },
  honest: "401 401 401",
  broken: { "scscf/complete-is-proof": "401 200 401", "scscf/line-is-proof": "200 401 401" },
});

benchEffect("an AKA user and a Digest user where the flag says AKA", {
  subscribers: [ALICE, BOB],
  observe: async ({ node, asked }) => {
    const seen = [];
    for (const name of ["alice", "bob"]) {
      seen.push((await node().register(name, marked(name, "no"))).status);
      seen.push(...asked().filter((line) => line.startsWith("MAR")));
    }
    return seen.join(" ");
  },
  honest: "401 MAR Digest-AKAv1-MD5 403 MAR Digest-AKAv1-MD5",
  broken: { "scscf/leaves-aka-to-the-hss": "401 MAR Unknown 401 MAR Unknown" },
});

Deno.test("requestedScheme() takes other things for AKA and GIBA with faults of coexistence", () => {
  const connected = buildRequest("REGISTER", "sip:home1.net", {
    "Authorization": 'Digest username="u@home1.net", algorithm=MD5, integrity-protected="tls-connected"',
  });
  const other = buildRequest("REGISTER", "sip:home1.net", {
    "P-Access-Network-Info": "3GPP2-1X-HRPD;network-provided",
  });
  const seen = [new Set<string>(), new Set(["scscf/tls-connected-is-aka", "scscf/3gpp2-is-3gpp"])].map((
    faults,
  ) => [connected, other].map((request) => requestedScheme(request, { giba: true }, faults)));
  assert.deepEqual(seen, [["ask-hss", "ask-hss"], ["aka", "giba"]]);
});
