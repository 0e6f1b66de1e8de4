/**
 * What other networks learn of the users of this one, and what they may say of theirs: clauses 5.1.1 and 5.4 of TS
 * 33.203, the slides of 2001. Partners stand for the non-IMS networks of 5.4: what counts there is whether the device
 * trusts them.
 */
import type { SipRequest, SipResponse } from "sip-codec";
import type { Network } from "../../harness/peer/network/mod.ts";
import { type CaseDefinition, testCase } from "../../harness/runner/case.ts";
import type { HeaderValues, Ue } from "../../harness/peer/ue/types.ts";
import { servedAsItself } from "../_shared/control.ts";
import { BORDER, partnerIsCalled } from "../_shared/interworking.ts";
import { arrival, silenceIsUndefined } from "../_shared/reach.ts";
import { asserted } from "../_shared/register.ts";
import { registered, registeredPair } from "../_shared/scene.ts";
import { fieldsWith } from "./_secrets_of.ts";

/** Fields in which elements of one network talk to each other (TS 24.229 4.4). */
const INTERNAL = [
  "P-Charging-Vector",
  "P-Charging-Function-Addresses",
  "P-Access-Network-Info",
  "P-Served-User",
];

const UNTRUSTED = { untrusted: true } as const;

export const borders: readonly CaseDefinition[] = [
  /**
   *     UE                    border             partner
   *      |--- INVITE ---------->|--- INVITE -------->|   no IMPI, in nothing of the call
   *      |<-- INVITE -----------|<-- INVITE ---------|
   */
  testCase({
    id: "privacy/private-identity-in-registration-alone",
    title: "In a call with another network the private identity appears nowhere",
    verifies: ["S3-010339/s3-010291/01"],
    kills: ["scscf/records-private-identity"],
    peer: "peer-network",
    needs: { ...BORDER, privacy: true },
    leases: ["aka+!derivable-impi"],
    async run(context) {
      const { check, given } = context;
      const { ue: alice } = await registered(context);
      const network = await context.network();
      const { caller } = await given("a call to the partner", partnerIsCalled(network, alice));
      await given("is ended", caller.hangUp());
      const incoming = arrival(alice);
      const call = await network.invite(alice.identity.impus[0]!);
      const invite = await incoming;
      await silenceIsUndefined(call.answered());
      const messages = [...network.received.map(({ message }) => message), ...(invite ? [invite] : [])];
      check("a call in each direction", "S3-010339/s3-010291/01").that(messages.length).isAtLeast(3);
      for (const message of messages) {
        check(`${nameOf(message)}: no IMPI`, "S3-010339/s3-010291/01").about(message)
          .that(fieldsWith(message, ...spellings(alice.identity.impi))).equals([]);
      }
    },
  }),

  /** `INVITE and MESSAGE to the partner`: neither charging functions, nor servers of the home network's services. */
  testCase({
    id: "privacy/profile-stays-at-home",
    title: "What the home network keeps of a subscriber's services does not get to a partner",
    verifies: ["33.203/5.1.1/03"],
    kills: ["ibcf/shows-charging-functions", "pcscf/shows-charging-functions"],
    peer: "peer-network",
    needs: BORDER,
    leases: ["any"],
    async run(context) {
      const { check, given } = context;
      const { ue: alice } = await registered(context);
      const network = await context.network();
      const invite = await given("the call gets to the partner", called(network, alice));
      check("no charging functions", "33.203/5.1.1/03").that(invite).lacks("P-Charging-Function-Addresses");
      const { domain, listen, clear } = network.partner;
      const own = [domain, listen.address, clear.address].map((host) => host.toLowerCase());
      const services = invite.routes.map(({ uri }) => uri.host.toLowerCase())
        .filter((host) => !own.some((one) => host === one || host.endsWith(`.${one}`)));
      check("no way through others than the partner's own", "33.203/5.1.1/03").about(invite).that(services)
        .equals([]);
      const { response } = await given("the UE registers again", alice.register());
      check("nor to the UE", "33.203/5.1.1/03").that(response).lacks("P-Charging-Function-Addresses");
    },
  }),

  /**
   *     partner (TLS, agreement)     border          callee
   *      |--- INVITE, P-Asserted-Identity -->|--- INVITE -->|   asserted
   *     partner (TLS, no agreement)
   *      |--- INVITE, P-Asserted-Identity -->|--- INVITE -->|   not asserted
   *     stranger (TLS), anybody (no TLS)
   *      |--- INVITE, P-Asserted-Identity -->|   nothing, or not asserted
   */
  testCase({
    id: "privacy/trust-takes-tls-and-an-agreement",
    title: "Assertions count of a network with TLS and an agreement, and of no other",
    verifies: ["33.203/5.4/01", "33.203/5.4/05"],
    kills: ["ibcf/trusts-whoever-has-tls", "ibcf/trusts-nobody", "ibcf/trusts-clear-partner"],
    peer: "peer-network",
    needs: BORDER,
    seats: ["partner", "untrustedPartner"],
    leases: ["any"],
    async run(context) {
      const { check, given, timers } = context;
      const { ue: callee } = await registered(context);
      const [trusted, untrusted] = [await context.network(), await context.network(UNTRUSTED)];
      const known = await callTo(callee, trusted, assertion(trusted));
      check("TLS and an agreement: the call arrives", "33.203/5.4/05").that(known !== undefined).equals(true);
      check("TLS and an agreement: asserted", "33.203/5.4/05").about(known).that(asserted(known)).equals([
        trusted.uri,
      ]);
      await given("TLS alone: a call that asserts nobody arrives", arrives(callTo(callee, untrusted)));
      const unknown = await callTo(callee, untrusted, assertion(untrusted));
      check("TLS alone: not asserted", "33.203/5.4/01").about(unknown).that(asserted(unknown)).equals([]);
      // Whether these are served at all is judged elsewhere (6.5): here, whom the user takes the caller for.
      const target = impuOf(callee);
      const request = { headers: assertion(trusted) };
      const strangers = {
        "a stranger's certificate": () =>
          trusted.attempt({ certificate: "stranger", method: "INVITE", target, request }),
        "no TLS": async () =>
          await (await trusted.request("INVITE", target, { ...request, way: "clear" })).unanswered(),
      };
      for (const [name, calling] of Object.entries(strangers)) {
        const [invite] = await Promise.all([arrival(callee, timers.silence), calling()]);
        check(`${name}: not asserted`, "33.203/5.4/01").about(invite).that(asserted(invite)).equals([]);
      }
    },
  }),

  /** `INVITE Privacy: id -> border -> untrusted network`: no P-Asserted-Identity, nothing of access and charging. */
  testCase({
    id: "privacy/untrusted-network-learns-nothing-private",
    title: "What a caller wants kept private is kept from a network that is not trusted",
    verifies: ["33.203/5.4/02"],
    kills: ["ibcf/shows-private-identity"],
    peer: "peer-network",
    needs: { ...BORDER, privacy: true },
    seats: ["untrustedPartner"],
    leases: ["any+!derivable-impi"],
    async run(context) {
      const { check, given } = context;
      const { ue: alice } = await registered(context);
      const network = await context.network(UNTRUSTED);
      const from = "sip:anonymous@anonymous.invalid";
      const invite = await given("the call arrives", called(network, alice, { Privacy: "id" }, from));
      check("no P-Asserted-Identity", "33.203/5.4/02").that(invite).lacks("P-Asserted-Identity");
      check("nothing of access and charging", "33.203/5.4/02").that(invite).lacks(...INTERNAL);
      check("no preferred identity either", "33.203/5.4/02").that(invite).lacks("P-Preferred-Identity");
    },
  }),

  /**
   *     untrusted network            border          callee
   *      |--- INVITE ------------------------------------>|--- INVITE -->|
   *      |--- INVITE, P-Asserted-Identity: a home user -->|--- INVITE -->|   not asserted
   */
  testCase({
    id: "privacy/untrusted-assertion-is-dropped",
    title: "Nobody is who an untrusted network says she is",
    verifies: ["33.203/5.4/03"],
    kills: ["ibcf/believes-untrusted-assertion"],
    peer: "peer-network",
    needs: BORDER,
    seats: ["untrustedPartner"],
    leases: ["any", "any"],
    async run(context) {
      const { check, given } = context;
      const [callee, victim] = await registeredPair(context);
      const network = await context.network(UNTRUSTED);
      await servedAsItself(context, victim, callee);
      await given("a call that asserts nobody arrives", arrives(callTo(callee, network)));
      const forged = impuOf(victim);
      const invite = await callTo(callee, network, {
        "P-Asserted-Identity": `<${forged}>`,
        "P-Served-User": `<${forged}>;sescase=orig;regstate=reg`,
        "P-Charging-Vector": "icid-value=forged",
      });
      check("asserted by nobody", "33.203/5.4/03").about(invite).that(asserted(invite)).equals([]);
      check("not in any other field", "33.203/5.4/03").about(invite).that(fieldsWith(invite, forged)).equals(
        [],
      );
      check("not served as the home user", "33.203/5.4/03").about(invite)
        .that(invite === undefined || !invite.has("P-Served-User")).equals(true);
    },
  }),

  /**
   *     trusted network              border          callee
   *      |--- INVITE, asserted, Privacy: none -->|--- INVITE -->|   P-Asserted-Identity
   *      |--- INVITE, asserted, Privacy: id ---->|--- INVITE -->|   none
   */
  testCase({
    id: "privacy/trusted-assertion-is-kept",
    title: "What a trusted network asserts is kept, and so is its users' wish for privacy",
    verifies: ["33.203/5.4/04"],
    kills: ["ibcf/drops-privacy-of-partner"],
    peer: "peer-network",
    needs: { ...BORDER, privacy: true },
    leases: ["any"],
    async run(context) {
      const { check } = context;
      const { ue: callee } = await registered(context);
      const network = await context.network();
      const open = await callTo(callee, network, { ...assertion(network), Privacy: "none" });
      check("none: asserted at the user", "33.203/5.4/04").about(open).that(asserted(open)).equals([
        network.uri,
      ]);
      const hidden = await callTo(callee, network, { ...assertion(network), Privacy: "id" });
      check("id: the call arrives", "33.203/5.4/04").about(hidden).that(hidden !== undefined).equals(true);
      check("id: not shown to the user", "33.203/5.4/04").about(hidden).that(asserted(hidden)).equals([]);
    },
  }),

  /**
   *     UE                           border             untrusted network
   *      |--- INVITE, Privacy: id, Remote-Party-ID: victim -->|--- INVITE -->|   neither identity
   */
  testCase({
    id: "privacy/asserted-identity-is-readable-at-home-alone",
    title: "Neither the asserted identity nor one that the UE has made up gets to a network outside",
    verifies: ["S3-010339/hiding-1/06"],
    kills: ["pcscf/passes-remote-party-id"],
    peer: "peer-network",
    needs: { ...BORDER, privacy: true },
    seats: ["untrustedPartner"],
    leases: ["any"],
    async run(context) {
      const { check, given, profile } = context;
      const { ue: alice } = await registered(context);
      const network = await context.network(UNTRUSTED);
      const from = "sip:anonymous@anonymous.invalid";
      const victim = `sip:victim@${profile.home.domain}`;
      const headers = {
        "Privacy": "id",
        "Remote-Party-ID": `<${victim}>;party=calling;id-type=user;screen=yes`,
      };
      const invite = await given("the call arrives", called(network, alice, headers, from));
      check("no P-Asserted-Identity", "S3-010339/hiding-1/06").that(invite).lacks("P-Asserted-Identity");
      check("no Remote-Party-ID", "S3-010339/hiding-1/06").that(invite).lacks("Remote-Party-ID");
      check("what the UE has made up is nowhere", "S3-010339/hiding-1/06").about(invite)
        .that(fieldsWith(invite, victim)).equals([]);
    },
  }),
];

