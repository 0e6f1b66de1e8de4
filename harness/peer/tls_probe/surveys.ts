/** Questions that take several hellos. */
import {
  type CipherSuite,
  suiteOf,
  suitesFor,
  TLS_VERSION,
  type TlsVersionName,
} from "../../wire/tls/mod.ts";
import {
  MOST_SUITES,
  type ServerAnswer,
  type SuiteSurvey,
  type TlsProbe,
  type VersionAnswer,
} from "./types.ts";

type Hello = TlsProbe["hello"];

export const VERSIONS = Object.keys(TLS_VERSION) as TlsVersionName[];

export async function surveyVersion(hello: Hello, version: TlsVersionName): Promise<VersionAnswer> {
  const answer = await hello({ versions: [version], suites: suitesFor(TLS_VERSION[version]) });
  return { version, accepted: answer.hello?.version === TLS_VERSION[version], answer };
}

/** Offers all, takes out what was chosen, and offers again, until nothing is chosen any more. */
export async function surveySuites(
  hello: Hello,
  version: TlsVersionName,
  among: readonly CipherSuite[] = suitesFor(TLS_VERSION[version]),
): Promise<SuiteSurvey> {
  const accepted: CipherSuite[] = [];
  const left = new Map(among.map((suite) => [suite.code, suite]));
  for (;;) {
    const answer = await hello({ versions: [version], suites: [...left.values()] });
    const chosen = answer.hello?.version === TLS_VERSION[version] ? left.get(answer.hello.suite) : undefined;
    // One that was found before is not offered any more.
    const unoffered = answer.hello && !left.has(answer.hello.suite) ? suiteOf(answer.hello.suite) : undefined;
    if (!chosen) return await ended(answer, unoffered);
    accepted.push(chosen);
    left.delete(chosen.code);
    if (left.size === 0 || accepted.length === MOST_SUITES) return await ended(answer);
  }

  async function ended(refusal: ServerAnswer, unoffered?: CipherSuite): Promise<SuiteSurvey> {
    const order = await orderOf(hello, version, accepted);
    return {
      version,
      accepted,
      refusal,
      ...(unoffered ? { unoffered } : {}),
      ...(order ? { order } : {}),
    };
  }
}

/** The other way round: a server with an order of its own chooses as before. */
async function orderOf(
  hello: Hello,
  version: TlsVersionName,
  accepted: readonly CipherSuite[],
): Promise<SuiteSurvey["order"]> {
  if (accepted.length < 2) return undefined;
  const { hello: chosen } = await hello({ versions: [version], suites: accepted.toReversed() });
  if (chosen?.suite === accepted[0]?.code) return "server";
  return chosen?.suite === accepted.at(-1)?.code ? "client" : undefined;
}
