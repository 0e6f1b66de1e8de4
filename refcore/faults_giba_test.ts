import { type Bench, benchEffect, type Node, type Says } from "./testing/cscf_bench.ts";
import { akaSubscriber, digestSubscriber, DOMAIN, gibaSubscriber } from "./testing/subscribers.ts";

const IMSI = "001010000000001";
const OTHER = "001010000000002";
const GINA = gibaSubscriber(IMSI);
const GREG = gibaSubscriber(OTHER);
const ALICE = akaSubscriber("001010000000003");
const BOB = digestSubscriber("bob");

const HERE = "10.0.0.1";
const THERE = "10.0.0.2";

const bind = ({ hss }: Bench, imsi = IMSI, address = HERE, session = imsi) =>
  hss.bind({ imsi, session, address });

async function status(node: Node, says: Says = {}, name = IMSI): Promise<number> {
  return (await node.register(name, says)).status;
}

async function statuses(bench: Bench, says: readonly Says[], name = IMSI): Promise<string> {
  const seen = [];
  for (const one of says) seen.push(await status(bench.node(), one, name));
  return seen.join(" ");
}

const FROM_3GPP = "3GPP-GERAN;network-provided";

benchEffect("a REGISTER without Authorization: no access info, 3GPP twice, the UE's own, WLAN", {
  subscribers: [GINA],
  observe: async (bench) => {
    bind(bench);
    const seen = await statuses(bench, [
      {},
      { access: FROM_3GPP },
      { access: "3GPP-UTRAN-FDD;network-provided" },
      { access: `IEEE-802.11, ${FROM_3GPP}` },
    ]);
    const { access } = { access: "IEEE-802.11;network-provided" };
    const last = await status(bench.node(), { access: `${FROM_3GPP.split(";")[0]}, ${access}` });
    const asked = new Set(bench.asked().filter((line) => line.startsWith("MAR")));
    return `${seen} ${last}: ${[...asked].join(", ")}`;
  },
  honest: "200 200 200 200 403: MAR Early-IMS-Security",
  broken: {
    "scscf/digest-for-3gpp-access": "200 403 403 403 403: MAR Early-IMS-Security",
    "scscf/believes-first-access-info": "200 200 200 403 200: MAR Early-IMS-Security",
    "scscf/giba-on-every-access": "200 200 200 200 200: MAR Early-IMS-Security",
    "scscf/asks-aka-for-giba": "403 403 403 403 403: MAR Digest-AKAv1-MD5, MAR Unknown",
  },
});

benchEffect("WLAN access of a user who is not registered, and of one whose password would do", {
  subscribers: [GINA, BOB],
  observe: async (bench) => {
    bind(bench);
    const access = "IEEE-802.11;network-provided";
    const seen = [await status(bench.node(), { access }), await status(bench.node(), { access }, "bob")];
    return `${seen.join(" ")}: ${bench.asked().filter((line) => line.startsWith("MAR")).join(", ")}`;
  },
  honest: "403 401: MAR Unknown, MAR Unknown",
  broken: {
    "scscf/giba-on-every-access": "200 403: MAR Early-IMS-Security, MAR Early-IMS-Security",
  },
});

benchEffect("Via as a P-CSCF passes it on: right, received, both ways round, a name, nothing, a lower one", {
  subscribers: [GINA],
  observe: async (bench) => {
    bind(bench);
    return await statuses(bench, [
      { via: `${THERE};received=${HERE}` },
      { via: `${HERE};received=${THERE}` },
      { via: "ue.example.net" },
      { via: `ue.example.net;received=${HERE}` },
      { via: null },
      { via: THERE, below: [`SIP/2.0/UDP ${HERE};branch=z9hG4bK-below`] },
    ]);
  },
  honest: "200 403 403 200 403 403",
  broken: {
    "scscf/compares-sent-by": "403 200 403 403 403 403",
    "scscf/falls-back-to-sent-by": "200 200 403 200 403 403",
    "scscf/host-name-matches": "200 403 200 200 403 403",
    "scscf/compares-lowest-via": "200 403 403 200 403 200",
    "scscf/address-mismatch-accepted": "200 200 403 200 403 200",
  },
});

benchEffect("IPv6: two identifiers under one prefix, another spelling, the next prefix", {
  subscribers: [GINA],
  observe: async (bench) => {
    bench.hss.bind({ imsi: IMSI, session: "1", prefix: "2001:db8:1:2::/64" });
    return await statuses(bench, [
      { via: "[2001:db8:1:2::1]" },
      { via: "[2001:db8:1:2::2]" },
      { via: "[2001:DB8:1:2:0:0:0:1]" },
      { via: "[2001:db8:1:3::1]" },
    ]);
  },
  honest: "200 200 200 403",
  broken: {
    "scscf/compares-whole-ipv6": "403 403 403 403",
    "scscf/compares-48-bits": "200 200 200 200",
  },
});

