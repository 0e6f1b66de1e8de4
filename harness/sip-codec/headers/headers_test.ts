/** Field values by family: what is read, what is refused, what is written. */
import assert from "node:assert/strict";
import {
  formatAccessNetworkInfo,
  formatAuthenticationInfo,
  formatBareParams,
  formatChallenge,
  formatCredentials,
  formatCSeq,
  formatDate,
  formatDialogId,
  formatEvent,
  formatIdentity,
  formatMediaType,
  formatNameAddr,
  formatRAck,
  formatRetryAfter,
  formatSecurity,
  formatSessionExpires,
  formatTokenWithParams,
  formatUriInfo,
  formatVia,
  formatVisitedNetworkId,
  parseAccessNetworkInfo,
  parseAuthenticationInfo,
  parseBareParams,
  parseChallenge,
  parseContacts,
  parseCredentials,
  parseCSeq,
  parseDate,
  parseDialogId,
  parseEvent,
  parseIdentity,
  parseMediaType,
  parseNameAddr,
  parseNameAddrs,
  parseRAck,
  parseRetryAfter,
  parseSecurityMechanisms,
  parseSessionExpires,
  parseTokens,
  parseTokenWithParams,
  parseUriInfos,
  parseVia,
  parseVias,
  parseVisitedNetworkId,
  SipSyntaxError,
} from "../mod.ts";

function refuses(parse: (text: string) => unknown, texts: readonly string[]): void {
  for (const text of texts) assert.throws(() => parse(text), SipSyntaxError, JSON.stringify(text));
}

Deno.test("parseNameAddr() reads the three forms", () => {
  const quoted = parseNameAddr('"A. G. \\"Bell\\"" <sip:agb@bell.example;lr>;tag=a48s ; x="y;z"');
  assert.equal(quoted.displayName, 'A. G. "Bell"');
  assert.equal(quoted.uri.toString(), "sip:agb@bell.example;lr");
  assert.equal(quoted.tag, "a48s");
  assert.equal(quoted.params.get("x"), "y;z");
  const tokens = parseNameAddr("Anonymous Caller <sip:c8oqz84zk7z@privacy.org>;tag=hyh8");
  assert.equal(tokens.displayName, "Anonymous Caller");
  const bare = parseNameAddr("sip:+12125551212@server.example;tag=887s");
  assert.equal(bare.displayName, undefined);
  assert.equal(bare.uri.toString(), "sip:+12125551212@server.example");
  assert.equal(bare.tag, "887s");
  assert.equal(parseNameAddr("<tel:+1-201-555-0123>").uri.number, "+12015550123");
});

Deno.test("parseNameAddr() refuses what has no safe reading", () => {
  refuses(parseNameAddr, [
    "",
    "<>",
    "<sip:a@b",
    "sip:a@b>",
    '"open <sip:a@b>',
    '"a" sip:a@b',
    "Bell, Alexander <sip:a@b>",
    "a@b <sip:a@b>",
    "< sip:a@b >",
    "sip:a@b?x=y",
    "<sip:a@b>;",
    "<sip:a@b>;;tag=1",
    "<sip:a@b>;tag=",
    "<sip:a@b> tag=1",
    "<sip:a@b>,<sip:c@d>",
    "<<sip:a@b>>",
    "Jürgen <sip:a@b>",
    "*",
  ]);
});

Deno.test("parseNameAddrs() splits at the commas that separate", () => {
  const list = parseNameAddrs('"a,b" <sip:a@b;x=1?h=2>;q=0.5, sip:c@d , <sip:e,f@g>');
  assert.deepEqual(list.map((one) => one.uri.toString()), ["sip:a@b;x=1?h=2", "sip:c@d", "sip:e,f@g"]);
  assert.deepEqual(parseNameAddrs(""), []);
  refuses(parseNameAddrs, ["<sip:a@b>,", ",<sip:a@b>", "<sip:a@b>,,<sip:c@d>"]);
});

Deno.test("parseContacts() takes the star alone", () => {
  assert.deepEqual(parseContacts("*"), ["*"]);
  refuses(parseContacts, ["*, <sip:a@b>", "*;expires=0", "**"]);
  const [contact] = parseContacts("<sip:a@b>;expires=600000;q=0.8");
  assert.ok(contact !== undefined && contact !== "*");
  assert.equal(contact.expires, 600000);
});

