import assert from "node:assert/strict";
import { APPLICATION, avp, buildDiameter, COMMAND, type DiameterMessage } from "../../wire/diameter/mod.ts";
import { diameterSummary } from "./diameter_summary.ts";

const BASE: DiameterMessage = {
  command: COMMAND["Multimedia-Auth"],
  application: APPLICATION.cx,
  request: true,
  proxiable: true,
  error: false,
  retransmitted: false,
  hopByHop: 1,
  endToEnd: 1,
  avps: [],
};

Deno.test("diameterSummary() names the command, of whom it speaks, and the result", () => {
  const cases: [Partial<DiameterMessage>, string][] = [
    [{}, "Diameter Multimedia-Auth-Request"],
    [{ avps: [avp("User-Name", "alice@home1.net")] }, "Diameter Multimedia-Auth-Request alice@home1.net"],
    [
      { request: false, avps: [avp("Result-Code", 2001)] },
      "Diameter Multimedia-Auth-Answer 2001 DIAMETER_SUCCESS",
    ],
    [
      { request: false, avps: [avp("Experimental-Result", [avp("Experimental-Result-Code", 5001)])] },
      "Diameter Multimedia-Auth-Answer 5001 DIAMETER_ERROR_USER_UNKNOWN",
    ],
    [{ request: false, avps: [avp("Result-Code", 4999)] }, "Diameter Multimedia-Auth-Answer 4999"],
    [{ command: 999 }, "Diameter command 999-Request"],
  ];
  for (const [message, told] of cases) {
    assert.equal(diameterSummary(buildDiameter({ ...BASE, ...message })), told);
  }
});

Deno.test("diameterSummary() gives up on what is no whole message", () => {
  assert.equal(diameterSummary(buildDiameter(BASE).subarray(0, 12)), undefined);
  assert.equal(diameterSummary(new Uint8Array()), undefined);
});
