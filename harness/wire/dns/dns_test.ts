import assert from "node:assert/strict";
import fc from "fast-check";
import { concat, fromHex, utf8 } from "../bytes.ts";
import {
  buildDns,
  DNS_RCODE,
  DNS_TYPE,
  type DnsMessage,
  type DnsRecord,
  parseDns,
  sameDnsName,
} from "../dns.ts";
import { WireSyntaxError } from "../errors.ts";

const NAPTR: DnsRecord = {
  name: "partner.example",
  ttl: 60,
  type: "NAPTR",
  order: 10,
  preference: 50,
  flags: "s",
  services: "SIPS+D2T",
  regexp: "",
  replacement: "_sips._tcp.partner.example",
};
const SRV: DnsRecord = {
  name: "_sips._tcp.partner.example",
  ttl: 60,
  type: "SRV",
  priority: 1,
  weight: 2,
  port: 5061,
  target: "ibcf.partner.example",
};
const ANSWER: DnsMessage = {
  id: 0x1234,
  response: true,
  authoritative: true,
  recursionDesired: true,
  questions: [{ name: "partner.example", type: "NAPTR" }],
  answers: [NAPTR],
  authorities: [{ name: "partner.example", ttl: 5, type: "NS", target: "ns.partner.example" }],
  additionals: [
    SRV,
    { name: "ibcf.partner.example", ttl: 9, type: "A", address: "192.0.2.7" },
    { name: "ibcf.partner.example", ttl: 9, type: "AAAA", address: "2001:db8::7" },
    { name: "", ttl: 0, class: 4096, type: 41, data: new Uint8Array() },
  ],
};

Deno.test("parseDns() undoes buildDns(), with and without compression", () => {
  for (const compress of [true, false]) {
    const parsed = parseDns(buildDns(ANSWER, { compress }));
    assert.deepEqual(parsed, {
      ...ANSWER,
      opcode: 0,
      truncated: false,
      recursionAvailable: false,
      rcode: DNS_RCODE.noError,
    });
  }
  assert.ok(buildDns(ANSWER).length < buildDns(ANSWER, { compress: false }).length);
});

Deno.test("buildDns() writes a query as RFC 1035 4.1 draws it", () => {
  const query = buildDns({
    id: 7,
    response: false,
    recursionDesired: true,
    questions: [{ name: "a.example.", type: "A" }],
  });
  const name = concat(fromHex("01"), utf8("a"), fromHex("07"), utf8("example"), fromHex("00"));
  assert.deepEqual(query, concat(fromHex("000701000001000000000000"), name, fromHex("00010001")));
});

Deno.test("buildDns() points to no name from SRV and NAPTR (RFC 2782, RFC 3597 4)", () => {
  const bytes = buildDns({ ...ANSWER, questions: [], authorities: [], additionals: [] });
  const replacement = concat(utf8("_sips"), fromHex("04"), utf8("_tcp"), fromHex("07"), utf8("partner"));
  assert.ok(bytes.toHex().includes(replacement.toHex()));
});

Deno.test("buildDns() leaves records out and sets TC where there is no room", () => {
  const short = parseDns(buildDns(ANSWER, { limit: 100 }));
  assert.deepEqual([short.truncated, short.answers.length, short.questions.length], [true, 0, 1]);
  assert.equal(parseDns(buildDns(ANSWER, { limit: 512 })).truncated, false);
});

Deno.test("buildDns() refuses what does not fit", () => {
  const question = (name: string): DnsMessage => ({ id: 1, response: false, questions: [{ name, type: 1 }] });
  for (const name of ["a..b", ".", `${"x".repeat(64)}.example`, "ab.".repeat(90), "\\9", "\\999", "\u0100"]) {
    assert.throws(() => buildDns(question(name)), RangeError, name);
  }
  assert.throws(() => buildDns({ ...question("a"), id: 0x10000 }), RangeError);
  assert.throws(() => buildDns({ ...ANSWER, answers: [{ ...NAPTR, flags: "x".repeat(256) }] }), RangeError);
  const wrong: DnsRecord = { name: "a", ttl: 1, type: "A", address: "2001:db8::7" };
  assert.throws(() => buildDns({ ...ANSWER, answers: [wrong] }), RangeError);
});

