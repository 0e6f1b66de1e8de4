/** The P-CSCF as a watcher of its users' registrations: TS 24.229 5.2.3. So it learns what the network ends. */
import { buildRequest } from "sip-codec";
import type { Flow } from "../../harness/net/types.ts";
import { parseRegInfo } from "../../harness/sip/mod.ts";
import { isInside } from "../fabric.ts";
import { canonicalImpu } from "../identity.ts";
import type { ServerTransaction } from "../stack.ts";
import type { Pcscf } from "./pcscf.ts";

export class RegEvents {
  /** Default identity of a set → Call-ID of the subscription to it. */
  readonly #watched = new Map<string, string>();

  constructor(readonly pcscf: Pcscf) {}

  /** Subscribes to the set of this identity, unless that is done. `home`: the way to its home network. */
  watch(impu: string, home: Flow): void {
    if (this.#watched.has(impu)) return;
    const { pcscf } = this;
    const { context } = pcscf;
    const callId = context.token();
    const self = `sip:${pcscf.host}`;
    this.#watched.set(impu, callId);
    const request = buildRequest("SUBSCRIBE", impu, [
      ["Max-Forwards", 70],
      ["From", `<${self}>;tag=${context.token()}`],
      ["To", `<${impu}>`],
      ["Call-ID", callId],
      ["CSeq", "1 SUBSCRIBE"],
      ["Contact", `<${isInside(home) ? pcscf.uri("reg") : pcscf.uriOutside("reg")}>`],
      ["P-Asserted-Identity", `<${self}>`],
      ["Event", "reg"],
      ["Expires", 600_000],
    ]);
    const lost = () => this.#forget(callId);
    pcscf.mw.request(request, home, {
      response: ({ status }) => {
        if (status >= 300) lost();
      },
      failed: lost,
    });
  }

  /** True if the request is a NOTIFY of one of our subscriptions; it has been answered then. */
  take(server: ServerTransaction): boolean {
    const { request } = server;
    const callId = request.callId ?? "";
    if (request.method !== "NOTIFY" || ![...this.#watched.values()].includes(callId)) return false;
    server.reply(200);
    if (request.subscriptionState?.value.toLowerCase() === "terminated") this.#forget(callId);
    const info = parseRegInfo(request.text());
    for (const { aor, contacts } of info.registrations) {
      const gone = contacts.filter(({ state }) => state === "terminated");
      this.#end(
        canonicalImpu(aor),
        gone.map(({ uri }) => uri),
        gone.some(({ event }) => event !== "expired"),
      );
    }
    return true;
  }

  reset(): void {
    this.#watched.clear();
  }

  #end(impu: string, contacts: readonly string[], deregistered: boolean): void {
    const { bindings, security } = this.pcscf;
    for (const binding of [...bindings.all]) {
      if (!contacts.includes(String(binding.contact))) continue;
      bindings.removeSetOf(binding, impu);
      // TS 33.203 7.4.2a: SAs outlive a registration that has run out, and end with one that was ended.
      if (deregistered) security?.life.deregistered(binding.impi);
    }
  }

  #forget(callId: string): void {
    for (const [impu, known] of this.#watched) if (known === callId) this.#watched.delete(impu);
  }
}
