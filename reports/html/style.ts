/** The style sheet of the report. Colours are variables, once for light and once for dark. */
import { LADDER_STYLE } from "./style_ladder.ts";

const COLOURS = `
:root {
  color-scheme: light dark;
  --paper: #ffffff; --panel: #f5f6f8; --sunken: #eceff2; --ink: #14181d; --soft: #56606c; --line: #d9dee4;
  --link: #0a58b0; --focus: #0a58b0;
  --pass: #14713f; --fail: #bf1f2b; --warn: #8f5800; --inconclusive: #6a4bb3; --error: #94157f; --waived: #2d6494;
  --na: #68727d;
}
@media (prefers-color-scheme: dark) {
  :root {
    --paper: #101418; --panel: #181d23; --sunken: #0b0e11; --ink: #e7ebef; --soft: #9ba7b3; --line: #2c343d;
    --link: #79b8ff; --focus: #79b8ff;
    --pass: #52c88f; --fail: #ff7078; --warn: #eeb055; --inconclusive: #b9a0f7; --error: #f08adb; --waived: #82b7e8;
    --na: #919ca7;
  }
}
.v-pass { --v: var(--pass); } .v-fail, .v-stale { --v: var(--fail); } .v-warn { --v: var(--warn); }
.v-inconclusive { --v: var(--inconclusive); } .v-error { --v: var(--error); } .v-waived { --v: var(--waived); }
.v-notApplicable { --v: var(--na); }
`;

const BASE = `
* { box-sizing: border-box; }
html { scroll-padding-top: 3.6rem; -webkit-text-size-adjust: 100%; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 15px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "DejaVu Sans", sans-serif; }
main { max-width: 70rem; margin: 0 auto; padding: 0 1.25rem 5rem; }
h1, h2, h3, h4, p, dl, dd, ul { margin: 0; padding: 0; }
ul { list-style: none; }
h2 { font-size: 1.3rem; font-weight: 650; letter-spacing: -0.01em; margin-bottom: .75rem; }
h3 { font-size: .95rem; font-weight: 650; margin: 1.5rem 0 .4rem; }
h4 { font-size: .8rem; font-weight: 600; color: var(--soft); margin-bottom: .4rem; }
main > section { margin-top: 3rem; }
a { color: var(--link); text-decoration-thickness: 1px; text-underline-offset: .15em; }
code, pre, time { font-family: ui-monospace, "SF Mono", "Cascadia Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace; }
code { font-size: .85em; overflow-wrap: anywhere; }
time { font-size: .9em; }
.soft { color: var(--soft); }
.hidden { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
[hidden] { display: none !important; }
.sprite { position: absolute; }
.icon { width: 16px; height: 16px; vertical-align: -.18em; flex: none; }
.skip { position: absolute; left: -99rem; } .skip:focus { left: 1rem; top: .5rem; z-index: 3; background: var(--paper); padding: .3rem .6rem; }
:focus-visible { outline: 2px solid var(--focus); outline-offset: 2px; border-radius: 3px; }
html:not(.scripted) .needs-script { display: none; }
table { border-collapse: collapse; width: 100%; }
th { text-align: left; font-weight: 600; }
thead th { font-size: .8rem; color: var(--soft); font-weight: 500; padding: .25rem .75rem .25rem 0; vertical-align: bottom; }
td, tbody th { padding: .35rem .75rem .35rem 0; border-top: 1px solid var(--line); vertical-align: top; }
.number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
td.number[class*="v-"] { color: var(--v); font-weight: 600; } .zero { color: var(--line); }
summary { cursor: pointer; list-style: none; } summary::-webkit-details-marker { display: none; }
button, input, select { font: inherit; color: inherit; }
.scroll { overflow-x: auto; }
`;

