/** The requests of a node of a network for its users: no Route of a terminal, and identities that it asserts itself. */
import { buildRequest, type SipRequest } from "sip-codec";
import { uacDialog } from "../../sip/mod.ts";
import * as build from "../ue/build.ts";
import { isSuccess, type LiveExchange } from "../ue/exchange.ts";
import { applyHeaders, setSdp } from "../ue/incoming.ts";
import type { CallRequests } from "../ue/leg.ts";
import type { Offer } from "../ue/requests.ts";
import { waysOf } from "../ue/sending.ts";
import type { Station } from "../ue/station.ts";
import type { RequestOptions } from "../ue/types.ts";

/** For whom requests are made. */
export interface NodeUser<O extends RequestOptions> {
  readonly station: Station;
  readonly sender: build.Sender;
  /** Of our user; looked at for each request. */
  readonly uri: () => string;
  /** Field value of Contact. */
  readonly contact: () => string;
  /** What else a request outside a dialog has; before its body, the protection's fields and the case's own. */
  readonly complete?: (request: SipRequest, options: O) => void;
  /** The last thing before a request goes out, inside a dialog or not; after the case's own fields. */
  readonly ready?: (request: SipRequest, options: O) => void;
}

export class NodeRequests<O extends RequestOptions = RequestOptions> implements CallRequests {
  readonly #user: NodeUser<O>;

  constructor(user: NodeUser<O>) {
    this.#user = user;
  }

  get station(): Station {
    return this.#user.station;
  }

  get sender(): build.Sender {
    return this.#user.sender;
  }

  draft(method: string, target: string, options: O, sdp?: Offer): SipRequest {
    const { sender, uri, contact, complete } = this.#user;
    const { random } = sender;
    const from = options.from ?? uri();
    const request = buildRequest(method, target, [
      ["Via", build.via(sender, "request")],
      ["Max-Forwards", "70"],
      ["From", `<${from}>;tag=${random.token(10)}`],
      ["To", `<${target}>`],
      ["Call-ID", random.token(24)],
      ["CSeq", `1 ${method}`],
      ...(build.hasContact(method) ? [["Contact", contact()] as [string, string]] : []),
      // RFC 3325 9.1: between nodes that trust each other.
      ["P-Asserted-Identity", `<${from}>`],
      ...(method === "INVITE" ? [["Supported", "100rel"], ["Allow", ALLOW]] as [string, string][] : []),
    ]);
    complete?.(request, options);
    return this.finish(request, options, sdp);
  }

  finish(request: SipRequest, options: O, sdp?: Offer): SipRequest {
    if (sdp !== undefined) setSdp(request, sdp);
    if (options.body) {
      request.set("Content-Type", options.body.type);
      request.body = options.body.content;
    }
    this.station.protection.dress(request, { ...waysOf(options), step: "request" });
    applyHeaders(request, options.headers);
    this.#user.ready?.(request, options);
    return request;
  }

  send(request: SipRequest, options: O): LiveExchange {
    const exchange = this.station.exchange(request, { ...waysOf(options), step: "request" }, options.tamper);
    exchange.onResponse = (response) => {
      if (request.method !== "INVITE" || !isSuccess(response)) return;
      const ack = uacDialog(exchange.request, response).ack(exchange.request);
      this.station.acknowledge(build.inDialog(this.sender, ack), undefined, waysOf(options));
    };
    return exchange;
  }

  start(method: string, target: string, options: O, sdp?: Offer): LiveExchange {
    return this.send(this.draft(method, target, options, sdp), options);
  }
}

const ALLOW = "INVITE, ACK, CANCEL, BYE, PRACK, UPDATE, MESSAGE, NOTIFY, OPTIONS";
