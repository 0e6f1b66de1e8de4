import { strict as assert } from "node:assert";
import { claimNet } from "./claim.ts";

const small = { from: 8, size: 4, width: 2 };
const nets = [claimNet(19, small), claimNet(19, small)];

Deno.test("a claimed net is nobody else's", () => {
  assert.deepEqual(nets.map((net) => net.address(7, 1)).sort(), ["127.19.11.7", "127.19.9.7"]);
  assert.throws(() => claimNet(19, small), /127\.19\.8 to \.11: each net is claimed/);
});

Deno.test("addresses of a claimed net are given one after the other, and again", () => {
  const [net] = nets;
  const given = Array.from({ length: 251 }, () => net!.next());
  assert.deepEqual([given[0], given[249], given[250]], [net!.address(1), net!.address(250), net!.address(1)]);
});