const OVERVIEW = `
nav { position: sticky; top: 0; z-index: 2; display: flex; gap: 1.25rem; align-items: center; overflow-x: auto; padding: .6rem max(1.25rem, calc((100vw - 70rem) / 2 + 1.25rem)); background: var(--paper); border-bottom: 1px solid var(--line); font-size: .87rem; }
nav a { color: var(--soft); text-decoration: none; white-space: nowrap; } nav a:hover { color: var(--ink); }
.brand { font-weight: 700; letter-spacing: -.01em; margin-right: auto; }
.masthead { padding-top: 2.75rem; } .masthead .kind { color: var(--soft); }
h1 { font-size: clamp(1.7rem, 4.5vw, 2.5rem); line-height: 1.15; letter-spacing: -.025em; font-weight: 680; margin: .15rem 0 .6rem; text-wrap: balance; }
#summary { margin-top: 2rem; }
.conclusion { display: flex; gap: .5rem; align-items: center; font-size: 1.3rem; color: var(--v); margin-bottom: .8rem; letter-spacing: -.01em; } .conclusion strong { font-weight: 620; } .conclusion .icon { width: 22px; height: 22px; }
.bar { display: flex; gap: 2px; height: 10px; border-radius: 3px; overflow: hidden; background: var(--sunken); }
.bar i { background: var(--v); min-width: 3px; flex-basis: 0; } .bar i.v-notApplicable { opacity: .45; }
.numbers { display: flex; flex-wrap: wrap; gap: .2rem 1.25rem; margin: .6rem 0 1.6rem; font-size: .92rem; }
.numbers span[class] { color: var(--v); } .numbers span:not([class]) { color: var(--soft); margin-left: auto; } .numbers b { font-variant-numeric: tabular-nums; }
.suites .wide { width: 34%; } .suites .bar { height: 6px; margin-top: .5em; } .suites th:last-child, .suites td:last-child { padding-right: 0; }
.suites th.number { padding-left: .5rem; }
.badge { display: inline-flex; gap: .35rem; align-items: center; color: var(--v); font-weight: 600; font-size: .85rem; white-space: nowrap; }
.finding { display: grid; grid-template-columns: 8.5rem minmax(0, 1fr); gap: .25rem 1rem; padding: .9rem 0; border-top: 1px solid var(--line); }
.finding > .badge { align-self: start; padding-top: .12rem; }
.cases-alike { display: flex; flex-direction: column; font-weight: 600; } .cases-alike a { color: inherit; text-decoration-color: var(--line); } .cases-alike a { margin-right: .4rem; } .cases-alike code { font-weight: 400; color: var(--soft); }
.alike > summary { color: var(--soft); } .alike > summary::before { content: "› "; } .alike[open] > summary::before { content: "⌄ "; }
.finding .broken { margin-top: .5rem; }
.finding dl { display: grid; grid-template-columns: max-content minmax(0, 1fr); gap: .1rem .9rem; margin-top: .15rem; padding-left: .8rem; border-left: 3px solid var(--v); font-size: .92rem; }
.finding dt { color: var(--soft); } .finding dd, .checks td { overflow-wrap: anywhere; white-space: pre-wrap; }
#comparison > .soft, #requirements > .soft { margin-bottom: .9rem; } .changes { margin-bottom: 1.2rem; } .changes code { color: var(--soft); margin-left: .4rem; } .changes caption { text-align: left; font-weight: 600; padding-bottom: .25rem; } .changes caption b { color: var(--soft); font-weight: 400; }
.changes .way { width: 15rem; white-space: nowrap; font-size: .87rem; } .way span[class*="v-"] { color: var(--v); } .way .to { color: var(--soft); padding: 0 .4rem; }
.environment { columns: 2; column-gap: 3rem; margin-bottom: .8rem; } .environment div { display: grid; grid-template-columns: 7rem minmax(0, 1fr); break-inside: avoid; padding: .15rem 0; }
dt { color: var(--soft); } .environment dd { overflow-wrap: anywhere; }
`;

