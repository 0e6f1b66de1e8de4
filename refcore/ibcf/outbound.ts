/** Requests of home users to partner networks: TS 24.229 5.10.2. */
import type { SipRequest, Uri } from "sip-codec";
import { familyOf } from "../../harness/net/mod.ts";
import type { Endpoint } from "../../harness/net/types.ts";
import { forwardable, nextHop, relay } from "../proxy.ts";
import type { ServerTransaction } from "../stack.ts";
import { type BorderDialog, opensDialog } from "./dialogs.ts";
import { stripForeign, stripOwn } from "./fields.ts";
import type { Ibcf } from "./ibcf.ts";
import type { Partner } from "./partners.ts";

export function toPartner(ibcf: Ibcf, server: ServerTransaction): void {
  const { request: original } = server;
  const request = forwardable(server);
  if (!request) return;
  const token = ibcf.popOwnRoutes(request);
  const within = original.to?.tag !== undefined || original.method === "ACK";
  const dialog = within ? ibcf.dialogs.find(token, original) : undefined;
  const partner = within ? dialog?.partner : ibcf.options.partners.byDomain(request.uri.host);
  if (!partner) return original.method === "ACK" ? undefined : void server.reply(within ? 481 : 404);
  stripOwn(request, partner, ibcf.context.faults);
  if (dialog) return send(ibcf, server, request, dialog, placeOf(partner, nextHop(request)));
  if (request.method === "INVITE" && ibcf.context.faults.has("ibcf/one-dialog-per-connection")) {
    if (ibcf.dialogs.calls(partner) > 0) return void server.reply(486);
  }
  const opened = open(ibcf, request, partner);
  send(ibcf, server, request, opened, partner.listen);
}

/** The dialog that an initial request may open; one that cannot is known to its transaction alone. */
function open(ibcf: Ibcf, request: SipRequest, partner: Partner): BorderDialog {
  const { method, callId = "" } = request;
  const inside = request.values("Record-Route");
  const dialog = { token: ibcf.context.token(), partner, callId, method, inside };
  if (!opensDialog(request)) return dialog;
  const routes = ibcf.recordRoutes(dialog.token);
  request.prepend("Record-Route", routes.inside).prepend("Record-Route", routes.outside);
  return ibcf.dialogs.add(dialog);
}

function send(
  ibcf: Ibcf,
  server: ServerTransaction,
  request: SipRequest,
  dialog: BorderDialog,
  place: Endpoint,
): void {
  const { partner } = dialog;
  const initial = server.request.to?.tag === undefined;
  relay(server, ibcf.outer, [{ request, to: ibcf.flowTo(partner, place) }], {
    response: (response) => {
      stripForeign(response, partner, ibcf.context.faults);
      if (response.status < 200) return;
      if (initial ? response.status >= 300 : request.method === "BYE") ibcf.dialogs.remove(dialog);
      ibcf.afterBye(server, partner);
    },
  });
}

/** An address with a port, as the partner has recorded it; a name is the partner's as the table has it. */
function placeOf({ listen }: Partner, { host, port }: Uri): Endpoint {
  const address = host.startsWith("[") ? host.slice(1, -1) : host;
  return familyOf(address) === undefined ? listen : { address, port: port ?? 5061 };
}
