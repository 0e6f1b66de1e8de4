/** The mirror of build.ts: recognises what the UE's requests look like before anyone tampers with them. */
import { match, type Matcher } from "sip-codec";
import { registrarUri } from "./build.ts";

/** A REGISTER of this IMPU, for the first time or with credentials; `expires` in seconds, null: without. */
export function register(
  expected: { readonly homeDomain: string; readonly impu: string; readonly expires?: number | null },
): Matcher {
  const { homeDomain, impu, expires } = expected;
  return match.request("REGISTER", {
    uri: registrarUri(homeDomain),
    headers: {
      To: `<${impu}>`,
      From: startsWith(`<${impu}>;tag=`),
      Contact: true,
      Supported: /\bpath\b/,
      ...(expires === undefined ? {} : { Expires: expires ?? false }),
    },
  });
}

/** A request that begins a dialog or stands alone, along these routes in this order. */
export function outOfDialog(
  method: string,
  target: string,
  expected: { readonly from: string; readonly routes?: readonly string[] },
): Matcher {
  return match.request(method, {
    uri: target,
    headers: {
      To: `<${target}>`,
      From: startsWith(`<${expected.from}>;tag=`),
      ...(expected.routes ? { Route: expected.routes } : {}),
    },
  });
}

function startsWith(text: string): RegExp {
  return new RegExp(`^${text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")}`);
}