benchEffect("Authorization without a response at the right address", {
  subscribers: [GINA],
  observe: async (bench) => {
    bind(bench);
    const credentials = { username: GINA.impi, realm: DOMAIN, nonce: "", uri: `sip:${DOMAIN}`, response: "" };
    const answer = await bench.node().register(IMSI, { credentials, access: FROM_3GPP });
    return String(answer.status);
  },
  honest: "403",
  broken: { "scscf/empty-authorization-is-giba": "200" },
});

benchEffect("what the HSS is asked: for a GIBA user, for URIs with parameters, for another in From", {
  subscribers: [GINA],
  observe: async (bench) => {
    bind(bench);
    const answer = await bench.node().register(IMSI);
    const first = bench.asked().map((line) => line.split(" ").slice(0, 2).join(" "));
    const To = `<sip:${IMSI}@${DOMAIN}:5060;x=y>`;
    await bench.node().register(IMSI, { headers: { To, "From": `<sip:bob@${DOMAIN}>;tag=1` } });
    const [second = ""] = bench.asked();
    const fields = ["WWW-Authenticate", "Authentication-Info"].filter((name) => answer.has(name));
    return `${answer.status} ${fields.join()} ${first.join(", ")}; ${second.split(" ")[1]}`;
  },
  honest: `200  UAR ${GINA.impi}, MAR Early-IMS-Security, SAR registration; ${GINA.impi}`,
  broken: {
    "scscf/assigns-before-comparison":
      `200  UAR ${GINA.impi}, SAR registration, MAR Early-IMS-Security, SAR registration; ${GINA.impi}`,
    "scscf/authentication-info-in-giba":
      `200 Authentication-Info UAR ${GINA.impi}, MAR Early-IMS-Security, SAR registration; ${GINA.impi}`,
    "icscf/asks-without-user-name": "403  UAR ; ",
    "icscf/impi-with-parameters":
      `200  UAR ${GINA.impi}, MAR Early-IMS-Security, SAR registration; ${IMSI}@${DOMAIN}:5060;x=y`,
    "icscf/impi-from-from": `200  UAR ${GINA.impi}, MAR Early-IMS-Security, SAR registration; bob@${DOMAIN}`,
  },
});

benchEffect("answers of the HSS that are none: a vector, an error", {
  subscribers: [GINA],
  observe: async (bench) => {
    bind(bench);
    const vector = { scheme: "digest", realm: DOMAIN, algorithm: "MD5", qop: "auth", ha1: "" } as const;
    bench.script.mar = () => ({ result: "success", vector });
    const first = await status(bench.node());
    bench.script.mar = () => ({ result: "auth-scheme-not-supported" });
    return `${first} ${await status(bench.node())}`;
  },
  honest: "403 403",
  broken: {
    "scscf/any-answer-is-a-match": "200 200",
    "scscf/registers-aka-user-by-address": "403 200",
  },
});

benchEffect("users of AKA and of GIBA, each in the other's way", {
  subscribers: [GINA, ALICE],
  observe: async (bench) => {
    bind(bench);
    bind(bench, ALICE.impi.split("@")[0]);
    const aka = (username: string) => ({
      credentials: { username, realm: DOMAIN, nonce: "", response: "", "integrity-protected": "no" },
      access: FROM_3GPP,
    });
    const sim = await status(bench.node(), aka(GINA.impi));
    const [, mar] = bench.asked();
    const right = await status(bench.node(), aka(ALICE.impi), ALICE.name);
    const stripped = await status(bench.node(), {}, ALICE.name);
    return `${sim} ${mar} ${right} ${stripped}`;
  },
  honest: "403 MAR Digest-AKAv1-MD5 401 403",
  broken: {
    "hss/no-scheme-per-subscription": "401 MAR Digest-AKAv1-MD5 401 200",
    "scscf/registers-aka-user-by-address": "403 MAR Digest-AKAv1-MD5 401 200",
    "scscf/giba-after-refused-vectors": "200 MAR Digest-AKAv1-MD5 401 403",
    "scscf/address-match-skips-aka": "200 MAR Early-IMS-Security 200 401",
    "scscf/giba-before-flag": "200 MAR Early-IMS-Security 403 403",
    "scscf/flag-no-is-digest": "403 MAR SIP Digest 403 403",
  },
});

