/** YAML text into plain values that remember where they stood. */
import { isAlias, isMap, isScalar, LineCounter, type Node, type Pair, parseDocument, visit } from "yaml";
import { type Problem, ProfileError } from "./error.ts";
import { TEXT_KEYS } from "./schema.ts";

export type Path = readonly (string | number)[];

export interface PlainDocument {
  readonly value: unknown;
  /** Place of the value at `path`, or of the nearest thing around it that exists. 1-based. */
  locate(path: Path): { line: number; column: number };
  /** Place of the key itself. */
  locateKey(path: Path, key: string): { line: number; column: number };
}

/** Throws ProfileError for text that is no YAML, has a key twice, or is not one mapping. */
export function plainDocument(text: string, file: string): PlainDocument {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, merge: true });
  const at = (offset: number) => {
    const { line, col } = lines.linePos(offset);
    return { line, column: col };
  };
  const [first] = document.errors;
  if (first) {
    // One slip of syntax draws a tail of others behind it; a key that stands twice does not.
    const told = document.errors.filter((error) => error === first || error.code === "DUPLICATE_KEY");
    throw new ProfileError(
      file,
      told.map((error): Problem => ({
        ...at(error.pos[0]),
        path: "",
        message: said(error, text.split("\n")[at(error.pos[0]).line - 1] ?? ""),
      })),
    );
  }
  const root = document.contents;
  if (!isMap(root)) {
    const place = root?.range ? at(root.range[0]) : { line: 1, column: 1 };
    const found = root ? "something else" : "nothing";
    throw new ProfileError(file, [{ ...place, path: "", message: `A profile is a mapping, found ${found}` }]);
  }
  keepDigits(document);

  const nodeAt = (path: Path): Node | undefined => {
    let node: unknown = root;
    for (const step of path) {
      if (isAlias(node)) node = node.resolve(document);
      const next: unknown = hasGet(node) ? node.get(step, true) : undefined;
      if (next === undefined || next === null) break;
      node = next;
    }
    return node as Node;
  };
  return {
    value: toValue(() => document.toJS({ maxAliasCount: 1_000 }), file),
    locate: (path) => at(nodeAt(path)?.range?.[0] ?? 0),
    locateKey: (path, key) => {
      const node = nodeAt(path);
      const pair: Pair | undefined = isMap(node)
        ? node.items.find((item) => isScalar(item.key) && String(item.key.value) === key)
        : undefined;
      const keyNode = pair?.key as Node | undefined;
      return at(keyNode?.range?.[0] ?? node?.range?.[0] ?? 0);
    },
  };
}

/** "k: 00112233" is eight digits to us and a number to YAML: take the digits as they are written. */
function keepDigits(document: ReturnType<typeof parseDocument>): void {
  const asWritten = (node: unknown) => {
    if (isScalar(node) && typeof node.value !== "string" && node.source) node.value = node.source;
  };
  visit(document, {
    Pair(_, pair) {
      if (isScalar(pair.key) && TEXT_KEYS.has(String(pair.key.value))) asWritten(pair.value);
    },
  });
}

function toValue(read: () => unknown, file: string): unknown {
  try {
    return read();
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    throw new ProfileError(file, [{ line: null, column: null, path: "", message }], { cause: error });
  }
}

/** The parser's own words, with those that people meet most made plain. */
function said(error: { code: string; message: string }, line: string): string {
  if (error.code === "DUPLICATE_KEY") return "This key stands twice in the same mapping";
  if (error.code === "TAB_AS_INDENT") return "YAML is indented with spaces, found a tab";
  const hint = /\{n(:\d+)?\}/.test(line) ? "; inside [ ] and { } text with {n} needs quotes" : "";
  return `Not valid YAML: ${error.message}${hint}`;
}

function hasGet(node: unknown): node is { get(key: unknown, keepScalar: boolean): unknown } {
  return typeof node === "object" && node !== null && "get" in node;
}
