/** What the page looks like: the reader's colours and fonts, and below 640 pixels a block for each row. */
export const style = `
:root { color-scheme: light dark; --paper: #fff; --ink: #1a1c1f; --soft: #565c66; --line: #d6dae0; --well: #f3f5f8;
  --error: #a8071a; --warn: #7a4b00; --bar: #1f6feb; }
@media (prefers-color-scheme: dark) {
  :root { --paper: #14171c; --ink: #e6e9ee; --soft: #a4adba; --line: #343b46; --well: #1e232b; --error: #ff9a94;
    --warn: #f2c262; --bar: #6ea8ff; }
}
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 1rem; max-width: 72rem; background: var(--paper); color: var(--ink);
  font: 1rem/1.5 system-ui, sans-serif; overflow-wrap: break-word; }
h1 { font-size: 1.4rem; } h2 { font-size: 1.15rem; margin: 2rem 0 .5rem; }
code, pre { font-family: ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; font-size: .875em; }
pre { margin: .5rem 0 0; padding: .75rem; background: var(--well); border: 1px solid var(--line); border-radius: 4px;
  white-space: pre-wrap; }
pre:focus-visible, summary:focus-visible { outline: 2px solid var(--bar); outline-offset: 2px; }
.figure { margin: 0; font-size: 2.5rem; font-weight: 700; line-height: 1.1; }
meter { width: 100%; height: 1.25rem; }
table { width: 100%; border-collapse: collapse; }
caption { padding: .25rem 0; color: var(--soft); text-align: left; }
th, td { padding: .5rem .75rem .5rem 0; border-top: 1px solid var(--line); text-align: left; vertical-align: top; }
thead th { border-top: 0; color: var(--soft); font-weight: 600; white-space: nowrap; }
tbody th { font-weight: 400; }
td p { margin: 0; } td p, pre, .says { overflow-wrap: anywhere; } td code + code { display: block; }
.number { text-align: right; white-space: nowrap; font-variant-numeric: tabular-nums; }
.says { display: block; } .way { margin: .25rem 0 0; color: var(--soft); }
.level { font-weight: 700; } .error { color: var(--error); } .warn { color: var(--warn); }
summary { cursor: pointer; color: var(--soft); }
footer { margin-top: 2rem; color: var(--soft); font-size: .875rem; }
@media (max-width: 640px) {
  thead { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
  table, tbody, tr, th, td, caption { display: block; }
  tr { padding: .5rem 0; border-top: 1px solid var(--line); }
  th, td { padding: .125rem 0; border: 0; }
  .number { text-align: left; }
  td::before { content: attr(data-title) ": "; color: var(--soft); }
}
@media print { details { display: block; } }
`
