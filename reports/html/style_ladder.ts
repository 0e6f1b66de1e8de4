/** The call-flow ladder: a gutter with number and time, and a lane with the lifelines. */
export const LADDER_STYLE = `
.ladder { --gutter: 7.6rem; font-size: .88rem; overflow-x: auto; border: 1px solid var(--line); border-radius: 6px; background: var(--paper); }
.ladder > * { min-width: calc(var(--columns) * 9rem + var(--gutter)); }
.heads, .row > summary, .row.note { display: grid; grid-template-columns: var(--gutter) minmax(0, 1fr); }
.heads { background: var(--panel); border-bottom: 1px solid var(--line); } .heads .lane { display: grid; grid-auto-flow: column; grid-auto-columns: minmax(0, 1fr); height: auto; }
.head { text-align: center; padding: .45rem .3rem; line-height: 1.3; overflow-wrap: anywhere; } .head span { display: block; color: var(--soft); font-size: .8rem; } .heads .gutter { padding-bottom: .5rem; } .head b { font-weight: 620; }
.lane { position: relative; height: 40px; display: block; } .lane > svg { position: absolute; inset: 0; display: block; }
.gutter { display: grid; grid-template-columns: 1.6rem 1fr auto; gap: .3rem; align-items: end; padding: 0 .2rem .28rem .6rem; font-size: .78rem; font-variant-numeric: tabular-nums; white-space: nowrap; color: var(--soft); }
.gutter .n { color: var(--ink); } .gutter .after { text-align: right; } .marks { display: inline-flex; min-width: 1rem; } .marks i { color: var(--v); } .marks .icon { width: 13px; height: 13px; }
.life { stroke: var(--line); stroke-width: 1; }
.row { --a: var(--soft); } .row.request { --a: var(--link); } .row.s2 { --a: var(--pass); } .row.s3 { --a: var(--waived); } .row.s4, .row.s5, .row.s6 { --a: var(--warn); }
.arrow { stroke: var(--a); stroke-width: 1.6; } .tip { fill: var(--a); } .row.data .arrow { stroke-dasharray: 4 3; } .row.response .arrow { stroke-dasharray: none; }
.label i { font-style: normal; font-weight: 400; color: var(--soft); } .label { position: absolute; top: 5px; padding: 0 .9rem; text-align: center; white-space: nowrap; overflow: hidden; text-overflow: ellipsis; line-height: 20px; font-weight: 500; }
.row > summary:hover { background: var(--panel); } .row[open] > summary { background: var(--panel); }
.row > summary:focus-visible { outline-offset: -2px; }
.row.broken > summary { background: color-mix(in srgb, var(--fail) 9%, transparent); } .row.broken .label { color: var(--fail); }
.row.note { align-items: stretch; } .row.note .lane { height: auto; min-height: 30px; display: grid; place-items: center; } .said { position: relative; background: var(--paper); color: var(--soft); border: 1px solid var(--line); border-radius: 4px; padding: .05rem .6rem; margin: .3rem; font-size: .82rem; overflow-wrap: anywhere; white-space: pre-wrap; }
.message { padding: .6rem .8rem .8rem; border-block: 1px solid var(--line); background: var(--sunken); }
.facts { display: flex; flex-wrap: wrap; gap: 0 1.4rem; color: var(--soft); font-size: .8rem; font-variant-numeric: tabular-nums; }
.facts time { font: inherit; } .remark { color: var(--soft); font-style: italic; } .verdict { color: var(--v); font-weight: 600; } .verdict .soft { font-weight: 400; }
.message pre { margin: .5rem 0 0; font-size: .8rem; line-height: 1.5; white-space: pre-wrap; overflow-wrap: anywhere; tab-size: 4; } .message pre.dump { white-space: pre; overflow-x: auto; } .message pre b { font-weight: 650; color: var(--link); } .message pre em { font-style: normal; font-weight: 650; }
.more { padding: .4rem .8rem; color: var(--soft); font-size: .82rem; }
@media screen and (max-width: 46rem) { .ladder { --gutter: 2.7rem; } .ladder > * { min-width: calc(var(--columns) * 7rem + var(--gutter)); } .gutter { grid-template-columns: auto auto; justify-content: start; gap: .15rem; padding-left: .4rem; } .gutter .after { display: none; } .marks i + i { display: none; } .head { font-size: .82rem; } .head span { font-size: .72rem; } .label { padding: 0 .2rem; } }
`;