Deno.test("formatNameAddr() quotes a display name that needs it, and puts the tag in its place", () => {
  assert.equal(formatNameAddr({ uri: "sip:a@b" }), "<sip:a@b>");
  assert.equal(
    formatNameAddr({ displayName: "Alice B", uri: "sip:a@b", tag: "1" }),
    "Alice B <sip:a@b>;tag=1",
  );
  assert.equal(formatNameAddr({ displayName: 'a "b"', uri: "sip:a@b" }), '"a \\"b\\"" <sip:a@b>');
  assert.equal(formatNameAddr({ displayName: "", uri: "sip:a@b" }), '"" <sip:a@b>');
  const parsed = parseNameAddr("<sip:a@b>;x=1;tag=old;y=2");
  assert.equal(formatNameAddr(parsed), "<sip:a@b>;x=1;tag=old;y=2");
  assert.equal(formatNameAddr({ ...parsed, tag: "new" }), "<sip:a@b>;x=1;tag=new;y=2");
  assert.equal(formatNameAddr({ ...parsed, params: parsed.params.without("tag") }), "<sip:a@b>;x=1;y=2");
});

Deno.test("parseVia() reads sent-protocol, sent-by and parameters", () => {
  const via = parseVia(
    "SIP / 2.0 / TLS  [2001:db8::9:1] : 5061 ;branch=z9hG4bK1;received=192.0.2.1;rport=4000;x",
  );
  assert.equal(via.protocol, "SIP/2.0");
  assert.equal(via.transport, "TLS");
  assert.equal(via.host, "[2001:db8::9:1]");
  assert.equal(via.port, 5061);
  assert.equal(via.branch, "z9hG4bK1");
  assert.equal(via.received, "192.0.2.1");
  assert.equal(via.rport, 4000);
  const asSent = parseVia("SIP/2.0/UDP example.com;rport");
  assert.equal(asSent.rport, "");
  assert.equal(asSent.port, undefined);
  assert.equal(asSent.branch, undefined);
  assert.equal(parseVias("SIP/2.0/UDP a, SIP/2.0/UDP b").length, 2);
});

Deno.test("parseVia() refuses what has no safe reading", () => {
  refuses(parseVia, [
    "",
    "SIP/2.0/UDP",
    "SIP/2.0 a.example",
    "SIP/2.0/UDPa.example;branch=",
    "SIP/2.0/UDP a.example;;",
    "SIP/2.0/UDP a.example:",
    "SIP/2.0/UDP a.example:70000",
    "SIP/2.0/UDP [::1",
    "SIP/2.0/UDP a.example;branch",
    "SIP/2.0/UDP a.example;branch=1;branch=2",
    "SIP/2.0/UDP a.example (comment)",
    "SIP/2.0/UDP a.example, SIP/2.0/UDP b.example",
  ]);
  assert.throws(() => parseVia("SIP/2.0/UDP a;rport=x").rport, SipSyntaxError);
});

Deno.test("formatVia() mirrors parseVia()", () => {
  const text = "SIP/2.0/UDP [::1]:5060;branch=z9hG4bK1;rport";
  assert.equal(formatVia(parseVia(text)), text);
  assert.equal(formatVia({ ...parseVia(text), branch: "x" }), "SIP/2.0/UDP [::1]:5060;branch=x;rport");
  const built = formatVia({
    transport: "TCP",
    host: "::1",
    port: 1,
    branch: "b",
    params: { rport: undefined },
  });
  assert.equal(built, "SIP/2.0/TCP [::1]:1;rport;branch=b");
});

Deno.test("parseCSeq() and parseRAck() keep their limits", () => {
  assert.deepEqual(parseCSeq("0009  INVITE"), { seq: 9, method: "INVITE" });
  assert.deepEqual(parseCSeq("2147483647 A"), { seq: 2147483647, method: "A" });
  assert.equal(formatCSeq({ seq: 1, method: "BYE" }), "1 BYE");
  refuses(parseCSeq, [
    "",
    "1",
    "INVITE",
    "1INVITE",
    "-1 INVITE",
    "1.0 INVITE",
    "2147483648 A",
    "1 A B",
    "1 A/B",
  ]);
  assert.deepEqual(parseRAck("4294967295 1 INVITE"), { rseq: 4294967295, cseq: 1, method: "INVITE" });
  assert.equal(formatRAck({ rseq: 1, cseq: 2, method: "INVITE" }), "1 2 INVITE");
  refuses(parseRAck, ["1 INVITE", "1 2", "4294967296 1 INVITE"]);
});

Deno.test("parseChallenge() reads a challenge of IMS AKA", () => {
  const { scheme, parameters } = parseChallenge(
    'Digest realm="home1.net", nonce="A+b/c==", algorithm=AKAv1-MD5, qop="auth,auth-int", ik="00", CK="11"',
  );
  assert.equal(scheme, "Digest");
  assert.equal(parameters.get("realm"), "home1.net");
  assert.equal(parameters.get("nonce"), "A+b/c==");
  assert.equal(parameters.get("algorithm"), "AKAv1-MD5");
  assert.equal(parameters.get("ck"), "11");
  refuses(parseChallenge, [
    "",
    "Digest",
    "Digest ",
    "Digest realm",
    "Digest realm=",
    'Digest realm="a",',
    'Digest realm="a',
  ]);
});

