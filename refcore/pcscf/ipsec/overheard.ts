/** What only a faulty P-CSCF listens to: packets that did not open, and what shares the port of encapsulation. */
import { parseIp, parseUdp } from "../../../harness/wire/mod.ts";
import type { Flow } from "../../../harness/net/types.ts";
import { openUnchecked } from "./faulty_sa.ts";
import type { PcscfSecurity } from "./security.ts";

export function overhear(security: PcscfSecurity): void {
  const { context: { faults }, end, table, options, gm } = security;
  const inClear = (bytes: Uint8Array, remote: Flow["remote"]) =>
    options.receive(bytes, { transport: "udp", local: gm, remote });

  // 6.1.2.1: what fails in IPsec is no message.
  if (faults.has("pcscf/ipsec-unopened-sm7-as-clear")) {
    end.policy.onUnopened = ({ result, sa, packet }, set) => {
      if (result !== "icv" || !sa || set.state !== "registration") return;
      const opened = openUnchecked(sa.keys, packet);
      if (!opened.ok) return;
      const bytes = datagramIn(opened.nextHeader, opened.payload);
      if (bytes) inClear(bytes, { address: set.ueAddress, port: set.numbers.portUc });
    };
  }
  const keepAlives = faults.has("pcscf/nat-answers-keep-alive");
  const marker = faults.has("pcscf/nat-sip-behind-marker");
  if (!keepAlives && !marker) return;
  end.taps.onOther = (bytes, { remote }) => {
    if (keepAlives && bytes.length === 1) {
      for (const set of table.all) {
        if (set.mode === "UDP-enc-tun" && set.ueAddress === remote.address) table.delete(set);
      }
    }
    // RFC 3948 2.2: four zeros mark what is not for IPsec, and not for SIP either.
    if (marker && bytes.length > 4 && bytes.subarray(0, 4).every((octet) => octet === 0)) {
      inClear(bytes.slice(4), remote);
    }
  };
}

/** The payload of a UDP datagram, on its own or in a tunnel. */
function datagramIn(nextHeader: number, payload: Uint8Array): Uint8Array | undefined {
  try {
    if (nextHeader === 17) return parseUdp(payload).payload;
    if (nextHeader === 4 || nextHeader === 41) return parseUdp(parseIp(payload).payload).payload;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  return undefined;
}
