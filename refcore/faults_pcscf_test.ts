import type { SipRequest } from "sip-codec";
import { roamingEffect } from "./testing/roaming.ts";
import { digestSubscriber, DOMAIN, gibaSubscriber } from "./testing/subscribers.ts";
import type { TestUe } from "./testing/ue.ts";

const IMSI = "001010000000001";
const GINA = gibaSubscriber(IMSI);
const BOB = digestSubscriber("bob");
const [CLIENT, AGREE] = [
  { "Security-Client": "ipsec-3gpp;alg=hmac-sha-1-96;prot=esp;mod=trans;spi-c=1;spi-s=2;port-c=3;port-s=4" },
  { "Require": "sec-agree", "Proxy-Require": "sec-agree" },
];
const BARE = { "Authorization": "" };

/** P-Access-Network-Info of a forwarded REGISTER, or that there was none. */
function info(request: SipRequest | undefined): string {
  return request ? request.get("P-Access-Network-Info") ?? "none" : "not forwarded";
}

async function first(ue: TestUe, headers: Record<string, string> = {}): Promise<number> {
  return (await ue.ask(ue.registerRequest(headers))).status;
}

roamingEffect("access info of a REGISTER without Authorization, by access", {
  subscribers: [GINA],
  observe: async ({ ue, forwarded }) => {
    const seen = [];
    for (const access of ["3gpp", "nass", "wlan", "fixed"] as const) {
      await first(await ue(GINA, { access }), BARE);
      seen.push(info(forwarded()[0]).replace(";network-provided", "+"));
    }
    return seen.join(" ");
  },
  honest: "3GPP-E-UTRAN-FDD+ ADSL+ IEEE-802.11+ IEEE-802.3+",
  broken: {
    "pcscf/giba-on-every-access": "3GPP-E-UTRAN-FDD+ 3GPP-E-UTRAN-FDD+ 3GPP-E-UTRAN-FDD+ 3GPP-E-UTRAN-FDD+",
    "pcscf/no-access-info-without-authorization": "3GPP-E-UTRAN-FDD+ ADSL+ none none",
    "pcscf/giba-by-sent-by-on-wlan": "3GPP-E-UTRAN-FDD+ ADSL+ none none",
    "pcscf/giba-by-received-on-wlan": "3GPP-E-UTRAN-FDD+ ADSL+ none none",
  },
});

roamingEffect("access info that the UE has written, on a NASS and on WLAN", {
  subscribers: [BOB],
  observe: async ({ ue, forwarded }) => {
    const seen = [];
    const forged = 'ADSL;dsl-location="x"';
    for (const access of ["nass", "wlan"] as const) {
      const phone = await ue(BOB, { access });
      for (const mark of ["network-provided", "Network-Provided"]) {
        for (const before of ["", "3GPP-GERAN, "]) {
          await first(phone, { "P-Access-Network-Info": `${before}${forged};${mark}` });
          const [request] = forwarded();
          const values = request?.accessNetworkInfo ?? [];
          seen.push(
            values.filter(({ params }) => params.has("network-provided")).map(({ accessType }) => accessType),
          );
        }
      }
    }
    return seen.map((one) => one.join("+")).join(" ");
  },
  honest: "ADSL ADSL ADSL ADSL IEEE-802.11 IEEE-802.11 IEEE-802.11 IEEE-802.11",
  broken: {
    "pcscf/filters-access-info-on-nass-alone":
      "ADSL ADSL ADSL ADSL ADSL+IEEE-802.11 ADSL+IEEE-802.11 ADSL+IEEE-802.11 ADSL+IEEE-802.11",
    "pcscf/filters-first-access-info":
      "ADSL ADSL+ADSL ADSL ADSL+ADSL IEEE-802.11 ADSL+IEEE-802.11 IEEE-802.11 ADSL+IEEE-802.11",
    "pcscf/filters-access-info-by-case":
      "ADSL ADSL ADSL+ADSL ADSL+ADSL IEEE-802.11 IEEE-802.11 ADSL+IEEE-802.11 ADSL+IEEE-802.11",
    "pcscf/calls-every-access-geran": "ADSL ADSL ADSL ADSL 3GPP-GERAN 3GPP-GERAN 3GPP-GERAN 3GPP-GERAN",
  },
});

roamingEffect("a forged network-provided on a NASS", {
  subscribers: [BOB],
  observe: async ({ ue, forwarded }) => {
    await first(await ue(BOB, { access: "nass" }), {
      "P-Access-Network-Info": 'ADSL;dsl-location="x";network-provided',
    });
    return info(forwarded()[0]);
  },
  honest: "ADSL;network-provided",
  broken: {
    "pcscf/keeps-network-provided-of-ue": 'ADSL;dsl-location="x";network-provided',
    "pcscf/trusts-location-of-ue": 'ADSL;dsl-location="x";network-provided',
  },
});

roamingEffect("who says what access it is", {
  subscribers: [GINA],
  observe: async ({ ue, forwarded }) => {
    const seen = [];
    for (const [access, said] of [["wlan", "3GPP-E-UTRAN-FDD"], ["3gpp", "IEEE-802.11"]] as const) {
      await first(await ue(GINA, { access }), { ...BARE, "P-Access-Network-Info": said });
      seen.push(forwarded()[0]?.accessNetworkInfo.at(-1)?.accessType);
    }
    return seen.join(" ");
  },
  honest: "IEEE-802.11 3GPP-E-UTRAN-FDD",
  broken: { "pcscf/access-type-of-ue": "3GPP-E-UTRAN-FDD IEEE-802.11" },
});

