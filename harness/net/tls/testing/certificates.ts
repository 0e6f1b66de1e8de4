/** The certificates of testdata/tls, and what else tests of TLS share. */
import type { TlsCertificate } from "../mod.ts";

export const NAME = "pcscf.ims.example";
export const CA = pem("ca.pem");
export const SERVER_RSA = certificate("server_rsa");
export const SERVER_EC = certificate("server_ec");
export const CLIENT_EC = certificate("client_ec");

/** Where a file of testdata/tls is, for foreign programs. */
export function path(name: string): string {
  return new URL(`../../../../testdata/tls/${name}`, import.meta.url).pathname;
}

function certificate(name: string): TlsCertificate {
  return { chain: [pem(`${name}.pem`)], key: pem(`${name}_key.pem`) };
}

function pem(name: string): Uint8Array {
  const [, base64 = ""] = Deno.readTextFileSync(path(name)).split(/-----[A-Z ]+-----/);
  return Uint8Array.fromBase64(base64.replaceAll(/\s/g, ""));
}
