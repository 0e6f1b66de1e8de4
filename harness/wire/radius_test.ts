import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { runTool, toolTest, whyNot } from "../../_tools/foreign_program.ts";
import { encodeCapture } from "./capture.ts";
import { WireSyntaxError } from "./errors.ts";
import {
  accountingAttributes,
  accountingRequestIsSigned,
  ACCT_STATUS,
  type ContextAccounting,
  isRestart,
  nasOf,
  parseRadius,
  RADIUS_ATTRIBUTE,
  readAccounting,
  responseIsSigned,
  signAccountingRequest,
  signAccountingResponse,
} from "./radius.ts";

const md5 = (bytes: Uint8Array) => new Uint8Array(createHash("md5").update(bytes).digest());

const CONTEXT: ContextAccounting = {
  status: "start",
  sessionId: "0a000001-17",
  address: "127.0.2.7",
  prefix: "2001:db8:1::/64",
  imsi: "001010000000007",
  msisdn: "491700000007",
  nas: "127.0.0.9",
  apn: "ims",
};
const REQUEST = { identifier: 7, attributes: accountingAttributes(CONTEXT) };

Deno.test("nasOf() tells who sends by address, else by name, and isRestart() whether it begins anew", () => {
  assert.equal(nasOf(REQUEST), "127.0.0.9");
  const { nas: _, ...nameless } = CONTEXT;
  assert.equal(nasOf({ attributes: accountingAttributes({ ...nameless, nas: "ggsn1" }) }), "ggsn1");
  assert.equal(nasOf({ attributes: accountingAttributes(nameless) }), undefined);
  assert.equal(isRestart(REQUEST), false);
  for (const status of [ACCT_STATUS.on, ACCT_STATUS.off]) {
    const attributes = [{ type: RADIUS_ATTRIBUTE.acctStatusType, value: Uint8Array.of(0, 0, 0, status) }];
    assert.equal(isRestart({ attributes }), true);
  }
});

Deno.test("readAccounting() reads what accountingAttributes() wrote", () => {
  const packet = parseRadius(signAccountingRequest(REQUEST, "secret", md5));
  assert.deepEqual(readAccounting(packet), CONTEXT);
  assert.equal(packet.identifier, 7);
});

Deno.test("accountingRequestIsSigned() knows another secret, and a changed packet", () => {
  const bytes = signAccountingRequest(REQUEST, "secret", md5);
  const packet = parseRadius(bytes);
  assert(accountingRequestIsSigned(packet, "secret", md5));
  assert(!accountingRequestIsSigned(packet, "Secret", md5));
  assert(!accountingRequestIsSigned(parseRadius(bytes.with(-1, 0)), "secret", md5));
});

Deno.test("responseIsSigned() knows a response to another request", () => {
  const request = parseRadius(signAccountingRequest(REQUEST, "secret", md5));
  const response = parseRadius(signAccountingResponse(request, "secret", md5));
  assert(responseIsSigned(response, request, "secret", md5));
  assert(!responseIsSigned(response, { ...request, identifier: 8 }, "secret", md5));
  assert(!responseIsSigned(response, { ...request, authenticator: new Uint8Array(16) }, "secret", md5));
  assert(!responseIsSigned(response, request, "other", md5));
});

Deno.test("parseRadius() throws nothing but syntax errors, whatever the octets", () => {
  const good = signAccountingRequest(REQUEST, "secret", md5);
  fc.assert(fc.property(
    fc.array(fc.tuple(fc.nat(good.length - 1), fc.nat(255)), { minLength: 1, maxLength: 6 }),
    fc.nat(good.length),
    (changes, length) => {
      const bytes = changes.reduce((all, [at, octet]) => all.with(at, octet), good).slice(0, length);
      try {
        readAccounting(parseRadius(bytes));
      } catch (error) {
        assert(error instanceof WireSyntaxError, String(error));
      }
    },
  ));
});

toolTest("tshark reads an Accounting-Request without a mark", await whyNot("tshark", ["-v"]), async () => {
  const bytes = signAccountingRequest(REQUEST, "secret", md5);
  const ends = { local: { address: "127.0.0.9", port: 50000 }, remote: { address: "127.0.0.2", port: 1813 } };
  const capture = encodeCapture([{
    at: 0,
    direction: "out",
    layer: "udp",
    transport: "udp",
    bytes,
    ...ends,
  }]);
  const folder = await mkdtemp(join(tmpdir(), "imspeer-radius-"));
  try {
    const file = join(folder, "radius.pcapng");
    await writeFile(file, capture);
    const options = ["-o", "radius.shared_secret:secret", "-o", "radius.validate_authenticator:TRUE"];
    const { stdout, stderr } = await runTool("tshark", ["-r", file, "-V", "-Y", "radius", ...options]);
    const text = new TextDecoder().decode(stdout);
    assert.match(text, /Accounting-Request/, stderr);
    for (const says of ["001010000000007", "127.0.2.7", "491700000007", "2001:db8:1::/64", "0a000001-17"]) {
      assert(text.includes(says), `"${says}" is not in what tshark read`);
    }
    assert.doesNotMatch(text, /Malformed|incorrect|Invalid/i);
  } finally {
    await rm(folder, { recursive: true });
  }
});
