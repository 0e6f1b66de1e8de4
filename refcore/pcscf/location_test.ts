import { strict as assert } from "node:assert";
import { buildRequest } from "sip-codec";
import type { Flow } from "../../harness/net/types.ts";
import { provideAccessInfo } from "./access.ts";
import { locationOf } from "./location.ts";

const FLOW: Flow = {
  transport: "udp",
  local: { address: "127.0.0.1", port: 5060 },
  remote: { address: "127.0.5.1", port: 5060 },
};

/** What is forwarded of a REGISTER from the NASS, and which addresses were asked for. */
async function forwarded(
  { line, headers = {}, faults = [] }: {
    readonly line?: string;
    readonly headers?: Record<string, string>;
    readonly faults?: readonly string[];
  },
): Promise<string> {
  const asked: string[] = [];
  const locator = {
    locate: (address: string) => {
      asked.push(address);
      return Promise.resolve(line === undefined ? undefined : { line });
    },
  };
  const request = buildRequest("REGISTER", "sip:home1.net", {
    "Via": "SIP/2.0/UDP 127.0.5.99:5060;branch=z9hG4bK1",
    ...headers,
  });
  const chosen = new Set(faults);
  const found = await locationOf(locator, request, FLOW, chosen);
  provideAccessInfo(request, { access: "nass", line: found }, chosen);
  return `${asked.join(",")} ${request.values("P-Access-Network-Info").join(", ")}`;
}

const AUTHORIZED = { "Authorization": 'Digest username="nina@home1.net", response=""' };
const WRITTEN = { "P-Access-Network-Info": 'ADSL;dsl-location="mine"' };

Deno.test("locationOf() asks for the source of the packet, and provideAccessInfo() tells the line in quotes", async () => {
  assert.equal(
    await forwarded({ line: "dsl-1.east-3" }),
    '127.0.5.1 ADSL;dsl-location="dsl-1.east-3";network-provided',
  );
  assert.equal(await forwarded({ line: 'a"b,c' }), '127.0.5.1 ADSL;dsl-location="a\\"b,c";network-provided');
});

Deno.test("locationOf() has no line that cannot be written, and none where there is no answer", async () => {
  assert.equal(await forwarded({ line: "a\r\nX: y" }), "127.0.5.1 ADSL;network-provided");
  assert.equal(
    await forwarded({ headers: WRITTEN }),
    '127.0.5.1 ADSL;dsl-location="mine", ADSL;network-provided',
  );
});

// What each fault makes of it.
const BROKEN = [
  ["pcscf/asks-for-sent-by", { line: "x" }, '127.0.5.99 ADSL;dsl-location="x";network-provided'],
  ["pcscf/omits-location", { line: "x" }, "127.0.5.1 ADSL;network-provided"],
  ["pcscf/unquoted-location", { line: "x" }, "127.0.5.1 ADSL;dsl-location=x;network-provided"],
  ["pcscf/unescaped-location", { line: 'a";x="b' }, '127.0.5.1 ADSL;dsl-location="a";x="b";network-provided'],
  [
    "pcscf/no-location-query-with-authorization",
    { line: "x", headers: AUTHORIZED },
    " ADSL;network-provided",
  ],
  [
    "pcscf/trusts-location-of-ue",
    { headers: WRITTEN },
    '127.0.5.1 ADSL;dsl-location="mine", ADSL;dsl-location="mine";network-provided',
  ],
] as const;

for (const [fault, facts, expected] of BROKEN) {
  Deno.test(`a REGISTER from a NASS with ${fault}`, async () => {
    assert.equal(await forwarded({ ...facts, faults: [fault] }), expected);
  });
}
