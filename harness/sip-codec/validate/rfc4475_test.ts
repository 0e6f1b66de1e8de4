/**
 * The 49 messages of RFC 4475, each judged by what the RFC says of it, paraphrased here.
 *
 * "accept": any parser must take it. "refuse": the parser itself refuses, since there is no safe reading.
 * "invalid": it parses, and `validate` finds the defect with this code (no code: a response, to be discarded).
 * "ignorable": the RFC leaves it to the element to refuse or to go on. "unsupported": a right message that asks for
 * what this element cannot do. Where the RFC allows to be liberal as well, `validate` is not.
 */
import assert from "node:assert/strict";
import {
  type Abilities,
  parseMessage,
  parseMultipart,
  parseStrict,
  type SipMessage,
  SipRequest,
  SipResponse,
  SipSyntaxError,
  validate,
} from "../mod.ts";

type Verdict =
  | { readonly accept: true; readonly check?: (message: SipMessage) => void }
  | { readonly refuse: string }
  | { readonly invalid: string; readonly status?: number; readonly check?: (message: SipMessage) => void }
  | { readonly ignorable: string; readonly status: number }
  | { readonly unsupported: string; readonly status: number; readonly check?: (message: SipMessage) => void };

interface Case {
  readonly section: string;
  readonly says: string;
  readonly verdict: Verdict;
}

/** An element that knows what RFC 3261 defines. */
const ABILITIES: Abilities = {
  schemes: ["sip", "sips", "tel"],
  extensions: [],
  mediaTypes: ["application/sdp", "multipart/mixed", "text/plain"],
  authentication: ["Digest"],
};

const request = (message: SipMessage): SipRequest => {
  assert.ok(message instanceof SipRequest);
  return message;
};
const response = (message: SipMessage): SipResponse => {
  assert.ok(message instanceof SipResponse);
  return message;
};

