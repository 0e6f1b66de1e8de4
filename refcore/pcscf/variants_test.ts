import assert from "node:assert/strict";
import { buildRequest } from "sip-codec";
import { VariantOrders } from "./variants.ts";

const plain = buildRequest("REGISTER", "sip:home1.example", {});
const agreeing = buildRequest("REGISTER", "sip:home1.example", {
  "Require": "sec-agree",
  "Proxy-Require": "sec-agree",
  "Security-Client": "ipsec-3gpp;alg=hmac-sha-1-96",
});

Deno.test("refusal() turns away what the variant there does not know", () => {
  const orders = new VariantOrders("both", new Set());
  assert.equal(orders.refusal(plain, "10.0.0.1"), undefined);
  assert.equal(orders.refusal(agreeing, "10.0.0.1"), undefined);
  assert.equal(orders.order({ address: "10.0.0.1", variants: "giba" }), undefined);
  assert.deepEqual(orders.refusal(agreeing, "10.0.0.1"), {
    status: 420,
    options: { headers: { Unsupported: "sec-agree" } },
  });
  assert.equal(orders.refusal(plain, "10.0.0.1"), undefined);
  assert.equal(orders.refusal(agreeing, "10.0.0.2"), undefined);
  assert.equal(orders.order({ address: "10.0.0.1", variants: "full" }), undefined);
  assert.equal(orders.refusal(plain, "10.0.0.1")?.status, 421);
  assert.equal(orders.refusal(agreeing, "10.0.0.1"), undefined);
  assert.equal(orders.order({ address: "10.0.0.1" }), undefined);
  assert.equal(orders.for("10.0.0.1"), "both");
});

Deno.test("order() is for everybody without an address, and says what is wrong", () => {
  const orders = new VariantOrders("both", new Set());
  assert.match(orders.order({ variants: "none" }) ?? "", /"none"/);
  orders.order({ variants: "giba" });
  assert.equal(orders.for("10.0.0.9"), "giba");
  orders.clear();
  assert.equal(orders.for("10.0.0.9"), "both");
});

Deno.test("refusal() remembers an address only under its fault", () => {
  for (const faulty of [false, true]) {
    const orders = new VariantOrders("giba", new Set(faulty ? ["pcscf/blocks-after-420"] : []));
    orders.refusal(agreeing, "10.0.0.1");
    assert.equal(orders.refusal(plain, "10.0.0.1")?.status, faulty ? 403 : undefined);
  }
});

Deno.test("refusal() leaves out what is not supported under its fault", () => {
  const orders = new VariantOrders("giba", new Set(["pcscf/names-no-extension"]));
  assert.deepEqual(orders.refusal(agreeing, "10.0.0.1"), { status: 420, options: {} });
});
