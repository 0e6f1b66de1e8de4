/** coturn as the TURN server of the lab. */
import { HOME, type LabAddresses, nameOf, PORTS } from "./addresses.ts";

/** What turnserver.conf says; FOLDER is where its certificate and its database are. */
export function turnConfiguration({ of }: LabAddresses, folder: string): string {
  return `# coturn in the lab. Written by lab/turn.ts each time the lab comes up.
listening-ip=${of.turn}
relay-ip=${of.turn}
listening-port=${PORTS.turn}
tls-listening-port=${PORTS.turns}
# Relays are few, and on the lab's own address.
min-port=49152
max-port=49407
# RFC 8489 9.2: long-term credentials, as a P-CSCF would hand them out (TS 33.203 X, "lab" is no secret).
lt-cred-mech
realm=${HOME}
user=lab@${HOME}:lab
cert=${folder}/turn.pem
pkey=${folder}/turn.key
# The peers that it relays to are on loopback here, which it refuses otherwise.
allow-loopback-peers
# Nothing outside the folder: no system log, no database of the machine, no telnet interface.
userdb=${folder}/turn.db
pidfile=${folder}/turnserver.pid
no-cli
no-software-attribute
log-file=stdout
simple-log
server-name=${nameOf("turn")}
`;
}
