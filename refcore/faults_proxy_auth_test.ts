import type { SipResponse } from "sip-codec";
import { effect } from "./testing/effects.ts";
import type { Scene } from "./testing/scene.ts";
import { digestSubscriber } from "./testing/subscribers.ts";
import type { Lie, TestUe } from "./testing/ue.ts";

const guarded = digestSubscriber("guarded", { traits: ["proxy-auth"] });
const bob = digestSubscriber("bob");
const subscribers = [guarded, bob];

interface Cast {
  readonly g: TestUe;
  readonly b: TestUe;
  /** The 401 that was answered at registration. */
  readonly registration: SipResponse;
  /** Sends a MESSAGE; with a challenge to answer it, with a lie or the method of another request. */
  send(challenge?: SipResponse, lie?: Lie, method?: string): Promise<SipResponse>;
}

async function cast({ ue }: Scene): Promise<Cast> {
  const [g, b] = [await ue(guarded), await ue(bob)];
  const registration = await g.ask(g.registerRequest());
  await g.answerChallenge(registration);
  await b.register();
  b.willing.add("MESSAGE");
  const send = (challenge?: SipResponse, lie: Lie = {}, method = "MESSAGE") => {
    const proof = challenge && { "Proxy-Authorization": g.credentials(challenge, method, b.impu, lie) };
    return g.ask(g.build("MESSAGE", b.impu, { "Contact": "", ...proof }));
  };
  return { g, b, registration, send };
}

effect("a MESSAGE without credentials, and with an empty response", {
  subscribers,
  observe: async (scene) => {
    const { send, registration } = await cast(scene);
    return `${(await send()).status} ${(await send(registration, { response: "" })).status}`;
  },
  honest: "407 407",
  broken: { "scscf/proxy-auth-skips-message": "200 200", "scscf/passes-empty-proxy-response": "407 200" },
});

effect("the 407 beside the 401", {
  subscribers,
  observe: async (scene) => {
    const { send, registration } = await cast(scene);
    const proxy = (await send()).proxyAuthenticate[0]!.parameters;
    const register = registration.wwwAuthenticate[0]!.parameters;
    const same = (name: string) => proxy.get(name) === register.get(name) ? `same ${name}` : `other ${name}`;
    return ["realm", "algorithm", "qop", "nonce"].map(same).join(", ");
  },
  honest: "same realm, same algorithm, same qop, other nonce",
  broken: {
    "scscf/no-qop-in-407": "same realm, same algorithm, other qop, other nonce",
    "scscf/other-realm-in-407": "other realm, same algorithm, same qop, other nonce",
    "scscf/registration-nonce-in-407": "same realm, same algorithm, same qop, same nonce",
  },
});

effect("answers: right, next count, same count", {
  subscribers,
  observe: async (scene) => {
    const { send } = await cast(scene);
    const challenge = await send();
    const statuses = [];
    for (const nc of ["00000001", "00000002", "00000002"]) {
      statuses.push((await send(challenge, { nc })).status);
    }
    return statuses.join(" ");
  },
  honest: "200 200 407",
  broken: {
    "scscf/refuses-nonce-count-above-one": "200 403 403",
    "scscf/forgets-proxy-nonce-count": "200 200 200",
  },
});

effect("wrong answers in a row", {
  subscribers,
  observe: async (scene) => {
    const { send } = await cast(scene);
    let response = await send();
    const statuses = [];
    for (let n = 0; n < 3; n++) {
      if (response.status === 407) response = await send(response, { password: "guess" });
      statuses.push(response.status);
    }
    return statuses.join(" ");
  },
  honest: "407 407 407",
  broken: {
    "scscf/forwards-after-third-failure": "407 407 200",
    "scscf/forwards-wrong-proxy-response": "200 200 200",
  },
});

effect("the response of an INVITE in a MESSAGE", {
  subscribers,
  observe: async (scene) => {
    const { g, b, send } = await cast(scene);
    const challenge = await g.ask(g.build("INVITE", b.impu));
    return `${challenge.status} ${(await send(challenge, {}, "INVITE")).status}`;
  },
  honest: "407 407",
  broken: { "scscf/a2-of-challenged-method": "407 200" },
});

effect("the nonce of the registration", {
  subscribers,
  observe: async (scene) => {
    const { send, registration } = await cast(scene);
    return String((await send(registration, { nc: "00000002" })).status);
  },
  honest: "407",
  broken: { "scscf/one-nonce-store": "200" },
});

effect("another user's valid credentials", {
  subscribers,
  observe: async (scene) => {
    const { send } = await cast(scene);
    const challenge = await send();
    return String((await send(challenge, { username: bob.impi, password: bob.digest!.password })).status);
  },
  honest: "403",
  broken: { "scscf/ignores-asserted-identity": "200", "scscf/assertion-beats-proof": "200" },
});