const CASES = `
.filters { display: flex; flex-wrap: wrap; gap: .5rem .6rem; align-items: center; margin-bottom: .5rem; }
.filters input, .filters select, .filters button { border: 1px solid var(--line); background: var(--paper); border-radius: 6px; padding: .32rem .65rem; font-size: .88rem; }
.filters button { cursor: pointer; } .filters button:hover { border-color: var(--soft); }
.search { flex: 1 1 15rem; } .deep { display: inline-flex; gap: .4rem; align-items: center; font-size: .88rem; color: var(--soft); } .deep input { margin: 0; accent-color: var(--link); } .search input { width: 100%; } ::placeholder { color: var(--soft); opacity: 1; }
.chips { display: flex; flex-wrap: wrap; gap: .35rem; flex-basis: 100%; }
.chip { display: inline-flex; gap: .35rem; align-items: center; color: var(--soft); } .chip b { font-variant-numeric: tabular-nums; font-weight: 600; }
.chip[aria-pressed="true"] { color: var(--v); border-color: color-mix(in srgb, var(--v) 45%, transparent); background: color-mix(in srgb, var(--v) 8%, transparent); }
.chip[aria-pressed="false"] { opacity: .75; text-decoration: line-through; text-decoration-thickness: 1px; }
.actions { display: flex; gap: .5rem; align-items: center; flex-basis: 100%; justify-content: flex-end; } #shown { margin-right: auto; color: var(--soft); font-size: .88rem; font-variant-numeric: tabular-nums; }
.nothing { padding: 2rem 0; color: var(--soft); text-align: center; }
.case { border-top: 1px solid var(--line); } .suite > .case:last-of-type { border-bottom: 1px solid var(--line); }
.case > summary { display: grid; grid-template-columns: 8.5rem minmax(0, 1fr) auto; gap: 0 1rem; align-items: center; padding: .55rem .5rem; }
.case > summary:hover { background: var(--panel); } .case[open] > summary { background: var(--panel); }
.what { display: flex; flex-wrap: wrap; gap: 0 .75rem; align-items: baseline; } .what code { color: var(--soft); } .took { color: var(--soft); font-size: .85rem; white-space: nowrap; font-variant-numeric: tabular-nums; }
.inside { padding: .9rem .5rem 1.6rem 1rem; margin-left: .5rem; border-left: 3px solid var(--v); display: grid; gap: 1.1rem; grid-template-columns: minmax(0, 1fr); }
.details { display: contents; }
.reason { padding: .55rem .8rem; border-radius: 6px; background: color-mix(in srgb, var(--v, var(--na)) 9%, transparent); overflow-wrap: anywhere; white-space: pre-wrap; }
.waiver { --v: var(--waived); }
.proves li { max-width: 62rem; padding: .1rem 0; } .proves code { color: var(--soft); white-space: nowrap; }
.level { display: inline-block; font-size: .78rem; color: var(--soft); border: 1px solid var(--line); border-radius: 4px; padding: 0 .35em; margin: 0 .15em; white-space: nowrap; }
.checks { font-size: .92rem; } .checks td:first-child { width: 40%; } .checks td:last-child { white-space: nowrap; padding-right: 0; } .checks code { color: var(--soft); }
.checks tr.broken { background: color-mix(in srgb, var(--fail) 7%, transparent); }
.checks td:first-child { position: relative; } .checks .ok, .checks .mark { position: absolute; left: 0; } .checks .ok { width: 16px; height: 16px; margin-top: .2rem; overflow: hidden; font-size: 0; } .ok::after { content: ""; position: absolute; left: 5px; top: 2px; width: 4px; height: 8px; border: solid var(--pass); border-width: 0 2px 2px 0; transform: rotate(40deg); }
.mark { color: var(--v); } .checks td:first-child { padding-left: 1.5rem; } .checks td:first-child code { display: block; } .checks .level { margin-left: 0; } .checks thead th:first-child { padding-left: 1.5rem; }
.case-facts { display: flex; flex-wrap: wrap; gap: .2rem 1.6rem; font-size: .85rem; } .case-facts div { display: flex; align-items: baseline; gap: .5rem; flex-wrap: wrap; } .case-facts dd { display: flex; align-items: baseline; flex-wrap: wrap; gap: 0 .8rem; overflow-wrap: anywhere; }
.matrix { border-top: 1px solid var(--line); } .matrix > summary { padding: .5rem; } .matrix > summary:hover { background: var(--panel); } .matrix > summary > b { margin-right: .5rem; } .matrix > summary .v-fail { color: var(--v); font-weight: 400; }
.matrix > summary::before { content: ""; display: inline-block; width: .4rem; height: .4rem; border: solid var(--soft); border-width: 0 1.5px 1.5px 0; transform: rotate(-45deg); margin: 0 .7rem .1rem .1rem; } .matrix[open] > summary::before { transform: rotate(45deg); margin-bottom: .2rem; }
.matrix table { margin: 0 0 1rem; font-size: .92rem; } .matrix td:first-child { width: 58%; padding-left: .5rem; } .matrix thead th:first-child { padding-left: .5rem; } .matrix td:first-child code { color: var(--soft); margin-right: .4rem; }
.statement { display: block; color: var(--soft); font-size: .92em; max-width: 44rem; }
.ref { display: block; text-decoration: none; overflow-wrap: anywhere; } .ref .icon { color: var(--v); } a.ref:hover code { text-decoration: underline; } .ref code { color: var(--ink); padding-inline: .35rem; }
:target { scroll-margin-top: 3.6rem; } tr:target td, .row:target { background: color-mix(in srgb, var(--link) 12%, transparent); }
`;

