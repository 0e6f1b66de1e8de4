/**
 * The dialogs that go through the border, each under a word of our Record-Route. What a partner sends in one goes by
 * the route that the home network has recorded, whatever it writes into Route: the home network's own elements are
 * not there for it to choose.
 */
import type { SipRequest, SipResponse } from "sip-codec";
import type { Partner } from "./partners.ts";

export interface BorderDialog {
  readonly token: string;
  readonly partner: Partner;
  readonly callId: string;
  readonly method: string;
  /** Route values from here into the home network. */
  inside: readonly string[];
}

export class Dialogs {
  readonly #byToken = new Map<string, BorderDialog>();

  add(dialog: BorderDialog): BorderDialog {
    this.#byToken.set(dialog.token, dialog);
    return dialog;
  }

  /** The dialog of a request that carries the token, undefined unless it is the partner's and the Call-ID its own. */
  find(token: string | undefined, request: SipRequest, partner?: Partner): BorderDialog | undefined {
    const dialog = this.#byToken.get(token ?? "");
    if (!dialog || dialog.callId !== request.callId) return undefined;
    return partner && dialog.partner.domain !== partner.domain ? undefined : dialog;
  }

  calls(partner: Partner): number {
    return [...this.#byToken.values()].filter((dialog) =>
      dialog.method === "INVITE" && dialog.partner.domain === partner.domain
    ).length;
  }

  remove({ token }: BorderDialog): void {
    this.#byToken.delete(token);
  }

  clear(): void {
    this.#byToken.clear();
  }
}

export function opensDialog(request: SipRequest): boolean {
  return ["INVITE", "SUBSCRIBE", "REFER"].includes(request.method) && request.to?.tag === undefined;
}

/** Route values to the called side, out of what its response has recorded above our own entry. */
export function recordedInside(response: SipResponse, token: string): readonly string[] | undefined {
  const at = response.recordRoutes.findIndex(({ uri }) => uri.user === token);
  return at < 0 ? undefined : response.values("Record-Route").slice(0, at).toReversed();
}
