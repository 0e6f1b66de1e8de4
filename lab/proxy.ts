/** tinyproxy as the HTTP proxy of the lab: a firewall that lets only HTTP CONNECT through. */
import { type LabAddresses, PORTS } from "./addresses.ts";

export function proxyConfiguration({ block, of }: LabAddresses): string {
  return `# tinyproxy in the lab. Written by lab/proxy.ts each time the lab comes up.
Listen ${of.proxy}
Port ${PORTS.proxy}
# It connects from its own address.
Bind ${of.proxy}
# Only what is in the lab may use it.
Allow ${block}.0.0/16
# CONNECT leads to SIP over TLS, WebSocket over TLS and TURN over TLS, and nowhere else.
ConnectPort ${PORTS.sips}
ConnectPort ${PORTS.wss}
ConnectPort ${PORTS.turns}
MaxClients 40
Timeout 600
LogLevel Connect
`;
}
