/** The page's own style sheet: a screen in light or dark, and A4 or letter paper. */
export const PAGE_STYLE = `
:root { color-scheme: light dark; --line: #8886; --good: light-dark(#1a7f37, #4ac26b); --bad: light-dark(#b3261e, #ff8d84); --doubt: light-dark(#9a6700, #d4a72c); }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.6rem; margin: 0 0 1rem; overflow-wrap: anywhere; }
h2 { font-size: 1.1rem; margin: 2rem 0 .5rem; }
table { border-collapse: collapse; width: 100%; }
th, td { border-bottom: 1px solid var(--line); padding: .35rem .5rem; text-align: left; vertical-align: top; overflow-wrap: anywhere; }
th[scope=row] { width: 22rem; font-weight: normal; opacity: .8; }
.verdict { border-left: .5rem solid; padding: .75rem 1rem; font-size: 1.1rem; }
.verdict strong { display: block; font-size: 1.3rem; }
.verdict.same { border-color: var(--good); }
.verdict.differences { border-color: var(--bad); }
.warning { border-left: .5rem solid var(--doubt); padding: .5rem 1rem; }
.list td:first-child { width: 40%; }
.list td:nth-child(2) { white-space: nowrap; }
h3 { font-size: 1rem; margin: 1rem 0 .25rem; }
.trend .bar { display: block; height: .35rem; background: var(--line); border-radius: .2rem; }
span.same { color: var(--good); }
span.differences { color: var(--bad); font-weight: bold; }
span.doubt { color: var(--doubt); font-weight: bold; }
span.unknown { opacity: .8; }
.trend span > span, .trend a { overflow-wrap: normal; }
.sign td { height: 2.2rem; }
code { font-size: .9em; }
@media (max-width: 40rem) {
  body { margin: 1rem auto; }
  table, tbody, tr, th, td { display: block; width: auto; border: 0; }
  thead { position: absolute; clip-path: inset(50%); } /* Heard by a screen reader. */
  th[scope=row] { width: auto; padding-bottom: 0; }
  td { padding-top: .1rem; }
  .list td:first-child { width: auto; }
  .trend td { display: flex; flex-wrap: wrap; gap: 0 .5rem; justify-content: space-between; }
  .trend td::before { content: attr(data-name); opacity: .8; }
  .trend .bar { flex-basis: auto; }
  tr { border-bottom: 1px solid var(--line); padding: .35rem 0; }
}
@media print {
  body { font-size: 10.5pt; margin: 0; max-width: none; }
  section, tr { break-inside: avoid; }
  section:has(.list) { break-inside: auto; }
  thead { display: table-header-group; }
}
`;
