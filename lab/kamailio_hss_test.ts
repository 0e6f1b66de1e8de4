/** Our HSS behind a real I- and S-CSCF: Kamailio asks over Cx, our UEs register through Kamailio's P-CSCF. */
import assert from "node:assert/strict";
import { toolTest } from "../_tools/foreign_program.ts";
import { claimBlock } from "../harness/net/testing/claim.ts";
import { whyNoKamailio } from "./kamailio.ts";
import { coreScene } from "./testing/core_scene.ts";

const BLOCK = claimBlock();
const missing = await whyNoKamailio();

toolTest(
  "Kamailio's S-CSCF registers and de-registers subscribers of our HSS over Cx",
  missing,
  () =>
    coreScene(BLOCK, async ({ hss, ues }) => {
      const view = hss.view([ues.subscriber("aka01"), ues.subscriber("digest01")]);
      let told = 0;
      const asked = () => {
        const commands = view.requests.slice(told).map(({ command }) => command);
        told = view.requests.length;
        return commands;
      };

      const alice = await ues.open("aka01");
      const byAka = await alice.register();
      assert(byAka.ok, `${byAka.response.status} ${byAka.response.reason}`);
      assert.equal(byAka.challenge?.parameters.get("algorithm"), "AKAv1-MD5");
      assert.equal(byAka.challenge.aka?.macOk, true);
      assert.deepEqual(asked(), REGISTRATION);
      const known = view.registration(alice.identity.impi);
      assert.deepEqual(known, { state: "registered", serverName: `sip:${BLOCK}.0.3:5060` });

      // A card that is ahead of the HSS: AUTS goes to the HSS, which follows it.
      const challenge = await alice.challenge();
      const { sqn } = challenge.aka!;
      const resynchronised = await alice.answer(challenge, { auts: { sqn: sqn + 320n } });
      assert(resynchronised.next?.aka && resynchronised.next.aka.sqn > sqn + 320n);
      const [, , , mar] = asked();
      assert.equal(mar, "Multimedia-Auth");

      const bob = await ues.open("digest01", { transport: "tcp" });
      const byDigest = await bob.register();
      assert(byDigest.ok, `${byDigest.response.status} ${byDigest.response.reason}`);
      assert.deepEqual(asked(), REGISTRATION);

      assert((await bob.deregister()).ok);
      assert.deepEqual(view.registration(bob.identity.impi)?.state, "not-registered");
      assert.equal(await view.terminate(alice.identity.impi, { code: 0 }), 2001);
      view.close();
    }),
);

const REGISTRATION = ["User-Authorization", "Multimedia-Auth", "User-Authorization", "Server-Assignment"];