Deno.test("formatChallenge() and formatCredentials() quote by the grammar of Digest", () => {
  const challenge = formatChallenge({
    scheme: "Digest",
    parameters: { realm: "a b", nonce: "n", algorithm: "SHA-256", stale: "true", qop: "auth" },
  });
  assert.equal(challenge, 'Digest realm="a b", nonce="n", algorithm=SHA-256, stale=true, qop="auth"');
  const parameters = {
    username: "u",
    response: "00",
    uri: "sip:h",
    algorithm: "MD5",
    qop: "auth",
    nc: "00000001",
  };
  const credentials = formatCredentials({ scheme: "Digest", parameters });
  assert.equal(
    credentials,
    'Digest username="u", response="00", uri="sip:h", algorithm=MD5, qop=auth, nc=00000001',
  );
  assert.deepEqual(parseCredentials(credentials).parameters.toObject(), parameters);
  const parsed = parseCredentials('Digest username=u,  nc="00000001"');
  assert.equal(formatCredentials(parsed), 'Digest username=u, nc="00000001"');
  const tampered = { ...parsed, parameters: parsed.parameters.with("nc", "2").with("uri", "sip:x") };
  assert.equal(formatCredentials(tampered), 'Digest username=u, nc=2, uri="sip:x"');
});

Deno.test("parseCredentials() takes a token in place of parameters", () => {
  const bearer = parseCredentials("Bearer abc.DEF-_~+/123==");
  assert.equal(bearer.token68, "abc.DEF-_~+/123==");
  assert.equal(bearer.parameters.size, 0);
  assert.equal(formatCredentials(bearer), "Bearer abc.DEF-_~+/123==");
  assert.equal(parseCredentials("Digest a=b").token68, undefined);
});

Deno.test("Authentication-Info goes both ways", () => {
  const info = parseAuthenticationInfo('nextnonce="n", qop=auth, rspauth="00", cnonce="c", nc=00000001');
  assert.equal(info.get("nextnonce"), "n");
  assert.equal(
    formatAuthenticationInfo({ nextnonce: "n", qop: "auth", nc: "00000001" }),
    'nextnonce="n", qop=auth, nc=00000001',
  );
  refuses(parseAuthenticationInfo, ["", "nextnonce", 'nextnonce="a" qop=auth']);
});

Deno.test("security mechanisms go both ways", () => {
  const text = "ipsec-3gpp; alg=hmac-sha-1-96; spi-c=1; port-c=2, tls;q=0.2";
  const [ipsec, tls] = parseSecurityMechanisms(text);
  assert.equal(ipsec?.mechanism, "ipsec-3gpp");
  assert.equal(ipsec?.params.get("alg"), "hmac-sha-1-96");
  assert.equal(tls?.params.get("q"), "0.2");
  const written = formatSecurity([{ mechanism: "ipsec-3gpp", params: { alg: "x", "spi-c": 1 } }, {
    mechanism: "tls",
  }]);
  assert.equal(written, "ipsec-3gpp;alg=x;spi-c=1, tls");
  refuses(parseSecurityMechanisms, [";alg=x", "ipsec-3gpp;=x", "ipsec-3gpp alg=x", "ipsec-3gpp;alg=x,"]);
});

Deno.test("P-headers go both ways", () => {
  const [access] = parseAccessNetworkInfo(
    "3GPP-E-UTRAN-FDD; utran-cell-id-3gpp=234151D0FCE11; network-provided",
  );
  assert.equal(access?.accessType, "3GPP-E-UTRAN-FDD");
  assert.ok(access?.params.has("network-provided"));
  assert.equal(
    formatAccessNetworkInfo({ accessType: "IEEE-802.11", params: { "i-wlan-node-id": "00" } }),
    "IEEE-802.11;i-wlan-node-id=00",
  );
  const [token, text] = parseVisitedNetworkId('other.net, "Visited network 1";x=y');
  assert.equal(token?.network, "other.net");
  assert.equal(text?.network, "Visited network 1");
  assert.equal(formatVisitedNetworkId({ network: "Visited network 1" }), '"Visited network 1"');
  assert.equal(
    formatBareParams({ "icid-value": "AyretyU0dm", "orig-ioi": "home1.net" }),
    "icid-value=AyretyU0dm;orig-ioi=home1.net",
  );
  const vector = parseBareParams('icid-value=AyretyU0dm; orig-ioi=home1.net ;term-ioi="home2.net"');
  assert.deepEqual(vector.toObject(), {
    "icid-value": "AyretyU0dm",
    "orig-ioi": "home1.net",
    "term-ioi": "home2.net",
  });
  refuses(parseBareParams, ["", ";a=b", "a=b;", "a=b c=d"]);
  refuses(parseAccessNetworkInfo, ["", ";x=y"].slice(1));
  refuses(parseVisitedNetworkId, ['"open']);
});

