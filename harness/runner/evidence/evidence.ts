/**
 * The recorder of a case. Everything the taps tell is numbered in the order it happened; a check cites a number
 * ("trace.jsonl#4"). When the case is over, its folder gets trace.jsonl and capture.pcapng, for passes too.
 */
import type { Tap, TapRecord } from "../../net/types.ts";
import type { TraceRecord } from "../events.ts";
import type { EvidenceSink } from "../evidence_sink.ts";
import { encodeCapture } from "../../wire/capture.ts";
import { evidenceFolder } from "./folder.ts";
import { createRedactor, keepEverything, type Redactor } from "./redact.ts";
import { textWithoutSessionKeys, withoutSessionKeys } from "./session_keys.ts";
import { isoTime, sha256Hex, traceHead } from "./trace.ts";

export interface EvidenceOptions {
  /** Writes a whole file at once or not at all (a temporary name, then a rename). Paths are relative to the output folder. */
  readonly writeFile: (path: string, bytes: Uint8Array) => Promise<void>;
  /** Every secret value of the profile; they are taken out of all that is written. */
  readonly secrets: readonly string[];
  /** Leaves secrets where they are, and writes session keys into the capture. Default false. */
  readonly keepSecrets?: boolean;
  /** Octets of messages kept per case; what comes later is listed without its octets. Default 16 MiB. */
  readonly maxBytes?: number;
  /** Records kept per case; later ones are counted only. Default 20,000. */
  readonly maxRecords?: number;
  /** Milliseconds of the run's clock, for notes. Default: the time of the newest record. */
  readonly now?: () => number;
  /** Told in the capture: "imspeer 0.1.0". */
  readonly application?: string;
}

export interface Evidence {
  /** The recorder of one attempt (1-based) at a case. */
  forCase(caseId: string, attempt?: number): CaseEvidence;
  /** What also has to come out of texts that leave the run: reasons, `actual` of checks, notes. */
  readonly redactor: Redactor;
}

export interface CaseEvidence extends EvidenceSink {
  tap(actor: string): Tap;
  /** Number of the newest record, undefined before the first. */
  latest(): number | undefined;
  /**
   * Number of the record that this was sent or received in: a message that was remembered, or one whose `toBytes()`
   * (or that of its `response` or `request`) gives octets that were recorded. Of several equal ones, the first.
   */
  numberOf(message: object): number | undefined;
  /** Ties an object to the octets it was made of or became; the order of this and the tap does not matter. */
  remember(object: object, bytes: Uint8Array): void;
  note(text: string): void;
  /** A line of a TLS key log (NSS format). Written into the capture with keepSecrets only. */
  tlsKeyLog(line: string): void;
  /** A further file of the folder, such as esp_sa. One marked secret is written with keepSecrets only. */
  attach(name: string, bytes: Uint8Array, options?: { readonly secret?: boolean }): void;
  /** What was recorded so far, as it will be written. */
  records(): readonly TraceRecord[];
  /** Writes the files and forgets everything. The folder, null where nothing was recorded. Idempotent. */
  finish(): Promise<string | null>;
}

export function createEvidence(options: EvidenceOptions): Evidence {
  const redactor = options.keepSecrets ? keepEverything : reportRedactor(options.secrets);
  return {
    redactor,
    forCase: (caseId, attempt = 1) => new CaseRecorder(evidenceFolder(caseId, attempt), options, redactor),
  };
}

function reportRedactor(secrets: readonly string[]): Redactor {
  const redactor = createRedactor(secrets);
  return { ...redactor, text: (text) => redactor.text(textWithoutSessionKeys(text)) };
}

/** A record and what of it goes into the capture; notes have no packet. */
interface Kept {
  readonly trace: TraceRecord;
  readonly packet?: TapRecord;
}

class CaseRecorder implements CaseEvidence {
  readonly #kept: Kept[] = [];
  /** First record of these octets, by their hash as they were on the wire. */
  readonly #byHash = new Map<string, number>();
  readonly #remembered = new WeakMap<object, Uint8Array>();
  readonly #keyLog: string[] = [];
  readonly #attached = new Map<string, Uint8Array>();
  #bytesKept = 0;
  #dropped = 0;
  #lastAt = 0;
  #finished: Promise<string | null> | undefined;

  constructor(readonly folder: string, readonly options: EvidenceOptions, readonly redactor: Redactor) {}

  tap(actor: string): Tap {
    return (record) => this.#record(actor, record);
  }

  latest(): number | undefined {
    return this.#kept.length || undefined;
  }

  numberOf(message: object): number | undefined {
    const bytes = this.#remembered.get(message) ?? octetsOf(message);
    return bytes && this.#byHash.get(sha256Hex(bytes));
  }

  remember(object: object, bytes: Uint8Array): void {
    this.#remembered.set(object, bytes.slice());
  }

