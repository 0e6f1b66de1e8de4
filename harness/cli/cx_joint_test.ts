/**
 * The reference core's Cx against our HSS: both ends of TS 29.228 written here, each to the clause; freeDiameter and
 * tshark judge them beside it.
 */
import assert from "node:assert/strict";
import { ha1, milenage } from "../crypto/mod.ts";
import { claimNet } from "../net/testing/claim.ts";
import { failure } from "../peer/hss/mod.ts";
import type { CxListener, DigestVector } from "../../refcore/cx.ts";
import { ALICE, DORA, NELL, withCx } from "./testing/cx_scene.ts";

const AT = { address: claimNet(18).address(1), port: 0 };
const SERVER = "sip:scscf.ims.example";
const who = ({ impi, impus }: typeof ALICE) => ({ impi, impu: impus[0]! });

Deno.test("a subscriber is registered over Cx: UAR, MAR, SAR, UAR again, LIR", () =>
  withCx(AT, async ({ hss, cx, problems }) => {
    const view = hss.view([ALICE]);
    const asked = { ...who(ALICE), visitedNetwork: "ims.example", type: "registration" } as const;
    assert.deepEqual(await cx.userAuthorization(asked), { result: "success" });
    assert.deepEqual(await cx.locationInfo({ impu: "sip:alice@ims.example" }), {
      result: "identity-not-registered",
    });
    const auth = await cx.multimediaAuth({ ...who(ALICE), serverName: SERVER, scheme: "Digest-AKAv1-MD5" });
    assert(auth.result === "success" && auth.vector.scheme === "aka");
    const { rand, xres, ck, ik, algorithm } = auth.vector;
    const { k, opc } = ALICE.aka!;
    const right = milenage({ k, opc: opc!, rand, sqn: new Uint8Array(6), amf: new Uint8Array(2) });
    assert.deepEqual([algorithm, xres, ck, ik], ["AKAv1-MD5", right.res, right.ck, right.ik]);
    assert.equal(view.registration(ALICE.impi)?.state, "pending");
    const assigned = await cx.serverAssignment({ ...who(ALICE), serverName: SERVER, type: "registration" });
    assert(assigned.result === "success");
    assert.deepEqual(assigned.profile.identities, [
      { impu: "sip:alice@ims.example", barred: false },
      { impu: "tel:+15550100", barred: false },
    ]);
    assert.deepEqual(await cx.userAuthorization(asked), { result: "success", serverName: SERVER });
    assert.deepEqual(await cx.locationInfo({ impu: "tel:+15550100" }), {
      result: "success",
      serverName: SERVER,
    });
    assert.deepEqual(hss.peers.map(({ host }) => host), ["scscf.ims.example"]);
    assert.deepEqual([problems, hss.malformed], [[], []]);
    view.close();
  }));

Deno.test("the HSS tells the scheme where it is asked to: Digest, a line, an address", () =>
  withCx(AT, async ({ hss, cx }) => {
    const view = hss.view([DORA, NELL]);
    const ask = async (subscriber: typeof ALICE) => {
      const answer = await cx.multimediaAuth({ ...who(subscriber), serverName: SERVER, scheme: "Unknown" });
      return answer.result === "success" ? answer.vector : answer.result;
    };
    assert.deepEqual(await ask(DORA), {
      scheme: "digest",
      ...{ realm: "ims.example", algorithm: "MD5", qop: "auth" },
      ha1: ha1("MD5", DORA.impi, "ims.example", "open sesame"),
    });
    assert.deepEqual(await ask(NELL), { scheme: "nba", line: "dsl-701.east-3" });
    view.line(NELL.impi, undefined);
    assert.equal(await ask(NELL), "auth-scheme-not-supported");
    view.bind(NELL.impi, { address: "10.1.0.1", prefix: "2001:db8:1::/64" });
    const giba = await cx.multimediaAuth({ ...who(NELL), serverName: SERVER, scheme: "Early-IMS-Security" });
    assert.deepEqual(giba, {
      result: "success",
      vector: { scheme: "giba", address: "10.1.0.1", prefix: "2001:db8:1::/64" },
    });
    view.close();
  }));

Deno.test("refusals of the HSS come over Cx as what they are", () =>
  withCx(AT, async ({ hss, cx }) => {
    const view = hss.view([ALICE]);
    const uar = { visitedNetwork: "ims.example", type: "registration" } as const;
    const pairs = [["bob@ims.example", "sip:bob@ims.example"], [ALICE.impi, DORA.impus[0]!]];
    const results = [];
    for (const [impi = "", impu = ""] of pairs) {
      results.push((await cx.userAuthorization({ impi, impu, ...uar })).result);
    }
    for (
      const code of ["DIAMETER_ERROR_ROAMING_NOT_ALLOWED", "DIAMETER_ERROR_FEATURE_UNSUPPORTED"] as const
    ) {
      view.script("User-Authorization", () => failure(code), 1);
      results.push((await cx.userAuthorization({ ...who(ALICE), ...uar })).result);
    }
    assert.deepEqual(results, [
      "user-unknown",
      "identities-dont-match",
      "roaming-not-allowed",
      "unable-to-comply",
    ]);
    view.close();
  }));

Deno.test("the HSS ends registrations and pushes profiles over Cx, and hears whether they were taken", () =>
  withCx(AT, async ({ hss, cx }) => {
    const heard: string[] = [];
    const pushed: DigestVector[] = [];
    const listener: CxListener = {
      terminateRegistration: ({ impi }) => void heard.push(impi),
      pushDigest: ({ impi, vector }) => {
        heard.push(impi);
        pushed.push(vector);
        return true;
      },
    };
    cx.listen(listener);
    const view = hss.view([DORA]);
    await assert.rejects(view.terminate(DORA.impi), /No S-CSCF of "dora@ims.example" is connected/);
    await cx.serverAssignment({ ...who(DORA), serverName: SERVER, type: "registration" });
    const item = view.item(DORA.impi, "SIP Digest");
    assert.equal(await view.push(DORA.impi, [item]), 2001);
    assert.equal(pushed[0]?.ha1, ha1("MD5", DORA.impi, "ims.example", "open sesame"));
    assert.equal(await view.terminate(DORA.impi, { code: 0, info: "over" }), 2001);
    assert.deepEqual(heard, [DORA.impi, DORA.impi]);
    view.close();
  }));

Deno.test("an HSS that has gone is unable to comply, and one that has come back is asked again", () =>
  withCx(AT, async ({ hss, cx }) => {
    const ask = () => cx.locationInfo({ impu: "sip:alice@ims.example" }).then(({ result }) => result);
    assert.equal(await ask(), "identity-not-registered");
    const { local } = hss;
    await hss.close();
    assert.equal(await ask(), "unable-to-comply");
    await withCx(local, async () => assert.equal(await ask(), "identity-not-registered"));
  }));
