import assert from "node:assert/strict";
import { accountingAttributes, buildRadius, RADIUS_CODE } from "../../wire/radius.ts";
import { radiusSummary } from "./radius_summary.ts";

const head = { identifier: 7, authenticator: new Uint8Array(16) };

Deno.test("radiusSummary() says what accounting tells of which address", () => {
  const attributes = accountingAttributes({ status: "start", sessionId: "1", address: "10.0.0.7" });
  const request = buildRadius({ ...head, code: RADIUS_CODE.accountingRequest, attributes });
  assert.equal(radiusSummary(request), "RADIUS Accounting-Request start 10.0.0.7");
  const answer = buildRadius({ ...head, code: RADIUS_CODE.accountingResponse, attributes: [] });
  assert.equal(radiusSummary(answer), "RADIUS Accounting-Response");
});

Deno.test("radiusSummary() takes nothing else for RADIUS", () => {
  const other = buildRadius({ ...head, code: 1, attributes: [] });
  assert.equal(radiusSummary(other), undefined);
  const answer = buildRadius({ ...head, code: RADIUS_CODE.accountingResponse, attributes: [] });
  assert.equal(radiusSummary(Uint8Array.of(...answer, 0)), undefined);
  assert.equal(radiusSummary(Uint8Array.of(0xff)), undefined);
});
