/** What a Diameter message is (RFC 6733 3, 7.1). */
import {
  COMMAND,
  type DiameterMessage,
  EXPERIMENTAL_RESULT,
  parseDiameter,
  RESULT,
  valueOf,
} from "../../wire/diameter/mod.ts";
import { WireSyntaxError } from "../../wire/errors.ts";

/**
 * "Diameter Multimedia-Auth-Request alice@home1.net", "Diameter Multimedia-Auth-Answer 2001 DIAMETER_SUCCESS"; undefined
 * where the octets are no whole message.
 */
export function diameterSummary(bytes: Uint8Array): string | undefined {
  try {
    const message = parseDiameter(bytes);
    const name = nameIn(COMMAND, message.command) ?? `command ${message.command}`;
    const parts = message.request
      ? [`Diameter ${name}-Request`, subjectOf(message)]
      : [`Diameter ${name}-Answer`, resultOf(message)];
    return parts.filter((part) => part !== undefined).join(" ");
  } catch (error) {
    if (error instanceof WireSyntaxError) return undefined;
    throw error;
  }
}

/** Of whom it speaks. */
function subjectOf({ avps }: DiameterMessage): string | undefined {
  return valueOf(avps, "User-Name") ?? valueOf(avps, "Public-Identity");
}

/** Result-Code, or Experimental-Result-Code of an application (RFC 6733 7.6). */
function resultOf({ avps }: DiameterMessage): string | undefined {
  const code = valueOf(avps, "Result-Code");
  if (code !== undefined) return named(RESULT, code);
  const grouped = valueOf(avps, "Experimental-Result");
  const own = grouped && valueOf(grouped, "Experimental-Result-Code");
  return own === undefined ? undefined : named(EXPERIMENTAL_RESULT, own);
}

function named(names: Readonly<Record<string, number>>, code: number): string {
  const name = nameIn(names, code);
  return name === undefined ? `${code}` : `${code} ${name}`;
}

function nameIn(names: Readonly<Record<string, number>>, code: number): string | undefined {
  return Object.keys(names).find((name) => names[name] === code);
}
