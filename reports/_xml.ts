/** XML 1.0 text: what may stand in it, and how the rest is shown. */
import { visible } from "./_text.ts";

/** Character data. */
export function xmlText(text: string): string {
  return visible(text).replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}

/** ` name="value"` for each; line ends and tabs are kept, which a parser would make spaces of. */
export function attributes(values: Readonly<Record<string, string | number>>): string {
  return Object.entries(values).map(([name, value]) => {
    const text = xmlText(String(value)).replaceAll('"', "&quot;").replaceAll("\n", "&#10;").replaceAll(
      "\t",
      "&#9;",
    );
    return ` ${name}="${text}"`;
  }).join("");
}

export function element(name: string, values: Readonly<Record<string, string>>, text: string): string {
  const open = `<${name}${attributes(values)}`;
  return text === "" ? `${open}/>` : `${open}>${xmlText(text)}</${name}>`;
}
