/** The page around the parts: one file, no network, style and script inside. */
import type { ComponentChildren } from "preact";
import { renderToString } from "preact-render-to-string";
import { IconSprite } from "./icons.tsx";
import { SCRIPT } from "./script.ts";
import { STYLE } from "./style.ts";

export interface Section {
  readonly anchor: string;
  readonly name: string;
}

export function renderDocument(
  title: string,
  sections: readonly Section[],
  children: ComponentChildren,
): string {
  return `<!doctype html>\n${
    renderToString(
      <html lang="en">
        <head>
          <meta charset="utf-8" />
          <meta name="viewport" content="width=device-width, initial-scale=1" />
          <meta name="color-scheme" content="light dark" />
          <meta
            http-equiv="Content-Security-Policy"
            content="default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'"
          />
          <title>{title}</title>
          <style dangerouslySetInnerHTML={{ __html: STYLE }} />
        </head>
        <body>
          <a class="skip" href={`#${sections[0]?.anchor ?? ""}`}>Skip to the content</a>
          <IconSprite />
          <nav aria-label="Sections">
            <span class="brand">imspeer</span>
            {sections.map(({ anchor, name }) => <a href={`#${anchor}`} key={anchor}>{name}</a>)}
          </nav>
          <main>{children}</main>
          <script dangerouslySetInnerHTML={{ __html: SCRIPT }} />
        </body>
      </html>,
    )
  }\n`;
}
