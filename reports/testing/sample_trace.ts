/** Traces of the sample run, made up. */
import type { TraceRecord } from "../../harness/runner/events.ts";

const UE = "192.0.2.10:45061";
const BOB = "192.0.2.11:45070";
const PCSCF = "198.51.100.5:5060";

/** REGISTER, 401, REGISTER, 200. */
export function registerTrace(
  at: number,
  { leak, transport }: { leak: boolean; transport: string },
): TraceRecord[] {
  const keys = leak ? ', ck="00112233445566778899aabbccddeeff", ik="ffeeddccbbaa99887766554433221100"' : "";
  const challenge =
    `WWW-Authenticate: Digest realm="home1.example", nonce="mJ2c5Q0Zk8vX3p9LrT1yUw4b6Ne7AqHd0sFgKjR2tVo=", algorithm=AKAv1-MD5, qop="auth"${keys}`;
  const answer =
    'Authorization: Digest username="alice@home1.example", realm="home1.example", uri="sip:home1.example", nonce="mJ2c5Q0Zk8vX3p9LrT1yUw4b6Ne7AqHd0sFgKjR2tVo=", response="6629fae49393a05397450978507c4ef1", algorithm=AKAv1-MD5, cnonce="0a4f113b", qop=auth, nc=00000001';
  return records(at, [
    ["out", 0, request("REGISTER", "sip:home1.example", 1, ["Expires: 600000"])],
    ["in", 14.2, response("401 Unauthorized", "REGISTER", 1, [challenge])],
    ["note", 14.4, "The UE answers with the right RES"],
    ["out", 16.1, request("REGISTER", "sip:home1.example", 2, ["Expires: 600000", answer])],
    [
      "in",
      41.75,
      response("200 OK", "REGISTER", 2, [
        "Service-Route: <sip:orig@scscf.home1.example;lr>",
        "P-Associated-URI: <sip:alice@home1.example>, <tel:+15555550100>",
      ]),
    ],
  ], transport);
}

/** A call from alice to bob through the P-CSCF. */
export function callTrace(at: number): TraceRecord[] {
  const sdp =
    "v=0\r\no=- 1 1 IN IP4 192.0.2.10\r\ns=-\r\nc=IN IP4 192.0.2.10\r\nt=0 0\r\nm=audio 40000 RTP/AVP 8\r\na=rtpmap:8 PCMA/8000\r\n";
  const offer = [
    "Privacy: id",
    "P-Preferred-Identity: <sip:alice@home1.example>",
    "Content-Type: application/sdp",
  ];
  const bob = { actor: "ue:bob", local: BOB };
  return records(at, [
    ["out", 0, request("INVITE", "sip:bob@home1.example", 1, offer, sdp)],
    ["in", 3.1, response("100 Trying", "INVITE", 1, [])],
    [
      "in",
      21.4,
      request("INVITE", "sip:bob@192.0.2.11:45070", 1, ["Privacy: id", "Content-Type: application/sdp"], sdp),
      bob,
    ],
    ["out", 22.6, response("180 Ringing", "INVITE", 1, []), bob],
    ["in", 29.9, response("180 Ringing", "INVITE", 1, [])],
    ["out", 130.5, response("200 OK", "INVITE", 1, ["Content-Type: application/sdp"], sdp), bob],
    ["in", 137.8, response("200 OK", "INVITE", 1, ["Content-Type: application/sdp"], sdp)],
    ["out", 138.9, request("ACK", "sip:bob@192.0.2.11:45070", 1, [])],
    ["in", 141.2, request("ACK", "sip:bob@192.0.2.11:45070", 1, []), bob],
    ["out", 640, request("BYE", "sip:bob@192.0.2.11:45070", 2, [])],
    ["in", 644.7, request("BYE", "sip:bob@192.0.2.11:45070", 2, []), bob],
    ["out", 645.2, response("403 Forbidden", "BYE", 2, []), bob],
    ["in", 650.3, response("403 Forbidden", "BYE", 2, [])],
  ], "udp");
}

/** An INVITE that nobody answers, its retransmissions, and something that is no SIP. */
export function silentTrace(at: number): TraceRecord[] {
  const invite = request("INVITE", "sip:bob@home1.example", 1, []);
  const esp = Uint8Array.from({ length: 84 }, (_, index) => (index * 37) & 0xff);
  return [
    ...records(at, [["out", 0, invite], ["out", 500, invite], ["out", 1500, invite]], "udp"),
    {
      ...records(at, [["in", 1720, ""]], "ip")[0]!,
      n: 4,
      layer: "esp",
      summary: "ESP 84 octets",
      bytes: esp.toBase64(),
    },
    {
      ...records(at, [["in", 3600, ""]], "tcp")[0]!,
      n: 5,
      layer: "tcp",
      summary: "connection reset",
      note: "connection reset",
    },
  ];
}

