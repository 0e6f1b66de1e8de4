/** Certificates of the lab, made each time it comes up, by the CA whose root profiles trust (lab/pki). */
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { importAuthority, toPem } from "../harness/crypto/pki/mod.ts";
import { type Box, nameOf } from "./addresses.ts";

/** Writes FILE.pem (the chain, the host's first) and FILE.key into the folder. */
export async function writeCertificate(folder: string, box: Box, file: string): Promise<void> {
  const authority = await importAuthority({
    certificate: read("root.pem"),
    key: read("root.key"),
    now: Date.now(),
  });
  const name = nameOf(box);
  const issued = await authority.issue({ commonNames: [name], dnsNames: [name] });
  Deno.writeTextFileSync(
    join(folder, `${file}.pem`),
    issued.chain.map((der) => toPem("CERTIFICATE", der)).join(""),
  );
  Deno.writeTextFileSync(join(folder, `${file}.key`), toPem("PRIVATE KEY", issued.key), { mode: 0o600 });
}

function read(name: string): string {
  return Deno.readTextFileSync(fileURLToPath(new URL(`./pki/${name}`, import.meta.url)));
}