Deno.test("parseDns() keeps every octet of a label", () => {
  const octets = Uint8Array.from({ length: 63 }, (_, i) => i * 4);
  const question = concat(fromHex("3f"), octets, fromHex("022e5c0000010001"));
  const bytes = concat(fromHex("000000000001000000000000"), question);
  const parsed = parseDns(bytes);
  assert.ok(parsed.questions[0]!.name.endsWith(".\\.\\\\"));
  assert.deepEqual(buildDns(parsed), bytes);
});

Deno.test("parseDns() follows no pointer in a circle, forward or without end", () => {
  const header = "000000000001000000000000";
  for (
    const question of ["c00c00010001", "0161c00c00010001", "c01000010001c00c", "c0", "40", "8001", "3f61", ""]
  ) {
    assert.throws(() => parseDns(fromHex(header + question)), WireSyntaxError, question);
  }
  assert.throws(() => parseDns(chained(200, 1)), WireSyntaxError);
});

Deno.test("parseDns() refuses record data that ends elsewhere than its length says", () => {
  const bytes = buildDns({ id: 1, response: true, questions: [], answers: [SRV] });
  const rdlength = bytes.length - 22 - 6 - 2;
  bytes[rdlength + 1]! -= 1;
  assert.throws(() => parseDns(bytes), WireSyntaxError);
});

Deno.test("parseDns() gives a message or a WireSyntaxError whatever the octets are", () => {
  const whole = buildDns(ANSWER);
  const mutated = fc.array(fc.tuple(fc.nat(whole.length - 1), fc.nat(255)), { maxLength: 6 }).map(
    (changes) => {
      const bytes = whole.slice();
      for (const [at, octet] of changes) bytes[at] = octet;
      return bytes;
    },
  );
  const cut = fc.nat(whole.length).map((length) => whole.slice(0, length));
  fc.assert(
    fc.property(fc.oneof(mutated, cut, fc.uint8Array({ maxLength: 100 })), (bytes) => {
      try {
        parseDns(bytes);
      } catch (error) {
        assert.ok(error instanceof WireSyntaxError, String(error));
        assert.ok(error.offset >= 0 && error.offset <= bytes.length);
      }
    }),
    { numRuns: 2000 },
  );
});

Deno.test("parseDns() takes time in proportion to the length, also for names made of pointers", () => {
  const bytes = chained(126, 4000);
  const started = performance.now();
  assert.deepEqual(parseDns(bytes).answers.at(-1), { name: "", ttl: 0, type: "A", address: "192.0.2.1" });
  assert.ok(performance.now() - started < 1000);
});

Deno.test("sameDnsName() does not mind letter case and a final dot", () => {
  assert.ok(sameDnsName("Partner.Example.", "partner.example"));
  assert.ok(!sameDnsName("partner.example", "a.partner.example"));
  assert.equal(DNS_TYPE.NAPTR, 35);
});

/** A chain of pointers inside a record, then `more` records whose name enters it at its far end. */
function chained(links: number, more: number): Uint8Array {
  const pointer = (offset: number) => Uint8Array.of(0xc0 | offset >> 8, offset & 0xff);
  const dataAt = 12 + 1 + 10;
  const chain = Array.from({ length: links }, (_, i) => pointer(i === 0 ? 12 : dataAt + 2 * (i - 1)));
  const holder: DnsRecord = { name: "", ttl: 0, type: 999, data: concat(...chain) };
  const message = buildDns({ id: 1, response: true, questions: [], answers: [holder] });
  const record = concat(pointer(dataAt + 2 * (links - 1)), fromHex("00010001000000000004c0000201"));
  const bytes = concat(message, ...Array<Uint8Array>(more).fill(record));
  new DataView(bytes.buffer).setUint16(6, more + 1);
  return bytes;
}
