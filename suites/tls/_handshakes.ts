/** Whole handshakes that may come to nothing. */
import type { TlsProbe } from "../../harness/peer/tls_probe/mod.ts";
import type { CaseContext } from "../../harness/runner/context.ts";
import { versionsOf } from "./_sessions.ts";

type Connection = Awaited<ReturnType<TlsProbe["connect"]>>;

/** The connection, or in words why there is none. */
export async function handshake(
  probe: TlsProbe,
  options: Parameters<TlsProbe["connect"]>[0] = {},
): Promise<Connection | string> {
  return await unlessRefused(() => probe.connect(options));
}

/** What `open` gives, or in words why TLS did not come about. Other errors pass through. */
export async function unlessRefused<T>(open: () => Promise<T>): Promise<T | string> {
  try {
    return await open();
  } catch (error) {
    if (error instanceof Error && error.name === "TlsFailure") return error.message;
    throw error;
  }
}

/**
 * Versions that the profile claims and the server speaks: that it speaks each of them is for
 * "tls/versions-of-the-profile" to say. Where it speaks none, the case has nothing to judge.
 */
export async function spokenBy(
  { given, profile }: Pick<CaseContext, "given" | "profile">,
  probe: TlsProbe,
): Promise<("TLSv1.2" | "TLSv1.3")[]> {
  const answers = await probe.versions();
  const versions = versionsOf(profile).filter((version) =>
    answers.some((one) => one.version === version && one.accepted)
  );
  await given("the server speaks a version of TLS that the profile claims", versions.length > 0);
  return versions;
}

/** One check for each finding, so that each is named; one that holds where there is none. */
export function judgeEach(
  { check }: Pick<CaseContext, "check">,
  requirement: string,
  name: string,
  found: readonly string[],
  told: { readonly expected: string; readonly otherwise: string },
): void {
  const { expected, otherwise } = told;
  if (found.length === 0) check(name, requirement).holds(true, { expected, actual: otherwise });
  for (const actual of new Set(found)) check(name, requirement).holds(false, { expected, actual });
}
