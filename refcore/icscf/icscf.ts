/** The I-CSCF: finds the S-CSCF by asking the HSS, for each request anew (TS 24.229 5.3). */
import { parseUri, type SipRequest, type Uri } from "sip-codec";
import type { Cx, CxError } from "../cx.ts";
import { type Link, namesBox, sentByOn } from "../fabric.ts";
import { canonicalImpu, derivedImpi, type RegistrationIdentity, registrationIdentity } from "../identity.ts";
import { forwardable, popRoute, relay } from "../proxy.ts";
import { type ServerTransaction, SipStack } from "../stack.ts";
import type { BoxContext } from "../types.ts";
import { isAuthDone, NodeTrust } from "./trust.ts";

export interface IcscfOptions {
  readonly name: string;
  readonly cx: Cx;
  readonly link: Link;
  /** S-CSCFs to choose from, as the HSS names them. */
  readonly servers: readonly string[];
}

export class Icscf {
  readonly stack: SipStack;
  readonly trust: NodeTrust;

  constructor(readonly context: BoxContext, readonly options: IcscfOptions) {
    this.trust = new NodeTrust(context);
    this.stack = new SipStack(context, {
      sentBy: sentByOn(options.name),
      send: (bytes, to) => options.link.send(bytes, to),
      handle: (server) => this.#handle(server),
    });
  }

  #handle(server: ServerTransaction): void | Promise<void> {
    if (!this.trust.holds(server.request, server.flow)) return server.discard();
    noteSource(server);
    return server.request.method === "REGISTER" ? this.#register(server) : this.#locate(server);
  }

  /** 5.3.1.2. */
  async #register(server: ServerTransaction): Promise<void> {
    const request = forwardable(server);
    if (!request) return;
    const { cx, servers, link } = this.options;
    const { faults } = this.context;
    const who = registrationIdentity(request, faults);
    const { claimed } = who;
    const authDone = isAuthDone(request);
    if (authDone && !this.trust.knowsNetworkOf(request)) return void server.reply(403);
    // P.6: with Digest the header may be missing.
    if (!claimed && !request.has("Authorization") && faults.has("icscf/demands-authorization")) {
      return void server.reply(400);
    }
    const unasked = authDone && faults.has("icscf/no-status-query-for-auth-done");
    const answer = unasked ? { result: "success" } as const : await cx.userAuthorization({
      ...this.#queried(request, who),
      visitedNetwork: request.visitedNetworkId[0]?.network ?? this.context.home.domain,
      type: request.expires === 0 ? "deregistration" : "registration",
    });
    const refused = answer.result !== "success";
    if (refused && !faults.has("icscf/ignores-refusal")) {
      return void server.reply(REGISTER_REFUSALS[answer.result]);
    }
    const named = refused || faults.has("icscf/selects-anew") ? undefined : answer.serverName;
    const chosen = named ?? servers[0];
    request.remove("Route");
    // T.5: without the flag nobody can tell whose registration would be moved, so there is no other than the named one.
    const other = !claimed && faults.has("icscf/reselects-for-giba") ? servers[0] : undefined;
    const target = [chosen, other].find((name) => name !== undefined && link.flowTo(parseUri(name)));
    if (target === undefined) return void server.reply(504);
    request.requestUri = target;
    relay(server, this.stack, [{ request, to: link.flowTo(parseUri(target))! }], { unreachable: 504 });
  }

  /** The identities that the HSS is asked about; without an IMPI in the request the one that follows from To (P.6). */
  #queried(
    request: SipRequest,
    { impi, impu, claimed }: RegistrationIdentity,
  ): { impi: string; impu: string } {
    const { faults } = this.context;
    if (claimed) return { impi, impu };
    if (faults.has("icscf/asks-without-user-name")) return { impi: "", impu };
    if (faults.has("icscf/impi-with-parameters")) return { impi: derivedImpi(String(request.to!.uri)), impu };
    if (faults.has("icscf/impu-as-written")) return { impi, impu: String(request.to!.uri) };
    if (faults.has("icscf/impi-from-from") && request.from) {
      return { impi: derivedImpi(canonicalImpu(request.from.uri)), impu };
    }
    return { impi, impu };
  }

  /** 5.3.2.1: an initial request to one of our users. */
  async #locate(server: ServerTransaction): Promise<void> {
    const request = forwardable(server);
    if (!request) return;
    const { cx, link, name } = this.options;
    popRoute(request, (uri: Uri) => namesBox(uri, name, link));
    if (request.method === "ACK") return;
    const answer = await cx.locationInfo({ impu: canonicalImpu(request.uri) });
    if (answer.result !== "success") {
      return void server.reply(answer.result === "identity-not-registered" ? 480 : 404);
    }
    const server_ = parseUri(answer.serverName);
    const to = link.flowTo(server_);
    if (!to) return void server.reply(504);
    request.prepend("Route", `<sip:term@${server_.hostPort};lr>`);
    relay(server, this.stack, [{ request, to }]);
  }
}

/** RFC 3261 18.2.1: `received` is the server's word on the source, whatever the client has put there (P.5). */
function noteSource({ request, flow }: ServerTransaction): void {
  const { received } = request.via ?? {};
  if (received === undefined || received === flow.remote.address) return;
  const [first = "", ...rest] = request.values("Via");
  request.set("Via", [
    first.replace(/;\s*received\s*=\s*[^;]*/i, `;received=${flow.remote.address}`),
    ...rest,
  ]);
}

/** 5.3.1.3: refusals of UAR come to the UE as 403. */
const REGISTER_REFUSALS: Readonly<Record<CxError, number>> = {
  "user-unknown": 403,
  "identities-dont-match": 403,
  "identity-not-registered": 403,
  "roaming-not-allowed": 403,
  "authorization-rejected": 403,
  "auth-scheme-not-supported": 403,
  "unable-to-comply": 480,
};
