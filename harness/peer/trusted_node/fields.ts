/** What a P-CSCF adds to what a UE has sent (TS 24.229 5.2.2, 5.2.6), and what it says of its protection. */
import { formatCredentials, type SipRequest } from "sip-codec";
import type { Profile, Subscriber } from "../../../profiles/types.ts";
import { isAka } from "../ue/challenge.ts";
import { hostPort } from "../ue/build.ts";
import { lenient } from "../ue/lenient.ts";
import type { Sending } from "../ue/protection.ts";
import type { Random } from "../ue/types.ts";
import type { Behind } from "./types.ts";

/**
 * What a right P-CSCF says in SM2 and SM8; undefined: nothing (TS 33.203 6.1.5; TS 24.229 5.2.2.2, 5.2.2.4).
 * @param aka whether the subscriber has an ISIM: the first REGISTER tells no scheme
 */
export function rightIntegrity({ step, challenge }: Sending, aka: boolean): string | undefined {
  if (step === "register") return aka ? "no" : undefined;
  // 7.4.1a: reports of a failure come unprotected.
  if (isAka(challenge?.challenge)) return step === "failure" ? "no" : "yes";
  return "ip-assoc-pending";
}

/** Writes the mark into all Digest credentials; undefined takes it away. Leaves alone what cannot be read. */
export function markIntegrity(request: SipRequest, value: string | undefined): void {
  const all = lenient(() => request.authorization) ?? [];
  if (all.length === 0) return;
  request.set(
    "Authorization",
    all.map(({ scheme, parameters }) => {
      const left = parameters.without("integrity-protected");
      if (value !== undefined) left.set("integrity-protected", value);
      return formatCredentials({ scheme, parameters: left });
    }),
  );
}

export function changeUsername(request: SipRequest, username: string): void {
  const all = lenient(() => request.authorization) ?? [];
  request.set(
    "Authorization",
    all.map(({ scheme, parameters }) => {
      const changed = parameters.clone().set("username", username);
      return formatCredentials({ scheme, parameters: changed });
    }),
  );
}

/** Leaves our own Via, the first, and puts the UE's below it, where there is one. */
export function standBefore(request: SipRequest, behind: Behind | null, random: Random): void {
  const [ours = ""] = request.values("Via");
  request.set("Via", behind ? [ours, viaOf(behind, random)] : [ours]);
}

function viaOf({ address, port = 5060, received, transport = "UDP" }: Behind, random: Random): string {
  const added = received === undefined ? "" : `;received=${received}`;
  return `SIP/2.0/${transport} ${hostPort({ address, port })};branch=z9hG4bK${random.token(16)}${added}`;
}

/** P-Access-Network-Info of a right P-CSCF that is PANI-aware (TS 33.203 P.3, R.3): where this subscriber should be. */
export function networkProvided({ home }: Profile, { giba, nba }: Subscriber): string {
  if (nba) return `ADSL;dsl-location="${nba.line}";network-provided`;
  if (!giba) return "IEEE-802.3;network-provided";
  return `3GPP-E-UTRAN-FDD;utran-cell-id-3gpp=${home.mcc}${home.mnc}00010000001;network-provided`;
}

/** URN of an IMEI (RFC 7254 3, TS 23.003 13.8): type allocation code, serial number, spare digit. */
export function imeiUrn(random: Random): string {
  const digits = (length: number) => Array.from({ length }, () => random.integer(10)).join("");
  return `urn:gsma:imei:${digits(8)}-${digits(6)}-0`;
}
