/** Messages on their way out of the P-CSCF: under which SA, or in the clear. */
import type { SipMessage } from "sip-codec";
import { familyOf } from "../../../harness/net/mod.ts";
import type { Flow } from "../../../harness/net/types.ts";
import { rerouted } from "./downlink.ts";
import type { SaSet } from "./sa_set.ts";
import type { PcscfSecurity } from "./security.ts";
import { unbracketed } from "./via_address.ts";

export class Sender {
  /** Final responses that have been sent; for a fault alone. */
  readonly #sent = new Set<string>();

  constructor(readonly security: PcscfSecurity) {}

  send(bytes: Uint8Array, message: SipMessage | undefined, to: Flow): Promise<void> {
    const { security } = this;
    const again = message && this.#inClearAgain(message);
    const way = again ?? (message ? rerouted(security, message, to) : to);
    if (!security.end.isProtected(way.local.port)) {
      return security.mayReach(way.remote.address)
        ? security.options.sendClear(bytes, way)
        : Promise.resolve();
    }
    const set = security.setTo(way);
    // The SAs are gone: nothing goes to the UE any more, least of all in the clear.
    if (!set) return way.security === undefined ? security.end.send(bytes, way) : Promise.resolve();
    const sending = this.#transmit(set, bytes, way);
    const watched = sending.catch(() => {}).finally(() => set.sending.delete(watched));
    set.sending.add(watched);
    if (message) security.note(message, set);
    return sending;
  }

  async #transmit(set: SaSet, bytes: Uint8Array, way: Flow): Promise<void> {
    const { end, context: { faults } } = this.security;
    const sa = way.remote.port === set.numbers.portUs ? set.outbound.us : set.outbound.uc;
    const { sentBy } = set.setup;
    const misled = set.mode === "UDP-enc-tun" && faults.has("pcscf/nat-private-inner-address") &&
      familyOf(sentBy) !== undefined;
    if (misled && way.transport === "udp" && set.encapsulation) {
      const outer = { address: set.ueAddress, port: set.encapsulation.port };
      const inner = { local: way.local, remote: { address: sentBy, port: way.remote.port } };
      await end.host.sendPacket({ ...inner, payload: bytes, sa, carrier: "udp", mode: "tunnel", outer });
      return;
    }
    const sent = end.send(bytes, way);
    // 6.2, M.6.2: dummy packets are not sent.
    const dummies = set.mode === "trans" ? "pcscf/ipsec-sends-dummies" : "pcscf/nat-sends-dummies";
    if (faults.has(dummies)) {
      const { local, remote } = way;
      const port = set.encapsulation?.port;
      const tunnel = port === undefined
        ? {}
        : { carrier: "udp", mode: "tunnel", outer: { address: set.ueAddress, port } } as const;
      await end.host.sendPacket({ local, remote, payload: new Uint8Array(0), sa, nextHeader: 59, ...tunnel });
    }
    await sent;
  }

  /** 6.3: a response once more goes as it went before. */
  #inClearAgain(message: SipMessage): Flow | undefined {
    const { security } = this;
    if (!security.context.faults.has("pcscf/ipsec-retransmits-in-clear")) return undefined;
    if (message.kind !== "response" || message.status < 200 || !message.via) return undefined;
    const { branch = "", host, port = 5060 } = message.via;
    const key = `${branch} ${message.cseq?.method}`;
    if (!this.#sent.has(key)) return void this.#sent.add(key);
    return {
      transport: "udp",
      local: security.gm,
      remote: { address: unbracketed(host), port },
    };
  }
}
