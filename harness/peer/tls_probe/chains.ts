/** The certificates a server has: in TLS 1.2 in the clear, one for each kind of key that a client asks for. */
import { type CipherSuite, suitesFor, TLS_VERSION } from "../../wire/tls/mod.ts";
import type { ServerChain, TlsProbe } from "./types.ts";

/** A chain that is shown twice is told once. */
export async function serverChains(probe: Pick<TlsProbe, "hello" | "connect">): Promise<ServerChain[]> {
  const found: ServerChain[] = [];
  for (const shown of ["ECDSA", "RSA"] as const) {
    const { certificates = [] } = await probe.hello({
      versions: ["TLSv1.2"],
      suites: authenticatedBy(shown),
    });
    if (certificates.length > 0) found.push({ shown, chain: certificates });
  }
  if (found.length > 0) return found.filter(isNew);
  const { versions } = { versions: ["TLSv1.3", "TLSv1.3"] } as const;
  const connection = await probe.connect({ versions });
  const chain = connection.peerChain;
  await connection.close();
  return chain.length > 0 ? [{ shown: "TLSv1.3", chain }] : [];
}

function authenticatedBy(key: "ECDSA" | "RSA"): CipherSuite[] {
  return suitesFor(TLS_VERSION["TLSv1.2"]).filter(({ keyExchange = "" }) =>
    key === "RSA" ? /^((EC)?DHE_)?RSA$/.test(keyExchange) : keyExchange === "ECDHE_ECDSA"
  );
}

function isNew({ chain }: ServerChain, index: number, all: readonly ServerChain[]): boolean {
  const leaf = chain[0]?.toHex();
  return all.findIndex((other) => other.chain[0]?.toHex() === leaf) === index;
}
