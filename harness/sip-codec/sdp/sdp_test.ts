import assert from "node:assert/strict";
import { buildSdp, parseSdp, SipSyntaxError } from "../mod.ts";

const OFFER = [
  "v=0",
  "o=- 2987933615 2987933616 IN IP6 2001:db8::33",
  "s=-",
  "c=IN IP6 2001:db8::33",
  "b=AS:64",
  "t=0 0",
  "a=group:BUNDLE 1",
  "m=audio 49120/2 RTP/SAVP 97 96",
  "c=IN IP4 192.0.2.1",
  "a=rtpmap:97 AMR/8000/1",
  "a=curr:qos local none",
  "a=curr:qos remote none",
  "a=des:qos mandatory local sendrecv",
  "a=des:qos optional remote sendrecv",
  "a=conf:qos remote recv",
  "a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:WVNfX19zZW1jdGwgKCkgewkyMjA7fQp9CnVubGVz|2^20|1:4 FEC_ORDER=FEC_SRTP",
  "a=sendonly",
  "m=message 2855 TCP/TLS/MSRP *",
  "a=path:msrps://relay.example:2855/a;tcp msrps://alice.example:7654/jshA7weztas;tcp",
  "a=accept-types:message/cpim text/plain",
  "a=setup:active",
  "a=connection:new",
  "a=fingerprint:SHA-256 0A:1B:FF",
  "m=application 50000 TCP/TLS/BFCP *",
  "a=setup:passive",
  "a=floorctrl:c-only s-only",
  "a=confid:4321",
  "a=userid:1234",
  "a=floorid:1 mstrm:10 11",
  "m=image 4646 UDP/TLS/UDPTL t38",
  "a=setup:actpass",
  "a=fingerprint:sha-1 4A:AD",
  "a=tls-id:abc",
  "a=T38FaxRateManagement:transferredTCF",
  "",
].join("\r\n");

Deno.test("parseSdp() reads session and media lines", () => {
  const sdp = parseSdp(OFFER);
  assert.equal(sdp.toString(), OFFER);
  assert.deepEqual(sdp.defects, []);
  assert.equal(sdp.origin?.sessionVersion, "2987933616");
  assert.equal(sdp.origin?.address, "2001:db8::33");
  assert.deepEqual(sdp.connection, { networkType: "IN", addressType: "IP6", address: "2001:db8::33" });
  assert.deepEqual(sdp.bandwidths, [{ type: "AS", value: 64 }]);
  assert.equal(sdp.sessionName, "-");
  assert.deepEqual(sdp.attributes, [["group", "BUNDLE 1"]]);
  assert.deepEqual(sdp.media.map((one) => one.type), ["audio", "message", "application", "image"]);
  const [audio] = sdp.media;
  assert.equal(audio?.port, 49120);
  assert.equal(audio?.portCount, 2);
  assert.equal(audio?.protocol, "RTP/SAVP");
  assert.deepEqual(audio?.formats, ["97", "96"]);
  assert.equal(audio?.connection?.address, "192.0.2.1");
  assert.equal(audio?.direction, "sendonly");
});

Deno.test("parseSdp() reads SDES (RFC 4568) and preconditions (RFC 3312)", () => {
  const audio = parseSdp(OFFER).media[0];
  const [crypto] = audio?.crypto ?? [];
  assert.equal(crypto?.tag, 1);
  assert.equal(crypto?.suite, "AES_CM_128_HMAC_SHA1_80");
  assert.deepEqual(crypto?.keys, [
    {
      method: "inline",
      key: "WVNfX19zZW1jdGwgKCkgewkyMjA7fQp9CnVubGVz",
      lifetime: "2^20",
      mki: { value: 1, length: 4 },
    },
  ]);
  assert.deepEqual(crypto?.sessionParams, ["FEC_ORDER=FEC_SRTP"]);
  assert.deepEqual(audio?.currentStatus.map((one) => `${one.status} ${one.direction}`), [
    "local none",
    "remote none",
  ]);
  assert.deepEqual(audio?.desiredStatus.map((one) => one.strength), ["mandatory", "optional"]);
  assert.deepEqual(audio?.confirm, [{ precondition: "qos", status: "remote", direction: "recv" }]);
});

Deno.test("parseSdp() reads MSRP, BFCP, T.38 over DTLS (RFC 4975, 8856, 7345, 8122, 4145)", () => {
  const [, msrp, bfcp, fax] = parseSdp(OFFER).media;
  assert.deepEqual(msrp?.path, [
    "msrps://relay.example:2855/a;tcp",
    "msrps://alice.example:7654/jshA7weztas;tcp",
  ]);
  assert.deepEqual(msrp?.acceptTypes, ["message/cpim", "text/plain"]);
  assert.equal(msrp?.setup, "active");
  assert.equal(msrp?.connectionUse, "new");
  assert.deepEqual(msrp?.fingerprints, [{ hash: "sha-256", octets: Uint8Array.of(0x0a, 0x1b, 0xff) }]);
  assert.deepEqual(bfcp?.floorctrl, ["c-only", "s-only"]);
  assert.equal(bfcp?.confid, 4321);
  assert.equal(bfcp?.userid, 1234);
  assert.deepEqual(bfcp?.floorids, [{ id: 1, streams: ["10", "11"] }]);
  assert.equal(fax?.protocol, "UDP/TLS/UDPTL");
  assert.equal(fax?.setup, "actpass");
  assert.equal(fax?.tlsId, "abc");
  assert.equal(fax?.attribute("T38FaxRateManagement"), "transferredTCF");
});

