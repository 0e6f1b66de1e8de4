import assert from "node:assert/strict";
import { toolTest, whyNot } from "../../../_tools/foreign_program.ts";
import { systemNet } from "../../net/mod.ts";
import { path } from "../../net/tls/testing/certificates.ts";
import { ForeignPeer, freePort } from "../../net/tls/testing/foreign.ts";
import { seededRandom } from "../../runner/mod.ts";
import { Conversation } from "./conversation.ts";
import { legacyRenegotiation } from "./legacy_client.ts";
import type { LegacyAnswer } from "./types.ts";

const noOpenssl = await whyNot("openssl", ["version"]);
const noGnutls = await whyNot("gnutls-serv", ["--version"]);

toolTest(
  "legacyRenegotiation() is refused by openssl s_server with -client_renegotiation",
  noOpenssl,
  async () => {
    const answer = await askOpenssl(["-client_renegotiation"]);
    assert.deepEqual([answer.first, answer.renegotiated], [true, false]);
    assert.match(answer.says, /no_renegotiation/);
  },
);

toolTest(
  "legacyRenegotiation() is served by openssl s_server with -legacy_renegotiation",
  noOpenssl,
  async () => {
    const { first, renegotiated } = await askOpenssl(["-client_renegotiation", "-legacy_renegotiation"]);
    assert.deepEqual([first, renegotiated], [true, true]);
  },
);

toolTest("legacyRenegotiation() says that it has no certificate where it is asked", noOpenssl, async () => {
  const { first } = await askOpenssl(["-verify", "1"]);
  assert.equal(first, true);
});

toolTest("legacyRenegotiation() tells why there was no handshake", noOpenssl, async () => {
  const { first, says } = await askOpenssl(["-tls1_3"]);
  assert.equal(first, false);
  assert.match(says, /no handshake: the alert protocol_version/);
});

toolTest("legacyRenegotiation() is refused by GnuTLS", noGnutls, async () => {
  const port = freePort();
  await using server = new ForeignPeer("gnutls-serv", [
    ...["--echo", "--disable-client-cert", "-p", `${port}`, "--priority", "NORMAL:-VERS-TLS1.3"],
    ...["--x509certfile", path("server_rsa.pem"), "--x509keyfile", path("server_rsa_key.pem")],
  ]);
  await server.said(/listening on IPv4.*done/);
  const { first, renegotiated } = await ask(port);
  assert.deepEqual([first, renegotiated], [true, false]);
});

async function askOpenssl(args: readonly string[]): Promise<LegacyAnswer> {
  const port = freePort();
  const keys = ["-cert", path("server_rsa.pem"), "-key", path("server_rsa_key.pem")];
  await using server = new ForeignPeer("openssl", [
    ...["s_server", "-accept", `127.0.0.1:${port}`, ...keys, ...args],
  ]);
  await server.said(/ACCEPT/);
  return await ask(port);
}

async function ask(port: number): Promise<LegacyAnswer> {
  const { clock } = systemNet;
  const stream = await systemNet.stream!({
    clock,
    local: { address: "127.0.0.1", port: 0 },
    remote: { address: "127.0.0.1", port },
  });
  const conversation = new Conversation(stream, clock);
  try {
    const options = { random: seededRandom("legacy"), serverName: "pcscf.ims.example", within: 2000 };
    return await legacyRenegotiation(conversation, options);
  } finally {
    await conversation.close();
  }
}
