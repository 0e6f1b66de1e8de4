/** PSK suites against openssl and GnuTLS. Run by hooks_test.ts with the permission for all foreign functions. */
import assert from "node:assert/strict";
import { toolTest, whyNot } from "../../../../_tools/foreign_program.ts";
import { TlsContext, type TlsOptions } from "../mod.ts";
import { path } from "./certificates.ts";
import { ForeignPeer, freePort } from "./foreign.ts";
import { asServer, onPort, talk } from "./foreign_talk.ts";

/** As in testdata/tls/gnutls_psk.txt. */
const IDENTITY = "ue1@ims.example";
const KEY = Uint8Array.from({ length: 32 }, (_, i) => i);

const noOpenssl = await whyNot("openssl", ["version"]);
const noGnutls = await whyNot("gnutls-cli", ["--version"]) ?? await whyNot("gnutls-serv", ["--version"]);

const TLS12: TlsOptions = {
  versions: ["TLSv1.2", "TLSv1.2"],
  cipherSuites: ["TLS_PSK_WITH_AES_128_CBC_SHA"],
  psk: { identity: IDENTITY, key: KEY },
};

interface Program {
  readonly missing: string | undefined;
  readonly server: string;
  readonly client: string;
  readonly serve: (port: number) => readonly string[];
  readonly call: (port: number) => readonly string[];
  readonly ready: RegExp;
  readonly agreed: { readonly server: RegExp; readonly client: RegExp };
}

const OPENSSL = [
  "-psk",
  KEY.toHex(),
  "-psk_identity",
  IDENTITY,
  "-cipher",
  "PSK-AES128-CBC-SHA:@SECLEVEL=0",
  "-tls1_2",
];
const GNUTLS = [
  "--priority",
  "NORMAL:-VERS-ALL:+VERS-TLS1.2:-KX-ALL:+PSK:-CIPHER-ALL:+AES-128-CBC:-MAC-ALL:+SHA1",
];

const PROGRAMS: readonly Program[] = [{
  missing: noOpenssl,
  server: "openssl",
  client: "openssl",
  serve: (port) => ["s_server", "-accept", `127.0.0.1:${port}`, "-nocert", ...OPENSSL],
  call: (port) => ["s_client", "-connect", `127.0.0.1:${port}`, ...OPENSSL],
  ready: /ACCEPT/,
  agreed: { server: /CIPHER is PSK-AES128-CBC-SHA/, client: /PSK identity: ue1@ims\.example/ },
}, {
  missing: noGnutls,
  server: "gnutls-serv",
  client: "gnutls-cli",
  serve: (port) => ["--echo", "-p", `${port}`, "--pskpasswd", path("gnutls_psk.txt"), ...GNUTLS],
  call: (
    port,
  ) => ["-p", `${port}`, "--pskusername", IDENTITY, "--pskkey", KEY.toHex(), ...GNUTLS, "127.0.0.1"],
  ready: /listening on IPv4.*done/,
  agreed: {
    server: /PSK authentication. Connected as 'ue1@ims\.example'/,
    client: /\(PSK\)-\(AES-128-CBC\)-\(SHA1\)\n[^]*PSK authentication\. Connected as 'ue1@ims\.example'/,
  },
}];

for (const { missing, server, client, serve, call, ready, agreed } of PROGRAMS) {
  toolTest(`our client and ${server} agree on a PSK suite`, missing, async () => {
    const port = freePort();
    await using program = new ForeignPeer(server, serve(port));
    await program.said(ready);
    using context = new TlsContext(TLS12);
    using tls = context.connect();
    const negotiated = await onPort(port, false, (pipe) => talk(tls, pipe));
    assert.equal(negotiated.cipherSuite.name, "TLS_PSK_WITH_AES_128_CBC_SHA");
    await program.said(agreed.server);
  });

  toolTest(`${client} and our server agree on a PSK suite`, missing, async () => {
    using context = new TlsContext(TLS12);
    using tls = context.accept();
    await asServer(false, (port) => new ForeignPeer(client, call(port)), async (pipe, program) => {
      const negotiated = await talk(tls, pipe);
      assert.equal(negotiated.cipherSuite.name, "TLS_PSK_WITH_AES_128_CBC_SHA");
      assert.equal(negotiated.pskIdentity, IDENTITY);
      await program.said(agreed.client);
      await program.said(/REGISTER/);
    });
  });
}
