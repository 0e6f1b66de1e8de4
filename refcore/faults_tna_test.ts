import { benchEffect, type Says } from "./testing/cscf_bench.ts";
import { effect } from "./testing/effects.ts";
import { TestElement } from "./testing/element.ts";
import { akaSubscriber, DOMAIN } from "./testing/subscribers.ts";

const ALICE = akaSubscriber("alice");
const BOB = akaSubscriber("bob");

/** What a trusted node says (TS 33.203 U.2 step 4). */
function authDone(name = "alice", flag = "auth-done") {
  const credentials = {
    "username": `${name}@${DOMAIN}`,
    "realm": DOMAIN,
    "nonce": "",
    "uri": `sip:${DOMAIN}`,
    "response": "",
    "integrity-protected": flag,
  };
  return { via: null, credentials } satisfies Says;
}

benchEffect("auth-done, and what looks like it", {
  subscribers: [ALICE],
  observe: async ({ node }) => {
    const flags = ["auth-Done2", "", "AUTH-DONE", "no", "auth-done"];
    const seen = [];
    for (const flag of flags) seen.push((await node().register("alice", authDone("alice", flag))).status);
    return seen.join(" ");
  },
  honest: "401 401 401 401 200",
  broken: { "scscf/any-flag-is-auth-done": "200 200 403 403 200" },
});

benchEffect("a trusted node that says nothing of the protection", {
  subscribers: [ALICE],
  observe: async ({ node }) => {
    const { credentials: { "integrity-protected": _, ...credentials } } = authDone();
    return String((await node().register("alice", { via: null, credentials })).status);
  },
  honest: "401",
  broken: { "scscf/no-flag-is-auth-done": "200" },
});

benchEffect("the end of what a trusted node has registered", {
  subscribers: [ALICE],
  observe: async ({ node, scscf }) => {
    await node().register("alice", authDone());
    const { status } = await node().register("alice", { ...authDone(), expires: 0 });
    return `${status} ${scscf.registrations.ofImpi(ALICE.impi).length}`;
  },
  honest: "200 0",
  broken: { "scscf/trusted-node-never-removes": "200 1" },
});

benchEffect("networks that a trusted node may name", {
  subscribers: [ALICE],
  policy: { visitedNetworks: ["visited.example.net"] },
  observe: async ({ node }) => {
    const seen = [];
    for (const visited of ["elsewhere.example.net", null, "visited.example.net", DOMAIN]) {
      seen.push((await node().register("alice", { ...authDone(), visited })).status);
    }
    return seen.join(" ");
  },
  honest: "403 403 200 200",
  broken: { "icscf/ignores-visited-network": "200 200 200 200" },
});

benchEffect("what the HSS is asked for a trusted node", {
  subscribers: [ALICE],
  observe: async ({ node, asked, script }) => {
    const { status } = await node().register("alice", authDone());
    const first = asked().map((line) => line.slice(0, 3)).join("");
    const refresh = (await node().register("alice", authDone())).status;
    const end = (await node().register("alice", { ...authDone(), expires: 0 })).status;
    script.uar = () => ({ result: "roaming-not-allowed" });
    const barred = (await node().register("alice", authDone())).status;
    return `${status} ${first} ${refresh} ${end} ${barred}`;
  },
  honest: "200 UARSAR 200 200 403",
  broken: {
    "icscf/no-status-query-for-auth-done": "200 SAR 200 200 200",
    "scscf/challenges-trusted-node": "401 UARMAR 401 401 403",
    "scscf/vectors-for-trusted-node": "200 UARMARSAR 200 200 403",
  },
});

benchEffect("identities that do not belong together", {
  subscribers: [ALICE, BOB],
  observe: async ({ node }) => {
    const pair = (await node().register("bob", authDone("alice"))).status;
    const nobody = (await node().register("bob", authDone("nobody"))).status;
    return `${pair} ${nobody}`;
  },
  honest: "403 403",
  broken: {
    "icscf/any-identity-pair-with-auth-done": "200 403",
    "icscf/any-private-identity-with-auth-done": "403 200",
  },
});

benchEffect("auth-done for a user of IMS AKA, and AKA for a user of a trusted node", {
  subscribers: [ALICE, BOB],
  observe: async ({ node, scscf }) => {
    const profile = { impi: ALICE.impi, identities: [{ impu: ALICE.impus[0]!, barred: false }], traits: [] };
    const set = scscf.registrations.open({
      impi: ALICE.impi,
      profile,
      scheme: "aka",
      explicit: ALICE.impus[0]!,
    });
    const first = (await node().register("alice", authDone())).status;
    await node().register("bob", authDone("bob"));
    const second = (await node().register("bob", authDone("bob", "no"))).status;
    return `${first} ${set.bindings.size} ${second}`;
  },
  honest: "403 0 403",
  broken: { "scscf/auth-done-changes-scheme": "200 1 401" },
});

for (
  const [entry, broken] of [
    ["i-cscf", { "icscf/takes-auth-done-from-anywhere": "200 200/200", "icscf/trusts-via": "200/200" }],
    ["s-cscf", { "scscf/takes-auth-done-from-anywhere": "200 200/200" }],
  ] as const
) {
  effect(`auth-done from outside at the ${entry}: as it is, with Vias of a trusted node; then from inside`, {
    subscribers: [ALICE],
    mw: {},
    policy: { trusted: ["127.0.7.0/24"] },
    observe: async ({ core }) => {
      const [stranger, node] = await Promise.all(
        ["127.0.1.201", "127.0.7.3"].map((a) => TestElement.open(a)),
      );
      try {
        const register = (from: TestElement, via: string) =>
          from.build("REGISTER", `sip:${DOMAIN}`, {
            "Via": `SIP/2.0/UDP ${via};branch=z9hG4bK-${via}-${from.at}`,
            "To": `<sip:alice@${DOMAIN}>`,
            "P-Visited-Network-ID": DOMAIN,
            "Authorization":
              `Digest username="${ALICE.impi}", realm="${DOMAIN}", nonce="", uri="sip:${DOMAIN}", response="", integrity-protected="auth-done"`,
          });
        const { udp } = core.entry[entry]!;
        const plain = register(stranger!, stranger!.at);
        const forged = register(stranger!, `127.0.7.9:${stranger!.local.port}`);
        for (const request of [plain, forged]) await stranger!.send(request, udp);
        const good = (await node!.ask(register(node!, node!.at), udp)).status;
        // What came before has been answered when this is.
        const gm = core.entry["p-cscf"].udp;
        await stranger!.ask(stranger!.build("OPTIONS", `sip:${gm.address}:${gm.port}`), gm);
        const statuses = [];
        while (stranger!.left > 0) statuses.push((await stranger!.next()).status);
        return `${statuses.join(" ")}/${good}`;
      } finally {
        await Promise.all([stranger!.close(), node!.close()]);
      }
    },
    honest: "/200",
    broken,
  });
}
