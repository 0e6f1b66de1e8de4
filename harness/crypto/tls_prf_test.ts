import assert from "node:assert/strict";
import { fromHex, toHex } from "./mod.ts";
import { tlsPrf } from "./tls_prf.ts";

// Origin: the vector for P_SHA256 that was posted to the IETF's TLS mailing list for RFC 5246.
Deno.test("tlsPrf() gives the published output", () => {
  const output = tlsPrf(
    fromHex("9bbe436ba940f017b17652849a71db35"),
    "test label",
    fromHex("a0ba9f936cda311827a6f796ffd5198c"),
    100,
  );
  assert.equal(
    toHex(output),
    "e3f229ba727be17b8d122620557cd453c2aab21d07c3d495329b52d4e61edb5a6b301791e90d35c9c9a46b4e14baf9af" +
      "0fa022f7077def17abfd3797c0564bab4fbc91666e9def9b97fce34f796789baa48082d122ee42c5a72e5a5110fff701" +
      "87347b66",
  );
});

Deno.test("tlsPrf() gives as much as is asked for", () => {
  const long = tlsPrf(new Uint8Array(16), "label", new Uint8Array(1), 65);
  assert.equal(long.length, 65);
  assert.deepEqual(tlsPrf(new Uint8Array(16), "label", new Uint8Array(1), 12), long.subarray(0, 12));
});
