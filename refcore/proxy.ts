/** What every stateful proxy does (RFC 3261 16): prepare, forward to one or more branches, relay what comes back. */
import type { NameAddr, SipRequest, SipResponse, Uri } from "sip-codec";
import type { Flow } from "../harness/net/types.ts";
import type { ServerTransaction, SipStack } from "./stack.ts";

export interface Branch {
  readonly request: SipRequest;
  readonly to: Flow;
}

export interface RelayOptions {
  /** Sees each response to be relayed and may change it. */
  readonly response?: (response: SipResponse) => void;
  /** Status where a branch cannot be reached; default 503. */
  readonly unreachable?: number;
}

/**
 * A copy to forward with Max-Forwards counted down (16.6 steps 1 and 3), or undefined after a 483 has been sent.
 */
export function forwardable(server: ServerTransaction): SipRequest | undefined {
  const hops = server.request.maxForwards ?? 70;
  if (hops === 0) {
    if (server.request.method !== "ACK") server.reply(483);
    return undefined;
  }
  return server.request.clone().set("Max-Forwards", hops - 1);
}

/** Takes the top Route off if it is one of ours (16.4), and gives it. */
export function popRoute(request: SipRequest, isOurs: (uri: Uri) => boolean): NameAddr | undefined {
  const top = request.routes[0];
  if (top === undefined || !isOurs(top.uri)) return undefined;
  request.set("Route", request.values("Route").slice(1));
  return top;
}

/** Where the request goes next: its top Route, else its Request-URI (16.6 step 6). */
export function nextHop(request: SipRequest): Uri {
  return request.routes[0]?.uri ?? request.uri;
}

/**
 * Sends the branches, at once, and relays their responses: provisional ones and every 2xx as they come, else the
 * best of the final ones (16.7). A CANCEL from upstream goes to all branches. An ACK is sent on without a state.
 */
export function relay(
  server: ServerTransaction,
  stack: SipStack,
  branches: readonly Branch[],
  options: RelayOptions = {},
): void {
  if (server.request.method === "INVITE") server.reply(100);
  const vias = server.request.all("Via");
  const open = new Map<Branch, string>();
  const finals: SipResponse[] = [];
  let failure = 0;

  const upstream = (response: SipResponse) => {
    response.set("Via", vias);
    options.response?.(response);
    server.respond(response);
  };
  const cancelRest = () => {
    if (server.request.method === "INVITE") { for (const key of open.values()) stack.cancel(key); }
  };
  const settle = () => {
    if (open.size > 0 || server.answered) return;
    const best = bestOf(finals);
    if (best) return upstream(best);
    // RFC 4320 4.2: no 408 to a request other than INVITE.
    if (failure === 408 && server.request.method !== "INVITE") return;
    server.reply(failure);
  };

  server.onCancel = cancelRest;
  for (const branch of branches) {
    open.set(branch, "");
    const key = stack.request(branch.request, branch.to, {
      response: (response) => {
        const { status } = response;
        if (status === 100) return;
        if (status < 200) return upstream(response);
        open.delete(branch);
        if (status < 300) upstream(response);
        else finals.push(response);
        if (status < 300 || status >= 600) cancelRest();
        settle();
      },
      failed: (reason) => {
        open.delete(branch);
        failure = reason === "timeout" ? 408 : options.unreachable ?? 503;
        settle();
      },
    });
    if (open.has(branch)) open.set(branch, key);
  }
}

/**
 * 16.7 step 6: 6xx first, else the lowest class, and in it what lets the client try again before what somebody said,
 * and that before a contact where nobody was.
 */
function bestOf(responses: readonly SipResponse[]): SipResponse | undefined {
  const within = (status: number) =>
    [401, 407, 415, 420, 484].includes(status) ? 0 : [408, 480].includes(status) ? 2 : 1;
  const rank = ({ status }: SipResponse) =>
    status >= 600 ? 0 : Math.floor(status / 100) * 10 + within(status);
  return responses.toSorted((a, b) => rank(a) - rank(b))[0];
}
