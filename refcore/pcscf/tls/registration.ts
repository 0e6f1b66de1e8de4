/** One REGISTER as far as TLS is concerned, from the UE to the UE: TS 33.203 O.2.2, O.2.3, O.3.1, O.4.3, P.3. */
import {
  formatCredentials,
  parseSecurityMechanisms,
  type SecurityMechanism,
  type SipRequest,
  type SipResponse,
} from "sip-codec";
import type { FaultSet } from "../../faults.ts";
import type { ServerTransaction } from "../../stack.ts";
import type { UeBinding } from "../bindings.ts";
import { type Judgement, refuse, type Refused, terminalOf } from "../ipsec/judgement.ts";
import { factsOf, type RegisterFacts } from "../ipsec/register_facts.ts";
import { setIntegrityFlag } from "../procedure.ts";
import { agrees, offersTls, serverLine } from "./agreements.ts";
import type { PcscfTls } from "./pcscf_tls.ts";
import type { TlsSession, TlsVariant } from "./session.ts";

/** What the P-CSCF says of the protection by TLS (TS 24.229 7.2A.2): "authentication pending", or "complete". */
export type TlsFlag = "tls-pending" | "tls-yes";

export interface TlsRunSetup {
  readonly request: SipRequest;
  readonly facts: RegisterFacts;
  /** The connection it came by; undefined: in the clear. */
  readonly session: TlsSession | undefined;
  readonly flag: TlsFlag | undefined;
  readonly variant: TlsVariant;
  /** Security-Client. */
  readonly client: readonly SecurityMechanism[];
}

export type TlsJudgement =
  | Extract<Judgement, { type: "clear" }>
  | Refused
  | { readonly type: "run"; readonly run: TlsRegistration };

/** What becomes of a REGISTER that is not under an SA. Throws SipSyntaxError where it cannot be read. */
export function judgeForTls(tls: PcscfTls, { request, flow }: ServerTransaction): TlsJudgement {
  const facts = factsOf(request);
  const session = tls.session(flow);
  const client = request.securityClient;
  const common = { request, facts, session, client };
  return session ? judgeInside(tls, { ...common, session }) : judgeOutside(tls, common, flow.remote.address);
}

type Read = Omit<TlsRunSetup, "flag" | "variant">;

function judgeInside(tls: PcscfTls, read: Read & { readonly session: TlsSession }): TlsJudgement {
  const { request, facts, session, client } = read;
  const { faults } = tls.context;
  session.asked = facts.impi;
  // O.1.1: not on access networks of 3GPP.
  const barred = tls.options.accessOf(session.address) === "3gpp";
  if (barred && !faults.has("pcscf/tls-on-3gpp-access")) return refuse(403);
  if (faults.has("pcscf/tls-demands-agreement") && client.length === 0) return refuse(421, tls.listing());
  if (faults.has("pcscf/tls-without-authorization-is-giba") && !request.has("Authorization")) {
    return refuse(403);
  }
  const answers = facts.kind === "answer";
  const run = (flag: TlsFlag | undefined, variant: TlsVariant): TlsJudgement => ({
    type: "run",
    run: new TlsRegistration(tls, { ...read, flag, variant }),
  });
  const { association } = session;
  if (association) {
    // O.4.3: without an IMPI nothing is said of TLS.
    const anew = client.length > 0 && faults.has("pcscf/selects-anew-inside-tls");
    if (anew || !request.has("Authorization")) return run(undefined, association.variant);
    if (facts.impi === association.impi) return run("tls-yes", association.variant);
    if (faults.has("pcscf/tls-yes-for-any-impi")) return run("tls-yes", association.variant);
    // O.2.2, O.2.3: another user does not register on this connection.
    const mixes = faults.has("pcscf/tls-mixes-users") || faults.has("pcscf/tls-asserts-former-user");
    if (!mixes) return refuse(403);
  }
  const agreement = answers ? tls.agreements.find(facts.nonce) : undefined;
  if (agreement) {
    if (agreement.impi !== facts.impi) return refuse(403);
    const unverified = faults.has("pcscf/sec-agree-tls-unverified");
    if (!unverified && !agrees(request, agreement)) {
      return refuse(494, { "Require": "sec-agree", "Security-Server": agreement.serverLine });
    }
    session.agreed = true;
  }
  // P.3: over TLS it is O.2.3, whatever Security-Client may say.
  return run(answers ? "tls-pending" : undefined, session.agreed ? "agreement" : "first");
}