const NARROW = `
@media screen and (max-width: 46rem) {
  main { padding: 0 .9rem 4rem; } nav { padding-inline: .9rem; }
  .finding { grid-template-columns: 1fr; }
  .case > summary { grid-template-columns: minmax(0, 1fr) auto; } .case > summary .what { grid-row: 2; grid-column: 1 / -1; } .case > summary .took { grid-row: 1; grid-column: 2; }
  .inside { padding-left: .7rem; margin-left: .1rem; }
  .numbers span:not([class]) { margin-left: 0; flex-basis: 100%; }
  .suites .wide { display: none; } .suites { width: auto; min-width: 100%; }
  .environment { columns: 1; }
  .changes .way { width: auto; } .changes tr { display: grid; } .changes td + td { border-top: 0; padding-top: 0; }
  .checks thead, .matrix thead { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
  .checks tr, .matrix tr { display: block; border-top: 1px solid var(--line); padding: .45rem 0; }
  .checks td, .matrix td { display: grid; grid-template-columns: 5.5rem minmax(0, 1fr); border: 0; padding: .1rem 0; width: auto; }
  .checks td:first-child, .matrix td:first-child { display: block; width: auto; } .matrix td:first-child { padding-left: 0; }
  .checks td:not(:first-child)::before, .matrix td:not(:first-child)::before { color: var(--soft); }
  .checks td:nth-child(2)::before { content: "Expected"; } .checks td:nth-child(3)::before { content: "Actual"; } .checks td:nth-child(4)::before { content: "Evidence"; }
  .matrix td:nth-child(2)::before { content: "Level"; } .matrix td:nth-child(3)::before { content: "Priority"; } .matrix td:nth-child(4)::before { content: "Cases"; }
}
`;

const PRINT = `
@media print {
  :root { --paper: #fff; --panel: #f5f6f8; --sunken: #eceff2; --ink: #000; --soft: #444; --line: #bbb; --link: #000; --pass: #14713f; --fail: #bf1f2b; --warn: #8f5800; --inconclusive: #6a4bb3; --error: #94157f; --waived: #2d6494; --na: #68727d; }
  body { font-size: 10pt; } main { max-width: none; padding: 0; }
  nav, .filters, .skip { display: none !important; }
  .case > summary, .finding, .row, tr { break-inside: avoid; } h2, h3, h4, .heads { break-after: avoid; }
  .bar i, .lane, .reason { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
  .scroll, .ladder { overflow: visible; } .suites .wide { display: none; } .ladder > * { min-width: 0; }
  a { color: inherit; text-decoration: none; }
}
`;

export const STYLE = [COLOURS, BASE, OVERVIEW, CASES, LADDER_STYLE, NARROW, PRINT].map((part) => part.trim())
  .join("\n");