Deno.test("Identity goes both ways", () => {
  const text =
    "eyJhbGciOiJFUzI1NiJ9.eyJh.c2ln;info=<https://cert.example.org/a;b=c.cer>;alg=ES256;ppt=shaken";
  const identity = parseIdentity(text);
  assert.equal(identity.passport, "eyJhbGciOiJFUzI1NiJ9.eyJh.c2ln");
  assert.equal(identity.info?.toString(), "https://cert.example.org/a;b=c.cer");
  assert.equal(identity.params.get("ppt"), "shaken");
  assert.equal(formatIdentity(identity), text);
  assert.equal(parseIdentity("..c2ln;alg=ES256").info, undefined);
  assert.equal(parseIdentity('"c2ln="').passport, "c2ln=");
  refuses(parseIdentity, [
    "",
    ";info=<https://a>",
    "a b;info=<https://a>",
    "abc;info=https://a.b<",
    "abc;info=<https://a",
  ]);
});

Deno.test("tokens, media types and their like go both ways", () => {
  assert.deepEqual(parseTokens("path, 100rel ,gruu"), ["path", "100rel", "gruu"]);
  assert.deepEqual(parseTokens(""), []);
  refuses(parseTokens, ["path,", "a b", "?", ",a"]);
  const type = parseMediaType('Multipart / Mixed ;boundary="a b"');
  assert.deepEqual([type.type, type.subtype, type.params.get("boundary")], ["multipart", "mixed", "a b"]);
  assert.equal(
    formatMediaType({ type: "multipart", subtype: "mixed", params: { boundary: "a b" } }),
    'multipart/mixed;boundary="a b"',
  );
  refuses(parseMediaType, ["", "application", "application/", "/sdp", "application/sdp x"]);
  const state = parseTokenWithParams("terminated;reason=timeout");
  assert.equal(formatTokenWithParams(state), "terminated;reason=timeout");
  assert.equal(formatEvent({ package: "reg", params: { id: 1 } }), "reg;id=1");
  assert.equal(parseEvent("presence.winfo;id=7").package, "presence.winfo");
  assert.equal(formatSessionExpires({ seconds: 90, refresher: "uac" }), "90;refresher=uac");
  assert.equal(formatSessionExpires(parseSessionExpires("4000 ; refresher = uas")), "4000;refresher=uas");
  const later = parseRetryAfter("120 (a (deep) comment) ;duration=3600");
  assert.deepEqual([later.seconds, later.comment], [120, "a (deep) comment"]);
  assert.equal(formatRetryAfter(later), "120 (a (deep) comment);duration=3600");
  refuses(parseRetryAfter, ["", "x", "1 (open", "1 2"]);
});

Deno.test("Call-Info goes both ways", () => {
  const [icon, card] = parseUriInfos(
    "<http://www.example.com/a.jpg> ;purpose=icon, <http://b.example/>;purpose=info",
  );
  assert.equal(icon?.uri.toString(), "http://www.example.com/a.jpg");
  assert.equal(card?.params.get("purpose"), "info");
  assert.equal(
    formatUriInfo({ uri: "http://a.b/", params: { purpose: "icon" } }),
    "<http://a.b/>;purpose=icon",
  );
  refuses(parseUriInfos, ["http://a.b/", "<http://a.b/", "<>"]);
});

Deno.test("parseDate() takes one form only", () => {
  const date = parseDate("Sat, 15 Oct 2005 04:44:56 GMT");
  assert.equal(date.getTime(), Date.UTC(2005, 9, 15, 4, 44, 56));
  assert.equal(formatDate(date), "Sat, 15 Oct 2005 04:44:56 GMT");
  refuses(parseDate, [
    "",
    "Fri, 01 Jan 2010 16:00:00 EST",
    "Sat, 5 Oct 2005 04:44:56 GMT",
    "15 Oct 2005 04:44:56 GMT",
    "Sat, 31 Feb 2005 04:44:56 GMT",
    "Sat, 15 Oct 2005 24:00:00 GMT",
    "Sat, 15 Oct 2005 04:44:56 GMT x",
  ]);
});

Deno.test("parseDialogId() reads Replaces", () => {
  const replaces = parseDialogId("98732@sip.example.com;from-tag=r33th4x0r;to-tag=ff87ff;early-only");
  assert.equal(replaces.callId, "98732@sip.example.com");
  assert.equal(replaces.params.get("to-tag"), "ff87ff");
  assert.ok(replaces.params.has("early-only"));
  assert.equal(formatDialogId({ ...replaces, params: { "to-tag": "1" } }), "98732@sip.example.com;to-tag=1");
  refuses(parseDialogId, ["", ";to-tag=1", "a@", "a b"]);
});
