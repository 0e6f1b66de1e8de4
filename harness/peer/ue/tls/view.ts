/** `ue.tls`: what a case sees of the connections, and those it makes itself. */
import type { SipRequest, SipResponse } from "sip-codec";
import type { ConnectOptions, TlsOptions } from "../../../net/tls/options.ts";
import type { TlsConnection } from "../../../net/tls/types.ts";
import { orSilence, quiet } from "../../no_answer.ts";
import type { Tls, TlsParts } from "./tls.ts";
import type { UeTlsDiscarded, UeTlsView } from "./types.ts";

export class LiveTlsView implements UeTlsView {
  readonly #tls: Tls;
  readonly #parts: TlsParts;
  readonly #accepted: { readonly from: { address: string; port: number }; readonly at: number }[] = [];

  constructor(tls: Tls, parts: TlsParts) {
    this.#tls = tls;
    this.#parts = parts;
    parts.host.onAccepted = ({ remote }) => {
      this.#accepted.push({ from: { ...remote }, at: parts.clock.now() });
    };
  }

  get current(): TlsConnection | undefined {
    const { carrier } = this.#tls;
    return carrier?.open ? carrier.connection : undefined;
  }

  get connections(): readonly TlsConnection[] {
    return this.#parts.host.connections;
  }

  connect(options?: TlsOptions & ConnectOptions): Promise<TlsConnection> {
    const { host, remote, client } = this.#parts;
    return quiet(host.connect(remote, { ...client, ...options }));
  }

  use(connection: TlsConnection): void {
    this.#tls.carryOn(connection);
  }

  carried(message: SipRequest | SipResponse): TlsConnection | undefined {
    return this.#tls.gate.carried(message);
  }

  get discarded(): readonly UeTlsDiscarded[] {
    return [...this.#tls.gate.discarded];
  }

  nextDiscarded(within: number = this.#parts.timers.silence): Promise<UeTlsDiscarded | undefined> {
    const anything = { what: "a message by a wrong way", fits: () => true };
    return quiet(this.#tls.gate.discards.take(anything, within).catch(orSilence(undefined)));
  }

  get stranded(): boolean {
    return this.#tls.carrier?.open === false;
  }

  get accepted(): UeTlsView["accepted"] {
    const refused = this.#parts.host.refused.map(({ remote, at }) => ({ from: { ...remote }, at }));
    return [...this.#accepted, ...refused].sort((a, b) => a.at - b.at);
  }
}