benchEffect("a wrong RES of a USIM at the address that the HSS has", {
  subscribers: [{ ...ALICE, giba: { imsi: ALICE.name } }],
  observe: async (bench) => {
    bind(bench, ALICE.name);
    const node = bench.node();
    const empty = { username: ALICE.impi, realm: DOMAIN, uri: `sip:${DOMAIN}`, nonce: "", response: "" };
    const says = (more: Record<string, string>) => ({
      credentials: { ...empty, ...more },
      access: FROM_3GPP,
    });
    const challenge = await node.register(ALICE.name, says({ "integrity-protected": "no" }));
    const nonce = challenge.wwwAuthenticate[0]?.parameters.get("nonce") ?? "";
    const counted = { algorithm: "AKAv1-MD5", qop: "auth", nc: "00000001", cnonce: "x" };
    const wrong = { ...counted, nonce, response: "0".repeat(32), "integrity-protected": "yes" };
    return `${challenge.status} ${await status(node, says(wrong), ALICE.name)}`;
  },
  honest: "401 403",
  broken: { "scscf/giba-after-wrong-response": "401 200" },
});

benchEffect("requests of a registered user: from her address, from another, refresh and end from another", {
  subscribers: [GINA, GREG],
  observe: async (bench) => {
    bind(bench);
    bind(bench, OTHER, THERE);
    const node = bench.node();
    await node.register(IMSI);
    await node.register(OTHER, { via: THERE, contact: `sip:${OTHER}@${THERE}` });
    const target = `sip:${OTHER}@${DOMAIN}`;
    const seen = [];
    for (const via of [HERE, THERE, `${HERE};received=${THERE}`]) {
      seen.push((await node.originate("MESSAGE", target, IMSI, { via })).status);
    }
    seen.push(await status(node, { via: THERE }), await status(node, { via: THERE, expires: 0 }));
    return `${seen.join(" ")} ${bench.scscf.registrations.ofImpi(GINA.impi).length}`;
  },
  honest: "200 403 403 403 403 1",
  broken: {
    "scscf/giba-requests-unchecked": "200 200 200 403 403 1",
    "scscf/giba-refresh-unchecked": "200 403 403 200 200 0",
    "scscf/mismatch-deregisters": "200 403 403 403 403 0",
    "pcscf/giba-asserts-preferred-identity": "200 200 200 403 403 1",
  },
});

benchEffect("after the context: its end, another address, and who is registered where", {
  subscribers: [GINA, GREG],
  observe: async (bench) => {
    const node = bench.node();
    const target = `sip:${OTHER}@${DOMAIN}`;
    bind(bench, OTHER, "10.0.0.3");
    await node.register(OTHER, { via: "10.0.0.3", contact: `sip:${OTHER}@10.0.0.3` });
    bind(bench);
    await node.register(IMSI);
    bind(bench, IMSI, THERE);
    const moved = [
      await status(node, { via: HERE }),
      await status(node, { via: THERE, contact: `sip:gina@${THERE}` }),
    ];
    const contacts = bench.scscf.registrations.ofImpi(GINA.impi)[0]?.bindings.size;
    bench.hss.unbind({ imsi: IMSI, session: IMSI });
    const call = (await node.originate("MESSAGE", target, IMSI, { via: THERE })).status;
    return `${moved.join(" ")} ${contacts} ${call} ${await status(node, { via: THERE })}`;
  },
  honest: "403 200 1 403 403",
  broken: {
    "hss/keeps-first-address": "200 403 1 403 403",
    "hss/keeps-address-after-stop": "403 200 1 200 200",
    "hss/tells-no-s-cscf-of-the-stop": "403 200 1 200 403",
    "scscf/two-giba-contacts": "403 200 2 403 403",
    "scscf/address-mismatch-accepted": "200 200 1 403 403",
  },
});

benchEffect("identities of the implicit set, and a REGISTER for one of them", {
  subscribers: [gibaSubscriber(IMSI, { implicitSet: [`sip:gina@${DOMAIN}`] }), BOB],
  observe: async (bench) => {
    bind(bench);
    const node = bench.node();
    await node.register(IMSI);
    const target = `sip:gina@${DOMAIN}`;
    const calls = [];
    for (const name of [IMSI, "gina"]) {
      calls.push((await node.originate("MESSAGE", target, name)).status);
    }
    return `${calls.join(" ")} ${await status(node, { expires: 0 }, "gina")}`;
  },
  honest: "200 200 403",
  broken: {
    "scscf/giba-derived-impu-alone": "200 403 403",
    "hss/user-by-impu-alone": "200 200 200",
  },
});

benchEffect("an S-CSCF that is not there, named by the HSS", {
  subscribers: [GINA],
  observe: async (bench) => {
    bind(bench);
    bench.script.uar = () => ({ result: "success", serverName: "sip:elsewhere.home1.net" });
    const answer = await bench.node().register(IMSI);
    const claimed = await bench.node().register(IMSI, {
      credentials: { username: GINA.impi, realm: DOMAIN, response: "" },
    });
    bench.script.uar = () => ({ result: "roaming-not-allowed" });
    return `${answer.status} ${claimed.status} ${await status(bench.node())}`;
  },
  honest: "504 504 403",
  broken: {
    "icscf/reselects-for-giba": "200 504 403",
    "icscf/selects-anew": "200 403 403",
    "icscf/ignores-refusal": "504 504 200",
  },
});
