/** Work grows with the input and no faster, whatever stands in it: counted, see testing/count_work.ts. */
import assert from "node:assert/strict";
import {
  parseMessage,
  parseMultipart,
  parseSdp,
  parseUri,
  SipSyntaxError,
  StreamFramer,
  validate,
} from "./mod.ts";
import { countWork } from "./testing/count_work.ts";

const encoder = new TextEncoder();

const HEAD = "INVITE sip:a SIP/2.0\r\nCSeq: 1 INVITE\r\nCall-ID: 1\r\n";

/** Inputs of a size that grows with n, each meant to make a careless parser look at the same text again and again. */
const MESSAGES: Readonly<Record<string, (n: number) => string>> = {
  "many header lines": (n) => `${HEAD}${"X: y\r\n".repeat(n)}\r\n`,
  "many lines of one field": (n) => `${HEAD}${"Via: SIP/2.0/UDP a;branch=z9hG4bK1\r\n".repeat(n)}\r\n`,
  "names that share length and first letter with known ones": (n) =>
    `${HEAD}${"Vix: y\r\nFrim: x\r\nTi: x\r\n".repeat(n)}\r\n`,
  "one line of many folds": (n) => `${HEAD}To: <sip:a@b>${"\r\n ".repeat(n)};tag=1\r\n\r\n`,
  "white space before a fold": (n) =>
    `${HEAD}To: ${" ".repeat(n)}\r\n${"\t".repeat(n)}<sip:a@b>${" ".repeat(n)}\r\n\r\n`,
  "many parameters": (n) =>
    `${HEAD}To: <sip:a@b>${Array.from({ length: n }, (_, i) => `;p${i}=v`).join("")}\r\n\r\n`,
  "one parameter many times": (n) => `${HEAD}To: <sip:a@b>${";tag=1".repeat(n)}\r\n\r\n`,
  "many URI parameters": (n) => `${HEAD}To: <sip:a@b${";p=v".repeat(n)}>\r\n\r\n`,
  "many URI headers": (n) => `${HEAD}Contact: <sip:a@b?${"h=v&".repeat(n)}h=v>\r\n\r\n`,
  "many addresses without an @": (n) => `${HEAD}Contact: ${"sip:host,".repeat(n)}sip:host\r\n\r\n`,
  "many addresses in brackets": (n) => `${HEAD}Contact: ${"<sip:a@b>,".repeat(n)}<sip:a@b>\r\n\r\n`,
  "opening brackets": (n) => `${HEAD}Contact: ${"<".repeat(n)}\r\nX: ${">".repeat(n)}\r\n\r\n`,
  "opening quotes": (n) => `${HEAD}${'Contact: "\r\n'.repeat(n)}\r\n`,
  "quotes": (n) => `${HEAD}Contact: ${'"a"'.repeat(n)}\r\n\r\n`,
  "backslashes": (n) => `${HEAD}To: "${"\\\\".repeat(n)}" <sip:a@b>\r\n\r\n`,
  "escaped quotes": (n) => `${HEAD}To: <sip:a@b>${';x="\\""'.repeat(n)}\r\n\r\n`,
  "tokens that are no display name": (n) => `${HEAD}To: ${"a ".repeat(n)}\r\n\r\n`,
  "commas": (n) => `${HEAD}Allow: ${",".repeat(n)}\r\n\r\n`,
  "semicolons": (n) => `${HEAD}Via: SIP/2.0/UDP a${";".repeat(n)}\r\n\r\n`,
  "digits": (n) => `${HEAD}Expires: ${"9".repeat(n)}\r\nMax-Forwards: ${"0".repeat(n)}\r\n\r\n`,
  "brackets of addresses": (n) => `${HEAD}Via: SIP/2.0/UDP ${"[".repeat(n)}\r\n\r\n`,
  "colons": (n) => `${HEAD}Contact: <sip:[${":".repeat(n)}]>\r\n\r\n`,
  "percent signs": (n) => `${HEAD}To: <sip:${"%41".repeat(n)}@b>\r\n\r\n`,
  "credentials": (n) => `${HEAD}Authorization: Digest ${'a="b",'.repeat(n)}a="b"\r\n\r\n`,
  "a token that is none": (n) => `${HEAD}${"Authorization: Bearer aaaa=a\r\n".repeat(n)}\r\n`,
  "comments": (n) => `${HEAD}Retry-After: 1 ${"(".repeat(n)}\r\n\r\n`,
  "passports": (n) => `${HEAD}Identity: ${"a.".repeat(n)};info=<${"x".repeat(n)}\r\n\r\n`,
  "empty lines first": (n) => `${"\r\n".repeat(n)}${HEAD}\r\n`,
  "empty lines only": (n) => "\r\n".repeat(n),
  "no end": (n) => `${HEAD}${"X: y\r\n".repeat(n)}`,
  "line feeds": (n) => "\n".repeat(n),
  "carriage returns": (n) => `A sip:b SIP/2.0\r\nX: ${"\r".repeat(n)}\r\n\r\n`,
  "octets beyond ASCII": (n) =>
    `${HEAD}Subject: ${"é".repeat(n)}\r\nTo: "${"é".repeat(n)}" <sip:a@b>\r\n\r\n`,
  "content lengths": (n) => `${HEAD}${"l: 0\r\n".repeat(n)}\r\n`,
  "a request line of spaces": (n) => `A${" ".repeat(n)}SIP/2.0\r\n\r\n`,
  "a body": (n) => `${HEAD}Content-Type: application/sdp\r\n\r\n${"a=x\r\n".repeat(n)}`,
};