const CASES: Readonly<Record<string, Case>> = {
  wsinv: {
    section: "3.1.1.1",
    says: "a short tortuous INVITE: folds, white space, compact forms, escaped quotes, unknown fields; valid",
    verdict: {
      accept: true,
      check: (message) => {
        assert.equal(message.to?.tag, "1918181833n");
        assert.equal(message.from?.displayName, 'J Rosenberg \\"');
        assert.equal(message.from?.tag, "98asjd8");
        assert.equal(message.maxForwards, 68);
        assert.deepEqual(message.cseq, { seq: 9, method: "INVITE" });
        assert.equal(message.vias.length, 3);
        assert.deepEqual(message.vias.map((via) => via.branch), [
          "390skdjuw",
          "z9hG4bK9ikj8",
          "z9hG4bK30239",
        ]);
        assert.equal(message.vias[1]?.host, "spindle.example.com");
        assert.equal(message.get("s"), "");
        assert.equal(message.get("NewFangledHeader"), "newfangled value continued newfangled value");
        assert.equal(message.routes[0]?.uri.params.get("unknownwith"), "value");
        assert.ok(message.routes[0]?.uri.params.has("unknown-no-value"));
        assert.equal(message.contact?.displayName, 'Quoted string ""');
        assert.equal(message.contact?.params.get("newparam"), "newvalue");
        assert.equal(message.contact?.params.get("q"), "0.33");
        assert.equal(message.contentLength, 150);
      },
    },
  },
  intmeth: {
    section: "3.1.1.2",
    says: "every kind of character that is legal somewhere stands there; valid, the method unknown",
    verdict: {
      accept: true,
      check: (message) => {
        assert.equal(request(message).method, "!interesting-Method0123456789_*+`.%indeed'~");
        assert.equal(request(message).uri.password, "&it+has=1,weird!*pas$wo~d_too.(doesn't-it)");
        assert.equal(message.to?.displayName, "BEL:\x07 NUL:\x00 DEL:\x7f");
        assert.equal(message.from?.displayName, "token1~` token2'+_ token3*%!.-");
        assert.equal(message.from?.params.get("fromParam''~+*_!.-%"), "работающий");
        assert.equal(message.from?.tag, "_token~1'+`*%!-.");
        assert.equal(message.callId, "intmeth.word%ZK-!.*_+'@word`~)(><:\\/\"][?}{");
        assert.equal(message.get("extensionHeader-!.%*+_`'~"), "\ufeff大停電");
      },
    },
  },
  esc01: {
    section: "3.1.1.3",
    says: "valid use of % escapes; they do not change what is user and what is host",
    verdict: {
      accept: true,
      check: (message) => {
        assert.equal(request(message).uri.user, "sips:user@example.com");
        assert.equal(request(message).uri.host, "example.net");
        assert.ok(message.to?.uri.equals("sip:user@example.com"));
        assert.equal(message.from?.uri.user, "I have spaces");
        assert.ok(message.contact?.uri.params.has("lr"));
        assert.equal(message.contact?.uri.params.get("name"), "value%41");
      },
    },
  },
  escnull: {
    section: "3.1.1.4",
    says: "escaped NULs in URIs are octets of the user part like others; both Contacts differ",
    verdict: {
      accept: true,
      check: (message) => {
        assert.equal(message.to?.uri.user, "null-\0-null");
        const users = message.contacts.map((one) => one === "*" ? one : one.uri.user);
        assert.deepEqual(users, ["\0", "\0\0"]);
      },
    },
  },
  esc02: {
    section: "3.1.1.5",
    says: "% is no escape in a method, a display name or a header name; three fields, two of them Contact",
    verdict: {
      accept: true,
      check: (message) => {
        assert.equal(request(message).method, "RE%47IST%45R");
        assert.equal(message.to?.displayName, "%Z%45");
        assert.equal(message.contacts.length, 2);
        assert.ok(message.has("C%6Fntact"));
      },
    },
  },
  lwsdisp: {
    section: "3.1.1.6",
    says: "no white space between display name and <; valid",
    verdict: { accept: true, check: (message) => assert.equal(message.from?.displayName, "caller") },
  },
  longreq: {
    section: "3.1.1.7",
    says: "very long values, many Via fields in every spelling; valid",
    verdict: { accept: true, check: (message) => assert.equal(message.vias.length, 34) },
  },
  dblreq: {
    section: "3.1.1.8",
    says: "a REGISTER with more octets behind it in the datagram; they are ignored",
    verdict: {
      accept: true,
      check: (message) => {
        assert.equal(request(message).method, "REGISTER");
        assert.equal(message.body.length, 0);
        assert.ok(message.surplus.length > 0);
      },
    },
  },
  semiuri: {
    section: "3.1.1.9",
    says: "semicolon and what follows belong to the user part of the Request-URI",
    verdict: {
      accept: true,
      check: (message) => {
        assert.equal(request(message).uri.user, "user;par=u@example.net");
        assert.equal(request(message).uri.host, "example.com");
        assert.equal(request(message).uri.params.size, 0);
        assert.equal(message.accept.length, 6);
      },
    },
  },
  transports: {
    section: "3.1.1.10",
    says: "Via transports known and unknown; valid",
    verdict: {
      accept: true,
      check: (message) =>
        assert.deepEqual(message.vias.map((via) => via.transport), ["UDP", "SCTP", "TLS", "UNKNOWN", "TCP"]),
    },
  },
  mpart01: {
    section: "3.1.1.11",
    says: "a multipart MESSAGE with a binary part; valid",
    verdict: {
      accept: true,
      check: (message) => {
        const parts = parseMultipart(message.get("Content-Type") ?? "", message.body);
        assert.equal(parts.length, 2);
        assert.equal(new TextDecoder().decode(parts[0]?.body), "Hello");
        assert.equal(parts[1]?.body[0], 0x30);
        assert.equal(parts[1]?.body.length, 342);
      },
    },
  },
  unreason: {
    section: "3.1.1.12",
    says: "UTF-8 in the reason phrase; valid",
    verdict: {
      accept: true,
      check: (message) =>
        assert.equal(response(message).reason, "= 2**3 * 5**2 но сто девяносто девять - простое"),
    },
  },
  noreason: {
    section: "3.1.1.13",
    says: "an empty reason phrase after its space; valid",
    verdict: { accept: true, check: (message) => assert.equal(response(message).reason, "") },
  },
  badinv01: {
    section: "3.1.2.1",
    says: "separators without parameters in Via and Contact: 400",
    verdict: { invalid: "Via", status: 400 },
  },
  clerr: {
    section: "3.1.2.2",
    says: "Content-Length beyond the datagram: 400",
    verdict: { refuse: "framing" },
  },
  ncl: {
    section: "3.1.2.3",
    says: "negative Content-Length: 400, and a stream cannot be cut any more",
    verdict: { refuse: "Content-Length" },
  },
  scalar02: {
    section: "3.1.2.4",
    says: "CSeq beyond 2^31: 400; Max-Forwards beyond 255 and Expires beyond 2^32 alone could be ignored",
    verdict: {
      invalid: "CSeq",
      status: 400,
      check: (message) => {
        const others = validate(message).filter((defect) => defect.level === "ignorable");
        assert.deepEqual(others.map((defect) => defect.field), ["Max-Forwards", "Expires"]);
        assert.throws(() => message.contact?.expires, SipSyntaxError);
      },
    },
  },
  scalarlg: {
    section: "3.1.2.5",
    says: "a response with overlarge CSeq and Retry-After: discard it",
    verdict: { invalid: "CSeq" },
  },
  quotbal: {
    section: "3.1.2.6",
    says: "display name without its closing quote: 400",
    verdict: { invalid: "To", status: 400 },
  },
  ltgtruri: {
    section: "3.1.2.7",
    says: "Request-URI in angle brackets: always reasonable to refuse with 400",
    verdict: { refuse: "start-line" },
  },
  lwsruri: {
    section: "3.1.2.8",
    says: "white space within the Request-URI: always reasonable to refuse with 400",
    verdict: { refuse: "start-line" },
  },
  lwsstart: {
    section: "3.1.2.9",
    says: "several spaces between the words of the request line: refuse with 400",
    verdict: { refuse: "start-line" },
  },
  trws: {
    section: "3.1.2.10",
    says: "spaces at the end of the request line: refuse with 400",
    verdict: { refuse: "start-line" },
  },
  escruri: {
    section: "3.1.2.11",
    says: "escaped headers in the Request-URI, which must not have any: refuse with 400",
    verdict: { invalid: "start-line", status: 400 },
  },
  baddate: {
    section: "3.1.2.12",
    says: "Date in a zone other than GMT: refuse with 400, or ignore Date",
    verdict: { ignorable: "Date", status: 400 },
  },
  regbadct: {
    section: "3.1.2.13",
    says: "Contact with ? outside angle brackets: refuse with 400",
    verdict: { invalid: "Contact", status: 400 },
  },
  badaspec: {
    section: "3.1.2.14",
    says: "spaces within the angle brackets of To: refuse with 400",
    verdict: { invalid: "To", status: 400 },
  },
  baddn: {
    section: "3.1.2.15",
    says: "commas in display names without quotes: refuse with 400",
    // The file lacks the empty line as well; see below for the message with it.
    verdict: { refuse: "end-of-headers" },
  },
  badvers: {
    section: "3.1.2.16",
    says: "SIP/7.0: 505",
    verdict: { invalid: "start-line", status: 505 },
  },
  mismatch01: {
    section: "3.1.2.17",
    says: "CSeq says another method than the start line: 400",
    verdict: { invalid: "CSeq", status: 400 },
  },
  mismatch02: {
    section: "3.1.2.18",
    says: "the same with an unknown method: 400 (501 for the method would do, too)",
    verdict: { invalid: "CSeq", status: 400 },
  },
  bigcode: {
    section: "3.1.2.19",
    says: "a status code of more than three digits: discard",
    verdict: { refuse: "start-line" },
  },
  badbranch: {
    section: "3.2.1",
    says:
      "a branch of nothing but the cookie: refuse with 400, or fall back to RFC 2543; a parser must not break",
    verdict: { ignorable: "Via", status: 400 },
  },
  insuf: {
    section: "3.3.1",
    says: "no Call-ID, From or To: 400 as far as an answer is possible",
    verdict: {
      invalid: "From",
      status: 400,
      check: (message) => {
        const missing = validate(message).filter((defect) => defect.level === "invalid");
        assert.deepEqual(missing.map((defect) => defect.field), ["From", "To", "Call-ID"]);
      },
    },
  },
  unkscm: {
    section: "3.3.2",
    says: "Request-URI of an unknown scheme: well-formed, 416",
    verdict: { unsupported: "start-line", status: 416 },
  },
  novelsc: {
    section: "3.3.3",
    says: "Request-URI of a scheme known elsewhere: well-formed, 416",
    verdict: { unsupported: "start-line", status: 416 },
  },
  unksm2: {
    section: "3.3.4",
    says: "known schemes in To, From, Contact that are none of SIP: well-formed; a registrar answers 400",
    verdict: {
      unsupported: "To",
      status: 400,
      check: (message) => {
        const schemes = [message.to?.uri.scheme, message.from?.uri.scheme, message.contact?.uri.scheme];
        assert.deepEqual(schemes, ["isbn", "http", "name"]);
      },
    },
  },
  bext01: {
    section: "3.3.5",
    says: "Require with unknown option tags: 420",
    verdict: { unsupported: "Require", status: 420 },
  },
  invut: {
    section: "3.3.6",
    says: "a body of an unknown type: 415",
    verdict: { unsupported: "Content-Type", status: 415 },
  },
  regaut01: {
    section: "3.3.7",
    says: "credentials of an unknown scheme are as none: 401",
    verdict: { unsupported: "Authorization", status: 401 },
  },
  multi01: {
    section: "3.3.8",
    says: "several values of CSeq, Call-ID, From, To, Max-Forwards: 400",
    verdict: {
      invalid: "From",
      status: 400,
      check: (message) => {
        for (const view of ["from", "to", "callId", "cseq", "maxForwards"] as const) {
          assert.throws(() => message[view], SipSyntaxError);
        }
      },
    },
  },
  mcl01: {
    section: "3.3.9",
    says: "two Content-Lengths that differ: 400, no way to find the end",
    verdict: { refuse: "Content-Length" },
  },
  bcast: {
    section: "3.3.10",
    says:
      "a response whose second Via is the broadcast address: well-formed; who would forward it discards it",
    verdict: {
      accept: true,
      check: (message) => assert.equal(message.vias[1]?.host, "255.255.255.255"),
    },
  },
  zeromf: {
    section: "3.3.11",
    says: "Max-Forwards 0: legal; a proxy answers 483",
    verdict: { unsupported: "Max-Forwards", status: 483 },
  },
  cparam01: {
    section: "3.3.12",
    says: "a parameter after a Contact URI without brackets belongs to the field",
    verdict: {
      accept: true,
      check: (message) => {
        assert.ok(message.contact?.params.has("unknownparam"));
        assert.equal(message.contact?.uri.params.size, 0);
      },
    },
  },
  cparam02: {
    section: "3.3.13",
    says: "a parameter within the brackets belongs to the URI",
    verdict: {
      accept: true,
      check: (message) => {
        assert.ok(message.contact?.uri.params.has("unknownparam"));
        assert.equal(message.contact?.params.size, 0);
      },
    },
  },
  regescrt: {
    section: "3.3.14",
    says: "a Contact URI with an escaped Route header; valid",
    verdict: {
      accept: true,
      check: (message) => assert.equal(message.contact?.uri.headers.get("Route"), "<sip:sip.example.com>"),
    },
  },
  sdp01: {
    section: "3.3.15",
    says: "only an unknown body type is accepted in the answer to an INVITE: 406 (or 488)",
    verdict: { unsupported: "Accept", status: 406 },
  },
  inv2543: {
    section: "3.4.1",
    says: "an INVITE after RFC 2543: no branch, no From tag, no Max-Forwards, no Content-Length; to be taken",
    verdict: {
      accept: true,
      check: (message) => {
        assert.equal(message.via?.branch, undefined);
        assert.equal(message.from?.tag, undefined);
        assert.equal(message.text().split("\r\n").length, 7);
        assert.equal(message.to?.params.get("user"), "phone");
      },
    },
  },
};

