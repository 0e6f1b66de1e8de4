import { strict as assert } from "node:assert";
import { buildRequest } from "sip-codec";
import { requestedScheme } from "./scheme.ts";

/** A REGISTER as the S-CSCF sees it: flag and algorithm in Authorization, or none; what the network says of access. */
function register(flag: string | undefined, algorithm = "MD5", pani?: string) {
  const authorization = flag === undefined
    ? undefined
    : `Digest username="u@home1.net", algorithm=${algorithm}${flag && `, integrity-protected="${flag}"`}`;
  return buildRequest("REGISTER", "sip:home1.net", {
    "Authorization": authorization,
    "P-Access-Network-Info": pani,
  });
}

const PROVIDED_3GPP = "3GPP-E-UTRAN-FDD;network-provided";
const PROVIDED_WLAN = "IEEE-802.11;network-provided";

// TS 33.203 P.4.2, row by row.
const ROWS = [
  [register("yes"), "aka"],
  [register("NO"), "aka"],
  [register("tls-connected", "AKAv2-SHA-256"), "aka"],
  [register("tls-connected"), "ask-hss"],
  [register("auth-done"), "tna"],
  [register(undefined), "giba"],
  [register(undefined, "", PROVIDED_3GPP), "giba"],
  [register(undefined, "", PROVIDED_WLAN), "ask-hss"],
  [register(undefined, "", "IEEE-802.11"), "giba"],
  [register(undefined, "", `IEEE-802.11, ${PROVIDED_3GPP}`), "giba"],
  [register(""), "ask-hss"],
  [register("ip-assoc-yes"), "ask-hss"],
  [register("made-up"), "ask-hss"],
] as const;

Deno.test("requestedScheme() follows Annex P.4.2", () => {
  for (const [request, expected] of ROWS) {
    assert.equal(requestedScheme(request, { giba: true }), expected, String(request));
  }
});

Deno.test("requestedScheme() knows no GIBA where the S-CSCF supports none", () => {
  assert.equal(requestedScheme(register(undefined), { giba: false }), "ask-hss");
});
