import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { ROWS, type Row } from './table';

const PAGE = path.resolve(__dirname, '../../../docs/security.md');
const BEGIN = '<!-- The table below is printed by `npm run docs:security`; a test decides every line of it. -->';
const END = '<!-- End of the table. -->';

/** The rows as a table of the page, grouped by who. */
export function accessTable(rows: readonly Row[] = ROWS): string {
  const lines = rows.map(
    ({ who, actions, place, allowed, why }) =>
      `| ${who} | ${actions.map((action) => `\`${action}\``).join(' ')} | ${place.name} | ${allowed ? 'yes' : '**no**'} | ${why} |`,
  );
  return ['| who | actions | on | may | why |', '|---|---|---|---|---|', ...lines].join('\n');
}

export function readPage(): string {
  return readFileSync(PAGE, 'utf8');
}

/** The page with its table printed anew. */
export function withTable(page: string): string {
  const [begin, end] = [page.indexOf(BEGIN), page.indexOf(END)];
  if (begin === -1 || end < begin)
    throw new Error(`docs/security.md has lost the lines around its table: ${BEGIN} … ${END}`);
  return `${page.slice(0, begin)}${BEGIN}\n\n${accessTable()}\n\n${page.slice(end)}`;
}

if (require.main === module) writeFileSync(PAGE, withTable(readPage()));