/** A handshake that succeeds and carries SIP, one that we refuse, one that is not answered, and what is no TLS. */
export function tlsTrace(at: number): TraceRecord[] {
  const [hello, chosen] = [
    "TLS ClientHello TLSv1.2 TLSv1.3, SNI pcscf",
    "ServerHello TLSv1.3 TLS_AES_128_GCM_SHA256",
  ];
  const rows: [
    connection: string,
    direction: "out" | "in",
    layer: string,
    summary: string,
    octets?: string,
  ][] = [
    ["tls-4", "out", "tls", `${hello}, 305 octets`],
    ["tls-4", "in", "tls", `TLS ${chosen}, ChangeCipherSpec, application data, 1327 octets`],
    ["tls-4", "out", "tls", "TLS ChangeCipherSpec, application data, 64 octets"],
    ["tls-4", "out", "sip", "REGISTER sip:home1.example", request("REGISTER", "sip:home1.example", 1, [])],
    ["tls-4", "out", "tls", "TLS application data, 961 octets"],
    ["tls-4", "in", "tls", "TLS application data, 367 octets"],
    ["tls-4", "in", "sip", "403 Forbidden", response("403 Forbidden", "REGISTER", 1, [])],
    ["tls-9", "out", "tls", `${hello}, 305 octets`],
    ["tls-9", "in", "tls", `TLS ${chosen}, ChangeCipherSpec, application data, 1327 octets`],
    ["tls-9", "out", "tls", "TLS fatal alert unknown_ca (48), 7 octets"],
    ["tls-9", "out", "tcp", 'we sent the fatal alert "unknown_ca" (48): certificate verify failed', ""],
    ["tls-4", "in", "tcp", "the peer closed the connection with close_notify", ""],
    ["tls-11", "out", "tls", `${hello}, 305 octets`],
    ["tls-12", "out", "tls", "TLS ClientHello TLSv1.0, 52 octets"],
    ["tls-12", "in", "tls", "TLS fatal alert protocol_version (70), 7 octets"],
    ["tls-13", "out", "tls", "TLS ClientHello TLSv1.2, 52 octets"],
    [
      "tls-13",
      "in",
      "tls",
      "TLS ServerHello TLSv1.2 TLS_RSA_WITH_NULL_SHA, Certificate, ServerHelloDone, 1180 octets",
    ],
    ["tls-13", "out", "tcp", "we closed the connection", ""],
  ];
  return rows.map(([connection, direction, layer, summary, octets = "\0\x16\x03"], index) => ({
    ...records(at, [[direction, index, octets]], "tls")[0]!,
    n: index + 1,
    layer,
    summary,
    remote: "198.51.100.5:5061",
    connection,
  }));
}

type Row = readonly [
  "out" | "in" | "note",
  number,
  string,
  { readonly actor: string; readonly local: string }?,
];

function records(at: number, rows: readonly Row[], transport: string): TraceRecord[] {
  return rows.map(([what, after, text, side], index): TraceRecord => {
    const isNote = what === "note";
    const millis = at + after;
    const micros = String(Math.round((millis % 1) * 1000)).padStart(3, "0");
    const line = text.split("\r\n")[0] ?? "";
    return {
      n: index + 1,
      time: new Date(Math.floor(millis)).toISOString().replace("Z", `${micros}Z`),
      direction: what === "in" ? "in" : "out",
      layer: isNote ? "note" : "sip",
      transport: isNote ? "" : transport,
      local: isNote ? "" : side?.local ?? UE,
      remote: isNote ? "" : PCSCF,
      actor: isNote ? "case" : side?.actor ?? "ue:alice",
      sha256: "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
      summary: isNote ? text : line.replace(/^SIP\/2\.0 | SIP\/2\.0$/g, ""),
      bytes: isNote ? "" : new TextEncoder().encode(text).toBase64(),
    };
  });
}

function request(method: string, uri: string, cseq: number, headers: readonly string[], body = ""): string {
  return message(`${method} ${uri} SIP/2.0`, method, cseq, headers, body);
}

function response(
  status: string,
  method: string,
  cseq: number,
  headers: readonly string[],
  body = "",
): string {
  return message(`SIP/2.0 ${status}`, method, cseq, headers, body);
}

function message(
  startLine: string,
  method: string,
  cseq: number,
  headers: readonly string[],
  body: string,
): string {
  return [
    startLine,
    "Via: SIP/2.0/UDP 192.0.2.10:45061;branch=z9hG4bKnashds7;rport",
    "Max-Forwards: 70",
    "From: <sip:alice@home1.example>;tag=456248",
    "To: <sip:alice@home1.example>",
    "Call-ID: 843817637684230@998sdasdh09",
    `CSeq: ${cseq} ${method}`,
    "Contact: <sip:192.0.2.10:45061;transport=udp>",
    ...headers,
    `Content-Length: ${new TextEncoder().encode(body).length}`,
    "",
    body,
  ].join("\r\n");
}
