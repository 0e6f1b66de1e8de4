/**
 * What a proxy does to messages (RFC 3261 16): pure functions, on a copy that the proxy is about to send. The
 * transactions on both sides are the layer's; which branch belongs to which server transaction is the proxy's.
 */
import { formatNameAddr, parseUri, type SipRequest, type SipResponse, type Uri } from "sip-codec";
import { removeTopVia } from "./via.ts";

/** RFC 3261 8.1.1.6 */
const DEFAULT_MAX_FORWARDS = 70;

/** A status to answer with in place of forwarding. */
export interface Refusal {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
}

/**
 * RFC 3261 16.3: may the request be forwarded at all? Undefined: yes. 416 for a scheme that cannot be routed, 483
 * when Max-Forwards is used up, 420 for a Proxy-Require that is not among `supported`, 400 for a field that cannot
 * be read. Loops are not looked for.
 */
export function refusal(
  request: SipRequest,
  supported: readonly string[] = [],
  schemes: readonly string[] = ["sip", "sips", "tel"],
): Refusal | undefined {
  try {
    if (!schemes.includes(request.uri.scheme)) return { status: 416 };
    if (request.maxForwards === 0) return { status: 483 };
    const missing = request.proxyRequire.filter((tag) => !supported.includes(tag));
    if (missing.length > 0) return { status: 420, headers: { Unsupported: missing.join(", ") } };
    return undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return { status: 400 };
    throw error;
  }
}

/** 16.6 step 3. Absent: 70. */
export function decrementMaxForwards(request: SipRequest): SipRequest {
  const hops = request.maxForwards;
  return request.set(
    "Max-Forwards",
    String(hops === undefined ? DEFAULT_MAX_FORWARDS : Math.max(0, hops - 1)),
  );
}

/**
 * 16.4: a Request-URI that we once put into a Record-Route (a strict router sent it back) gives way to the last Route;
 * then the first Route is taken away if it is ours. Gives the Route that was taken, where flow tokens travel.
 */
export function takeOwnRoute(request: SipRequest, isOurs: (uri: Uri) => boolean): Uri | undefined {
  const routes = request.values("Route");
  const last = request.routes.at(-1);
  if (last && isOurs(request.uri)) {
    request.requestUri = last.uri.toString();
    setList(request, "Route", routes.slice(0, -1));
  }
  const [first] = request.routes;
  if (!first || !isOurs(first.uri)) return undefined;
  setList(request, "Route", request.values("Route").slice(1));
  return first.uri;
}

/** 16.6 step 4. `uri` without brackets; `lr` is added where it lacks. */
export function addRecordRoute(request: SipRequest, uri: string | Uri): SipRequest {
  return request.prepend("Record-Route", routeValue(uri));
}

/** Puts Route fields before those there are: a Service-Route, a Path, or the next box (RFC 3327, RFC 3608). */
export function addRoutes(request: SipRequest, uris: readonly (string | Uri)[]): SipRequest {
  for (const uri of [...uris].reverse()) request.prepend("Route", routeValue(uri));
  return request;
}

/**
 * 16.6 steps 6 and 7: where the request goes next. The first Route, or the Request-URI without one. If that Route is
 * a strict router, it becomes the Request-URI and the Request-URI the last Route.
 */
export function nextHop(request: SipRequest): Uri {
  const [first] = request.routes;
  if (!first) return request.uri;
  if (!first.uri.params.has("lr")) {
    setList(request, "Route", [...request.values("Route").slice(1), `<${request.requestUri}>`]);
    // Neither method nor headers are of use in a Request-URI (19.1.1).
    request.requestUri = first.uri.toString().replace(/\?.*$/, "");
  }
  return first.uri;
}

export interface Forwarding {
  /** Replaces the Request-URI (16.6 step 2): the target of this branch. */
  readonly target?: string | Uri;
  /** Our own URI, where the box stays in the dialog's way. */
  readonly recordRoute?: string | Uri;
  /** Routes to put before the others: a Path, a Service-Route. */
  readonly routes?: readonly (string | Uri)[];
}

/**
 * 16.6 steps 1 to 7 for one branch: a copy of the request and the URI to send it to. The layer adds the Via (step 8).
 * The own Route must be gone (see `takeOwnRoute`).
 */
export function forwardRequest(
  request: SipRequest,
  { target, recordRoute, routes }: Forwarding = {},
): { readonly request: SipRequest; readonly next: Uri } {
  const copy = request.clone();
  if (target !== undefined) copy.requestUri = target.toString();
  decrementMaxForwards(copy);
  if (recordRoute !== undefined) addRecordRoute(copy, recordRoute);
  if (routes) addRoutes(copy, routes);
  return { request: copy, next: nextHop(copy) };
}

/**
 * 16.7 steps 3 and 9: a copy without our Via. Undefined when no Via is left: the response was for us (16.7 step 3),
 * or its sender took a Via away.
 */
export function forwardResponse(response: SipResponse): SipResponse | undefined {
  const copy = removeTopVia(response.clone());
  return copy.has("Via") ? copy : undefined;
}

/**
 * 16.7 step 6: the best of the final responses of a fork: a 6xx, else the lowest class; within 4xx those that tell
 * the client how to do better. Undefined for none.
 */
export function bestResponse(responses: readonly SipResponse[]): SipResponse | undefined {
  const rank = ({ status }: SipResponse) => {
    if (status >= 600) return 0;
    const hint = [401, 407, 415, 420, 484].includes(status) ? 0 : 1;
    // 503 says nothing about the request (16.7 step 6 lets it become 500).
    return Math.floor(status / 100) * 10 + hint + (status === 503 ? 5 : 0);
  };
  return responses.reduce<SipResponse | undefined>(
    (best, response) => best && rank(best) <= rank(response) ? best : response,
    undefined,
  );
}

function routeValue(uri: string | Uri): string {
  const parsed = typeof uri === "string" ? parseUri(uri) : uri;
  return formatNameAddr({
    uri: parsed.params.has("lr") ? parsed : parsed.with({ params: parsed.params.with("lr") }),
  });
}

function setList(request: SipRequest, name: string, values: readonly string[]): void {
  if (values.length === 0) request.remove(name);
  else request.set(name, [...values]);
}
