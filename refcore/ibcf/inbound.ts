/** Requests of partner networks to home users: TS 24.229 5.10.3. */
import type { SipRequest, SipResponse } from "sip-codec";
import { forwardable, nextHop, relay } from "../proxy.ts";
import type { ServerTransaction } from "../stack.ts";
import { type BorderDialog, opensDialog, recordedInside } from "./dialogs.ts";
import { stripForeign, stripOwn } from "./fields.ts";
import type { Ibcf } from "./ibcf.ts";
import type { Partner } from "./partners.ts";

export function fromPartner(ibcf: Ibcf, server: ServerTransaction, partner: Partner): void {
  const { request: original } = server;
  if (original.method === "CANCEL") return void server.reply(481); // the layer knows no such INVITE
  if (!understood(server)) return;
  const request = forwardable(server);
  if (!request) return;
  const passes = original.method === "REGISTER" && ibcf.context.faults.has("ibcf/passes-register");
  if (!passes) stripForeign(request, partner, ibcf.context.faults);
  const token = ibcf.popOwnRoutes(request);
  if (original.to?.tag !== undefined || original.method === "ACK") {
    return inDialog(ibcf, server, request, ibcf.dialogs.find(token, original, partner));
  }
  initial(ibcf, server, request, partner);
}

function initial(ibcf: Ibcf, server: ServerTransaction, request: SipRequest, partner: Partner): void {
  const { context: { home, faults }, options: { name, link, homeEntry } } = ibcf;
  const { uri } = request;
  // TS 33.203 U.2: nobody beyond the border is a node of this domain.
  const registers = request.method === "REGISTER";
  if (registers && !faults.has("ibcf/passes-register")) return void server.reply(403);
  const host = uri.host.toLowerCase();
  if (!registers && uri.user === undefined && (host === home.domain || host === name)) {
    return void server.reply(request.method === "OPTIONS" ? 200 : 404);
  }
  // No transit: what is not for a user of ours goes nowhere.
  if (uri.scheme !== "tel" && host !== home.domain) return void server.reply(404);
  // RFC 5630 3.1.3: UEs are registered with "sip", and security does not reach as far as "sips" promises.
  if (uri.scheme === "sips") {
    return void server.reply(480, { headers: { Warning: `380 ${name} "SIPS Not Allowed"` } });
  }
  if (request.method === "INVITE" && faults.has("ibcf/one-dialog-per-connection")) {
    if (ibcf.dialogs.calls(partner) > 0) return void server.reply(486);
  }
  // The way through the home network is the home network's.
  request.remove("Route");
  const to = link.flowTo(homeEntry);
  if (!to) return void server.reply(504);
  const opened = opensDialog(request) ? open(ibcf, request, partner) : undefined;
  relay(server, ibcf.inner, [{ request, to }], {
    response: (response) => {
      stripOwn(response, partner, ibcf.context.faults);
      if (opened) noteAnswer(ibcf, opened, response);
    },
  });
}

function open(ibcf: Ibcf, request: SipRequest, partner: Partner): BorderDialog {
  const dialog = ibcf.dialogs.add({
    token: ibcf.context.token(),
    partner,
    callId: request.callId ?? "",
    method: request.method,
    inside: [],
  });
  const { outside, inside } = ibcf.recordRoutes(dialog.token);
  request.prepend("Record-Route", outside).prepend("Record-Route", inside);
  return dialog;
}

/** What the called side has recorded is the way to it from now on; a call that fails is none. */
function noteAnswer(ibcf: Ibcf, dialog: BorderDialog, response: SipResponse): void {
  if (response.status >= 300) return ibcf.dialogs.remove(dialog);
  if (response.to?.tag === undefined) return;
  dialog.inside = recordedInside(response, dialog.token) ?? dialog.inside;
}

function inDialog(
  ibcf: Ibcf,
  server: ServerTransaction,
  request: SipRequest,
  dialog: BorderDialog | undefined,
): void {
  const isAck = request.method === "ACK";
  if (!dialog) return isAck ? undefined : void server.reply(481);
  if (dialog.inside.length > 0) request.set("Route", dialog.inside);
  else request.remove("Route");
  const to = ibcf.options.link.flowTo(nextHop(request));
  if (!to) return isAck ? undefined : void server.reply(481);
  relay(server, ibcf.inner, [{ request, to }], {
    response: (response) => {
      stripOwn(response, dialog.partner, ibcf.context.faults);
      if (response.status < 200) return;
      if (request.method === "BYE") ibcf.dialogs.remove(dialog);
      ibcf.afterBye(server, dialog.partner);
    },
  });
}

/** RFC 3261 16.3 step 5. */
function understood(server: ServerTransaction): boolean {
  const unknown = server.request.proxyRequire;
  if (unknown.length === 0 || server.request.method === "ACK") return true;
  server.reply(420, { headers: { Unsupported: unknown.join(", ") } });
  return false;
}
