import assert from "node:assert/strict";
import fc from "fast-check";
import { CONTACT_EVENTS, parseRegInfo, type RegInfo, RegInfoSyntaxError } from "./reg_info.ts";
import { buildRegInfo, RegInfoTable } from "./reg_info_build.ts";

/** After the shape of RFC 3680 8, with other names. */
const DOCUMENT = `<?xml version="1.0"?>
<reginfo xmlns="urn:ietf:params:xml:ns:reginfo" xmlns:x="urn:example:ext" version="3" state="partial">
  <registration aor="sip:alice@home1.net" id="as9" state="active">
    <contact id="76" state="active" event="registered" expires="3600" duration-registered="7322" q="0.8"
             callid="c1@10.0.0.1" cseq="2">
      <uri>sip:alice@10.0.0.1?a=b&amp;c=d</uri>
      <display-name xml:lang="en">Alice <![CDATA[& co]]></display-name>
      <unknown-param name="+sip.instance">"&lt;urn:uuid:1&gt;"</unknown-param>
      <x:extension><x:uri>not ours</x:uri></x:extension>
    </contact>
    <contact id="77" state="terminated" event="probation" retry-after="10"><uri>sip:a@b</uri></contact>
  </registration>
  <x:more/>
</reginfo>`;

Deno.test("parseRegInfo() reads all of RFC 3680 and passes over extensions", () => {
  assert.deepEqual(parseRegInfo(DOCUMENT), {
    version: 3,
    state: "partial",
    registrations: [{
      aor: "sip:alice@home1.net",
      id: "as9",
      state: "active",
      contacts: [
        {
          id: "76",
          state: "active",
          event: "registered",
          uri: "sip:alice@10.0.0.1?a=b&c=d",
          expires: 3600,
          durationRegistered: 7322,
          q: "0.8",
          callId: "c1@10.0.0.1",
          cseq: 2,
          displayName: "Alice & co",
          unknownParams: [{ name: "+sip.instance", value: '"<urn:uuid:1>"' }],
        },
        { id: "77", state: "terminated", event: "probation", uri: "sip:a@b", retryAfter: 10 },
      ],
    }],
  });
});

Deno.test("parseRegInfo() refuses what is no reginfo document, with an offset", () => {
  const wrong = [
    "",
    "<",
    "<reginfo/>",
    DOCUMENT.replace("urn:ietf:params:xml:ns:reginfo", "urn:other"),
    DOCUMENT.replace('version="3"', 'version="three"'),
    DOCUMENT.replace('state="partial"', ""),
    DOCUMENT.replace('event="registered"', 'event="invented"'),
    DOCUMENT.replace("<uri>sip:a@b</uri>", ""),
    DOCUMENT.replace("</reginfo>", ""),
    DOCUMENT.replace("<x:more/>", "<contact/>"),
    DOCUMENT.replace("&amp;", "&other;"),
    DOCUMENT.replace("<reginfo", "<!DOCTYPE reginfo [<!ENTITY a 'b'>]><reginfo"),
  ];
  for (const text of wrong) {
    assert.throws(
      () => parseRegInfo(text),
      (error) => error instanceof RegInfoSyntaxError && Number.isInteger(error.offset),
      text,
    );
  }
});

Deno.test("parseRegInfo() gives a value or its own error for any mutilated document", () => {
  const cut = fc.tuple(fc.nat(DOCUMENT.length), fc.nat(20), fc.string({ maxLength: 6 }));
  fc.assert(fc.property(cut, ([at, length, insert]) => {
    const text = DOCUMENT.slice(0, at) + insert + DOCUMENT.slice(at + length);
    try {
      parseRegInfo(text);
    } catch (error) {
      assert(error instanceof RegInfoSyntaxError, String(error));
    }
  }));
});

Deno.test("parseRegInfo() reads back what buildRegInfo() writes", () => {
  const text = fc.string({ unit: fc.constantFrom(..."ab<>&\"'é\t:@; 1") }).map((value) => value.trim());
  const name = fc.string({ unit: "grapheme-ascii" });
  const contact = fc.record({
    id: name,
    state: fc.constantFrom("active", "terminated"),
    event: fc.constantFrom(...CONTACT_EVENTS),
    uri: text.filter((value) => value !== ""),
    expires: fc.nat(),
    q: fc.constantFrom("0.5", "1"),
    displayName: text,
    unknownParams: fc.array(fc.record({ name, value: text }), { minLength: 1 }),
  }, { requiredKeys: ["id", "state", "event", "uri"] });
  const info = fc.record({
    version: fc.nat(),
    state: fc.constantFrom("full", "partial"),
    registrations: fc.array(fc.record({
      aor: name,
      id: name,
      state: fc.constantFrom("init", "active", "terminated"),
      contacts: fc.array(contact),
    })),
  });
  fc.assert(fc.property(info, (value) => {
    assert.deepEqual(
      JSON.parse(JSON.stringify(parseRegInfo(buildRegInfo(value as RegInfo)))),
      JSON.parse(JSON.stringify(value)),
    );
  }));
});

Deno.test("RegInfoTable follows the versions (RFC 3680 5.2)", () => {
  const table = new RegInfoTable();
  const info = (version: number, state: "full" | "partial", ...ids: string[]): RegInfo => ({
    version,
    state,
    registrations: ids.map((id) => ({ aor: `sip:${id}@home1.net`, id, state: "active", contacts: [] })),
  });
  assert.equal(table.apply(info(0, "partial", "a")), "gap", "the first is full");
  assert.equal(table.apply(info(0, "full", "a")), "applied");
  assert.equal(table.apply(info(0, "full", "b")), "old");
  assert.equal(table.apply(info(1, "partial", "b")), "applied");
  assert.equal(table.apply(info(3, "partial", "c")), "gap");
  assert.deepEqual(table.registrations.map(({ id }) => id), ["a", "b"]);
  assert.equal(table.apply(info(5, "full", "c")), "applied");
  assert.deepEqual(table.registrations.map(({ id }) => id), ["c"]);
  assert.equal(table.version, 5);
});
