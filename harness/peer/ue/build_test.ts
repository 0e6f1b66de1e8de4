import assert from "node:assert/strict";
import { parseMessage } from "sip-codec";
import { seededRandom } from "../../runner/random.ts";
import * as build from "./build.ts";
import * as match from "./match.ts";

const sender: build.Sender = {
  protection: {
    transport: "tcp",
    contactAt: { address: "2001:db8::1", port: 5062 },
    sentBy: (step) => ({ address: "2001:db8::1", port: step === "register" ? 5060 : 5061 }),
  },
  random: seededRandom("build"),
  accessNetworkInfo: undefined,
};

Deno.test("register() makes what match.register() recognises, in octets too", () => {
  const request = build.register(sender, {
    homeDomain: "home1.example",
    impu: "sip:alice@home1.example",
    callId: "c",
    fromTag: "t",
    cseq: 1,
    contact: build.contact(sender, "u", { instance: "urn:uuid:1", regId: 1 }),
    expires: 60,
    outbound: true,
    authorization: undefined,
  });
  const parsed = parseMessage(request.toBytes());
  const expected = { homeDomain: "home1.example", impu: "sip:alice@home1.example", expires: 60 };
  assert.deepEqual(match.register(expected)(parsed), []);
  assert.equal(match.register({ ...expected, expires: null })(parsed).length, 1);
  assert.equal(match.register({ ...expected, impu: "sip:bob@home1.example" })(parsed).length, 2);
  assert.equal(parsed.via?.host, "[2001:db8::1]");
  assert.equal(parsed.via?.port, 5060);
  assert.equal(parsed.contact?.params.get("+sip.instance"), "<urn:uuid:1>");
  assert.equal(parsed.contact?.params.get("+g.3gpp.icsi-ref"), "urn%3Aurn-7%3A3gpp-service.ims.icsi.mmtel");
  assert.equal(String(parsed.contact?.uri), "sip:u@[2001:db8::1]:5062;transport=tcp");
});

Deno.test("outOfDialog() makes what match.outOfDialog() recognises", () => {
  const routes = ["<sip:10.0.0.1:5060;lr>", "<sip:scscf;lr>"];
  const request = build.outOfDialog(sender, "INVITE", "tel:+15550002", {
    from: "sip:alice@home1.example",
    fromTag: "t",
    callId: "c",
    cseq: 1,
    contact: "<sip:u@h>",
    routes,
    preferredIdentity: "tel:+15550001",
  });
  const parsed = parseMessage(request.toBytes());
  const expected = { from: "sip:alice@home1.example", routes };
  assert.deepEqual(match.outOfDialog("INVITE", "tel:+15550002", expected)(parsed), []);
  assert.notDeepEqual(match.outOfDialog("INVITE", "tel:+15550002", { ...expected, routes: [] })(parsed), []);
  assert.equal(parsed.get("P-Preferred-Identity"), "<tel:+15550001>");
  assert.equal(parsed.via?.port, 5061);
});