roamingEffect("on 3GPP access, by variant: neither security header, Security-Client, Authorization, both", {
  subscribers: [GINA],
  observe: async ({ ue, forwarded, operator }) => {
    const phone = await ue(GINA, { access: "3gpp" });
    const seen = [];
    for (const variants of ["both", "giba", "full"]) {
      await operator({ action: "security-policy", address: phone.local.address, variants });
      for (const headers of [BARE, { ...BARE, ...CLIENT, ...AGREE }, {}, { ...CLIENT, ...AGREE }]) {
        const status = await first(phone, headers);
        seen.push(forwarded().length > 0 ? "on" : status);
      }
    }
    return seen.join(" ");
  },
  // Without IPsec on this machine's P-CSCF there is no AKA either.
  honest: "on 403 403 403 on 420 403 420 421 403 421 403",
  broken: {
    "pcscf/dual-demands-agreement": "421 403 403 403 on 420 403 420 421 403 421 403",
    "pcscf/no-agreement-beside-giba": "on 403 403 on on 420 403 420 421 403 421 on",
    "pcscf/giba-with-one-security-header": "on on on 403 on 420 on 420 421 on 421 403",
    "pcscf/ignores-proxy-require": "on 403 403 403 on 403 403 on 421 403 421 403",
    "pcscf/blocks-after-420": "on 403 403 403 on 420 403 420 421 403 421 403",
    "pcscf/forwards-unprotected-register": "on 403 403 403 on 420 403 420 on 403 403 403",
    "pcscf/challenges-unprotected-register": "on 403 403 403 on 420 403 420 401 403 401 403",
    "pcscf/digest-on-3gpp-access": "on 403 on on on 420 on 420 421 403 421 on",
    "scscf/empty-authorization-is-giba": "on 403 on 403 on 420 on 420 421 403 421 403",
  },
});

roamingEffect("the REGISTER after a 420", {
  subscribers: [GINA],
  observe: async ({ ue, forwarded, operator }) => {
    const phone = await ue(GINA, { access: "3gpp" });
    await operator({ action: "security-policy", address: phone.local.address, variants: "giba" });
    const refused = await first(phone, { ...CLIENT, ...AGREE });
    await first(phone, BARE);
    return `${refused} ${forwarded().length}`;
  },
  honest: "420 1",
  broken: { "pcscf/blocks-after-420": "420 0" },
});

roamingEffect("a user of Digest on 3GPP access, with Authorization and without", {
  subscribers: [BOB],
  observe: async ({ ue }) => {
    const phone = await ue(BOB, { access: "3gpp" });
    return `${await first(phone)} ${await first(phone, BARE)}`;
  },
  honest: "403 403",
  broken: { "pcscf/digest-on-3gpp-access": "401 403", "pcscf/digest-for-giba-user": "403 401" },
});

roamingEffect(
  "the Via of a UE that calls itself: as it is, another address, a name; with received of its own",
  {
    subscribers: [GINA],
    observe: async ({ ue, forwarded }) => {
      const seen = [];
      for (const host of [undefined, "10.9.9.9", "ue.example.net"]) {
        const phone = await ue(GINA, {
          access: "3gpp",
          ...(host === undefined ? {} : { claimedHost: host }),
        });
        for (const received of ["", ";received=10.8.8.8"]) {
          const request = phone.registerRequest(BARE);
          request.set("Via", `${request.get("Via")}${received}`);
          await phone.ask(request);
          const own = phone.local.address;
          const via = forwarded()[0]?.vias.at(-1);
          seen.push(`${via?.host.replace(own, "own")}/${via?.received?.replace(own, "own") ?? ""}`);
        }
      }
      return seen.join(" ");
    },
    honest: "own/ own/own 10.9.9.9/own 10.9.9.9/own ue.example.net/own ue.example.net/own",
    broken: {
      "pcscf/giba-keeps-forged-received":
        "own/ own/10.8.8.8 10.9.9.9/own 10.9.9.9/10.8.8.8 ue.example.net/own ue.example.net/10.8.8.8",
      "pcscf/received-for-private-addresses-only":
        "own/ own/ 10.9.9.9/ 10.9.9.9/ ue.example.net/ ue.example.net/",
    },
  },
);

roamingEffect("the Via below the P-CSCF's", {
  subscribers: [GINA],
  observe: async ({ ue, forwarded, visited }) => {
    const phone = await ue(GINA, { access: "3gpp" });
    await first(phone, BARE);
    const host = forwarded()[0]?.vias.at(-1)?.host;
    return host === phone.local.address
      ? "the UE's"
      : host === visited.options.bind
      ? "the P-CSCF's"
      : "none";
  },
  honest: "the UE's",
  broken: { "pcscf/replaces-ue-via": "the P-CSCF's" },
});

roamingEffect(
  "Authorization as it is forwarded: auts, a second field with a flag; a network with an agreement",
  {
    subscribers: [BOB],
    observe: async ({ ue, forwarded }) => {
      const phone = await ue(BOB);
      const one = `Digest username="${BOB.impi}", realm="${DOMAIN}", nonce="n", response="", auts="AAAA"`;
      const two = `Digest username="${BOB.impi}", realm="other.example.net", integrity-protected="yes"`;
      const request = phone.registerRequest();
      request.set("Authorization", [one, two]);
      await phone.ask(request);
      const [came] = forwarded();
      if (!came) return "not forwarded";
      return came.authorization.map(({ parameters }) =>
        [parameters.has("auts") ? "auts" : "", parameters.get("integrity-protected") ?? ""].join("/")
      ).join(" ");
    },
    honest: "auts/ /",
    broken: {
      "pcscf/drops-auts": "/ /",
      "pcscf/flag-beside-forged-one": "auts/ /yes",
      "pcscf/answers-for-foreign-domain": "not forwarded",
    },
  },
);
