/** DNS messages of ours, read by a program no one here wrote: tshark. */
import assert from "node:assert/strict";
import { runTool, toolTest, whyNot } from "../../../_tools/foreign_program.ts";
import { buildDns, type DnsMessage } from "../dns.ts";
import { encodePcapng, LINKTYPE_RAW } from "../pcapng.ts";
import { buildUdpPacket } from "../udp.ts";

const missing = await whyNot("tshark", ["--version"]);

const ANSWER: DnsMessage = {
  id: 0x1234,
  response: true,
  questions: [{ name: "partner.example", type: "NAPTR" }],
  answers: [{
    name: "partner.example",
    ttl: 60,
    type: "NAPTR",
    order: 10,
    preference: 50,
    flags: "s",
    services: "SIPS+D2T",
    regexp: "!^.*$!sip:x@partner.example!",
    replacement: "_sips._tcp.partner.example",
  }, {
    name: "_sips._tcp.partner.example",
    ttl: 60,
    type: "SRV",
    priority: 1,
    weight: 2,
    port: 5061,
    target: "ibcf.partner.example",
  }],
  additionals: [
    { name: "ibcf.partner.example", ttl: 9, type: "A", address: "192.0.2.7" },
    { name: "ibcf.partner.example", ttl: 9, type: "AAAA", address: "2001:db8::7" },
    { name: "www.partner.example", ttl: 9, type: "CNAME", target: "ibcf.partner.example" },
  ],
};

toolTest("tshark reads in our DNS messages what we wrote, and finds nothing malformed", missing, async () => {
  const capture = encodePcapng({
    interfaces: [{ linkType: LINKTYPE_RAW }],
    packets: [true, false].map((compress, i) => ({
      at: 1000 + i,
      bytes: buildUdpPacket({
        source: "192.0.2.1",
        destination: "192.0.2.2",
        sourcePort: 53,
        destinationPort: 40_000 + i,
        payload: buildDns(ANSWER, { compress }),
      }),
    })),
  });
  const fields = [
    "dns.id",
    "dns.qry.name",
    "dns.naptr.service",
    "dns.naptr.regex",
    "dns.naptr.replacement",
    "dns.srv.port",
    "dns.srv.target",
    "dns.a",
    "dns.aaaa",
    "dns.cname",
    "_ws.malformed",
  ];
  const { ok, stdout, stderr } = await runTool(
    "tshark",
    ["-r", "-", "-Y", "dns", "-T", "fields", ...fields.flatMap((field) => ["-e", field])],
    capture,
  );
  assert.ok(ok, stderr);
  const lines = new TextDecoder().decode(stdout).split("\n").filter((line) => line !== "").map((line) =>
    line.split("\t")
  );
  assert.equal(lines.length, 2);
  for (const line of lines) {
    assert.deepEqual(line.slice(0, 11), [
      "0x1234",
      "partner.example",
      "SIPS+D2T",
      "!^.*$!sip:x@partner.example!",
      "_sips._tcp.partner.example",
      "5061",
      "ibcf.partner.example",
      "192.0.2.7",
      "2001:db8::7",
      "ibcf.partner.example",
      "",
    ]);
  }
});
