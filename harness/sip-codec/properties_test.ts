/** What must hold for every message, not only for those somebody wrote down. */
import assert from "node:assert/strict";
import fc from "fast-check";
import {
  buildMultipart,
  buildRequest,
  buildSdp,
  buildUri,
  formatChallenge,
  formatCredentials,
  formatNameAddr,
  formatVia,
  match,
  Params,
  parseChallenge,
  parseCredentials,
  parseMessage,
  parseMultipart,
  parseNameAddr,
  parseSdp,
  parseUri,
  parseVia,
  SipSyntaxError,
  StreamFramer,
} from "./mod.ts";
import { exercise } from "./testing/exercise.ts";
import { chance, mutate } from "./testing/mutate.ts";

// The same inputs at every run; `deno task fuzz` goes where these do not.
fc.configureGlobal({ seed: 33203 });

const TOKEN = "abcXYZ019-.!%*_+`'~";
const token = fc.string({ unit: fc.constantFrom(...TOKEN), minLength: 1, maxLength: 12 });
/** Any text a header may hold: no line breaks, no lone surrogates. */
const text = fc.string({ unit: "grapheme", maxLength: 30 }).map((one) => one.replace(/[\r\n]/g, " ").trim())
  .filter((one) => one === one.replace(/^[\t ]+|[\t ]+$/g, ""));
const host = fc.oneof(
  fc.constantFrom("example.com", "192.0.2.1", "[2001:db8::1]", "a-b.c_d.example."),
  fc.ipV6().filter((address) => !address.includes("%")).map((address) => `[${address}]`),
);
const param = fc.tuple(token, fc.option(fc.oneof(token, text), { nil: undefined }));
const params = fc.uniqueArray(param, { selector: ([name]) => name.toLowerCase(), maxLength: 6 });
const uri = fc.record({
  user: fc.option(fc.string({ unit: "grapheme", minLength: 1, maxLength: 12 }), { nil: undefined }),
  host,
  port: fc.option(fc.nat(65535), { nil: undefined }),
  params: fc.uniqueArray(
    fc.tuple(token.filter((one) => !one.includes("%")), fc.option(text, { nil: undefined })),
    {
      selector: ([name]) => name.toLowerCase(),
      maxLength: 4,
    },
  ),
}).map((parts) => buildUri(parts));

const folders = ["corpus", "rfc4475", "rfc5118"].map((name) =>
  new URL(`../../testdata/sip/${name}/`, import.meta.url)
);
const corpus = folders.flatMap((folder) =>
  [...Deno.readDirSync(folder)].filter(({ name }) => /\.(sip|dat)$/.test(name))
    .map(({ name }) => Deno.readFileSync(new URL(name, folder)))
);

Deno.test("a URI that was built is parsed into the same parts", () => {
  fc.assert(fc.property(uri, (built) => {
    const parsed = parseUri(built.toString());
    assert.equal(parsed.user, built.user);
    assert.equal(parsed.hostPort, built.hostPort);
    assert.deepEqual(parsed.params.entries(), built.params.entries());
    assert.ok(parsed.equals(built));
  }));
});

Deno.test("a name-addr that was written is read again", () => {
  fc.assert(fc.property(fc.option(text, { nil: undefined }), uri, params, (displayName, address, pairs) => {
    const value = { displayName, uri: address, params: new Params(pairs) };
    const parsed = parseNameAddr(formatNameAddr(value));
    assert.equal(parsed.displayName, displayName);
    assert.equal(parsed.uri.toString(), address.toString());
    assert.deepEqual(parsed.params.entries(), value.params.entries());
  }));
});

Deno.test("a Via that was written is read again", () => {
  const via = fc.record({
    transport: token,
    host,
    port: fc.option(fc.nat(65535), { nil: undefined }),
    branch: token,
  });
  fc.assert(fc.property(via, (value) => {
    const parsed = parseVia(formatVia(value));
    assert.deepEqual([parsed.transport, parsed.host, parsed.port, parsed.branch], [
      value.transport,
      value.host,
      value.port,
      value.branch,
    ]);
  }));
});

Deno.test("challenges and credentials that were written are read again", () => {
  const pairs = fc.uniqueArray(
    fc.tuple(fc.constantFrom("realm", "nonce", "opaque", "uri", "username", "x"), text),
    {
      selector: ([name]) => name,
      minLength: 1,
    },
  );
  fc.assert(fc.property(token, pairs, (scheme, list) => {
    const parameters = new Params(list);
    assert.deepEqual(parseChallenge(formatChallenge({ scheme, parameters })).parameters.entries(), list);
    assert.deepEqual(parseCredentials(formatCredentials({ scheme, parameters })).parameters.entries(), list);
  }));
});

