/** The requests of a partner network: those of its users, as its border hands them to ours. */
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

export class NetworkRequests implements CallRequests {
  /** @param uri of our user */
  constructor(
    readonly station: Station,
    readonly sender: build.Sender,
    readonly uri: string,
    readonly contact: string,
  ) {}

  draft(method: string, target: string, options: RequestOptions = {}, sdp?: Offer): SipRequest {
    const { random } = this.sender;
    const from = options.from ?? this.uri;
    const request = buildRequest(method, target, [
      ["Via", build.via(this.sender, "request")],
      ["Max-Forwards", "70"],
      ["From", `<${from}>;tag=${random.token(10)}`],
      ["To", `<${target}>`],
      ["Call-ID", random.token(24)],
      ["CSeq", `1 ${method}`],
      ...(build.hasContact(method) ? [["Contact", this.contact] as [string, string]] : []),
      // RFC 3325 9.1: between networks that trust each other.
      ["P-Asserted-Identity", `<${from}>`],
      ...(method === "INVITE" ? [["Supported", "100rel"], ["Allow", ALLOW]] as [string, string][] : []),
    ]);
    return this.finish(request, options, sdp);
  }

  finish(request: SipRequest, options: RequestOptions, sdp?: Offer): SipRequest {
    if (sdp !== undefined) setSdp(request, sdp);
    if (options.body) {
      request.set("Content-Type", options.body.type);
      request.body = options.body.content;
    }
    this.station.protection.dress(request, { ...waysOf(options), step: "request" });
    return applyHeaders(request, options.headers);
  }

  send(request: SipRequest, options: RequestOptions): LiveExchange {
    const exchange = this.station.exchange(request, { ...waysOf(options), step: "request" }, options.tamper);
    exchange.onResponse = (response) => {
      if (request.method !== "INVITE" || !isSuccess(response)) return;
      const ack = uacDialog(exchange.request, response).ack(exchange.request);
      this.station.acknowledge(build.inDialog(this.sender, ack), undefined, waysOf(options));
    };
    return exchange;
  }

  start(method: string, target: string, options: RequestOptions = {}, sdp?: Offer): LiveExchange {
    return this.send(this.draft(method, target, options, sdp), options);
  }
}

const ALLOW = "INVITE, ACK, CANCEL, BYE, PRACK, UPDATE, MESSAGE, NOTIFY, OPTIONS";
