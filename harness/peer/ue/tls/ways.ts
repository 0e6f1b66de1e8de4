/** Which way a message of the UE takes: as TS 33.203 O.2 to O.4 have it, or as a case says otherwise. */
import type { SipRequest } from "sip-codec";
import { LocalMisuseError } from "../../../errors.ts";
import type { TlsConnection } from "../../../net/tls/types.ts";
import type { Sending } from "../protection.ts";
import { unknownWay, type Way } from "../sending.ts";
import type { Link } from "./link.ts";
import type { TlsWay } from "./types.ts";

/** On a TLS connection, or in the clear to the entry point or to its TLS port. */
export type Route = { readonly link: Link } | ClearRoute;

export interface ClearRoute {
  readonly link: undefined;
  readonly transport: "udp" | "tcp";
  readonly toTlsPort: boolean;
}

/** What a way depends on. */
export interface WayFacts {
  readonly agreement: boolean;
  /** Transport of what goes in the clear. */
  readonly clear: "udp" | "tcp";
  /** What carries the registration; "clear" where a case registered without TLS. */
  readonly carrier: Link | "clear" | undefined;
  /** The way that this request went. */
  routeOf(request: SipRequest | undefined): Route | undefined;
  linkOf(connection: TlsConnection): Link;
  newLink(use: "registration" | "apart"): Link;
}

/** @throws LocalMisuseError for a way that a UE with TLS does not have, and for a request before it is registered */
export function routeFor(sending: Sending, facts: WayFacts): Route {
  const { way, step, repeats } = sending;
  const before = facts.routeOf(repeats);
  if (before) return before;
  if (way !== undefined) return named(way, sending, facts);
  const { agreement, carrier } = facts;
  const clear = clearRoute(sending, facts);
  switch (step) {
    case "register": {
      // O.4.3: an active session carries the re-registration. O.2.2, O.2.3: an initial one has a connection of its own.
      if (carrier === "clear") return clear;
      if (carrier && !carrier.gone) return { link: carrier };
      return agreement ? clear : { link: facts.newLink("registration") };
    }
    case "answer":
    case "failure": {
      const first = facts.routeOf(sending.challenge?.request);
      if (first?.link) return first;
      if (agreement && step === "answer") return { link: facts.newLink("registration") };
      return first ?? clear;
    }
    case "request":
      if (carrier === "clear") return clear;
      if (carrier) return { link: carrier };
      throw new LocalMisuseError(
        "There is no TLS connection for a request: the UE is not registered; say { way } to send it all the same",
      );
  }
}

function named(way: Way, sending: Sending, facts: WayFacts): Route {
  if (!isTlsWay(way)) {
    throw unknownWay(way, "tls", '"clear", "clear-to-tls-port", "current", "connect" and a TlsConnection');
  }
  switch (way) {
    case "clear":
      return clearRoute(sending, facts);
    case "clear-to-tls-port":
      return { link: undefined, transport: sending.over ?? "tcp", toTlsPort: true };
    case "connect":
      return { link: facts.newLink("apart") };
    case "current":
      if (facts.carrier && facts.carrier !== "clear") return { link: facts.carrier };
      throw new LocalMisuseError("There is no current TLS connection: the UE is not registered over one");
  }
  return { link: facts.linkOf(way) };
}

function clearRoute({ over }: Sending, { clear }: WayFacts): ClearRoute {
  return { link: undefined, transport: over ?? clear, toTlsPort: false };
}

function isTlsWay(way: Way): way is TlsWay {
  return typeof way === "object" ? !("set" in way) : NAMES.has(way);
}

const NAMES: ReadonlySet<string> = new Set(["clear", "clear-to-tls-port", "current", "connect"]);
