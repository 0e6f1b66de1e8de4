/** What the operator orders at run time: for all UEs, or for those at one address. */
import { ENCRYPTION_ALGORITHMS, type EspPair, INTEGRITY_ALGORITHMS } from "../../../harness/wire/esp.ts";
import type { SecurityPolicy } from "./security_policy.ts";

export interface OrderedPolicy {
  readonly policy: SecurityPolicy;
  /** Taken off the list of the policy. */
  readonly disabled: readonly EspPair[];
}

export class PolicyOrders {
  readonly #byAddress = new Map<string, OrderedPolicy>();

  constructor(readonly base: SecurityPolicy) {}

  for(address: string): OrderedPolicy {
    return this.#byAddress.get(address) ?? this.#byAddress.get(EVERYBODY) ??
      { policy: this.base, disabled: [] };
  }

  /**
   * `confidentiality`: "required", "preferred" or "never"; `disable`: names of algorithms, with commas; `nat-traversal`:
   * "on" or "off"; `address`: of the UEs it is for. What is not named is as in the profile. Gives what is wrong.
   */
  order(parameters: Readonly<Record<string, string>>): string | undefined {
    const { address = EVERYBODY, confidentiality, disable = "", "nat-traversal": traversal } = parameters;
    const { base } = this;
    if (confidentiality !== undefined && !isConfidentiality(confidentiality)) {
      return `found confidentiality "${confidentiality}", need "required", "preferred" or "never"`;
    }
    if (traversal !== undefined && traversal !== "on" && traversal !== "off") {
      return `found nat-traversal "${traversal}", need "on" or "off"`;
    }
    const names = disable.split(",").map((name) => name.trim().toLowerCase()).filter((name) => name !== "");
    const unknown = names.find((name) => !KNOWN.has(name));
    if (unknown !== undefined) return `found algorithm "${unknown}", need names of TS 33.203 Annex H`;
    const isDisabled = ({ integrity, encryption }: EspPair) =>
      names.includes(integrity) || names.includes(encryption);
    this.#byAddress.set(address, {
      policy: {
        pairs: base.pairs.filter((pair) => !isDisabled(pair)),
        confidentiality: confidentiality ?? base.confidentiality,
        natTraversal: traversal === undefined ? base.natTraversal : traversal === "on",
      },
      disabled: base.pairs.filter(isDisabled),
    });
    return undefined;
  }

  clear(): void {
    this.#byAddress.clear();
  }
}

const EVERYBODY = "";

/** "null" cannot be disabled by name: confidentiality says that. */
const KNOWN: ReadonlySet<string> = new Set(
  [...INTEGRITY_ALGORITHMS, ...ENCRYPTION_ALGORITHMS].filter((name) => name !== "null"),
);

function isConfidentiality(text: string): text is SecurityPolicy["confidentiality"] {
  return text === "required" || text === "preferred" || text === "never";
}
