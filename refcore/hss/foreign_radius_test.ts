/** radclient as the judge of the HSS's RADIUS accounting: FreeRADIUS verifies what it is answered. */
import assert from "node:assert/strict";
import { runTool, toolTest, whyNot } from "../../_tools/foreign_program.ts";
import { systemNet } from "../../harness/net/mod.ts";
import { claimNet } from "../../harness/net/testing/claim.ts";
import { AccountingServer } from "./accounting.ts";
import { Hss, serveHss } from "./mod.ts";
import { DOMAIN, gibaSubscriber } from "../testing/subscribers.ts";

const NET = claimNet(18);
const [HERE, GGSN, OTHER, STRANGER] = [NET.address(1), NET.address(2), NET.address(3), NET.address(4)];
const SECRET = "brass-compass";
const GINA = gibaSubscriber("001010123456789");
/** Whole seconds: radclient counts how often they change, so that one may be no time at all. */
const [PATIENCE, SILENCE] = [5, { within: 1 }];
const missing = await whyNot("radclient", ["-v"]);

/** Names of attributes are those of FreeRADIUS's own dictionaries. */
type Told = Readonly<Record<string, string>>;

const CONTEXT: Told = {
  "Acct-Status-Type": "Start",
  "Acct-Session-Id": "s1",
  "NAS-Identifier": "ggsn1.example.net",
  "Framed-IP-Address": "192.0.2.7",
  "Calling-Station-Id": "15550100",
  "Called-Station-Id": "ims",
  "3GPP-IMSI": GINA.giba!.imsi,
};

interface Scene {
  /** Whether radclient was answered by somebody who knows the secret, within so many seconds. */
  tell(
    told: Told,
    wrongly?: { readonly secret?: string; readonly from?: string; readonly within?: number },
  ): Promise<boolean>;
  /** What the HSS says to an S-CSCF of the user's address. */
  bound(): Promise<unknown>;
}

function hss(name: string, act: (scene: Scene) => Promise<void>): void {
  toolTest(name, missing, async () => {
    const common = { net: systemNet, clock: systemNet.clock, faults: new Set<string>() };
    const random = (length: number) => new Uint8Array(length);
    const hss = new Hss({ ...common, subscribers: [GINA], realm: DOMAIN, random });
    const server = await AccountingServer.open({
      ...common,
      local: { address: HERE, port: 0 },
      secret: SECRET,
      problem: (error) => assert.fail(String(error)),
      admits: (address) => address === GGSN || address === OTHER,
    });
    serveHss({ radius: server, cx: undefined, close: () => server.close() }, hss);
    const tell: Scene["tell"] = async (told, { secret = SECRET, from = GGSN, within = PATIENCE } = {}) => {
      const lines = Object.entries({ ...told, "Packet-Src-IP-Address": from });
      const input = lines.map(([attribute, value]) => `${attribute} = "${value}"\n`).join("");
      const to = `${server.local.address}:${server.local.port}`;
      const once = ["-x", "-r", "1", "-t", `${within}`];
      const { ok, stdout, stderr } = await runTool(
        "radclient",
        [...once, to, "acct", secret],
        new TextEncoder().encode(input),
      );
      const said = new TextDecoder().decode(stdout) + stderr;
      assert.match(said, /^Sent Accounting-Request/);
      assert.equal(/Received Accounting-Response/.test(said), ok, said);
      return ok;
    };
    const bound: Scene["bound"] = async () => {
      const [impu = ""] = GINA.impus;
      const scheme = "Early-IMS-Security";
      const asked = { impi: GINA.impi, impu, serverName: `sip:scscf.${DOMAIN}`, scheme } as const;
      const answer = await hss.multimediaAuth(asked);
      return answer.result === "success" ? answer.vector : answer.result;
    };
    try {
      await act({ tell, bound });
    } finally {
      await server.close();
    }
  });
}

hss(
  "radclient's accounting binds an address, moves it and lets it go, and is answered rightly",
  async ({ tell, bound }) => {
    assert.equal(await tell(CONTEXT), true);
    assert.deepEqual(await bound(), { scheme: "giba", address: "192.0.2.7" });
    const { "Framed-IP-Address": _, ...rest } = CONTEXT;
    const moved = { ...rest, "Acct-Status-Type": "Interim-Update", "Framed-IPv6-Prefix": "2001:db8:1::/64" };
    assert.equal(await tell(moved), true);
    assert.deepEqual(await bound(), { scheme: "giba", prefix: "2001:db8:1::/64" });
    assert.equal(await tell({ ...CONTEXT, "Acct-Status-Type": "Stop" }), true);
    assert.equal(await bound(), "unable-to-comply");
  },
);

hss(
  "radclient is not answered under another secret, from elsewhere or for nobody we know",
  async ({ tell, bound }) => {
    assert.equal(await tell(CONTEXT, { secret: "guess", ...SILENCE }), false);
    assert.equal(await tell(CONTEXT, { from: STRANGER, ...SILENCE }), false);
    assert.equal(await tell({ ...CONTEXT, "3GPP-IMSI": "001019999999999" }, SILENCE), false);
    assert.equal(await bound(), "unable-to-comply");
    assert.equal(await tell(CONTEXT), true);
  },
);

for (const status of ["Accounting-On", "Accounting-Off"]) {
  hss(`${status} of a GGSN ends its contexts, and no other's`, async ({ tell, bound }) => {
    const restart = (name: Told) => ({ "Acct-Status-Type": status, "Acct-Session-Id": "0", ...name });
    await tell(CONTEXT);
    assert.equal(await tell(restart({ "NAS-Identifier": "ggsn2.example.net" })), true);
    assert.equal(await tell(restart({ "NAS-IP-Address": GGSN })), true);
    assert.equal(
      await tell(restart({ "NAS-Identifier": "ggsn1.example.net" }), { secret: "guess", ...SILENCE }),
      false,
    );
    assert.deepEqual(await bound(), { scheme: "giba", address: "192.0.2.7" });
    assert.equal(await tell(restart({ "NAS-Identifier": "ggsn1.example.net" })), true);
    assert.equal(await bound(), "unable-to-comply");
    const { "NAS-Identifier": _, ...nameless } = CONTEXT;
    await tell(nameless);
    assert.equal(await tell(restart({}), { from: OTHER }), true);
    assert.deepEqual(await bound(), { scheme: "giba", address: "192.0.2.7" });
    assert.equal(await tell(restart({})), true);
    assert.equal(await bound(), "unable-to-comply");
  });
}
