/** A home network that fits into a test: challenges, and checks what comes back with the same published sums. */
import {
  AuthenticationCentre,
  buildAkaNonce,
  digestResponse,
  milenageFunctions,
  parseAuts,
} from "../../../crypto/mod.ts";
import { rspauth } from "../../../crypto/mod.ts";
import type { SipRequest, SipResponse } from "sip-codec";
import { ALICE } from "./world.ts";
import { answer, type Script } from "./scripted_network.ts";

export const REALM = "home1.example";

/** 401 with an AKA challenge of this centre; RAND is `rand` repeated. */
export function akaChallenge(
  request: SipRequest,
  centre: AuthenticationCentre,
  rand: number,
  more: { readonly sqn?: bigint; readonly spoil?: boolean; readonly algorithm?: string } = {},
): { response: SipResponse; nonce: string; xres: Uint8Array; ck: Uint8Array; ik: Uint8Array } {
  const vector = centre.generate({
    rand: new Uint8Array(16).fill(rand),
    ...(more.sqn === undefined ? {} : { sqn: more.sqn }),
  });
  if (more.spoil) vector.autn[15] = (vector.autn[15] ?? 0) ^ 1;
  const nonce = buildAkaNonce(vector);
  const response = answer(request, 401, {
    "WWW-Authenticate":
      `Digest realm="${REALM}", nonce="${nonce}", algorithm=${more.algorithm ?? "AKAv1-MD5"}, ` +
      `qop="auth"`,
  });
  return { response, nonce, xres: vector.xres, ck: vector.ck, ik: vector.ik };
}

export function aliceCentre(sqn = 0n): AuthenticationCentre {
  const { k, opc, amf } = ALICE.aka!;
  return new AuthenticationCentre({ functions: milenageFunctions({ k, opc: opc! }), amf, sqn });
}

/** An S-CSCF for AKA: each REGISTER without a right answer is challenged, AUTS resynchronises. */
export function akaRegistrar(centre = aliceCentre()): Script {
  let rand = 0;
  let expected: { nonce: string; xres: Uint8Array } | undefined;
  let lastRand = new Uint8Array(16);
  const challenge = (request: SipRequest) => {
    const made = akaChallenge(request, centre, ++rand);
    lastRand = new Uint8Array(16).fill(rand);
    expected = made;
    return made.response;
  };
  return (request) => {
    const auts = request.authorization[0]?.parameters.get("auts");
    if (auts !== undefined) centre.resynchronise(lastRand, parseAuts(auts));
    else if (expected && isRight(request, expected.xres, expected.nonce)) return granted(request);
    else if (expected && request.authorization[0]?.parameters.get("response") && rand > 0) {
      return answer(request, 403);
    }
    return challenge(request);
  };
}

/** Whether the response in Authorization (or Proxy-Authorization) is right for this password and nonce. */
export function isRight(request: SipRequest, password: string | Uint8Array, nonce: string): boolean {
  const parameters = (request.authorization[0] ?? request.proxyAuthorization[0])?.parameters;
  if (!parameters || parameters.get("nonce") !== nonce) return false;
  return parameters.get("response") === digestResponse({ ...fieldsOf(request), password, nonce });
}

/** 200 that grants what was asked for, with a Service-Route and the implicit set. */
export function granted(request: SipRequest, more: Readonly<Record<string, string>> = {}): SipResponse {
  const expires = request.get("Expires") ?? "3600";
  return answer(request, 200, {
    Contact: `${request.get("Contact")};expires=${expires}`,
    "Service-Route": "<sip:orig@scscf.home1.example;lr>",
    "P-Associated-URI": "<sip:alice@home1.example>, <tel:+15550001>",
    ...more,
  });
}

/** Authentication-Info as a network has to send it that knows the password. */
export function authenticationInfo(
  request: SipRequest,
  password: string | Uint8Array,
  nonce: string,
): string {
  const fields = fieldsOf(request);
  return `qop=auth, rspauth="${
    rspauth({ ...fields, password, nonce })
  }", cnonce="${fields.cnonce}", nc=${fields.nc}`;
}

function fieldsOf(request: SipRequest) {
  const parameters = (request.authorization[0] ?? request.proxyAuthorization[0])!.parameters;
  const text = (name: string) => parameters.get(name) ?? "";
  const qop = parameters.get("qop") as "auth" | "auth-int" | undefined;
  return {
    username: text("username"),
    realm: text("realm"),
    uri: text("uri"),
    nc: text("nc"),
    cnonce: text("cnonce"),
    algorithm: parameters.get("algorithm") ?? "MD5",
    qop: qop ?? "none" as const,
    method: request.method,
    body: request.body,
  };
}
