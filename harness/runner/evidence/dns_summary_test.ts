import assert from "node:assert/strict";
import { buildDns, DNS_RCODE, type DnsMessage } from "../../wire/dns.ts";
import { dnsSummary } from "./dns_summary.ts";

const QUERY: DnsMessage = { id: 1, response: false, questions: [{ name: "example.org", type: "NAPTR" }] };

Deno.test("dnsSummary() tells what is asked and what is answered", () => {
  const record = { name: "example.org", ttl: 1, type: 99, data: new Uint8Array(2) };
  const answer = { ...QUERY, response: true, answers: [record] };
  const cases: [DnsMessage, string][] = [
    [QUERY, "DNS query NAPTR example.org"],
    [answer, "DNS answer NAPTR example.org, 1 record"],
    [{ ...answer, answers: [] }, "DNS answer NAPTR example.org, 0 records"],
    [{ ...answer, truncated: true }, "DNS answer NAPTR example.org, cut short"],
    [{ ...answer, rcode: DNS_RCODE.nameError }, "DNS nameError NAPTR example.org"],
    [{ ...answer, rcode: 11 }, "DNS rcode 11 NAPTR example.org"],
  ];
  for (const [message, told] of cases) assert.equal(dnsSummary(buildDns(message), "udp"), told);
  const overTcp = Uint8Array.of(0, 29, ...buildDns(QUERY));
  assert.equal(dnsSummary(overTcp, "tcp"), "DNS query NAPTR example.org");
  assert.equal(dnsSummary(Uint8Array.of(1, 2, 3), "udp"), undefined);
});