  note(text: string): void {
    if (this.#isFull()) return;
    this.#kept.push({
      trace: {
        n: this.#kept.length + 1,
        time: isoTime(this.options.now?.() ?? this.#lastAt),
        direction: "out",
        layer: "note",
        transport: "",
        local: "",
        remote: "",
        actor: "case",
        sha256: sha256Hex(new Uint8Array(0)),
        summary: this.redactor.text(text),
        bytes: "",
      },
    });
  }

  tlsKeyLog(line: string): void {
    if (this.options.keepSecrets) this.#keyLog.push(line.trimEnd());
  }

  attach(name: string, bytes: Uint8Array, { secret = false }: { readonly secret?: boolean } = {}): void {
    if (!/^[\w.-]+$/.test(name)) throw new RangeError(`Cannot attach "${name}": needs a plain file name`);
    if (!secret || this.options.keepSecrets) this.#attached.set(name, this.redactor.bytes(bytes).slice());
  }

  records(): readonly TraceRecord[] {
    return this.#kept.map(({ trace }) => trace);
  }

  finish(): Promise<string | null> {
    return this.#finished ??= this.#write().finally(() => this.#forget());
  }

  #record(actor: string, record: TapRecord): void {
    if (this.#finished) return;
    this.#lastAt = record.at;
    if (this.#isFull()) return;
    const n = this.#kept.length + 1;
    const hash = sha256Hex(record.bytes);
    if (record.bytes.length > 0 && !this.#byHash.has(hash)) this.#byHash.set(hash, n);
    const { keepSecrets } = this.options;
    const redacted = this.redactor.bytes(keepSecrets ? record.bytes : withoutSessionKeys(record));
    const fits = this.#bytesKept + redacted.length <= (this.options.maxBytes ?? 16 * 1024 * 1024);
    // A copy: the caller's buffer may be used again. The hash is that of the octets kept, so that a reader can check
    // it, and so that the hash of a message does not confirm a guess at the secret that was taken out of it.
    const bytes = fits ? redacted.slice() : new Uint8Array(0);
    this.#bytesKept += bytes.length;
    const head = traceHead({ ...record, bytes: redacted });
    const remarks = [
      head.note && this.redactor.text(head.note),
      redacted !== record.bytes && "secret taken out",
      !fits && `octets not kept: the case's share of evidence is used up`,
    ].filter((remark) => typeof remark === "string");
    this.#kept.push({
      trace: {
        n,
        time: head.time,
        direction: head.direction,
        layer: head.layer,
        transport: head.transport,
        local: head.local,
        remote: head.remote,
        actor: this.redactor.text(actor),
        sha256: redacted === record.bytes ? hash : sha256Hex(redacted),
        summary: head.summary,
        bytes: bytes.toBase64(),
        ...(head.connection === undefined ? {} : { connection: head.connection }),
        ...(remarks.length > 0 ? { note: remarks.join("; ") } : {}),
      },
      ...(fits ? { packet: { ...record, bytes } } : {}),
    });
  }

  #isFull(): boolean {
    const full = this.#kept.length >= (this.options.maxRecords ?? 20_000);
    if (full) this.#dropped++;
    return full;
  }

  async #write(): Promise<string | null> {
    const { folder, options } = this;
    const hasTraffic = this.#kept.some(({ trace }) => trace.layer !== "note");
    if (!hasTraffic && this.#attached.size === 0) return null;
    const lines = this.#kept.map(({ trace }, index) =>
      JSON.stringify(
        this.#dropped > 0 && index === this.#kept.length - 1
          ? {
            ...trace,
            note: [trace.note, `${this.#dropped} later records not kept`].filter(Boolean).join("; "),
          }
          : trace,
      )
    );
    await options.writeFile(
      `${folder}/trace.jsonl`,
      new TextEncoder().encode(lines.map((line) => `${line}\n`).join("")),
    );
    await options.writeFile(
      `${folder}/capture.pcapng`,
      encodeCapture(
        this.#kept.flatMap(({ trace, packet }) =>
          packet
            ? [{
              ...packet,
              comment: `trace.jsonl#${trace.n} ${trace.actor}${trace.note ? `: ${trace.note}` : ""}`,
            }]
            : []
        ),
        {
          tlsKeyLogs: this.#keyLog.length > 0 ? [`${this.#keyLog.join("\n")}\n`] : [],
          ...(options.application === undefined ? {} : { application: options.application }),
        },
      ),
    );
    for (const [name, bytes] of this.#attached) await options.writeFile(`${folder}/${name}`, bytes);
    return folder;
  }

  #forget(): void {
    this.#kept.length = 0;
    this.#byHash.clear();
    this.#attached.clear();
  }
}

/** The octets of a message, or of the message inside what a peer gives back ({response} or {request}). */
function octetsOf(thing: object): Uint8Array | undefined {
  for (const candidate of [thing, Reflect.get(thing, "response"), Reflect.get(thing, "request")]) {
    if (typeof candidate !== "object" || candidate === null) continue;
    const toBytes: unknown = Reflect.get(candidate, "toBytes");
    if (typeof toBytes !== "function") continue;
    const bytes: unknown = toBytes.call(candidate);
    if (bytes instanceof Uint8Array) return bytes;
  }
  return undefined;
}
