/** The call-flow ladder: a gutter with number and time, and a lane with the lifelines. */
export const LADDER_STYLE = `
.ladder { --gutter: 7.6rem; font-size: .88rem; overflow-x: auto; border: 1px solid var(--line); border-radius: 6px; background: var(--paper); }
.ladder > * { min-width: calc(var(--columns) * 9rem + var(--gutter)); }
.heads, .row > summary, .row.note { display: grid; grid-template-columns: var(--gutter) minmax(0, 1fr); }
.heads { background: var(--panel); border-bottom: 1px solid var(--line); } .heads .lane { display: grid; grid-auto-flow: column; grid-auto-columns: minmax(0, 1fr); height: auto; }
.head { text-align: center; padding: .45rem .3rem; line-height: 1.3; overflow-wrap: anywhere; } .head span { display: block; color: var(--soft); font-size: .8rem; } .heads .gutter { padding-bottom: .5rem; } .head b { font-weight: 620; }
.lane { position: relative; height: 40px; display: block; }
.row .lane { background: linear-gradient(90deg, transparent calc(50% - .5px), var(--line) calc(50% - .5px), var(--line) calc(50% + .5px), transparent calc(50% + .5px)) 0 0 / calc(100% / var(--columns)) 100%; }
.gutter { display: grid; grid-template-columns: 1.6rem 1fr auto; gap: .3rem; align-items: end; padding: 0 .2rem .28rem .6rem; font-size: .78rem; font-variant-numeric: tabular-nums; white-space: nowrap; color: var(--soft); }
.gutter .n { color: var(--ink); } .gutter .after { text-align: right; } .marks { display: inline-flex; min-width: 1rem; } .marks i { color: var(--v); } .marks .icon { width: 13px; height: 13px; }
.row { --a: var(--soft); --y: 29px; } .row.request { --a: var(--link); } .row.s2 { --a: var(--pass); } .row.s3 { --a: var(--waived); } .row.s4, .row.s5, .row.s6 { --a: var(--warn); }
.right::before, .left::before { content: ""; position: absolute; left: var(--l); width: var(--w); top: calc(var(--y) - 1px); border-top: 1.5px solid var(--a); } .row.data > summary .lane::before { border-top-style: dashed; }
.right::after, .left::after { content: ""; position: absolute; top: calc(var(--y) - 5px); border: 0 solid transparent; } .right::after { right: calc(100% - var(--l) - var(--w)); border-width: 4.5px 0 4.5px 9px; border-left-color: var(--a); } .left::after { left: var(--l); border-width: 4.5px 9px 4.5px 0; border-right-color: var(--a); }
.label { position: absolute; z-index: 1; top: 5px; left: var(--l); min-width: var(--w); max-width: calc(100% - var(--l)); padding: 0 .9rem; text-align: center; white-space: nowrap; overflow: hidden; text-overflow: ellipsis; line-height: 20px; font-weight: 500; } .label.far { left: auto; right: calc(100% - var(--l) - var(--w)); max-width: calc(var(--l) + var(--w)); } .label i { font-style: normal; font-weight: 400; color: var(--soft); }
.t { background: var(--paper); padding: 0 .2rem; } .row > summary:hover .t, .row[open] > summary .t { background: var(--panel); } .row.broken > summary .t { background: color-mix(in srgb, var(--fail) 9%, var(--paper)); }
.quiet { --y: 11px; } .quiet .lane { height: 22px; } .quiet .label { top: 1px; font-size: .78rem; font-weight: 400; color: var(--soft); } .quiet .gutter { padding-bottom: .1rem; } .quiet .gutter .n { color: var(--soft); }
.on { display: inline-block; font-size: .74rem; font-weight: 600; line-height: 1.35; color: var(--soft); border: 1px solid currentColor; border-radius: 4px; padding: 0 .3em; margin-right: .45em; text-decoration: none; white-space: nowrap; }
.connections { margin-bottom: .7rem; font-size: .88rem; } .connections > summary { display: list-item; list-style: revert; margin-left: 1.1rem; padding-bottom: .2rem; color: var(--soft); } .connections > summary::-webkit-details-marker { display: inline; } .connections td { overflow-wrap: anywhere; } .connections td:first-child { white-space: nowrap; } .connections .soft { white-space: normal; } .connections a.on { color: var(--link); }
.h-refused, .h-unanswered { color: var(--warn); } .h-complete { color: var(--pass); }
@media screen { .many .flow { content-visibility: auto; contain-intrinsic-size: auto 60rem; } }
.packed-why { padding: .55rem .8rem; border-radius: 6px; background: var(--panel); }
.row > summary:hover { background: var(--panel); } .row[open] > summary { background: var(--panel); }
.row > summary:focus-visible { outline-offset: -2px; }
.row.broken > summary { background: color-mix(in srgb, var(--fail) 9%, transparent); } .row.broken .label { color: var(--fail); }
.row.note { align-items: stretch; } .row.note .lane { height: auto; min-height: 30px; display: grid; place-items: center; } .said { position: relative; background: var(--paper); color: var(--soft); border: 1px solid var(--line); border-radius: 4px; padding: .05rem .6rem; margin: .3rem; font-size: .82rem; overflow-wrap: anywhere; white-space: pre-wrap; }
.message { padding: .6rem .8rem .8rem; border-block: 1px solid var(--line); background: var(--sunken); }
.facts { display: flex; flex-wrap: wrap; gap: 0 1.4rem; color: var(--soft); font-size: .8rem; font-variant-numeric: tabular-nums; }
.facts time { font: inherit; } .remark { color: var(--soft); overflow-wrap: anywhere; } .verdict { color: var(--v); font-weight: 600; } .verdict .soft { font-weight: 400; }
.message pre { margin: .5rem 0 0; font-size: .8rem; line-height: 1.5; white-space: pre-wrap; overflow-wrap: anywhere; tab-size: 4; } .message pre.dump { white-space: pre; overflow-x: auto; } .message pre b { font-weight: 650; color: var(--link); } .message pre em { font-style: normal; font-weight: 650; }
.more { padding: .4rem .8rem; color: var(--soft); font-size: .82rem; }
@media screen and (max-width: 46rem) { .ladder { --gutter: 2.7rem; } .ladder > * { min-width: calc(var(--columns) * 7rem + var(--gutter)); } .gutter { grid-template-columns: auto auto; justify-content: start; gap: .15rem; padding-left: .4rem; } .gutter .after { display: none; } .marks i + i { display: none; } .head { font-size: .82rem; } .head span { font-size: .72rem; } .label { padding-inline: .2rem; } .connections thead { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); } .connections tr { display: block; border-top: 1px solid var(--line); padding: .3rem 0; } .connections td { display: grid; grid-template-columns: 5.5rem minmax(0, 1fr); border: 0; padding: .05rem 0; } .connections td:first-child { display: block; } .connections td:not(:first-child)::before { color: var(--soft); } .connections td:nth-child(2)::before { content: "Ends"; } .connections td:nth-child(3)::before { content: "Handshake"; } .connections td:nth-child(4)::before { content: "End"; } }
`;
