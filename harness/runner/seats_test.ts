import { deepStrictEqual } from "node:assert/strict";
import type { Partner, Profile } from "../../profiles/mod.ts";
import { seatsOf } from "./seats.ts";

const AT = { address: "127.0.0.1", port: 5061 };
const partner = (domain: string, more: Partial<Partner> = {}): Partner => ({
  ...{ domain, user: "peer", listen: AT, clear: AT },
  ...more,
});

Deno.test("seatsOf() keeps partners that the device does not trust apart", () => {
  const partners = [partner("a.example"), partner("b.example", { trusted: false })];
  const seats = seatsOf({ interconnect: { partners } } as unknown as Profile);
  deepStrictEqual(seats.partner.map(({ domain }) => domain), ["a.example"]);
  deepStrictEqual(seats.untrustedPartner.map(({ domain }) => domain), ["b.example"]);
  deepStrictEqual(seats.homeNetwork, []);
});
