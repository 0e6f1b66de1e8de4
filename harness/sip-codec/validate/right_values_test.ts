/** Values that are right by the grammar of each field, in the shapes the documents show: no view may refuse one. */
import assert from "node:assert/strict";
import { buildRequest, validate } from "../mod.ts";

const RIGHT: readonly (readonly [name: string, ...values: string[]])[] = [
  ["Via", "SIP / 2.0 / UDP first.example.com: 4000;ttl=16 ;maddr=224.2.0.1 ;branch=z9hG4bKa7c6a8dlze.1"],
  ["Via", "SIP/2.0/TLS [2001:db8::1]:5061;received=2001:db8::2;branch=z9hG4bK1;rport=5061;keep=30;alias"],
  ["Via", "SIP/2.0/WSS df7jal23ls0d.invalid;branch=z9hG4bK56sdasks, SIP/2.0/TCP a;branch=z9hG4bK77"],
  [
    "From",
    "Anonymous <sip:c8oqz84zk7z@privacy.example>;tag=hyh8",
    "sip:+12125551212@phone2net.example;tag=887s",
  ],
  ["From", '"A. G. \\"Bell\\", Jr." <sips:agb@bell.example> ;tag=a48s', "<tel:+1-201-555-0123>;tag=1"],
  [
    "To",
    "The Operator <sip:operator@cs.example>;tag=287447",
    "sip:user:pass-word@h.example",
    "<mailto:a@b.example>",
  ],
  [
    "Contact",
    '"Mr. Watson" <sip:watson@w.example> ;q=0.7; expires=3600, "Mr. Watson" <mailto:watson@b.example> ;q=0.1',
  ],
  [
    "Contact",
    "*",
    '<sips:bob@192.0.2.4>;expires=60;+sip.instance="<urn:uuid:0>";reg-id=1;audio;+g.oma.sip-im',
  ],
  ["Call-ID", "f81d4fae-7dec-11d0-a765-00a0c91e6bf6@biloxi.example", "1", "a.b-c!%*_+`'~()<>:\\\"/[]?{}@x"],
  ["CSeq", "4711 INVITE", "0 INVITE", "2147483647 INVITE"],
  ["Max-Forwards", "6", "070", "255"],
  ["Route", "<sip:bigbox3.site3.example;lr>,<sip:server10.example;lr>"],
  ["Record-Route", "<sip:server10.example;lr>, <sip:[2001:db8::1]:5060;lr;transport=tcp>"],
  ["Service-Route", "<sip:orig@scscf.home1.example;lr>"],
  ["Path", "<sip:term@pcscf.visited.example;lr;ob>"],
  ["Accept", "application/sdp;level=1, application/x-private, text/html", "", "*/*", "text/*;q=0.5"],
  ["Content-Type", "text/html; charset=ISO-8859-4", 'multipart/mixed;boundary="--b"', "Application / SDP"],
  ["Content-Disposition", "session;handling=optional", "render"],
  ["Date", "Sat, 13 Nov 2010 23:29:00 GMT"],
  ["Expires", "0", "4294967295"],
  ["Require", "100rel, sec-agree"],
  ["Supported", "", "path , gruu"],
  ["Allow", "INVITE, ACK, OPTIONS, CANCEL, BYE", ""],
  ["Event", "reg", "presence.winfo;id=1"],
  ["Subscription-State", "active;expires=60", "terminated;reason=deactivated;retry-after=5"],
  [
    "Refer-To",
    "<sip:dave@denver.example?Replaces=12345%40h%3Bto-tag%3D1%3Bfrom-tag%3D2>",
    "sip:a@b;method=INVITE",
  ],
  ["Referred-By", '<sip:r@ref.example>;cid="20398823.2UWQFN309shb3@ref.example"'],
  [
    "Replaces",
    "98732@sip.example;from-tag=r33th4x0r;to-tag=ff87ff",
    "12adf2f34456gs5;to-tag=1;from-tag=0;early-only",
  ],
  ["Reason", 'SIP ;cause=580 ;text="Precondition Failure", Q.850;cause=16'],
  ["Retry-After", "18000;duration=3600", "120 (I'm in a (long) meeting)"],
  ["RSeq", "988789", "4294967295"],
  ["RAck", "776656 1 INVITE"],
  ["Session-Expires", "4000;refresher=uac"],
  ["Min-SE", "60;lr"],
  ["Privacy", "id", "header; user; critical", "none"],
  ["P-Asserted-Identity", '"Cullen Jennings" <sip:fluffy@cisco.example>, <tel:+14085264000>'],
  ["P-Preferred-Identity", "sip:a@b", "<sips:a@b>"],
  ["P-Associated-URI", "<sip:user1_public1@home1.example>, <tel:+4930>;x=y", ""],
  ["P-Called-Party-ID", "<sip:user1_business@example.com>"],
  [
    "P-Access-Network-Info",
    "IEEE-802.11b",
    '3GPP-UTRAN-TDD; utran-cell-id-3gpp=234151D0FCE11;network-provided, ADSL;dsl-location="x y"',
  ],
  ["P-Visited-Network-ID", 'other.example, "Visited network number 1"'],
  ["P-Charging-Vector", "icid-value=1234bc9876e; icid-generated-at=192.0.6.8; orig-ioi=home1.example"],
  ["P-Charging-Function-Addresses", "ccf=192.1.1.1; ccf=192.1.1.2; ecf=[2001:db8::1]"],
  ["P-Early-Media", "supported", "sendrecv, inactive"],
  [
    "Security-Client",
    "digest",
    "ipsec-3gpp; alg=hmac-sha-1-96; ealg=null; spi-c=4294967295; port-c=1, tls;q=0.2",
  ],
  [
    "WWW-Authenticate",
    'Digest realm="a.example", domain="sip:ss1.example", qop="auth,auth-int", nonce="", opaque="", stale=FALSE, algorithm=MD5',
  ],
  ["WWW-Authenticate", 'NTLM realm="x", targetname="y"'],
  [
    "Authorization",
    'Digest username="Alice", realm="a", nonce="8", uri="sip:a;b=c", response="", nc=00000001, qop=auth,auts="a/b="',
  ],
  ["Authorization", "Bearer a.b-c_d~e+f/g==", "Basic dXNlcjpwYXNz"],
  ["Authentication-Info", 'nextnonce="47364c23432d2e131a5fb210812c"'],
  ["Identity", "eyJ.eyJ.c2ln;info=<https://biloxi.example/biloxi.cer>;alg=ES256", '"ZYNB=";alg=rsa-sha1'],
  ["Call-Info", "<http://www.example.com/alice/photo.jpg> ;purpose=icon, <cid:a@b>;purpose=info"],
  ["Geolocation", "<cid:target123@atlanta.example>"],
  ["History-Info", "<sip:bob@b.example?Reason=SIP%3Bcause%3D302>;index=1.1;mp=1, <tel:+49>;index=1.2;rc=1"],
  ["Accept-Contact", '*;+g.3gpp.icsi-ref="urn%3Aurn-7%3A3gpp-service.ims.icsi.mmtel";require;explicit'],
  ["Feature-Caps", "*;+g.3gpp.srvcc-alerting;+g.3gpp.ps2cs-srvcc-orig-pre-alerting"],
];

const REQUEST = {
  Via: "SIP/2.0/UDP pc33.example;branch=z9hG4bK1",
  From: "<sip:alice@atlanta.example>;tag=1",
  To: "<sip:bob@biloxi.example>",
  "Call-ID": "1",
  CSeq: "1 INVITE",
};

for (const [name, ...values] of RIGHT) {
  Deno.test(`${name} may be ${values.map((value) => JSON.stringify(value)).join(" or ")}`, () => {
    for (const value of values) {
      const request = buildRequest("INVITE", "sip:a", REQUEST).set(name, value);
      assert.deepEqual(validate(request), [], value);
      // The same in the shortest and the longest way that white space allows.
      const folded = buildRequest("INVITE", "sip:a", REQUEST).set(name, `\r\n  ${value}\r\n \t`);
      assert.deepEqual(validate(folded), [], `folded ${value}`);
      assert.equal(folded.get(name), value);
    }
  });
}