for (const [name, make] of Object.entries(MESSAGES)) {
  Deno.test(`work grows with the octets of a message: ${name}`, () => {
    grows((octets) => {
      const message = parseMessage(octets);
      validate(message, { extensions: [], mediaTypes: [] });
      for (const field of ["Contact", "Via", "To", "Allow"]) attempt(() => message.values(field));
      message.clone().set("X-New", "1").toBytes();
    }, (n) => encoder.encode(make(n)));
  });
}

Deno.test("work grows with the octets of a stream, in one piece and in many", () => {
  const message = `${HEAD}l: 5\r\n\r\nhello`;
  grows(
    (octets) => new StreamFramer({ maxHeaderBytes: 1e9 }).push(octets),
    (n) => encoder.encode(message.repeat(n / 20)),
  );
  const byOctet = (octets: Uint8Array) => {
    const framer = new StreamFramer({ maxHeaderBytes: 1e9, maxBodyBytes: 1e9 });
    for (let at = 0; at < octets.length; at++) framer.push(octets.subarray(at, at + 1));
  };
  grows(byOctet, (n) => encoder.encode(message.repeat(n / 20)));
  grows(byOctet, (n) => encoder.encode(`${HEAD}X: ${"\r\n".repeat(n)}`));
  grows(byOctet, (n) => encoder.encode(`${HEAD}l: ${n}\r\n\r\n${"x".repeat(n)}`));
  grows(byOctet, (n) => encoder.encode("\r\n".repeat(n)));
});

Deno.test("work grows with the octets of a multipart body", () => {
  const type = "multipart/mixed;boundary=b";
  const bodies: ((n: number) => string)[] = [
    (n) => `${"--b\r\n\r\nx\r\n".repeat(n)}--b--`,
    (n) => `${"--b\r\n".repeat(n)}--b--`,
    (n) => `--b\r\n\r\n${"\r\n--bb\r\n".repeat(n)}\r\n--b--`,
    (n) => `--b\r\n${"X: y\r\n".repeat(n)}\r\n\r\n--b--`,
    (n) => `--b\r\n\r\n${"\r\n--b".repeat(n)}`,
    (n) => `--b\r\n\r\n${`\r\n--b${" ".repeat(10)}`.repeat(n)}`,
  ];
  for (const make of bodies) grows((octets) => parseMultipart(type, octets), (n) => encoder.encode(make(n)));
});

Deno.test("work grows with the characters of a description and of a URI", () => {
  const texts: ((n: number) => string)[] = [
    (n) => `v=0\r\n${"a=x:y\r\n".repeat(n)}`,
    (n) => `v=0\r\n${"m=audio 1 RTP/AVP 0\r\n".repeat(n)}`,
    (n) => `m=audio 1 RTP/AVP${" 0".repeat(n)}`,
    (n) => `m=${" ".repeat(n)}`,
    (n) => "\r\n".repeat(n),
  ];
  for (const make of texts) {
    grows((octets) => {
      const sdp = parseSdp(octets);
      return [sdp.defects, sdp.toString(), sdp.crypto, sdp.media[0]?.formats];
    }, (n) => encoder.encode(make(n)));
  }
  const uris: ((n: number) => string)[] = [
    (n) => `sip:${"a".repeat(n)}`,
    (n) => `sip:${"a:".repeat(n)}@b`,
    (n) => `sip:a@b${Array.from({ length: n }, (_, i) => `;p${i}=v`).join("")}`,
    (n) => `sip:a@b?${Array.from({ length: n }, (_, i) => `p${i}=v`).join("&")}`,
    (n) => `tel:${"-".repeat(n)}1${";a=b".repeat(n)}`,
    (n) => `urn:${"#".repeat(n)}`,
  ];
  for (const make of uris) {
    grows((octets) => {
      const uri = parseUri(new TextDecoder().decode(octets));
      return uri.equals(uri.toString());
    }, (n) => encoder.encode(make(n)));
  }
});

Deno.test("countWork() sees what does not grow with the input alone", () => {
  const quadratic = (octets: Uint8Array) => {
    const text = new TextDecoder().decode(octets);
    for (let at = 0; at < text.length; at++) text.indexOf("\0", at);
  };
  assert.throws(() => grows(quadratic, (n) => encoder.encode("x".repeat(n))), assert.AssertionError);
});

/** Four times the input may cost at most a little more than four times the work. */
function grows(run: (octets: Uint8Array) => unknown, make: (n: number) => Uint8Array): void {
  const [small, large] = [make(400), make(1600)];
  const [less, more] = [small, large].map((octets) => countWork(() => attempt(() => run(octets)))) as [
    number,
    number,
  ];
  const growth = more / less / (large.length / small.length);
  const begin = new TextDecoder().decode(large.subarray(0, 40));
  const times = `${large.length / small.length} times the octets took ${more / less} times the work`;
  assert.ok(growth < 1.3, `${JSON.stringify(begin)}: ${times}`);
  assert.ok(more < 400 * large.length + 20000, `${more} steps for ${large.length} octets`);
}

function attempt(run: () => unknown): void {
  try {
    run();
  } catch (error) {
    if (!(error instanceof SipSyntaxError)) throw error;
  }
}
