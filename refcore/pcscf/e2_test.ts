import assert from "node:assert/strict";
import { E2 } from "../../harness/diameter/mod.ts";
import { systemNet } from "../../harness/net/mod.ts";
import { avp, EXPERIMENTAL_RESULT, RESULT, valueOf, VENDOR } from "../../harness/wire/diameter/mod.ts";
import { utf8 } from "../../harness/wire/mod.ts";
import { openResponder, type Reply } from "../testing/diameter_responder.ts";
import { E2Client } from "./e2.ts";

async function asked(reply: Reply, address = "127.0.5.1", answerMs = 2000) {
  const responder = await openResponder("127.0.0.1", E2, () => reply);
  const client = new E2Client({
    net: systemNet,
    clock: systemNet.clock,
    address: "127.0.0.1",
    clf: { listen: responder.local, realm: "nass.example.net" },
    self: { host: "pcscf.home1.net", realm: "home1.net" },
    random: (length) => new Uint8Array(length),
    problem: (error) => assert.fail(String(error)),
    answerMs,
  });
  try {
    const located = await client.locate(address);
    return { located, question: responder.requests[0] };
  } finally {
    await client.close();
    await responder.close();
  }
}

const SUCCESS = avp("Result-Code", RESULT.DIAMETER_SUCCESS);

Deno.test("E2Client asks for the location of an address in the NASS's realm, and takes the line out of the answer", async () => {
  const line = avp("Location-Information", [avp("Line-Identifier", utf8("dsl/7"))]);
  const { located, question } = await asked([SUCCESS, line]);
  assert.deepEqual(located, { line: "dsl/7" });
  const key = valueOf(question!.avps, "Globally-Unique-Address") ?? [];
  assert.deepEqual(valueOf(key, "Framed-IP-Address"), Uint8Array.of(127, 0, 5, 1));
  assert.deepEqual(valueOf(key, "Address-Realm"), utf8("nass.example.net"));
  assert.equal(valueOf(question!.avps, "Destination-Realm"), "nass.example.net");
  assert.equal(valueOf(question!.avps, "Requested-Information"), 1);
});

Deno.test("E2Client asks for the prefix of an IPv6 address", async () => {
  const { located, question } = await asked(
    [SUCCESS, avp("Logical-Access-ID", utf8("dsl/8"))],
    "2001:db8::7",
  );
  assert.deepEqual(located, { line: "dsl/8" });
  const key = valueOf(question!.avps, "Globally-Unique-Address") ?? [];
  assert.deepEqual(
    valueOf(key, "Framed-IPv6-Prefix"),
    Uint8Array.of(0, 64, 0x20, 0x01, 0x0d, 0xb8, 0, 0, 0, 0),
  );
});

Deno.test("E2Client knows no line where the CLF does not, fails, or says nothing", async () => {
  const unknown = avp("Experimental-Result", [
    avp("Vendor-Id", VENDOR.etsi),
    avp("Experimental-Result-Code", EXPERIMENTAL_RESULT.DIAMETER_ERROR_USER_UNKNOWN),
  ]);
  for (const reply of [[unknown], [avp("Result-Code", RESULT.DIAMETER_UNABLE_TO_COMPLY)], [SUCCESS], []]) {
    assert.equal((await asked(reply)).located, undefined);
  }
  assert.equal((await asked("silent", "127.0.5.1", 20)).located, undefined);
});
