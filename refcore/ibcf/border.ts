/** The border on its sockets: TLS for partners, the clear ports that nobody is to use, the home network's DNS. */
import { StreamFramer, type Uri } from "sip-codec";
import type { Authority } from "../../harness/crypto/pki/mod.ts";
import { EnvironmentError } from "../../harness/errors.ts";
import type { TlsHost } from "../../harness/net/tls/types.ts";
import type { Clock, Endpoint, Flow, MessageSocket, Net } from "../../harness/net/types.ts";
import type { Fabric } from "../fabric.ts";
import type { BoxContext } from "../types.ts";
import { readsClear } from "./clear.ts";
import { Ibcf } from "./ibcf.ts";
import { borderIdentity } from "./identity.ts";
import { serveNames } from "./name_server.ts";
import { type Partner, Partners } from "./partners.ts";
import { type BorderIdentity, serverOptions } from "./tls_profile.ts";
import { Trunk } from "./trunk.ts";

export interface BorderOptions {
  /** Issues the border's own certificates, and has issued those of partners. */
  readonly authority: Authority;
  /** An address of its own: 5060 is there what others send to in the clear. */
  readonly address: string;
  readonly ports?: {
    /** UDP and TCP. Default: as on Gm. */
    readonly clear?: number;
    /** Default: the one after `clear`. */
    readonly tls?: number;
    /** UDP. Default: the one after the default of `tls`. */
    readonly dns?: number;
  };
  readonly partners: readonly Partner[];
}

export interface Border {
  /** As a profile has it. TLS is named even where this machine has none. */
  readonly entry: Readonly<Record<"tls" | "udp" | "tcp", Endpoint>>;
  readonly dns: Endpoint;
  /** Puts the IBCF on the fabric, under the partners' domains too, and begins to listen. */
  join(fabric: Fabric, local: Endpoint, homeEntry: Uri): Ibcf;
  close(): Promise<void>;
}

interface Sockets {
  readonly udp: MessageSocket;
  readonly tcp: MessageSocket;
  readonly dns: MessageSocket;
  /** Undefined where OpenSSL is absent. */
  readonly tls: TlsHost | undefined;
  /** Where it would be. */
  readonly place: Endpoint;
}

/** @throws EnvironmentError where it cannot listen */
export async function openBorder(
  context: BoxContext,
  { net, clock = net.clock, gm }: { readonly net: Net; readonly clock?: Clock; readonly gm: Endpoint },
  options: BorderOptions,
): Promise<Border> {
  const open: MessageSocket[] = [];
  const closeAll = () => Promise.all(open.map((socket) => socket.close()));
  try {
    const opened = async (transport: "udp" | "tcp", local: Endpoint) => {
      const socket = await net.open(transport, { local, clock, framer: () => new StreamFramer() });
      open.push(socket);
      return socket;
    };
    const { address, ports = {} } = options;
    const udp = await opened("udp", { address, port: ports.clear ?? gm.port });
    const tcp = await opened("tcp", udp.local);
    const dns = await opened("udp", { address, port: ports.dns ?? udp.local.port + 2 });
    const place = { address, port: ports.tls ?? udp.local.port + 1 };
    const identity = await borderIdentity(options.authority, context.home.domain, context.faults);
    const tls = await openTls(context, { net, clock }, place, identity);
    if (tls) open.push(tls);
    return new OpenBorder(context, options, identity, { udp, tcp, dns, tls, place }, closeAll);
  } catch (error) {
    await closeAll();
    throw error;
  }
}

/** Without OpenSSL there is a border that nobody gets through. */
async function openTls(
  { faults }: BoxContext,
  { net, clock }: { readonly net: Net; readonly clock: Clock },
  local: Endpoint,
  identity: BorderIdentity,
): Promise<TlsHost | undefined> {
  try {
    return await net.tls?.({
      local,
      clock,
      framer: () => new StreamFramer(),
      server: serverOptions(identity, faults),
    });
  } catch (error) {
    // A port that is taken is told of, a library that is not there is done without.
    if (error instanceof EnvironmentError && /openssl|libssl/i.test(error.message)) return undefined;
    throw error;
  }
}

class OpenBorder implements Border {
  readonly #context: BoxContext;
  readonly #options: BorderOptions;
  readonly #identity: BorderIdentity;
  readonly #sockets: Sockets;
  readonly #closeAll: () => Promise<unknown>;
  #reading: readonly Promise<void>[] = [];

  constructor(
    context: BoxContext,
    options: BorderOptions,
    identity: BorderIdentity,
    sockets: Sockets,
    closeAll: () => Promise<unknown>,
  ) {
    this.#context = context;
    this.#options = options;
    this.#identity = identity;
    this.#sockets = sockets;
    this.#closeAll = closeAll;
  }

  get entry(): Border["entry"] {
    const { udp, tcp, tls, place } = this.#sockets;
    return { tls: tls?.local ?? place, udp: udp.local, tcp: tcp.local };
  }

  get dns(): Endpoint {
    return this.#sockets.dns.local;
  }

  join(fabric: Fabric, local: Endpoint, homeEntry: Uri): Ibcf {
    const { udp, tcp, dns, tls } = this.#sockets;
    const { home: { domain }, faults } = this.#context;
    const name = `ibcf.${domain}`;
    const partners = new Partners(faults, this.#options.partners, this.#identity.anchors);
    // As callers write them; a port says nothing of where the table leads.
    const names = [name, ...partners.domains.flatMap((host) => [host, `${host}:5060`, `${host}:5061`])];
    const ibcf: Ibcf = new Ibcf(this.#context, {
      name,
      tls: this.entry.tls,
      partners,
      trunk: tls && new Trunk(this.#context, tls, partners, this.#identity),
      link: fabric.attach(local, names, (bytes, flow) => ibcf.inner.receive(bytes, flow)),
      homeEntry,
      sendClear: (bytes, to) => (to.transport === "udp" ? udp : tcp).send(bytes, to),
    });
    const reads = readsClear(faults);
    const clear = (bytes: Uint8Array, flow: Flow) => reads && ibcf.outer.receive(bytes, flow);
    const { address } = this.#options;
    const zone = {
      domain,
      border: name,
      address,
      tls: this.entry.tls.port,
      clear: udp.local.port,
    };
    this.#reading = [
      this.#read(udp, clear),
      this.#read(tcp, clear),
      serveNames(this.#context, dns, zone),
      ...(tls ? [this.#read(tls, (bytes, flow) => ibcf.receive(bytes, flow))] : []),
    ];
    return ibcf;
  }

  async close(): Promise<void> {
    await this.#closeAll();
    await Promise.all(this.#reading);
  }

  async #read(socket: MessageSocket, take: (bytes: Uint8Array, flow: Flow) => void): Promise<void> {
    for (let incoming = await socket.receive(); incoming; incoming = await socket.receive()) {
      try {
        take(incoming.bytes, incoming.flow);
      } catch (error) {
        this.#context.problem(error);
      }
    }
  }
}
