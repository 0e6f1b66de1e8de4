/** The lab's folder: configurations with their words filled in, and rooms for logs and pid files. */
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Cscf, HOME, type LabAddresses, nameOf, PORTS } from "./addresses.ts";
import { writeCertificate } from "./certificates.ts";

/** How the core is set up; what is left out is as in profiles/kamailio-ims.yaml. */
export interface CoreSettings {
  readonly addresses: LabAddresses;
  /** Everything of the lab is written there. */
  readonly folder: string;
  /** Without those that ask the HSS of a run. */
  readonly onlyCore?: boolean;
  /** Seconds that an unanswered challenge lives. */
  readonly regAwaitAuth?: number;
  /** Shortest registration granted, in seconds. */
  readonly minExpires?: number;
}

/** The CSCFs of these settings, in the order in which they are started. */
export function cscfsOf({ onlyCore }: CoreSettings): readonly Cscf[] {
  const core = ["s-cscf", "i-cscf", "p-cscf"] as const;
  return onlyCore ? core : [...core, "s-cscf-hss", "i-cscf-hss"];
}

/** Writes what the CSCFs read. The files of the folder are complete: they can be read, and tried by hand. */
export async function writeCore(settings: CoreSettings): Promise<void> {
  const { folder } = settings;
  makeFolder(folder);
  for (const box of cscfsOf(settings)) {
    const words = wordsOf(box, settings);
    write(folder, `${words.FILE}.cfg`, fill(template(`${kindOf(box)}.cfg`), words));
    if (box !== "p-cscf") write(folder, `${words.FILE}.xml`, fill(template("cdp.xml"), words));
    if (kindOf(box) === "icscf") writeTables(folder, words);
  }
  await writeCertificate(folder, "p-cscf", "pcscf");
  write(folder, "tls.cfg", fill(template("tls.cfg"), wordsOf("p-cscf", settings)));
}

/** The tables that ims_icscf reads (module db_text: a colon within a field has a backslash before it). */
function writeTables(folder: string, { FILE, SCSCF_URI }: Words): void {
  Deno.mkdirSync(join(folder, `${FILE}_db`), { recursive: true, mode: 0o700 });
  const scscf = SCSCF_URI.replaceAll(":", "\\:");
  write(folder, `${FILE}_db/s_cscf`, `id(int) name(string) s_cscf_uri(string)\n1:lab:${scscf}\n`);
  write(folder, `${FILE}_db/s_cscf_capabilities`, "id(int) id_s_cscf(int) capability(int)\n");
  write(folder, `${FILE}_db/nds_trusted_domains`, "id(int) trusted_domain(string)\n");
  write(folder, `${FILE}_db/version`, "table_name(string) table_version(int)\n");
}

/** Makes the folder and its rooms; readable for its owner alone, for keys are in it. */
export function makeFolder(folder: string): void {
  for (const room of ["", "log", "run"]) {
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
  return join(folder, `${fileOf(box)}.cfg`);
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

type Words = Readonly<Record<"FILE" | "SCSCF_URI", string> & Record<string, string>>;

function wordsOf(box: Cscf, settings: CoreSettings): Words {
  const { addresses: { of, runHss, trusted }, folder } = settings;
  // A pair knows itself and not the other.
  const pair = box.endsWith("-hss") ? "-hss" as const : "" as const;
  return {
    FILE: fileOf(box),
    ADDRESS: of[box],
    PCSCF_ADDRESS: of["p-cscf"],
    ICSCF_ADDRESS: of[`i-cscf${pair}`],
    SCSCF_ADDRESS: of[`s-cscf${pair}`],
    SCSCF_URI: uriOf(of[`s-cscf${pair}`]),
    TRUSTED: trusted.replaceAll(".", "\\."),
    PCSCF_NAME: nameOf("p-cscf"),
    DIAMETER_NAME: nameOf(box),
    HSS_ADDRESS: pair === "" ? of.hss : runHss,
    HSS_PORT: String(PORTS.diameter),
    HOME,
    REG_AWAIT_AUTH: String(settings.regAwaitAuth ?? 10),
    MIN_EXPIRES: String(settings.minExpires ?? 1),
    FOLDER: folder,
  };
}

/** "scscf-hss" of "s-cscf-hss" */
function fileOf(box: Cscf): string {
  return box.replace("-", "");
}

/** "scscf" of "s-cscf-hss" */
function kindOf(box: Cscf): string {
  return box.replace("-", "").replace("-hss", "");
}

function template(name: string): string {
  return Deno.readTextFileSync(fileURLToPath(new URL(`./kamailio/${name}`, import.meta.url)));
}

/** Writes a file of the folder, for its owner alone. */
export function write(folder: string, name: string, text: string): void {
  Deno.writeTextFileSync(join(folder, name), text);
}
