/** What a P-CSCF must not touch on its way between a UE and her home network: TS 33.203 N.2.1.1, Q.1, T.3. */
import { strict as assert } from "node:assert";
import { TestElement } from "./testing/element.ts";
import { scene } from "./testing/scene.ts";
import { digestSubscriber } from "./testing/subscribers.ts";

const HOME = "h1.example.net";
const CAROL = {
  ...digestSubscriber("carol"),
  impi: `carol@${HOME}`,
  impus: [`sip:carol@${HOME}`],
};

const CHALLENGES = [
  `Digest realm="${HOME}", nonce="a", opaque="o", algorithm=SHA-256, qop="auth"`,
  `Digest realm="${HOME}", nonce="b", opaque="o", algorithm=MD5, qop="auth"`,
];

/** What UE and home network see of each other's fields, and whom the P-CSCF asserts. */
async function seen(faults: readonly string[]): Promise<string> {
  let text = "";
  const home = await TestElement.open("127.0.4.77");
  try {
    await scene([], async ({ ue }) => {
      // N.1: no password is asked for on 3GPP access, where GIBA is.
      const elsewhere = await ue(CAROL, { address: "127.0.4.79" });
      const first = elsewhere.build("REGISTER", `sip:${HOME}`);
      await elsewhere.send(first);
      await home.answer(await home.request("REGISTER"), 401, { "WWW-Authenticate": CHALLENGES });
      const challenges = (await elsewhere.response(first)).wwwAuthenticate;
      const carol = await ue(CAROL, { address: "127.0.4.78" });
      const second = carol.build("REGISTER", `sip:${HOME}`);
      await carol.send(second);
      await home.answer(await home.request("REGISTER"), 200, {
        "Contact": `${carol.contact};expires=60`,
        "Service-Route": `<sip:orig@${home.at};lr>`,
        "P-Associated-URI": `<sip:carol@${HOME}>`,
      });
      await carol.response(second);
      await home.answer(await home.request("SUBSCRIBE"), 403);
      const message = carol.build("MESSAGE", `sip:dave@${HOME}`, {
        "Contact": "",
        "Proxy-Authorization":
          `Digest username="carol@${HOME}", realm="${HOME}", nonce="n", response="r", own=1`,
        "P-Preferred-Identity": `<sip:dave@${HOME}>`,
      });
      await carol.send(message);
      const came = await home.request("MESSAGE");
      await home.answer(came, 200);
      await carol.response(message);
      const kept = came.message.get("Proxy-Authorization") === message.get("Proxy-Authorization");
      text = [
        challenges.map(({ parameters }) => parameters.get("algorithm") + (parameters.get("opaque") ?? ""))
          .join("+"),
        kept,
        came.message.assertedIdentities[0]?.uri.user,
      ].join(" ");
    }, {
      faults,
      access: { "3gpp": ["127.0.4.78"] },
      mw: { homeNetworks: [{ domain: HOME, listen: home.local }] },
    });
  } finally {
    await home.close();
  }
  return text;
}

const EXPECTED: Readonly<Record<string, string>> = {
  "": "SHA-256o+MD5o true carol",
  "pcscf/strips-opaque": "SHA-256+MD5 true carol",
  "pcscf/strips-unknown-algorithms": "MD5o true carol",
  "pcscf/removes-proxy-authorization": "SHA-256o+MD5o false carol",
  "pcscf/giba-asserts-preferred-identity": "SHA-256o+MD5o true dave",
};

for (const [fault, expected] of Object.entries(EXPECTED)) {
  Deno.test(
    `a user and her home network see "${expected}" ${fault && `with ${fault}`}`.trimEnd(),
    async () => {
      assert.equal(await seen(fault === "" ? [] : [fault]), expected);
    },
  );
}
