/** A URI from its parts. */
import { Params, type ParamsInit } from "../params.ts";
import { encodeHeader, encodeParam, encodePassword, encodeUser } from "./escape.ts";
import { parseUri } from "./parse.ts";
import type { Uri, UriParts } from "./uri.ts";

/** Escapes what must be escaped. Throws SipSyntaxError if the parts make no URI. */
export function buildUri(parts: UriParts): Uri {
  const scheme = (parts.scheme ?? "sip").toLowerCase();
  if (scheme !== "sip" && scheme !== "sips") {
    return parseUri(`${scheme}:${parts.opaque ?? ""}${scheme === "tel" ? pairs(parts.params, ";") : ""}`);
  }
  let text = `${scheme}:`;
  if (parts.user !== undefined) {
    text += encodeUser(parts.user);
    if (parts.password !== undefined) text += `:${encodePassword(parts.password)}`;
    text += "@";
  }
  const host = parts.host ?? "";
  text += host.includes(":") && !host.startsWith("[") ? `[${host}]` : host;
  if (parts.port !== undefined) text += `:${parts.port}`;
  return parseUri(text + pairs(parts.params, ";") + headers(parts.headers));
}

function pairs(init: ParamsInit | undefined, separator: string): string {
  if (init === undefined) return "";
  let text = "";
  for (const [name, value] of new Params(init, "uri").entries()) {
    text += separator + encodeParam(name) + (value === undefined ? "" : `=${encodeParam(value)}`);
  }
  return text;
}

function headers(init: ParamsInit | undefined): string {
  if (init === undefined) return "";
  const list = new Params(init, "uri").entries();
  const text = list.map(([name, value]) => `${encodeHeader(name)}=${encodeHeader(value ?? "")}`).join("&");
  return text === "" ? "" : `?${text}`;
}
