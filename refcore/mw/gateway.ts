/** The way of a box to all others: those of this core by the fabric, those outside by the box's own sockets. */
import type { Uri } from "sip-codec";
import { familyOf } from "../../harness/net/mod.ts";
import type { Endpoint, Flow } from "../../harness/net/types.ts";
import { isInside, type Link } from "../fabric.ts";
import type { MwPort } from "./port.ts";

/** Where an element outside is that a URI names; undefined for one that nothing is sent to. */
export type Outside = (uri: Uri) => Endpoint | undefined;

export function gateway(inner: Link, port: MwPort, outside: Outside): Link {
  return {
    local: inner.local,
    outside: port.local,
    flowTo: (uri) => inner.flowTo(uri) ?? flowOutside(port, uri, outside(uri)),
    send: (bytes, to) => isInside(to) ? inner.send(bytes, to) : port.send(bytes, to),
  };
}

/** The address and port of a URI whose host is an IP literal; undefined for a name. */
export function literalPlace({ host, port }: Uri): Endpoint | undefined {
  const address = host.startsWith("[") && host.endsWith("]") ? host.slice(1, -1) : host;
  return familyOf(address) === undefined ? undefined : { address, port: port ?? 5060 };
}

function flowOutside({ local }: MwPort, uri: Uri, remote: Endpoint | undefined): Flow | undefined {
  if (!remote || remote.address.includes(":") !== local.address.includes(":")) return undefined;
  const transport = uri.params.get("transport")?.toLowerCase() ?? "udp";
  return transport === "udp" || transport === "tcp" ? { transport, local, remote } : undefined;
}