/** The INVITE of a call to the partner, declined there. Rejects with NoAnswer where it does not arrive. */
async function called(
  network: Network,
  caller: Ue,
  headers: HeaderValues = {},
  from?: string,
): Promise<SipRequest> {
  const arriving = network.incoming("INVITE");
  const call = await caller.invite(network.uri, { headers, ...(from === undefined ? {} : { from }) });
  const arrived = await arriving;
  await arrived.respond(486);
  await silenceIsUndefined(call.answered());
  return arrived.request;
}

/** A call from the partner, as it arrives at the user, who declines; undefined where it does not arrive. */
async function callTo(
  callee: Ue,
  network: Network,
  headers: HeaderValues = {},
): Promise<SipRequest | undefined> {
  const arriving = arrival(callee);
  const call = await network.invite(impuOf(callee), { headers });
  const [invite] = await Promise.all([arriving, silenceIsUndefined(call.answered())]);
  return invite;
}

async function arrives(calling: Promise<SipRequest | undefined>): Promise<boolean> {
  return await calling !== undefined;
}

function assertion({ uri }: Network): HeaderValues {
  return { "P-Asserted-Identity": `<${uri}>` };
}

function impuOf(ue: Ue): string {
  return ue.identity.impus[0]!;
}

/** An IMPI as a URI, a parameter or a name would have it. */
function spellings(impi: string): string[] {
  return [impi, impi.replace("@", "%40"), impi.split("@")[0]!];
}

function nameOf(message: SipRequest | SipResponse): string {
  return message.kind === "request" ? message.method : `${message.status} to ${message.cseq?.method}`;
}
