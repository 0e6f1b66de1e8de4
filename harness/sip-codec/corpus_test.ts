/**
 * The messages of testdata/sip/corpus, each against every fact its index tells. "accept": the same octets and every
 * fact; "reject": an error of the parser or of the view that the defect concerns; "either": an error or the fact.
 */
import assert from "node:assert/strict";
import { parseMessage, parseMultipart, parseSdp, parseStrict, partType, type SipMessage } from "./mod.ts";
import { SipSyntaxError } from "./mod.ts";

type Fact = string | number | string[] | Record<string, string | null> | Record<string, string | null>[];

interface Entry {
  readonly file: string;
  readonly expect: "accept" | "reject" | "either";
  readonly why: string;
  readonly kind: "request" | "response";
  readonly method?: string;
  readonly status?: number;
  readonly transport: string | null;
  readonly at?: string;
  readonly headers: { readonly count: number; readonly names: Readonly<Record<string, number>> };
  readonly facts: Readonly<Record<string, Fact>>;
}

const folder = new URL("../../testdata/sip/corpus/", import.meta.url);
const entries: readonly Entry[] = JSON.parse(Deno.readTextFileSync(new URL("index.json", folder)));

for (const entry of entries) {
  Deno.test(`corpus: ${entry.expect}s ${entry.file}`, () => {
    const octets = Deno.readFileSync(new URL(entry.file, folder));
    if (entry.expect === "accept") accept(entry, octets);
    else if (entry.expect === "reject") reject(entry, octets);
    else either(entry, octets);
  });
}

function accept(entry: Entry, octets: Uint8Array): void {
  const message = parseMessage(octets, entry.transport === "tcp" ? "stream" : "datagram");
  assert.deepEqual(message.toBytes(), octets);
  assert.deepEqual(written(message), octets);
  parseStrict(octets);
  assert.equal(message.kind, entry.kind);
  assert.equal(message.kind === "request" ? message.method : message.status, entry.method ?? entry.status);
  assert.equal(message.names().length, entry.headers.count);
  for (const [name, count] of Object.entries(entry.headers.names)) {
    assert.equal(message.names().filter((one) => one === name).length, count, name);
  }
  for (const [name, expected] of Object.entries(entry.facts)) {
    const read = FACTS[name];
    if (read !== undefined) assert.deepEqual(read(message, expected), expected, name);
    else assert.ok(NO_FACTS.has(name), `no reading for ${name}`);
  }
}

/** Each fact that can be read at all must be right, too: an error is fine, a wrong value never. */
function reject(entry: Entry, octets: Uint8Array): void {
  either(entry, octets);
  assert.throws(() => parseStrict(octets), SipSyntaxError);
  const message = attempt(() => parseMessage(octets));
  if (message === undefined) return;
  const fields = (entry.at ?? "").split(/,\s*/).map((place) => place.replace(/^header:/, "").toLowerCase());
  const views = fields.map((field) => VIEWS[field]).filter((view) => view !== undefined);
  assert.ok(
    views.some((view) => attempt(() => ({ value: view(message) })) === undefined),
    `${entry.at} is read`,
  );
}

function either(entry: Entry, octets: Uint8Array): void {
  const message = attempt(() => parseMessage(octets));
  if (message === undefined) return;
  assert.deepEqual(message.toBytes(), octets);
  assert.deepEqual(written(message), octets);
  for (const [name, expected] of Object.entries(entry.facts)) {
    const found: unknown = attempt((): unknown => FACTS[name]?.(message, expected));
    if (found !== undefined) assert.deepEqual(found, expected, name);
  }
}

/** The octets put together again from the parts. */
function written(message: SipMessage): Uint8Array {
  return message.clone().append("X-Added", "1").remove("X-Added").toBytes();
}

function attempt<T>(view: () => T): T | undefined {
  try {
    return view();
  } catch (error) {
    assert.ok(error instanceof SipSyntaxError, String(error));
    return undefined;
  }
}

const VIEWS: Readonly<Record<string, (message: SipMessage) => unknown>> = {
  "start-line": (message) => message.kind === "request" && message.uri,
  "via": (message) => message.vias,
  "to": (message) => message.to,
  "from": (message) => message.from,
  "cseq": (message) => message.cseq,
  "call-id": (message) => message.callId,
  "contact": (message) => message.contacts,
  "content-length": (message) => message.contentLength,
};

/** Facts about the file that are no fact about the message. */
const NO_FACTS = new Set(["sdp_defects", "surplus_bytes", "leading_crlf_bytes"]);

const FACTS: Readonly<Record<string, (message: SipMessage, expected: Fact) => unknown>> = {
  requestUri: (message) => message.kind === "request" ? message.uri.toString() : undefined,
  from_uri: (message) => message.from?.uri.toString(),
  from_tag: (message) => message.from?.tag,
  to_tag: (message) => message.to?.tag,
  call_id: (message) => message.callId,
  cseq: (message) => `${message.cseq?.seq} ${message.cseq?.method}`,
  via_branch: (message) => message.via?.branch,
  via_count: (message) => message.vias.length,
  contact_uri: (message) => message.contacts[0] === "*" ? "*" : message.contacts[0]?.uri.toString(),
  content_length: (message) => message.contentLength,
  body_bytes: (message) => message.body.length + message.surplus.length,
  authorization_username: (message) => message.authorization[0]?.parameters.get("username"),
  proxy_authorization_username: (message) => message.proxyAuthorization[0]?.parameters.get("username"),
  security_client: (message) => mechanisms(message.securityClient),
  security_server: (message) => mechanisms(message.securityServer),
  security_verify: (message) => mechanisms(message.securityVerify),
  challenge: (message, expected) => challenge(message, expected as Record<string, string>),
  sdp_media: (message) => descriptions(message).flatMap((text) => media(text)),
};

/** The index keeps the quotes of quoted values. */
function mechanisms(list: SipMessage["securityClient"]): unknown {
  return list.map(({ mechanism, params }) => {
    const pairs = params.names().map((name) => [name.toLowerCase(), params.raw(name) ?? null]);
    return { mechanism, ...Object.fromEntries(pairs) };
  });
}

/** Of the first challenge, the parameters the fact names. */
function challenge(message: SipMessage, expected: Record<string, string>): unknown {
  const { header } = expected;
  const first = header === "www-authenticate" ? message.wwwAuthenticate[0] : message.proxyAuthenticate[0];
  const names = Object.keys(expected).filter((name) => name !== "header");
  return { header, ...Object.fromEntries(names.map((name) => [name, first?.parameters.get(name)])) };
}

/** SDP bodies of the message, those within multipart among them. */
function descriptions(message: SipMessage): string[] {
  const type = message.contentType;
  if (type?.type === "application" && type.subtype === "sdp") return [message.text()];
  if (type?.type !== "multipart") return [];
  return parseMultipart(type, message.body).filter((part) => partType(part).subtype === "sdp")
    .map((part) => new TextDecoder().decode(part.body));
}

function media(text: string): string[] {
  const sdp = parseSdp(text);
  assert.equal(sdp.toString(), text);
  return sdp.media.map((one) => {
    return `${one.type} ${one.port}${one.portCount === undefined ? "" : `/${one.portCount}`} ${one.protocol}`;
  });
}
