import assert from "node:assert/strict";
import { digestResponse, rspauth } from "./digest.ts";
import { type DigestChallenge, DigestClient } from "./digest_client.ts";

const username = "alice@ims.example.org";
const password = "swordfish";
const challenge: DigestChallenge = {
  realm: "ims.example.org",
  nonce: "n1",
  qop: "auth-int, auth",
  algorithm: "SHA-256",
  opaque: "o",
};
const request = { method: "REGISTER", uri: "sip:ims.example.org" };

function client(): DigestClient {
  let n = 0;
  return new DigestClient({ username, password, cnonce: () => `c${++n}` });
}

Deno.test("DigestClient.answer() gives the parameters in order and prefers auth", () => {
  const alice = client();
  alice.take(challenge);
  const answer = alice.answer(request);
  const names = "username realm nonce uri response algorithm cnonce opaque qop nc".split(" ");
  assert.deepEqual(answer.map(([name]) => name), names);
  const { response, ...rest } = Object.fromEntries(answer);
  assert.deepEqual(rest, {
    username,
    realm: "ims.example.org",
    nonce: "n1",
    uri: request.uri,
    algorithm: "SHA-256",
    cnonce: "c1",
    opaque: "o",
    qop: "auth",
    nc: "00000001",
  });
  assert.equal(
    response,
    digestResponse({ ...request, ...challenge, username, password, qop: "auth", nc: 1, cnonce: "c1" }),
  );
});

Deno.test("DigestClient.answer() leaves out what a challenge without qop does not want", () => {
  const alice = client();
  alice.take({ realm: "r", nonce: "n" });
  assert.deepEqual(alice.answer(request).map(([name]) => name), [
    "username",
    "realm",
    "nonce",
    "uri",
    "response",
  ]);
});

Deno.test("DigestClient.answer() sends a cnonce with -sess even without qop", () => {
  const alice = client();
  alice.take({ realm: "r", nonce: "n", algorithm: "MD5-sess" });
  assert.equal(Object.fromEntries(alice.answer(request)).cnonce, "c1");
});

Deno.test("DigestClient counts per nonce and starts again with a new one", () => {
  const alice = client();
  const counts = (nonce: string) => {
    alice.take({ ...challenge, nonce });
    return Object.fromEntries(alice.answer(request)).nc;
  };
  assert.deepEqual(["n1", "n1", "n2", "n1"].map(counts), ["00000001", "00000002", "00000001", "00000001"]);
});

Deno.test("DigestClient.info() judges rspauth against the last request", () => {
  const alice = client();
  alice.take(challenge);
  alice.answer(request);
  const right = rspauth({
    ...challenge,
    username,
    password,
    qop: "auth",
    nc: 1,
    cnonce: "c1",
    uri: request.uri,
  });
  const echo = { qop: "auth", cnonce: "c1", nc: "00000001" };
  assert.equal(alice.info({ ...echo, rspauth: right }).proven, true);
  assert.equal(
    alice.info({ ...echo, rspauth: right.replace(/./, (d) => d === "0" ? "1" : "0") }).proven,
    false,
  );
  assert.equal(alice.info({ ...echo, cnonce: "c2", rspauth: right }).proven, false);
  assert.equal(alice.info({ ...echo, nc: "00000002", rspauth: right }).proven, false);
  assert.equal(alice.info({ nextnonce: "n9" }).proven, undefined);
});

Deno.test("DigestClient.info() proves nothing before the first answer", () => {
  assert.equal(client().info({ rspauth: "00" }).proven, false);
});

Deno.test("DigestClient uses nextnonce from then on, with a fresh count", () => {
  const alice = client();
  alice.take(challenge);
  alice.answer(request);
  alice.info({ nextnonce: "n2" });
  const { nonce, nc, opaque } = Object.fromEntries(alice.answer(request));
  assert.deepEqual({ nonce, nc, opaque }, { nonce: "n2", nc: "00000001", opaque: "o" });
});

Deno.test("DigestClient asks for the password of each challenge when it is a function", () => {
  const alice = new DigestClient({ username, password: (c) => `p-${c.nonce}`, cnonce: () => "c" });
  alice.take(challenge);
  const expected = digestResponse({
    ...request,
    ...challenge,
    username,
    password: "p-n1",
    qop: "auth",
    nc: 1,
    cnonce: "c",
  });
  assert.equal(Object.fromEntries(alice.answer(request)).response, expected);
});

Deno.test("DigestClient.answer() needs a challenge", () => {
  assert.throws(() => client().answer(request), /no challenge/);
});
