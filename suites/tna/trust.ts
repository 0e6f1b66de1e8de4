/** Whose word the I-CSCF takes for an authentication: TS 33.203 U.1 and U.2 step 4. */
import { testCase } from "../../harness/runner/case.ts";
import type { CaseContext } from "../../harness/runner/context.ts";
import { silenceIsUndefined } from "../_shared/reach.ts";
import {
  isFree,
  isRegistered,
  lookAfterWindow,
  registersRightly,
  told,
  TRUSTED,
  turnedAway,
} from "./_trusted.ts";

export const trust = [
  /**
   *     outsider                                  I-CSCF
   *      |--- REGISTER, auth-done ------------------>|   403, or nothing
   *     trusted node
   *      |--- REGISTER, auth-done ------------------>|   200
   */
  testCase({
    id: "tna/outsider-is-not-believed",
    title: "A host outside the trust domain registers nobody by auth-done, whatever network it says it is of",
    verifies: ["33.203/U.1/01"],
    kills: ["icscf/takes-auth-done-from-anywhere", "scscf/takes-auth-done-from-anywhere"],
    peer: "trusted-node",
    needs: TRUSTED,
    async run(context) {
      const { trustedNode, check, profile } = context;
      const trusted = await trustedNode({ as: 0 });
      const [impu = ""] = trusted.identity.impus;
      await isFree(context, trusted, impu);
      for (const visitedNetwork of [profile.home.domain, profile.trustedNode!.visitedNetwork]) {
        const ways = waysIn(profile);
        const outsiders = await Promise.all(
          ways.map(([entry, transport]) =>
            trustedNode({ as: 0, local: "outside", entry, transport, visitedNetwork })
          ),
        );
        const { outcomes, registered } = await lookAfterWindow(
          context,
          outsiders.map((outsider) => outsider.registerTrusted()),
          () => isRegistered(trusted, impu),
        );
        for (const [index, way] of ways.entries()) {
          const answer = outcomes[index]?.response;
          check(`${way.join(" by ")}, "${visitedNetwork}": not registered`, "33.203/U.1/01").about(answer)
            .holds(turnedAway(answer), told(answer));
        }
        check(`"${visitedNetwork}": the user is not registered`, "33.203/U.1/01").that(registered)
          .equals(false);
      }
      await registersRightly(context, trusted, impu);
    },
  }),

  /** `trusted node -- REGISTER, auth-done, P-Visited-Network-ID unknown or missing --> I-CSCF: 403`; a partner's: 200 */
  testCase({
    id: "tna/visited-network-decides",
    title: "Even a trusted host registers nobody for a network that the home network does not know",
    verifies: ["33.203/U.1/01", "33.203/U.2/06"],
    kills: ["icscf/ignores-visited-network"],
    peer: "trusted-node",
    needs: TRUSTED,
    async run(context) {
      const { trustedNode, check, given, profile } = context;
      for (const visitedNetwork of ["nobody-knows.example.org", `x${profile.home.domain}`, null]) {
        const node = await trustedNode({ as: 0, visitedNetwork });
        const outcome = await silenceIsUndefined(node.registerTrusted());
        const network = visitedNetwork === null ? "no network" : `"${visitedNetwork}"`;
        check(`${network}: not registered`, "33.203/U.1/01").about(outcome?.response)
          .holds(turnedAway(outcome?.response), told(outcome?.response));
      }
      const visited = await trustedNode({ as: 0, visitedNetwork: profile.trustedNode!.visitedNetwork });
      const abroad = await visited.registerTrusted();
      check("a partner's network: registered", "33.203/U.2/06").answer(abroad.response).isOneOf(200);
      if (abroad.ok) await visited.deregister();
      const home = await trustedNode({ as: 0 });
      await given("for the home network a trusted node registers her", home.registerTrusted());
    },
  }),

  /**
   *     outsider                                                    I-CSCF
   *      |--- REGISTER, auth-done, a trusted host in Via and Path ---->|   403, or nothing
   */
  testCase({
    id: "tna/name-of-a-trusted-node-is-no-trust",
    title: "A trusted node's address in Via, Path, Contact or Record-Route opens nothing to an outsider",
    verifies: ["33.203/U.2/02"],
    kills: ["icscf/trusts-via"],
    peer: "trusted-node",
    needs: TRUSTED,
    async run(context) {
      const { trustedNode, check } = context;
      const trusted = await trustedNode({ as: 0 });
      const [impu = ""] = trusted.identity.impus;
      await isFree(context, trusted, impu);
      const { address, port } = trusted.local;
      const place = address.includes(":") ? `[${address}]:${port}` : `${address}:${port}`;
      const outsider = await trustedNode({ as: 0, local: "outside" });
      const forge = (via: string, change: (via: string) => string) =>
        via.split(/,\s*/).map(change).join(", ");
      const lies: Readonly<Record<string, (vias: readonly string[]) => readonly string[]>> = {
        "sent-by": (vias) =>
          vias.map((via) => forge(via, (one) => one.replace(/^(\S+)\s+[^;]+/, `$1 ${place}`))),
        "received": (vias) => vias.map((via) => `${via};received=${address}`),
        "a Via above": (vias) => [`SIP/2.0/UDP ${place};branch=z9hG4bKforged`, ...vias],
        "a Via below": (vias) => [...vias, `SIP/2.0/UDP ${place};branch=z9hG4bKforged`],
      };
      for (const [where, lie] of Object.entries(lies)) {
        const lying = outsider.registerTrusted({
          contact: trusted.contact,
          headers: { Path: trusted.path },
          fresh: true,
          tamper: (request) => void request.set("Via", [...lie(request.all("Via"))]),
        });
        const isOne = () => isRegistered(trusted, impu);
        const { outcomes: [outcome], registered } = await lookAfterWindow(context, [lying], isOne);
        check(`${where}: no success`, "33.203/U.2/02").about(outcome?.response)
          .holds(turnedAway(outcome?.response), told(outcome?.response));
        // The answer may have gone to the name that was forged.
        check(`${where}: nobody is registered`, "33.203/U.2/02").that(registered).equals(false);
      }
      await registersRightly(context, trusted, impu);
    },
  }),

  /** `another network -- REGISTER, auth-done, over TLS --> IBCF: an error, and nobody is registered` */
  testCase({
    id: "tna/border-passes-no-auth-done",
    title: "A REGISTER with auth-done that comes by the border to another network registers nobody",
    verifies: ["33.203/U.2/02"],
    kills: ["ibcf/passes-register"],
    peer: "peer-network",
    needs: { ...TRUSTED, "interconnect.tls": true, "entry.ibcf.tls": true },
    seats: ["partner"],
    async run(context) {
      const { trustedNode, network, check, given, profile } = context;
      const trusted = await trustedNode({ as: 0 });
      const [impu = ""] = trusted.identity.impus;
      await isFree(context, trusted, impu);
      const foreign = await network();
      await given("the border takes a connection", foreign.connect());
      for (const visited of [profile.home.domain, profile.trustedNode!.visitedNetwork]) {
        const reference = trusted.draft.registerTrusted({
          headers: { "P-Visited-Network-ID": `"${visited}"` },
        });
        const copied = [
          "Authorization",
          "Contact",
          "P-Visited-Network-ID",
          "Path",
          "Expires",
          "Supported",
        ] as const;
        const exchange = await foreign.request("REGISTER", `sip:${profile.home.domain}`, {
          from: impu,
          headers: {
            To: `<${impu}>`,
            ...Object.fromEntries(copied.map((name) => [name, reference.get(name) ?? null])),
          },
        });
        const answer = await silenceIsUndefined(exchange.final());
        check(`by the border, "${visited}": no success`, "33.203/U.2/02").about(answer)
          .holds(turnedAway(answer), told(answer));
        check(`by the border, "${visited}": nobody is registered`, "33.203/U.2/02")
          .that(await isRegistered(trusted, impu)).equals(false);
      }
      await registersRightly(context, trusted, impu);
    },
  }),
];

/** Where an outsider may try: at the I-CSCF, and past it at the S-CSCF. */
function waysIn({ entry }: CaseContext["profile"]): (readonly [string, "udp" | "tcp"])[] {
  const all = ["i-cscf", "s-cscf"].flatMap((name) => [[name, "udp"], [name, "tcp"]] as const);
  return all.filter(([name, transport]) => entry[name]?.[transport]);
}