const folder = new URL("../../../testdata/sip/rfc4475/", import.meta.url);

Deno.test("every message of RFC 4475 at hand is judged", () => {
  const files = [...Deno.readDirSync(folder)].map(({ name }) => name.replace(".dat", ""));
  assert.deepEqual(files.sort(), Object.keys(CASES).sort());
  assert.equal(files.length, 49);
});

for (const [name, { section, says, verdict }] of Object.entries(CASES)) {
  Deno.test(`RFC 4475 ${section} ${name}: ${says}`, () => {
    const octets = Deno.readFileSync(new URL(`${name}.dat`, folder));
    if ("refuse" in verdict) return refuses(octets, verdict.refuse);
    const message = parseMessage(octets);
    assert.deepEqual(message.toBytes(), octets);
    assert.deepEqual(message.clone().set("X-Added", "1").remove("X-Added").toBytes(), octets);
    const defects = validate(message, ABILITIES);
    if ("accept" in verdict) assert.deepEqual(defects, []);
    else {
      const [level, field] = Object.entries(verdict)[0] as ["invalid", string];
      const found = defects.find((defect) => defect.level === level);
      const status = message.kind === "request" ? verdict.status : undefined;
      assert.deepEqual([found?.field, found?.status], [field, status]);
    }
    if ("invalid" in verdict) assert.throws(() => parseStrict(octets), SipSyntaxError);
    else parseStrict(octets);
    if ("check" in verdict) verdict.check?.(message);
  });
}

Deno.test("RFC 4475 3.1.2.15 baddn: with its empty line, the unquoted commas are what is wrong", () => {
  const octets = Deno.readFileSync(new URL("baddn.dat", folder));
  const whole = new Uint8Array([...octets, 0x0d, 0x0a]);
  const message = parseMessage(whole);
  assert.throws(() => message.from, SipSyntaxError);
  assert.throws(() => message.to, SipSyntaxError);
  assert.deepEqual(validate(message).map((defect) => [defect.field, defect.status]), [["From", 400], [
    "To",
    400,
  ]]);
});

function refuses(octets: Uint8Array, field: string): void {
  assert.throws(
    () => parseMessage(octets),
    (error) => error instanceof SipSyntaxError && error.field === field,
  );
  assert.throws(() => parseStrict(octets), SipSyntaxError);
}