function judgeOutside(tls: PcscfTls, read: Read, address: string): TlsJudgement {
  const { facts, client, request } = read;
  const { faults } = tls.context;
  const barred = tls.options.accessOf(address) === "3gpp" && !faults.has("pcscf/tls-on-3gpp-access");
  if (barred) return { type: "clear" };
  const offered = offersTls(client);
  const run = (flag?: TlsFlag): TlsJudgement => ({
    type: "run",
    run: new TlsRegistration(tls, { ...read, flag, variant: "agreement" }),
  });
  const held = tls.sessionOf(facts.impi);
  if (held?.address === address && faults.has("pcscf/tls-clear-refresh-protected")) return run("tls-yes");
  if (facts.kind === "answer") {
    // O.2.2: after tls was selected, SM7 comes over TLS.
    const agreed = tls.agreements.find(facts.nonce) !== undefined;
    if (agreed && faults.has("pcscf/tls-clear-sm7")) return run("tls-pending");
    const taken = faults.has("pcscf/tls-clear-answer-accepted") ||
      faults.has("pcscf/tls-clear-after-alert") && tls.refusedUs(address);
    if (agreed && !taken) return refuse(494, tls.listing());
    // P.3: a subsequent registration uses the mechanism that was selected.
    if (held && !mayLeave(held, faults)) return refuse(403);
  } else if (held?.association?.variant === "first" && !offered && !mayLeave(held, faults)) {
    // O.2.3: nothing comes outside the connection. O.4.3 lets a UE begin anew, and that it says by its offer.
    return refuse(403);
  }
  const mandatory = tls.orders.isMandatory(address) && !faults.has("pcscf/tls-mandate-ignored");
  if (mandatory && (!offered || facts.kind === "answer")) {
    return refuse(request.has("Security-Client") ? 494 : 421, tls.listing());
  }
  return run(faults.has("pcscf/tls-offer-is-pending") && offered ? "tls-pending" : undefined);
}

function mayLeave({ association }: TlsSession, faults: PcscfTls["context"]["faults"]): boolean {
  if (faults.has("pcscf/tls-left-by-reregistration")) return true;
  return association?.variant === "first" && faults.has("pcscf/tls-clear-deregistration");
}

export class TlsRegistration {
  constructor(readonly tls: PcscfTls, readonly setup: TlsRunSetup) {}

  get overTls(): boolean {
    return this.setup.session !== undefined;
  }

  get flag(): TlsFlag | undefined {
    return this.setup.flag;
  }

  /** O.1.4: says how the REGISTER is protected, if its credentials are there to say it in. */
  mark(request: SipRequest): void {
    const { setup: { flag: right, session, facts } } = this;
    const { faults } = this.tls.context;
    // O.4.3: without an IMPI there is nothing to say it of.
    const invents = session?.association && !request.has("Authorization") &&
      faults.has("pcscf/tls-invents-authorization");
    if (invents) {
      const parameters = { username: facts.impi, "integrity-protected": "tls-yes" };
      request.set("Authorization", formatCredentials({ scheme: "Digest", parameters }));
    }
    const flag = session ? wrongFlag(this.setup, faults) ?? right : right;
    if (flag === undefined) return;
    // What a fault calls protected needs no answer any more.
    if (!session && flag === "tls-yes") {
      request.set(
        "Authorization",
        request.authorization.map(({ scheme, parameters }) =>
          formatCredentials({ scheme, parameters: parameters.without("nonce", "response") })
        ),
      );
    }
    setIntegrityFlag(request, flag);
  }

  /** A 401 on its way to the UE. Gives a status where it cannot be passed on. */
  challenged(response: SipResponse): number | undefined {
    const { tls, setup: { session, facts, client } } = this;
    const { faults } = tls.context;
    const [challenge] = response.wwwAuthenticate;
    const aka = /^akav/i.test(challenge?.parameters.get("algorithm") ?? "");
    if (session) {
      // O.3.1.3: the existing session is used for the retry.
      if (facts.kind === "answer" && faults.has("pcscf/tls-closes-on-stale")) session.closing = true;
      // O.1.1: with TLS goes SIP Digest.
      return aka ? 403 : undefined;
    }
    if (aka) return undefined;
    const line = serverLine(faults);
    const selected = offersTls(client) || client.length === 0 && faults.has("pcscf/tls-announced-unasked");
    if (!selected) return undefined;
    response.set("Security-Server", line);
    if (client.length > 0) {
      tls.agreements.open(challenge?.parameters.get("nonce") ?? "", {
        impi: facts.impi,
        server: parseSecurityMechanisms(line, "Security-Server"),
        serverLine: line,
      });
    }
    return undefined;
  }

  /** O.3.1.1: a failed authentication ends connection and session, once the UE has been told. */
  failed({ status }: SipResponse): void {
    const { tls, setup: { session, facts } } = this;
    const { faults } = tls.context;
    if (!session || facts.kind !== "answer" || status < 400 || status >= 500 || status === 423) return;
    if (faults.has("pcscf/tls-open-after-failure")) return;
    if (faults.has("pcscf/tls-closes-before-failure")) return void session.connection.close();
    session.closing = true;
  }

  succeeded(binding: UeBinding): void {
    const { tls, setup: { session, facts, request, variant } } = this;
    tls.agreements.close(facts.nonce);
    if (!session) return;
    session.first ??= { impi: facts.impi, impus: [...binding.sets.values()].flatMap(({ impus }) => impus) };
    tls.associate(session, {
      impi: binding.impi,
      terminal: terminalOf(request),
      variant: session.association?.variant ?? variant,
      token: binding.token,
    });
  }
}

/** What a broken P-CSCF says of a REGISTER over TLS (O.1.4, O.2.2, O.2.3). */
function wrongFlag({ facts, variant }: TlsRunSetup, faults: FaultSet): string | undefined {
  if (faults.has("pcscf/tls-flag-of-ipsec")) return "yes";
  if (facts.kind === "answer" && faults.has("pcscf/tls-answer-complete")) return "tls-yes";
  return variant === "first" && faults.has("pcscf/tls-early-connection-complete") ? "tls-yes" : undefined;
}
