/** The style of all pages. It is small enough to be part of each. */
export const STYLE = `
:root {
  color-scheme: light dark;
  --page: #f4f6f8; --card: #fff; --line: #e2e7ec; --text: #18212b; --quiet: #566270;
  --down: #2563c9; --up: #d9730d; --up-text: #a3510a; --idle: #dfe5eb; --both: #6b7684;
  --good: #1a7f4b; --bad: #b3261e; --bad-soft: #fdecea; --warn-soft: #fff4e0; --warn-line: #e0a33c;
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #0e1318; --card: #161d24; --line: #26303a; --text: #e7ecf1; --quiet: #9aa7b4;
    --down: #6ea8fe; --up: #f59f4c; --up-text: #f5ab63; --idle: #2a343e; --both: #8b98a5;
    --good: #5cc98f; --bad: #ff8a80; --bad-soft: #33191a; --warn-soft: #2e2412; --warn-line: #a87a2a;
  }
}
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 70rem; padding: 1.5rem 1.25rem 2rem; background: var(--page); color: var(--text);
  font: 1rem/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", "Noto Sans", Arial, sans-serif;
  font-variant-numeric: tabular-nums; -webkit-text-size-adjust: 100%; text-size-adjust: 100%; overflow-wrap: break-word; }
bdi, code, .todo p { overflow-wrap: anywhere; }
h1, h2, h3, p, dl, dd, figure { margin: 0; }
h1 { font-size: 1.25rem; letter-spacing: -.01em; }
h2 { font-size: 1.0625rem; }
h3 { font-size: 1rem; }
a { color: var(--down); text-underline-offset: .2em; }
:focus-visible { outline: 3px solid var(--down); outline-offset: 2px; border-radius: 3px; }
small, .quiet { color: var(--quiet); font-size: .875rem; }
.hidden { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
main:focus { outline: none; }
.skip { position: absolute; left: .5rem; top: .5rem; z-index: 1; padding: .5rem 1rem; border-radius: 8px; background: var(--card); transform: translateY(-5rem); }
.skip:focus { transform: none; }
.pages ul { display: flex; flex-wrap: wrap; gap: .25rem; margin: 0 0 1.25rem; padding: 0; list-style: none; }
.pages a { display: block; padding: .375rem .75rem; border-radius: 8px; text-decoration: none; }
.pages a:hover { text-decoration: underline; }
.pages a[aria-current] { background: var(--card); color: var(--text); font-weight: 600; box-shadow: inset 0 0 0 1px var(--line); }
header { display: flex; align-items: center; flex-wrap: wrap; gap: .25rem .625rem; margin-bottom: .75rem; }
.logo { display: block; line-height: 0; }
header h1 { min-width: 0; }
header svg { width: 2rem; height: 2rem; flex: none; }
header p { margin-left: auto; }
main { display: grid; gap: 1.25rem; }
.card { background: var(--card); border: 1px solid var(--line); border-radius: 14px; padding: 1.25rem; min-width: 0; }
.top { display: flex; flex-wrap: wrap; justify-content: space-between; align-items: baseline; gap: 0 1rem; margin-bottom: .75rem; }
.notice { border: 1px solid var(--warn-line); background: var(--warn-soft); border-radius: 14px; padding: .875rem 1.25rem; }
.notice + .notice { margin-top: .75rem; }
.lately { margin: 0; padding: 0; list-style: none; font-size: .9375rem; }
.lately li + li { margin-top: .5rem; padding-top: .5rem; border-top: 1px solid var(--line); }
.lately + p { margin-top: .75rem; }
.notice ul { margin: .25rem 0 0; padding-left: 1.25rem; }
code { font: .875em/1.4 ui-monospace, "SF Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace; }
.figures { display: flex; flex-wrap: wrap; gap: .25rem 2.5rem; }
dt { display: flex; align-items: center; gap: .375rem; color: var(--quiet); font-size: .875rem; }
dt::before { content: ""; width: .625rem; height: .625rem; border-radius: 3px; background: var(--down); }
.upload dt::before { background: var(--up); }
.figures dd { font-size: 2.5rem; line-height: 1.15; font-weight: 650; letter-spacing: -.025em; white-space: nowrap; }
.figures dd small { font-size: 1.125rem; font-weight: 500; letter-spacing: 0; }
.days { margin-top: 1.25rem; }
.days svg { display: block; width: 100%; height: 8rem; }
.days figcaption span { white-space: nowrap; }
.days figcaption span:nth-child(2) { text-align: center; white-space: normal; }
.days figcaption { display: flex; justify-content: space-between; gap: 1rem; margin-top: .375rem; color: var(--quiet); font-size: .8125rem; }
@media (scripting: none) { .live { display: none; } }
.live-state { flex: 1; min-width: 0; overflow: hidden; white-space: nowrap; text-overflow: ellipsis; }
.top .live-state { text-align: right; }
div > .live-state:only-child { margin-bottom: .5rem; }
.live-state::before { content: "\\200b"; }
@media (max-width: 40rem) { .live-state { height: 2.6em; font-size: .8125rem; line-height: 1.3; white-space: normal; overflow-wrap: anywhere; } }
.figures.rates dd { font-size: 1.75rem; min-width: 8.5rem; }
.moving { margin-top: .75rem; }
.moving figcaption { min-height: 1.25rem; }
.days.moving svg { height: 6rem; border-bottom: 1px solid var(--line); overflow: hidden; }
.line { fill: none; stroke-width: 2px; vector-effect: non-scaling-stroke; stroke-linejoin: round; }
.down-line { stroke: var(--down); }
.up-line { stroke: var(--up); }
.area { fill: var(--down); fill-opacity: .15; }
.busiest { margin-top: 1rem; }
.busiest table { table-layout: fixed; }
.busiest th:nth-child(2) { width: 7rem; }
.busiest tbody tr { height: 2.5625rem; }
.busiest tbody th { overflow: hidden; white-space: nowrap; text-overflow: ellipsis; }
.comings { min-height: 5.25rem; line-height: 1.3125rem; }
.cap { margin-top: .75rem; }
th.live { min-width: 6rem; }
.first { display: grid; gap: 1.25rem; align-items: start; }
.down { fill: var(--down); }
.up { fill: var(--up); }
.both { fill: var(--both); }
.idle { fill: var(--idle); }
details { margin-top: .5rem; font-size: .875rem; }
summary { cursor: pointer; color: var(--quiet); padding: .25rem 0; width: max-content; }
details td, details th, details tbody th { font-size: .875rem; padding-top: .25rem; padding-bottom: .25rem; }
.scroll { overflow-x: auto; }
.mark { fill: var(--bad); }
.heat { margin-top: .25rem; }
.heat svg { display: block; width: 100%; height: auto; }
.heat text { fill: var(--quiet); font-size: 12px; }
.heat svg { max-width: 44rem; }
.facts { display: grid; grid-template-columns: max-content minmax(0, 1fr); gap: .375rem 1rem; }
.facts dt { display: block; }
.facts dt::before { content: none; }
.two { display: grid; gap: 1.25rem; align-items: start; }
.two > * { min-width: 0; }
.search { display: grid; gap: .75rem 1rem; grid-template-columns: repeat(auto-fit, minmax(min(100%, 9rem), 1fr)); align-items: end; margin-bottom: 1rem; }
th a { color: inherit; }
.sorts { display: flex; flex-wrap: wrap; gap: .25rem .75rem; margin-bottom: .75rem; }
.pager { display: flex; flex-wrap: wrap; gap: .5rem 1.5rem; margin-top: .75rem; }
.reach { fill: transparent; }
table { width: 100%; border-collapse: collapse; }
th { text-align: left; font-weight: 500; color: var(--quiet); font-size: .8125rem; }
th, td { padding: .5rem 0 .5rem .75rem; vertical-align: top; border-top: 1px solid var(--line); }
thead th { border-top: 0; padding-top: 0; }
th:first-child, td:first-child { padding-left: 0; }
tbody th { color: var(--text); font-size: 1rem; }
.n { text-align: right; white-space: nowrap; }
.bar { display: block; width: 100%; height: 4px; margin-top: .3rem; border-radius: 2px; }
.signal { width: .875rem; height: .75rem; margin-right: .25rem; vertical-align: -1px; fill: var(--good); }
.result { white-space: nowrap; }
.ok { color: var(--good); }
.failed { color: var(--bad); font-weight: 600; }
.todo td { border-top: 0; padding: 0 0 .75rem; }
.todo p { background: var(--bad-soft); border-radius: 8px; padding: .5rem .75rem; font-size: .875rem; }
.state { font-size: .8125rem; font-weight: 600; white-space: nowrap; }
.users, .routers { display: grid; gap: 1.25rem; align-content: start; min-width: 0; }
.routers .top { margin-bottom: 0; }
.routers table { margin-top: .75rem; }
.routers tbody th { font-size: .9375rem; font-weight: 500; }
.routers td { font-size: .9375rem; }
.audit th:first-child { width: 8.5rem; font-size: .875rem; }
.card > p + table { margin-top: .75rem; }
.today { margin-top: .75rem; }
.more { margin-top: .75rem; }
.limits th:first-child { width: 34%; min-width: 10rem; }
.on { margin: .25rem 0 0; padding: 0; list-style: none; font-size: .875rem; }
.fields { display: grid; gap: .875rem 1rem; grid-template-columns: repeat(auto-fit, minmax(min(100%, 14rem), 1fr)); align-items: start; }
.fields p { min-width: 0; }
label { display: block; margin-bottom: .25rem; font-size: .875rem; font-weight: 600; }
input, select, button { font: inherit; color: inherit; }
input, select { width: 100%; min-height: 2.75rem; padding: .5rem .625rem; background: var(--page); border: 1px solid var(--both); border-radius: 8px; }
button { min-height: 2.75rem; padding: .5rem 1.25rem; border: 1px solid var(--both); border-radius: 8px; background: var(--page); font-weight: 600; cursor: pointer; }
::placeholder { color: var(--quiet); opacity: 1; }
.main-button { margin-top: 1rem; background: var(--down); border-color: var(--down); color: var(--card); }
.error { border-color: var(--bad); background: var(--bad-soft); }
.done { border-color: var(--good); background: var(--card); }
footer { margin-top: 1.75rem; color: var(--quiet); font-size: .875rem; }
footer a { display: inline-block; padding: .25rem 0; }
@media (min-width: 60rem) {
  .sides { display: grid; grid-template-columns: minmax(0, 11fr) minmax(0, 9fr); gap: 1.25rem; align-items: start; }
}
@media (min-width: 60rem) and (scripting: enabled) { .first:has(> .live:not([hidden])) { grid-template-columns: minmax(0, 11fr) minmax(0, 9fr); } }
@media (min-width: 60rem) { .two { grid-template-columns: minmax(0, 1fr) minmax(0, 1fr); } }
@media (max-width: 59.99rem) { .sides { display: grid; gap: 1.25rem; } }
@media (max-width: 40rem) and (scripting: enabled) { .stack:has(.live) .wide { display: none; } }
@media (max-width: 30rem) {
  body { padding: 1rem .75rem 1.5rem; }
  .card, .notice { padding: 1rem; }
  .figures { gap: .25rem 1.5rem; }
  .figures dd { font-size: 2rem; }
  .figures.rates dd { font-size: 1.5rem; min-width: 7rem; }
  .days svg { height: 6rem; }
  header p { margin-left: 0; width: 100%; }
  .heat text { font-size: 18px; }
  .ip, .wide { display: none; }
  .stack, .stack thead, .stack tbody { display: block; }
  .stack tr { display: flex; flex-wrap: wrap; justify-content: flex-end; gap: .25rem .75rem; padding: .5rem 0; border-top: 1px solid var(--line); }
  .stack thead tr { border-top: 0; padding-top: 0; }
  .stack th, .stack td { padding: 0; border-top: 0; }
  .stack thead th:first-child { flex: 1; }
  .stack thead th:not(:first-child, .n), .limits thead { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
  .stack tbody th { flex: 1 0 100%; width: auto; }
  .stack td:not(.n) { flex: 1 1 auto; min-width: 0; }
  .stack .n { min-width: 5.25rem; }
  .stack .n.live { min-width: 6rem; }
  .stack:not(.audit) .n br, .limits th br { display: none; }
  .audit td:not(.n) { flex-basis: 9.5rem; }
  .audit .n:empty { display: none; }
  .limits tbody tr:first-child { border-top: 0; padding-top: 0; }
}
`;
