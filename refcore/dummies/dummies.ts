/**
 * Devices that do the same whatever they are asked. No case may pass against one of them: it would pass whatever the
 * device under test does, too. A fault shows that a case sees a rule broken; a dummy, that it sees the rule kept.
 */
import { buildResponse, type SipRequest, type SipResponse } from "sip-codec";

export type DummyId = "silent" | "refuses" | "fails" | "is-away" | "accepts" | "challenges";

export interface Dummy {
  readonly id: DummyId;
  /** One line, present tense. */
  readonly title: string;
}

export const dummies: readonly Dummy[] = [
  { id: "silent", title: "takes everything and answers nothing" },
  { id: "refuses", title: "answers every request with 403" },
  { id: "fails", title: "answers every request with 500" },
  { id: "is-away", title: "answers every request with 480" },
  { id: "accepts", title: "answers every request with 200" },
  { id: "challenges", title: "asks for a password at every request, and never takes it" },
];

export interface DummyParts {
  readonly id: DummyId;
  /** The home domain: realm of challenges. */
  readonly domain: string;
  /** A new token at each call. */
  readonly token: () => string;
}

/** What it answers, if it does. */
export function answerOf({ id, domain, token }: DummyParts, request: SipRequest): SipResponse | undefined {
  if (request.method === "ACK") return undefined;
  const answer = (status: number, headers: Record<string, string | string[]> = {}) =>
    buildResponse(request, status, { toTag: token(), headers });
  switch (id) {
    case "silent":
      return undefined;
    case "refuses":
      return answer(403);
    case "fails":
      return answer(500);
    case "is-away":
      return answer(480);
    case "accepts":
      return answer(200, request.method === "REGISTER" ? bindings(request) : {});
    case "challenges": {
      const challenge = `Digest realm="${domain}",nonce="${btoa(token())}",algorithm=MD5,qop="auth"`;
      return request.method === "REGISTER"
        ? answer(401, { "WWW-Authenticate": challenge })
        : answer(407, { "Proxy-Authenticate": challenge });
    }
  }
}

/** What every UE looks for in the answer to a REGISTER (TS 24.229 5.1.1.2.1). */
function bindings(request: SipRequest): Record<string, string | string[]> {
  const contacts = request.values("Contact").filter((contact) => contact !== "*");
  const { to } = request;
  return {
    ...(contacts.length > 0 ? { Contact: contacts.map((contact) => `${contact};expires=600`) } : {}),
    ...(to ? { "P-Associated-URI": `<${to.uri}>` } : {}),
  };
}
