/** The P-CSCF's question to the CLF of a NASS: which line is this address on (e2, ETSI ES 283 035; TS 33.203 R.3)? */
import { E2, resultOf } from "../../harness/diameter/mod.ts";
import { EnvironmentError } from "../../harness/errors.ts";
import { type Avp, avp, type DiameterMessage, valueOf } from "../../harness/wire/diameter/mod.ts";
import { concat, parseAddress, utf8, WireSyntaxError } from "../../harness/wire/mod.ts";
import { DiameterClient, type DiameterClientOptions } from "../diameter_client.ts";

export interface E2Options extends
  Pick<
    DiameterClientOptions,
    "net" | "clock" | "address" | "self" | "random" | "problem" | "tap" | "answerMs"
  > {
  /** The CLF's place and realm; addresses are those of its realm. */
  readonly clf: { readonly listen: DiameterClientOptions["server"]; readonly realm: string };
}

/** Connects when it is first asked something, and again after the connection was lost. */
export class E2Client {
  readonly #client: DiameterClient;
  readonly #realm: string;

  constructor({ clf, ...options }: E2Options) {
    this.#realm = clf.realm;
    this.#client = new DiameterClient({
      ...options,
      server: clf.listen,
      realm: clf.realm,
      application: E2,
    });
  }

  /** Undefined where the CLF does not know the address, cannot tell, or does not answer. */
  async locate(address: string): Promise<{ readonly line: string } | undefined> {
    try {
      return lineOf(await this.#client.ask("User-Data", question(address, this.#realm)));
    } catch (error) {
      if (!(error instanceof EnvironmentError || error instanceof WireSyntaxError)) throw error;
      return undefined;
    }
  }

  close(): Promise<void> {
    return this.#client.close();
  }
}

function question(address: string, realm: string): Avp[] {
  const octets = parseAddress(address);
  const key = octets.length === 4
    ? avp("Framed-IP-Address", octets)
    // RFC 3162 2.3: a reserved octet, the length in bits, the prefix; an address is on the link of its first half.
    : avp("Framed-IPv6-Prefix", concat(Uint8Array.of(0, 64), octets.slice(0, 8)));
  return [
    avp("Globally-Unique-Address", [key, avp("Address-Realm", utf8(realm))]),
    avp("Requested-Information", LOCATION_INFORMATION),
  ];
}

function lineOf(answer: DiameterMessage): { readonly line: string } | undefined {
  const { code, experimental } = resultOf(answer) ?? { code: 0, experimental: false };
  if (experimental || code < 2000 || code >= 3000) return undefined;
  const line = valueOf(valueOf(answer.avps, "Location-Information") ?? [], "Line-Identifier") ??
    valueOf(answer.avps, "Logical-Access-ID");
  return line && { line: new TextDecoder().decode(line) };
}

/** Requested-Information, ES 283 035 7.3. */
const LOCATION_INFORMATION = 1;