Deno.test("a request that was built is parsed into the same, and recognised", () => {
  const headers = fc.array(fc.tuple(token.filter((name) => !/^(l|content-length)$/i.test(name)), text), {
    maxLength: 8,
  });
  fc.assert(
    fc.property(token, uri, headers, fc.uint8Array({ maxLength: 40 }), (method, target, list, body) => {
      const built = buildRequest(method, target, list, body);
      const octets = built.toBytes();
      const parsed = parseMessage(octets, "stream");
      assert.deepEqual(parsed.toBytes(), octets);
      assert.deepEqual(parsed.headers(), [...list, ["Content-Length", String(body.length)]]);
      assert.deepEqual(parsed.body, body);
      assert.deepEqual(match.request(method, { uri: target, body })(parsed), []);
      for (const [name] of list) assert.deepEqual(parsed.all(name), built.all(name));
    }),
  );
});

Deno.test("changing one field leaves the octets of all others", () => {
  const message = fc.constantFrom(...corpus).map((octets) => {
    try {
      return parseMessage(octets);
    } catch {
      return undefined;
    }
  }).filter((one) => one !== undefined);
  fc.assert(fc.property(message, fc.nat(30), text, (original, at, value) => {
    const copy = original.clone();
    const name = copy.names()[at % copy.names().length] ?? "X";
    if (/^(l|content-length)$/i.test(name)) return;
    const before = new Set(original.rawLines(name));
    copy.set(name, value);
    assert.deepEqual(copy.all(name), [value]);
    for (const other of new Set(original.names())) {
      const lines = original.rawLines(other);
      if (!before.has(lines[0] ?? "")) assert.deepEqual(copy.rawLines(other), lines);
    }
    assert.deepEqual(parseMessage(copy.toBytes()).toBytes(), copy.toBytes());
  }));
});

Deno.test("octets of any kind give a message that gives them back, or a SipSyntaxError", () => {
  const random = fc.noBias(fc.integer());
  fc.assert(
    fc.property(fc.constantFrom(...corpus), random, (octets, seed) => judge(mutate(octets, chance(seed)))),
    { numRuns: 2000 },
  );
  fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), (octets) => judge(octets)));
});

Deno.test("a stream is cut alike however its octets arrive, and what is cut parses as it would alone", () => {
  const pieces = fc.array(fc.integer({ min: 1, max: 700 }), { minLength: 1, maxLength: 40 });
  fc.assert(fc.property(fc.array(fc.constantFrom(...corpus), { maxLength: 4 }), pieces, (messages, sizes) => {
    const stream = new Uint8Array(messages.flatMap((octets) => [...octets]));
    const whole = cut(stream, [stream.length]);
    const divided = cut(stream, sizes);
    assert.deepEqual(divided, whole);
  }));
});

Deno.test("descriptions and multipart bodies that were built are read again", () => {
  const line = text.map((one) => one.replace(/\0/g, ""));
  const attribute = fc.tuple(
    token.filter((name) => !name.includes(":")),
    fc.option(line, { nil: undefined }),
  );
  const media = fc.record({
    type: token,
    port: fc.nat(65535),
    protocol: token,
    formats: fc.array(token, { minLength: 1, maxLength: 3 }),
    attributes: fc.array(attribute, { maxLength: 4 }),
  });
  fc.assert(fc.property(fc.array(media, { maxLength: 3 }), (list) => {
    const sdp = parseSdp(buildSdp({ connection: "192.0.2.1", media: list }).toString());
    assert.deepEqual(sdp.defects, []);
    assert.deepEqual(
      sdp.media.map((one) => [one.type, one.port, one.protocol, one.formats]),
      list.map((one) => [one.type, one.port, one.protocol, one.formats]),
    );
    assert.deepEqual(sdp.media.map((one) => one.attributes), list.map((one) => one.attributes));
  }));
  const part = fc.record({
    headers: fc.constantFrom({}, { "Content-Type": "a/b" }),
    body: fc.uint8Array({ maxLength: 30 }),
  });
  fc.assert(fc.property(fc.array(part, { maxLength: 4 }), (parts) => {
    const read = parseMultipart("multipart/mixed;boundary=--==b", buildMultipart(parts, "--==b"));
    assert.deepEqual(read.map((one) => one.body), parts.map((one) => one.body));
  }));
});

function judge(octets: Uint8Array): void {
  try {
    const message = parseMessage(octets);
    assert.deepEqual(message.toBytes(), octets);
    assert.deepEqual(message.clone().set("X-New", "1").remove("X-New").toBytes(), octets);
    exercise(message);
  } catch (error) {
    if (!(error instanceof SipSyntaxError)) throw error;
  }
}

/** Items but for keep-alives, whose division depends on the pieces; "broken" where the framer gave up. */
function cut(stream: Uint8Array, sizes: readonly number[]): (string | Uint8Array)[] {
  const framer = new StreamFramer();
  const items: (string | Uint8Array)[] = [];
  try {
    for (let at = 0, turn = 0; at < stream.length; turn++) {
      const size = sizes[turn % sizes.length] ?? 1;
      items.push(...framer.push(stream.subarray(at, at + size)));
      at += size;
    }
    framer.push(new Uint8Array(0));
  } catch (error) {
    if (!(error instanceof SipSyntaxError)) throw error;
    items.push("broken");
  }
  return items.filter((item) => typeof item === "string" || item.length > 4);
}
