/** What a P-CSCF tells the home network of protection: TS 33.203 6.1.5, 7.2, M.7.2, O.1.4, O.2, O.4.3, P.3, R.3. */
import type { SipRequest, SipResponse } from "sip-codec";
import { hasRawIp } from "./testing/ipsec_scene.ts";
import type { IpsecUe } from "./testing/ipsec_ue.ts";
import { roamingEffect } from "./testing/roaming.ts";
import { akaSubscriber, digestSubscriber, DOMAIN } from "./testing/subscribers.ts";

const ALICE = akaSubscriber("alice");
const BOB = digestSubscriber("bob");
const raw = await hasRawIp();

/** integrity-protected of each forwarded REGISTER. */
function flags(requests: readonly SipRequest[]): string {
  return requests.map((request) => {
    const [credentials] = request.authorization;
    return credentials ? credentials.parameters.get("integrity-protected") ?? "none" : "-";
  }).join(" ");
}

const FORGED = {
  "Authorization":
    `Digest username="${ALICE.impi}", realm="${DOMAIN}", nonce="", uri="sip:${DOMAIN}", response="", integrity-protected="yes"`,
};

/** A refresh, or whatever `more` makes of it, on a set. */
async function again(phone: IpsecUe, headers: Record<string, string>, on: Parameters<IpsecUe["ask"]>[1]) {
  return await phone.ask(phone.register(headers, on), on);
}

roamingEffect("behind a NAT: SM2 with a forged flag, SM8, refresh, end; and a refresh in the clear", {
  subscribers: [ALICE],
  ipsec: { raw: false },
  observe: async ({ ipsecUe, forwarded }) => {
    const phone = await ipsecUe(ALICE);
    const challenged = await phone.challenge(FORGED);
    const { status } = (await phone.sm7(challenged)).message as SipResponse;
    const seen = [flags(forwarded())];
    if (status === 200) {
      await again(phone, {}, challenged.set);
      await phone.sm1();
      await again(phone, { "Expires": "0" }, challenged.set);
      seen.push(flags(forwarded()));
    }
    return seen.join(" / ");
  },
  honest: "no yes / yes no yes",
  broken: {
    "pcscf/nat-keeps-forged-flag": "yes yes / yes no yes",
    "pcscf/nat-tunnel-is-unprotected": "no no",
    "pcscf/no-flag-in-clear": "none yes / yes none yes",
    "pcscf/flags-clear-as-protected": "yes yes / yes yes yes",
    "pcscf/no-flag-on-deregistration": "no yes / yes no none",
  },
});

roamingEffect("SAs of another run: a refresh on the older ones, an answer on them", {
  subscribers: [ALICE],
  ipsec: { raw: false },
  observe: async ({ ipsecUe, forwarded, operator }) => {
    const phone = await ipsecUe(ALICE);
    const old = await phone.registerFully();
    const reauthenticate = () => operator({ action: "reauthenticate", impi: ALICE.impi }, "home");
    await reauthenticate();
    const challenged = await phone.challenge({}, old);
    forwarded();
    await phone.send(phone.sm7Request(challenged, {}, old), old);
    // What came before it has been forwarded when this is answered.
    await phone.ask(phone.register({}, old), old);
    const before = flags(forwarded());
    await reauthenticate();
    const current = await phone.registerFully({}, old);
    forwarded();
    await again(phone, {}, old);
    const late = flags(forwarded());
    await again(phone, {}, current);
    return `${before}, ${late}, ${flags(forwarded())}`;
  },
  honest: "yes, no, yes",
  broken: {
    "pcscf/flags-answer-on-old-sa": "yes yes, no, yes",
    "pcscf/flags-any-sa": "yes, yes, yes",
  },
});

roamingEffect("an offer of transport mode from 3GPP access, and one from a NASS", {
  subscribers: [ALICE],
  ipsec: { raw },
  ignore: !raw,
  observe: async ({ ipsecUe, ue, forwarded }) => {
    const answer = (await (await ipsecUe(ALICE, { mode: "trans" })).sm1()).message as SipResponse;
    const first = `${answer.status} ${answer.securityServer[0]?.params.get("mod")} ${flags(forwarded())}`;
    const phone = await ue(ALICE, { access: "nass" });
    const offer = {
      "Security-Client":
        "ipsec-3gpp;alg=hmac-sha-1-96;ealg=aes-cbc;prot=esp;mod=trans;spi-c=7001;spi-s=7002;port-c=7003;port-s=7004",
      "Require": "sec-agree",
      "Proxy-Require": "sec-agree",
    };
    const second = await phone.ask(phone.registerRequest(offer));
    return `${first}; ${second.status} ${second.has("Security-Server")} ${flags(forwarded())}`;
  },
  honest: "401 trans no; 401 true no",
  broken: {
    "pcscf/passes-over-transport-mode": "401 undefined none; 401 false none",
    "pcscf/no-agreement-on-nass": "401 trans no; 401 false none",
  },
});

roamingEffect("over TLS: the first REGISTER, the answer, a refresh, one without Authorization", {
  subscribers: [BOB],
  tls: true,
  observe: async ({ ue, forwarded }) => {
    const phone = await ue(BOB, { transport: "tls" });
    const { status } = await phone.register();
    if (status !== 200) return flags(forwarded());
    await phone.ask(phone.registerRequest());
    await phone.ask(phone.registerRequest({ "Authorization": "" }));
    return flags(forwarded());
  },
  honest: "none tls-pending tls-yes -",
  broken: {
    "pcscf/tls-flag-of-ipsec": "yes",
    "pcscf/tls-answer-complete": "none tls-yes tls-yes -",
    "pcscf/tls-early-connection-complete": "tls-yes tls-yes tls-yes -",
    "pcscf/tls-invents-authorization": "none tls-pending tls-yes tls-yes",
  },
});
