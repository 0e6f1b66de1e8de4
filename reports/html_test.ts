import assert from "node:assert/strict";
import { inflateSync } from "node:zlib";
import { html, traceabilityHtml } from "./html.tsx";
import { standing, STANDING_WORDS } from "./standing.ts";
import { EARLIER, SAMPLE, sampleTraces } from "./testing/sample.ts";
import { CATALOGUE, FAULTS } from "./testing/sample_catalogue.ts";
import { tlsTrace } from "./testing/sample_trace.ts";
import { traceability } from "./traceability.ts";

const PAGE = html({
  result: SAMPLE,
  previous: EARLIER,
  catalogue: CATALOGUE,
  faults: FAULTS,
  traces: sampleTraces,
});
const UNPACKED = unpacked(PAGE);

Deno.test("html() is one file that asks nothing of any network", () => {
  assert.match(PAGE, /^<!doctype html>\n<html lang="en">/);
  assert.ok(!/<(link|img|iframe|object|embed|base)\b/i.test(PAGE));
  assert.ok(!/\b(src|srcset|action|poster)=/i.test(PAGE));
  assert.ok(!/@import|url\(/.test(PAGE));
  const elsewhere = [...PAGE.matchAll(/href="(?!#)([^"]*)"/g)].map(([, href]) => href!);
  assert.ok(
    elsewhere.every((href) => href.startsWith("evidence/") || href === "https://tickets.example.com/1187"),
  );
});

Deno.test("html() shows every case with its verdict, checks and messages", () => {
  for (const each of SAMPLE.cases) {
    const part = UNPACKED.split('<details class="case ').find((one) => one.includes(`id="case/${each.id}"`));
    assert.ok(part, each.id);
    assert.ok(part.includes(STANDING_WORDS[standing(each)]));
    for (const check of each.checks) assert.ok(part.includes(check.requirement));
    for (const { n } of sampleTraces(each.id)) assert.ok(part.includes(`id="msg/${each.id}/${n}"`));
  }
});

Deno.test("html() tells how a case, and the whole run, are run again", () => {
  const environment = { ...SAMPLE.run.environment, command: "imspeer run --profile lab.yaml" };
  const page = unpacked(
    html({ result: { ...SAMPLE, run: { ...SAMPLE.run, environment } }, traces: () => [] }),
  );
  const { id, seed } = SAMPLE.cases.find(({ attempts }) => attempts > 0)!;
  assert.ok(page.includes(`<code>imspeer run --profile lab.yaml --case ${id} --seed ${seed}</code>`));
  assert.ok(page.includes(`<code>imspeer run --profile lab.yaml --seed ${SAMPLE.run.seed}</code>`));
  assert.ok(UNPACKED.includes(`<code>imspeer run --profile ${SAMPLE.run.profile} --case ${id}`));
});

Deno.test("html() links only to what is there", () => {
  const ids = new Set([...UNPACKED.matchAll(/ id="([^"]*)"/g)].map(([, id]) => id!));
  for (const [, anchor] of UNPACKED.matchAll(/ href="#([^"]+)"/g)) {
    assert.ok(ids.has(decodeURI(anchor!)), anchor);
  }
});

Deno.test("html() gives no id twice", () => {
  const ids = [...UNPACKED.matchAll(/ id="([^"]*)"/g)].map(([, id]) => id);
  assert.equal(new Set(ids).size, ids.length);
});

Deno.test("html() lets nothing of the device become markup or control", () => {
  assert.ok(!UNPACKED.includes("<b>says</b>"));
  assert.ok(UNPACKED.includes("&lt;b>says&lt;/b>") || UNPACKED.includes("&lt;b&gt;says&lt;/b&gt;"));
  assert.ok(!/(?!\n)[\p{Cc}\u202e]/u.test(UNPACKED));
  const waived = { ...SAMPLE.cases[0]!, waived: { reason: "x", link: "javascript:alert(1)", until: null } };
  assert.ok(!html({ result: { ...SAMPLE, cases: [waived] }, traces: () => [] }).includes('href="javascript'));
});

Deno.test("html() decodes messages and dumps what is no text", () => {
  assert.match(UNPACKED, /<b>WWW-Authenticate<\/b>: Digest realm=(&quot;|")home1\.example/);
  const page = html({
    result: { ...SAMPLE, cases: [SAMPLE.cases[0]!] },
    traces: (id) => sampleTraces(id).map((each) => ({ ...each, layer: "udp", bytes: "ACVKbw==" })),
  });
  assert.match(unpacked(page), /0000 {2}00 25 4a 6f/);
});

Deno.test("html() keeps the messages of passed cases packed, and others readable without scripts", () => {
  const [passed, ...others] = SAMPLE.cases;
  assert.equal(passed?.verdict, "pass");
  assert.ok(!PAGE.includes(`id="msg/${passed.id}/1"`));
  assert.ok(UNPACKED.includes(`id="msg/${passed.id}/1"`));
  assert.match(PAGE, /packed into this page\. To unpack them takes scripts/);
  for (const each of others.filter((one) => standing(one) === "fail" || standing(one) === "warn")) {
    for (const { n } of sampleTraces(each.id)) assert.ok(PAGE.includes(`id="msg/${each.id}/${n}"`));
  }
});

Deno.test("html() packs the messages of failed cases, too, where there are more than anybody reads", () => {
  const failed = SAMPLE.cases.find(({ verdict }) => verdict === "fail")!;
  const cases = Array.from({ length: 400 }, (_, index) => ({ ...failed, id: `aka/case-${index}` }));
  const page = html({ result: { ...SAMPLE, cases }, traces: () => tlsTrace(Date.parse(failed.startedAt)) });
  assert.ok(page.includes('id="msg/aka/case-0/1"'));
  assert.ok(!page.includes('id="msg/aka/case-399/1"'));
  assert.ok(unpacked(page).includes('id="msg/aka/case-399/1"'));
  assert.ok(page.length < 6_000_000);
});

Deno.test("html() tells which TLS connection a message was on, and what became of each", () => {
  const failed = SAMPLE.cases.find(({ verdict }) => verdict === "fail")!;
  const page = html({
    result: { ...SAMPLE, cases: [failed] },
    traces: () => tlsTrace(Date.parse(failed.startedAt)),
  });
  assert.match(page, /5 TLS connections: 1 complete, 2 refused, 1 left by us before its end, 1 unanswered/);
  assert.match(page, /<b class="on">TLS 1<\/b>REGISTER sip:home1\.example/);
  assert.match(page, /<b class="on">TLS 2<\/b>fatal alert unknown_ca \(48\)/);
});

Deno.test("html() shows every requirement, and why there is no case", () => {
  for (const { id } of CATALOGUE) assert.ok(PAGE.includes(`id="req/${id}"`));
  assert.match(PAGE, /not testable from outside: Not observable from outside/);
});

Deno.test("html() compares only when an earlier result is given", () => {
  assert.match(PAGE, /Since Example Networks CoreOne P-CSCF 4\.1\.0/);
  assert.ok(!html({ result: SAMPLE, traces: sampleTraces }).includes('id="comparison"'));
});

Deno.test("html() tells trouble, and a run in which all is well", () => {
  const dead = html({
    result: { ...SAMPLE, run: { ...SAMPLE.run, trouble: "died after aka/x" } },
    traces: () => [],
  });
  assert.match(dead, /The run as a whole is inconclusive\..*died after aka\/x/s);
  const well = { ...SAMPLE, cases: [SAMPLE.cases[0]!] };
  const page = html({ result: well, traces: () => [] });
  assert.match(page, /Nothing failed in 1 judged case\./);
  assert.ok(!page.includes('id="findings"'));
});

Deno.test("html() tells cases with one reason together", () => {
  const alike = Array.from({ length: 9 }, (_, index) => ({ ...SAMPLE.cases[4]!, id: `aka/case-${index}` }));
  assert.match(
    html({ result: { ...SAMPLE, cases: alike }, traces: () => [] }),
    /and 6 more with the same reason/,
  );
});

Deno.test("html() finds evidence from where the report lies", () => {
  const odd = { ...SAMPLE.cases[0]!, evidence: "evidence/aka/a%2eb" };
  const page = html({ result: { ...SAMPLE, cases: [odd] }, traces: () => [], evidenceBase: "../out/" });
  assert.ok(unpacked(page).includes('href="../out/evidence/aka/a%252eb/capture.pcapng"'));
});

Deno.test("traceabilityHtml() shows the catalogue without a run", () => {
  const page = traceabilityHtml(traceability({ catalogue: CATALOGUE, cases: SAMPLE.cases }), CATALOGUE);
  for (const { id } of CATALOGUE) assert.ok(page.includes(`id="req/${id}"`));
  assert.ok(!page.includes('href="#case/'));
});

/** As a browser shows it once every case was opened. */
function unpacked(page: string): string {
  const packs = [...page.matchAll(/<script type="text\/plain" id="pack-\d+">([^<]*)<\/script>/g)].map((
    [, data],
  ) => inflateSync(Uint8Array.fromBase64(data!)).toString("utf8").split("\0"));
  return page.replace(/<p class="packed" data-place="(\d+) (\d+)">.*?<\/p>/g, (_, pack, place) => {
    const markup = packs[Number(pack)]?.[Number(place)];
    assert.ok(markup);
    return markup;
  }).replace(/<script type="text\/plain".*?<\/script>/gs, "");
}
