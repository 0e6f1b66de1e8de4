import { type Bench, benchEffect, OWN, type Says } from "./testing/cscf_bench.ts";
import { digestSubscriber, DOMAIN, gibaSubscriber, nbaSubscriber } from "./testing/subscribers.ts";

const LINE = "dsl-701.east-3";
const NINA = nbaSubscriber("nina", LINE);
const DORA = digestSubscriber("dora");

const at = (line: string): Says => ({ access: `ADSL;dsl-location="${line}";network-provided` });

/** Statuses of REGISTERs, each of a user who is not registered. */
async function each({ node }: Bench, says: readonly Says[], name = "nina", address = OWN): Promise<string> {
  const seen = [];
  for (const one of says) {
    const { status } = await node(address).register(name, one);
    seen.push(status);
    if (status === 200) await node(address).register(name, { ...at(LINE), expires: 0 });
  }
  return seen.join(" ");
}

benchEffect("an NBA user on her line, with Authorization and without", {
  subscribers: [NINA],
  observe: (bench) =>
    each(bench, [at(LINE), {
      ...at(LINE),
      credentials: { username: NINA.impi, realm: DOMAIN, response: "" },
    }]),
  honest: "200 200",
  broken: { "scscf/challenges-nba-user": "401 401" },
});

benchEffect("locations: another, none, empty, a part, in capitals, two, two fields, the UE's own", {
  subscribers: [NINA],
  observe: (bench) =>
    each(bench, [
      at("dsl-1.west-9"),
      { access: "ADSL;network-provided" },
      at(""),
      at("dsl-701"),
      at("DSL-701.EAST-3"),
      { access: `ADSL;dsl-location="dsl-1";dsl-location="${LINE}";network-provided` },
      { access: `ADSL;dsl-location="dsl-1";network-provided, ADSL;dsl-location="${LINE}";network-provided` },
      { access: `ADSL;dsl-location="${LINE}", IEEE-802.3;network-provided` },
    ]),
  honest: "403 403 403 403 403 403 403 403",
  broken: {
    "scscf/missing-location-matches": "403 200 200 403 403 403 403 200",
    "scscf/location-prefix-matches": "403 403 403 200 403 403 403 403",
    "scscf/location-without-case": "403 403 403 403 200 403 403 403",
    "scscf/one-of-two-locations": "403 403 403 403 403 200 200 403",
    "scscf/digest-after-wrong-line": "401 401 401 401 401 401 401 401",
  },
});

benchEffect("a re-registration from another line", {
  subscribers: [NINA],
  observe: async ({ node, asked }) => {
    const first = (await node().register("nina", at(LINE))).status;
    const again = (await node().register("nina", at(LINE))).status;
    const log = asked().filter((line) => !line.startsWith("UAR")).join(", ");
    return `${first} ${again} ${(await node().register("nina", at("dsl-1.west-9"))).status}: ${log}`;
  },
  honest: "200 200 403: MAR Unknown, SAR registration, MAR Unknown, SAR re-registration",
  broken: {
    "scscf/nba-refresh-unchecked":
      "200 200 200: MAR Unknown, SAR registration, MAR Unknown, SAR re-registration",
  },
});

benchEffect(
  "the right line said by: a network element that is not known, one below a known name, a visited network",
  {
    subscribers: [NINA],
    policy: { paniAware: ["127.0.8.1"] },
    observe: async (bench) => {
      const known = await each(bench, [at(LINE)], "nina", "127.0.8.1");
      const below = [`SIP/2.0/TCP 127.0.8.1:5060;branch=z9hG4bK-1`];
      const unknown = await each(bench, [at(LINE), { ...at(LINE), below }], "nina", "127.0.7.1");
      const roaming = await each(bench, [{ ...at(LINE), visited: "visited.example.net" }, {
        ...at("dsl-1.west-9"),
        visited: "visited.example.net",
      }]);
      return [known, unknown, roaming].join(" ");
    },
    honest: "200 403 403 403 403",
    broken: {
      "scscf/nba-by-any-pcscf": "200 200 200 200 403",
      "scscf/any-via-is-the-pcscf": "200 403 200 403 403",
      "scscf/no-line-check-when-roaming": "200 403 403 200 200",
    },
  },
);

benchEffect("whose scheme the HSS knows: a Digest user, and one with neither", {
  subscribers: [NINA, DORA, gibaSubscriber("001010000000001")],
  observe: async ({ node, asked }) => {
    const seen = [];
    for (const name of ["dora", "001010000000001"]) {
      const access = "IEEE-802.3;network-provided";
      seen.push((await node().register(name, { access })).status);
    }
    return `${seen.join(" ")} ${asked().filter((line) => line.startsWith("MAR")).join(", ")}`;
  },
  honest: "401 403 MAR Unknown, MAR Unknown",
  broken: {
    "hss/line-for-everybody": "403 403 MAR Unknown, MAR Unknown",
    "scscf/always-asks-digest": "401 403 MAR SIP Digest, MAR SIP Digest",
  },
});
