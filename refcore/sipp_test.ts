/**
 * A UE that nobody here wrote registers with the core: SIPp, with SIP Digest over UDP and TCP and with IMS AKA. What
 * codec, Milenage and Digest of ours could agree on wrongly, SIPp would not.
 */
import { strict as assert } from "node:assert";
import { runTool, toolTest, whyNot } from "../_tools/foreign_program.ts";
import type { Subscriber } from "../profiles/types.ts";
import { scene } from "./testing/scene.ts";
import { DOMAIN } from "./testing/subscribers.ts";

const missing = await whyNot("sipp", ["-v"]).then((reason) => reason?.includes("fails") ? undefined : reason);

const octets = (hex: string) => Uint8Array.from(hex.match(/../g) ?? [], (pair) => parseInt(pair, 16));

const digestUser: Subscriber = {
  name: "digest",
  impi: `digest@${DOMAIN}`,
  impus: [`sip:digest@${DOMAIN}`],
  implicitSet: [],
  barred: [],
  otherSet: [],
  traits: [],
  digest: { password: "kettle-harbour", algorithm: "MD5" },
};

// Made up for this test. SIPp handles keys as text: an octet 00, a blank, a line end or a bracket in one breaks it.
const K = "a1b2c3d4e5f6a7b8c9dae1f2a3b4c5d6";
const OP = "d1e2f3a4b5c6d7e8f9a1b2c3d4e5f6a7";
const AMF = "b9b9";
const akaUser: Subscriber = {
  ...digestUser,
  name: "aka",
  impi: `aka@${DOMAIN}`,
  impus: [`sip:aka@${DOMAIN}`],
  aka: {
    algorithm: "milenage",
    k: octets(K),
    op: octets(OP),
    amf: octets(AMF),
    sqn: 0x20n,
    ind: 5,
    digest: "AKAv1-MD5",
  },
};

const authentications = {
  "SIP Digest over UDP": ["u1", "digest", "password=kettle-harbour"],
  "SIP Digest over TCP": ["t1", "digest", "password=kettle-harbour"],
  "IMS AKA over UDP": ["u1", "aka", `aka_OP=0x${OP} aka_K=0x${K} aka_AMF=0x${AMF}`],
} as const;

for (const [name, [transport, user, secret]] of Object.entries(authentications)) {
  toolTest(`SIPp registers with ${name}`, missing, () =>
    scene([digestUser, akaUser], async ({ core }) => {
      const { address, port } = core.entry["p-cscf"]!.udp!;
      const folder = await Deno.makeTempDir();
      try {
        const scenario = `${folder}/register.xml`;
        await Deno.writeTextFile(scenario, registration(user, secret));
        const { ok, stderr } = await runTool("sipp", [
          `${address}:${port}`,
          ...["-i", "127.0.1.77", "-t", transport, "-sf", scenario, "-auth_uri", DOMAIN],
          ...["-m", "1", "-timeout", "10", "-nostdin"],
        ]);
        assert.ok(ok, stderr);
      } finally {
        await Deno.remove(folder, { recursive: true });
      }
    }));
}

function registration(user: string, secret: string): string {
  const register = (cseq: number, authorization: string) => `
  <send retrans="500"><![CDATA[

      REGISTER sip:${DOMAIN} SIP/2.0
      Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]
      Max-Forwards: 70
      From: <sip:${user}@${DOMAIN}>;tag=[call_number]
      To: <sip:${user}@${DOMAIN}>
      Call-ID: [call_id]
      CSeq: ${cseq} REGISTER
      Contact: <sip:sipp@[local_ip]:[local_port];transport=[transport]>
      Expires: 600
      Supported: path
      ${authorization}
      Content-Length: 0

  ]]></send>`;
  const empty = `Authorization: Digest username="${user}@${DOMAIN}", realm="${DOMAIN}", nonce="", ` +
    `uri="sip:${DOMAIN}", response=""`;
  return `<?xml version="1.0" encoding="UTF-8"?>
<scenario name="register">${register(1, empty)}
  <recv response="401" auth="true"/>${register(2, `[authentication username=${user}@${DOMAIN} ${secret}]`)}
  <recv response="200"/>
</scenario>
`;
}
