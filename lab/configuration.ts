/** The lab's folder: configurations with their words filled in, and rooms for logs and pid files. */
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { HOME, type LabAddresses, nameOf, PORTS } from "./addresses.ts";
import { writeCertificate } from "./certificates.ts";

/** How the core is set up; what is left out is as in profiles/kamailio-ims.yaml. */
export interface CoreSettings {
  readonly addresses: LabAddresses;
  /** Everything of the lab is written there. */
  readonly folder: string;
  /** The HSS that the CSCFs ask. */
  readonly hss: { readonly address: string; readonly port: number };
  /** Seconds that an unanswered challenge lives. */
  readonly regAwaitAuth?: number;
  /** Shortest registration granted, in seconds. */
  readonly minExpires?: number;
}

export type Cscf = "p-cscf" | "i-cscf" | "s-cscf";

/** Writes what the three CSCFs read. The files of the folder are complete: they can be read, and tried by hand. */
export async function writeCore(settings: CoreSettings): Promise<void> {
  const { folder, addresses } = settings;
  makeFolder(folder);
  for (const box of ["p-cscf", "i-cscf", "s-cscf"] as const) {
    const words = wordsOf(box, settings);
    const name = box.replace("-", "");
    write(folder, `${name}.cfg`, fill(template(`${name}.cfg`), words));
    if (box !== "p-cscf") write(folder, `${name}.xml`, fill(template("cdp.xml"), words));
  }
  await writeCertificate(folder, "p-cscf", "pcscf");
  write(folder, "tls.cfg", fill(template("tls.cfg"), wordsOf("p-cscf", settings)));
  // The tables that ims_icscf reads (module db_text: a colon within a field has a backslash before it).
  const scscf = uriOf(addresses.of["s-cscf"]).replaceAll(":", "\\:");
  write(folder, "icscf_db/s_cscf", `id(int) name(string) s_cscf_uri(string)\n1:lab:${scscf}\n`);
  write(folder, "icscf_db/s_cscf_capabilities", "id(int) id_s_cscf(int) capability(int)\n");
  write(folder, "icscf_db/nds_trusted_domains", "id(int) trusted_domain(string)\n");
  write(folder, "icscf_db/version", "table_name(string) table_version(int)\n");
}

/** Makes the folder and its rooms; readable for its owner alone, for keys are in it. */
export function makeFolder(folder: string): void {
  for (const room of ["", "log", "run", "icscf_db"]) {
    Deno.mkdirSync(join(folder, room), { recursive: true, mode: 0o700 });
  }
}

/** Removes everything but the logs: keys, configurations, pid files. */
export function clearFolder(folder: string): void {
  try {
    for (const { name } of [...Deno.readDirSync(folder)]) {
      if (name !== "log") Deno.removeSync(join(folder, name), { recursive: true });
    }
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}

export function configurationFile(folder: string, box: Cscf): string {
  return join(folder, `${box.replace("-", "")}.cfg`);
}

/** Puts the words in. Throws where the template has one that nobody gives. */
export function fill(text: string, words: Readonly<Record<string, string>>): string {
  return text.replace(/@([A-Z_]+)@/g, (whole, word: string) => {
    const value = words[word];
    if (value === undefined) throw new Error(`Nobody says what "${whole}" is`);
    return value;
  });
}

export function uriOf(address: string): string {
  return `sip:${address}:${PORTS.sip}`;
}

function wordsOf(box: Cscf, settings: CoreSettings): Record<string, string> {
  const { addresses: { of }, folder, hss } = settings;
  return {
    ADDRESS: of[box],
    PCSCF_ADDRESS: of["p-cscf"],
    ICSCF_ADDRESS: of["i-cscf"],
    SCSCF_ADDRESS: of["s-cscf"],
    SCSCF_URI: uriOf(of["s-cscf"]),
    PCSCF_NAME: nameOf("p-cscf"),
    DIAMETER_NAME: nameOf(box),
    HSS_ADDRESS: hss.address,
    HSS_PORT: String(hss.port),
    HOME,
    REG_AWAIT_AUTH: String(settings.regAwaitAuth ?? 10),
    MIN_EXPIRES: String(settings.minExpires ?? 1),
    FOLDER: folder,
  };
}

function template(name: string): string {
  return Deno.readTextFileSync(fileURLToPath(new URL(`./kamailio/${name}`, import.meta.url)));
}

/** Writes a file of the folder, for its owner alone. */
export function write(folder: string, name: string, text: string): void {
  Deno.writeTextFileSync(join(folder, name), text);
}
