/** The style of the page. Plain colours, because mail programs know no variables; what they do not know is only less pretty. */
export const STYLE = `
:root { color-scheme: light dark; }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 46rem; padding: 1.5rem 1.25rem 2rem; background: #f4f6f8; color: #18212b;
  font: 16px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", "Noto Sans", Arial, sans-serif;
  font-variant-numeric: tabular-nums; overflow-wrap: anywhere; -webkit-text-size-adjust: 100%; text-size-adjust: 100%; }
h1 { margin: 0; font-size: 24px; letter-spacing: -.01em; }
h2 { margin: 0 0 12px; font-size: 17px; }
p, dl, dd { margin: 0; }
.quiet { color: #566270; font-size: 14px; }
.card { background: #fff; border: 1px solid #e2e7ec; border-radius: 14px; padding: 20px; margin-top: 20px; }
.figures { display: flex; flex-wrap: wrap; gap: 4px 36px; }
.figures div { display: inline-block; margin-right: 12px; }
.figures dt { color: #566270; font-size: 14px; }
.figures dd { font-size: 30px; line-height: 1.15; font-weight: 650; letter-spacing: -.02em; white-space: nowrap; }
ul { margin: 12px 0 0; padding-left: 20px; }
li + li { margin-top: 6px; }
h2 + ul { margin-top: 0; }
.quota + .quota { margin-top: 16px; }
.quota .top span { white-space: nowrap; }
.quota .top { display: flex; justify-content: space-between; gap: 12px; font-weight: 600; }
.bar { height: 8px; margin: 4px 0 6px; border-radius: 4px; overflow: hidden; background: #dfe5eb; }
.bar div { height: 8px; background: #2563c9; }
.bar .over { background: #b3261e; }
table { width: 100%; border-collapse: collapse; }
th, td { padding: 8px 0 8px 12px; text-align: right; vertical-align: top; white-space: nowrap; border-top: 1px solid #e2e7ec; }
th { font-weight: 500; }
thead th { border-top: 0; padding-top: 0; color: #566270; font-size: 13px; }
th:first-child { padding-left: 0; text-align: left; white-space: normal; }
footer { margin-top: 20px; color: #566270; font-size: 14px; }
@media (max-width: 36rem) {
  body { padding: 16px 12px 24px; }
  .card { padding: 16px; }
  .detail { display: none; }
  .figures dd { font-size: 24px; }
}
@media (max-width: 24rem) { th, td { padding-left: 8px; font-size: 14px; } }
@media (prefers-color-scheme: dark) {
  body { background: #0e1318; color: #e7ecf1; }
  .card { background: #161d24; border-color: #26303a; }
  .quiet, .figures dt, thead th, footer { color: #9aa7b4; }
  th, td { border-color: #26303a; }
  .bar { background: #2a343e; }
  .bar div { background: #6ea8fe; }
  .bar .over { background: #ff8a80; }
}
@media print { body { background: #fff; } .card { break-inside: avoid; } }
`;
