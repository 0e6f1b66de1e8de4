/** The I-CSCF: finds the S-CSCF by asking the HSS, for each request anew (TS 24.229 5.3). */
import { parseUri, type Uri } from "sip-codec";
import type { Cx, CxError } from "../cx.ts";
import { type Link, namesBox, sentByOn } from "../fabric.ts";
import { canonicalImpu, registrationIdentity } from "../identity.ts";
import { forwardable, popRoute, relay } from "../proxy.ts";
import { type ServerTransaction, SipStack } from "../stack.ts";
import type { BoxContext } from "../types.ts";

export interface IcscfOptions {
  readonly name: string;
  readonly cx: Cx;
  readonly link: Link;
  /** S-CSCFs to choose from, as the HSS names them. */
  readonly servers: readonly string[];
}

export class Icscf {
  readonly stack: SipStack;

  constructor(readonly context: BoxContext, readonly options: IcscfOptions) {
    this.stack = new SipStack(context, {
      sentBy: sentByOn(options.name),
      send: (bytes, to) => options.link.send(bytes, to),
      handle: (server) =>
        server.request.method === "REGISTER" ? this.#register(server) : this.#locate(server),
    });
  }

  /** 5.3.1.2. */
  async #register(server: ServerTransaction): Promise<void> {
    const request = forwardable(server);
    if (!request) return;
    const { cx, servers, link } = this.options;
    const { faults } = this.context;
    const { impi, impu, claimed } = registrationIdentity(request, faults);
    // P.6: with Digest the header may be missing.
    if (!claimed && !request.has("Authorization") && faults.has("icscf/demands-authorization")) {
      return void server.reply(400);
    }
    const answer = await cx.userAuthorization({
      impi,
      impu,
      visitedNetwork: request.visitedNetworkId[0]?.network ?? this.context.home.domain,
      type: request.expires === 0 ? "deregistration" : "registration",
    });
    if (answer.result !== "success") return void server.reply(REGISTER_REFUSALS[answer.result]);
    const chosen = answer.serverName ?? servers[0];
    const to = chosen === undefined ? undefined : link.flowTo(parseUri(chosen));
    if (!chosen || !to) return void server.reply(504);
    request.remove("Route");
    request.requestUri = chosen;
    relay(server, this.stack, [{ request, to }], { unreachable: 504 });
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
