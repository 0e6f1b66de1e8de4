/** Brings the TLS side of a UE to life: its host, and its sockets outside TLS. */
import { StreamFramer } from "sip-codec";
import { EnvironmentError } from "../../../errors.ts";
import type { ConnectOptions, TlsOptions } from "../../../net/tls/options.ts";
import type { TlsHost } from "../../../net/tls/types.ts";
import type { Endpoint, MessageSocket, Net } from "../../../net/types.ts";
import type { Profile } from "../../../../profiles/types.ts";
import { entryPoint } from "../access.ts";
import type { Protection } from "../protection.ts";
import type { UeOptions, UeSetup } from "../types.ts";
import { Tls } from "./tls.ts";
import type { UeTlsOptions } from "./types.ts";

/** What `security: "tls"` stands for. */
export const PLAIN_TLS: UeTlsOptions = { mechanism: "tls" };

/**
 * @throws EnvironmentError where the profile has no entry point for TLS, or outside it where one is needed, and where
 * this machine cannot speak TLS
 */
export async function openTlsProtection(
  setup: UeSetup,
  local: Endpoint,
  options: UeTlsOptions,
): Promise<Protection> {
  const { profile, clock } = setup;
  const ue = setup.options ?? {};
  const { name, ...remote } = entryPoint(profile, { ...ue, transport: "tls" }).remote;
  const agreement = options.agreement ?? profile.capabilities["tls.agreement"] !== false;
  const clearTransport = options.clear ?? clearTransportOf(profile, ue);
  const clearRemote = (transport: "udp" | "tcp") => entryPoint(profile, { ...ue, transport }).remote;
  if (agreement) clearRemote(clearTransport);
  const client = {
    ...DEFAULT_CLIENT,
    ...(name === undefined ? {} : { serverName: name }),
    ...options.client,
  };
  const { host, udp } = await openPair(setup, local, client);
  try {
    const tcp = await openClear(setup, "tcp", { address: local.address, port: 0 });
    return new Tls({
      host,
      clear: { udp, tcp },
      remote,
      clearRemote,
      clearTransport,
      agreement,
      wrongWay: options.wrongWay ?? "discard",
      afterFailure: options.afterFailure ?? "close",
      client,
      clock,
      timers: setup.timers ?? profile.timers,
    });
  } catch (error) {
    await Promise.all([udp.close(), host.close()]);
    throw error;
  }
}

/** TS 33.203 O.2.1: the suites of TS 33.310 Annex E, which are those of TS 33.210 6.2.3, by preference. */
const DEFAULT_CLIENT: TlsOptions & ConnectOptions = {
  versions: ["TLSv1.2", "TLSv1.3"],
  cipherSuites: [
    "TLS_AES_128_GCM_SHA256",
    "TLS_AES_256_GCM_SHA384",
    "TLS_CHACHA20_POLY1305_SHA256",
    "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
    "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384",
    "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
    "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",
    "TLS_DHE_RSA_WITH_AES_128_GCM_SHA256",
    "TLS_DHE_RSA_WITH_AES_256_GCM_SHA384",
  ],
};

function clearTransportOf(profile: Profile, { entry = "p-cscf", transport }: UeOptions): "udp" | "tcp" {
  if (transport === "udp" || transport === "tcp") return transport;
  const offered = profile.entry[entry] ?? {};
  return !offered.udp && offered.tcp ? "tcp" : "udp";
}

/** The host and, on the same port, a UDP socket: what comes in the clear to the address of Contact shall be seen. */
async function openPair(
  setup: UeSetup,
  local: Endpoint,
  client: TlsOptions & ConnectOptions,
): Promise<{ readonly host: TlsHost; readonly udp: MessageSocket }> {
  for (let attempt = 1;; attempt++) {
    const host = await openHost(setup, local, client);
    try {
      return { host, udp: await openClear(setup, "udp", host.local) };
    } catch (error) {
      await host.close();
      const another = error instanceof EnvironmentError && local.port === 0 && attempt < ATTEMPTS;
      if (!another) throw error;
    }
  }
}

/** A free port of TCP is seldom taken in UDP. */
const ATTEMPTS = 4;

/** It listens, but has no certificate to answer with: whoever connects is noticed, and gets no further. */
function openHost(
  { net, clock, tap, keyLog }: UeSetup,
  local: Endpoint,
  client: TlsOptions & ConnectOptions,
): Promise<TlsHost> {
  return tlsOf(net)({
    local,
    clock,
    framer: () => new StreamFramer(),
    client,
    server: {},
    ...(tap ? { tap } : {}),
    ...(keyLog ? { keyLog } : {}),
  });
}

function openClear(
  { net, clock, tap }: UeSetup,
  transport: "udp" | "tcp",
  local: Endpoint,
): Promise<MessageSocket> {
  const framer = () => new StreamFramer();
  return net.open(transport, { local, clock, framer, listen: false, ...(tap ? { tap } : {}) });
}

function tlsOf(net: Net): NonNullable<Net["tls"]> {
  if (net.tls) return (options) => net.tls!(options);
  throw new EnvironmentError(
    "This machine cannot speak TLS: its network has no host for it",
    "Leave out cases that need it, or install OpenSSL 3.",
  );
}