Deno.test("parseSdp() takes what departs from the RFC and can be read, and says how", () => {
  const odd = "\nv=0\ns=-\no=x\nm=audio 492170 RTP/AVP\na=x";
  const sdp = parseSdp(odd);
  assert.equal(sdp.toString(), odd);
  assert.equal(sdp.media[0]?.port, 492170);
  assert.deepEqual(sdp.defects, [
    'does not begin with "v=0"',
    "lacks t=",
    "session lines out of order",
    "port 492170 of m=audio is beyond 65535",
    "m=audio has no format",
    "m=audio has no c= line",
    "line ends without CR",
    "the last line does not end",
    "an empty line",
  ]);
  assert.throws(() => sdp.origin, SipSyntaxError);
});

Deno.test("parseSdp() refuses lines of another form", () => {
  for (
    const text of [
      "Test",
      "v",
      "=0",
      "v=0\r\nnonsense",
      "v=0\r\nm=audio\r\n",
      "m=audio x RTP/AVP 0",
      "m=audio 1",
      "1=2",
      "v=\0",
    ]
  ) {
    assert.throws(() => parseSdp(text), SipSyntaxError, JSON.stringify(text));
  }
});

Deno.test("typed attributes refuse what is malformed", () => {
  const media = (line: string) => parseSdp(`m=audio 1 RTP/AVP 0\r\n${line}\r\n`).media[0];
  const refused: [string, (m: NonNullable<ReturnType<typeof media>>) => unknown][] = [
    ["a=crypto:x AES inline:a", (m) => m.crypto],
    ["a=crypto:1 AES", (m) => m.crypto],
    ["a=crypto:1 AES inline:", (m) => m.crypto],
    ["a=crypto:1 AES inline:a|b", (m) => m.crypto],
    ["a=fingerprint:sha-256 A:B", (m) => m.fingerprints],
    ["a=fingerprint:sha-256", (m) => m.fingerprints],
    ["a=curr:qos local", (m) => m.currentStatus],
    ["a=des:qos local none", (m) => m.desiredStatus],
    ["a=floorid:x", (m) => m.floorids],
    ["a=confid:x", (m) => m.confid],
    ["c=IN IP4", (m) => m.connection],
    ["b=AS", (m) => m.bandwidths],
  ];
  for (const [line, read] of refused) {
    const section = media(line);
    assert.ok(section !== undefined);
    assert.throws(() => read(section), SipSyntaxError, line);
  }
});

Deno.test("a description can be changed, and every other line stays", () => {
  const sdp = parseSdp(OFFER);
  const [audio, msrp] = sdp.media;
  assert.ok(audio && msrp);
  audio.port = 0;
  audio.direction = "inactive";
  audio.removeAttribute("crypto");
  msrp.setAttribute("setup", "passive").addAttribute("x", "1").setLine("c", "IN IP4 192.0.2.9");
  sdp.removeLines("b").setLine("i", "information").setAttribute("ice-lite");
  const expected = OFFER.replace("m=audio 49120/2", "m=audio 0").replace("a=sendonly", "a=inactive")
    .replace(/a=crypto.*\r\n/, "").replace("a=setup:active", "a=setup:passive")
    .replace("0A:1B:FF\r\n", "0A:1B:FF\r\na=x:1\r\n").replace(
      "MSRP *\r\n",
      "MSRP *\r\nc=IN IP4 192.0.2.9\r\n",
    )
    .replace("b=AS:64\r\n", "").replace("s=-\r\n", "s=-\r\ni=information\r\n")
    .replace("BUNDLE 1\r\n", "BUNDLE 1\r\na=ice-lite\r\n");
  assert.equal(sdp.toString(), expected);
  assert.throws(() => sdp.setLine("s", "a\r\nb"), SipSyntaxError);
  assert.equal(parseSdp("v=0").addAttribute("x").toString(), "v=0\r\na=x\r\n");
});

Deno.test("buildSdp() makes what parseSdp() reads", () => {
  const sdp = buildSdp({
    origin: { sessionId: "7", sessionVersion: "8" },
    connection: "2001:db8::1",
    bandwidths: [{ type: "AS", value: 30 }],
    attributes: [["group", "BUNDLE 1"], "ice-lite"],
    media: [
      {
        type: "audio",
        port: 4000,
        protocol: "RTP/AVP",
        formats: [0, 8],
        attributes: ["sendrecv", ["ptime", "20"]],
      },
      { type: "image", port: 0, protocol: "udptl", formats: ["t38"], connection: "192.0.2.1" },
    ],
  });
  assert.equal(
    sdp.toString(),
    [
      "v=0",
      "o=- 7 8 IN IP6 2001:db8::1",
      "s=-",
      "c=IN IP6 2001:db8::1",
      "b=AS:30",
      "t=0 0",
      "a=group:BUNDLE 1",
      "a=ice-lite",
      "m=audio 4000 RTP/AVP 0 8",
      "a=sendrecv",
      "a=ptime:20",
      "m=image 0 udptl t38",
      "c=IN IP4 192.0.2.1",
      "",
    ].join("\r\n"),
  );
  assert.deepEqual(sdp.defects, []);
  assert.throws(() => buildSdp({ sessionName: "a\r\nm=audio" }), SipSyntaxError);
});
