/** Whether the operator wants TLS: by policy, and by order at run time for all UEs or for those at one address. */
export class TlsOrders {
  readonly #mandatory = new Map<string, boolean>();

  constructor(readonly base: boolean) {}

  /** O.1.1: whether UEs there may use SIP Digest without TLS. */
  isMandatory(address: string): boolean {
    return this.#mandatory.get(address) ?? this.#mandatory.get(EVERYBODY) ?? this.base;
  }

  /** `tls`: "mandatory" or "optional"; `address`: of the UEs it is for. Gives what is wrong. */
  order({ address = EVERYBODY, tls }: Readonly<Record<string, string>>): string | undefined {
    if (tls === undefined) this.#mandatory.delete(address);
    else if (tls === "mandatory" || tls === "optional") this.#mandatory.set(address, tls === "mandatory");
    else return `found tls "${tls}", need "mandatory" or "optional"`;
    return undefined;
  }

  clear(): void {
    this.#mandatory.clear();
  }
}

const EVERYBODY = "";
