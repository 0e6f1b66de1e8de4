/** What this machine can do, and what to do where it cannot. */
import type { Profile } from "../../profiles/mod.ts";
import { EnvironmentError } from "../errors.ts";
import { checkTls, systemNet } from "../net/mod.ts";

export interface Finding {
  readonly name: string;
  /** "missing" keeps cases of this profile from running; "optional" only such as are told in `remedy`. */
  readonly status: "ok" | "missing" | "optional";
  readonly detail: string;
  /** What to do about it; null where nothing need be done. */
  readonly remedy: string | null;
}

const LEAST_DENO = [2, 9, 0];

export async function machineFindings(profile: Profile): Promise<Finding[]> {
  return [
    denoVersion(Deno.version.deno),
    ...await localAddresses(profile.access),
    rawSockets(),
    openssl(profile),
    program("tshark", ["--version"], "apt-get install tshark", "to look at evidence on the command line"),
    program("xmllint", ["--version"], "apt-get install libxml2-utils", "to validate junit.xml"),
  ];
}

export function denoVersion(version: string): Finding {
  const numbers = version.split(/[.+-]/).map(Number);
  const index = LEAST_DENO.findIndex((least, at) => (numbers[at] ?? 0) !== least);
  const enough = index < 0 || (numbers[index] ?? 0) > (LEAST_DENO[index] ?? 0);
  return {
    name: "Deno",
    status: enough ? "ok" : "missing",
    detail: `version ${version}`,
    remedy: enough ? null : `needs ${LEAST_DENO.join(".")} or newer: deno upgrade`,
  };
}

/** Every address of `access` is bound once, for no longer than a moment. */
async function localAddresses(access: Profile["access"]): Promise<Finding[]> {
  if (Object.keys(access).length === 0) {
    return [{
      name: "local addresses",
      status: "missing",
      detail: "the profile has none",
      remedy: `list addresses of this machine under "access" in the profile`,
    }];
  }
  return await Promise.all(
    Object.entries(access).map(async ([name, list]): Promise<Finding> => {
      const failures = (await Promise.all(list.map(bindFailure))).filter((failure) => failure !== undefined);
      const [first] = failures;
      const all = list.length === 1
        ? `${list[0]}`
        : `${list.length} addresses from ${list[0]} to ${list.at(-1)}`;
      return first === undefined
        ? { name: `access ${name}`, status: "ok", detail: `${all} can be sent from`, remedy: null }
        : {
          name: `access ${name}`,
          status: "missing",
          detail: `${failures.length} of ${list.length} cannot be sent from: ${first}`,
          remedy:
            "give this machine the address (ip addr add ADDRESS/LENGTH dev DEVICE), or take it out of the profile",
        };
    }),
  );
}

async function bindFailure(address: string): Promise<string | undefined> {
  try {
    const socket = await systemNet.open("udp", { local: { address, port: 0 }, clock: systemNet.clock });
    await socket.close();
    return undefined;
  } catch (error) {
    if (error instanceof EnvironmentError) return error.message;
    throw error;
  }
}

/** IPPROTO_ESP on a raw socket: what IPsec without UDP encapsulation needs. */
function rawSockets(): Finding {
  const name = "raw IP (CAP_NET_RAW)";
  const [AF_INET, SOCK_RAW, IPPROTO_ESP] = [2, 3, 50];
  const opened = withLibrary("libc.so.6", {
    socket: { parameters: ["i32", "i32", "i32"], result: "i32" },
    close: { parameters: ["i32"], result: "i32" },
  }, ({ socket, close }) => {
    const descriptor = socket(AF_INET, SOCK_RAW, IPPROTO_ESP);
    if (descriptor >= 0) close(descriptor);
    return descriptor >= 0;
  });
  if (opened.found && opened.value) {
    return { name, status: "ok", detail: "raw sockets can be opened", remedy: null };
  }
  return {
    name,
    status: "optional",
    detail: opened.found ? "raw sockets are not permitted" : opened.why,
    remedy: "needed only for ESP outside UDP: run as root, or setcap cap_net_raw+ep on the deno binary",
  };
}

/** The library itself is asked, by the same door as TLS: an old one, or one of another kind, will not do. */
export function openssl({ capabilities }: Pick<Profile, "capabilities">, check = checkTls): Finding {
  const name = "OpenSSL 3 (libssl.so.3)";
  try {
    return { name, status: "ok", detail: check(), remedy: null };
  } catch (error) {
    if (!(error instanceof EnvironmentError)) throw error;
    const needed = Object.entries(capabilities).some(([capability, value]) =>
      value === true && /(^|\.)d?tls(\.|$)/.test(capability)
    );
    return {
      name,
      status: needed ? "missing" : "optional",
      detail: error.message,
      remedy: needed ? error.remedy : `needed only for TLS and DTLS. ${error.remedy}`,
    };
  }
}

type Loaded<T> = { readonly found: true; readonly value: T; readonly path: string } | {
  readonly found: false;
  readonly why: string;
};

/** The first of the usual places that has it; a permission for the folder is enough then. */
function withLibrary<S extends Deno.ForeignLibraryInterface, T>(
  file: string,
  symbols: S,
  use: (symbols: Deno.StaticForeignLibraryInterface<S>) => T,
): Loaded<T> {
  const triple = `${Deno.build.arch}-linux-gnu`;
  let why = `${file} is not installed`;
  for (const folder of [`/lib/${triple}`, `/usr/lib/${triple}`, "/lib64", "/usr/lib64", "/lib", "/usr/lib"]) {
    const path = `${folder}/${file}`;
    let library: Deno.DynamicLibrary<S>;
    try {
      library = Deno.dlopen(path, symbols);
    } catch (error) {
      if (error instanceof Deno.errors.NotCapable) {
        why = "not looked at: Deno was started without --allow-ffi";
      }
      continue;
    }
    try {
      return { found: true, value: use(library.symbols), path };
    } finally {
      library.close();
    }
  }
  return { found: false, why };
}

function program(name: string, args: string[], install: string, why: string): Finding {
  try {
    const { stdout, stderr } = new Deno.Command(name, { args, stdout: "piped", stderr: "piped" })
      .outputSync();
    const said = new TextDecoder().decode(stdout.length > 0 ? stdout : stderr).split("\n")[0] ?? "";
    return { name, status: "ok", detail: said.trim(), remedy: null };
  } catch (error) {
    const detail = error instanceof Deno.errors.NotCapable
      ? `not looked at: Deno was started without --allow-run=${name}`
      : "not installed";
    return { name, status: "optional", detail, remedy: `needed only ${why}: ${install}` };
  }
}
