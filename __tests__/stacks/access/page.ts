import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { CommandRight } from '../../support/calls/known';
import { CALLS, IMPLIED } from './calls';
import { ROWS, type Row } from './table';

const PAGE = path.resolve(__dirname, '../../../docs/security.md');

/** A part of the page that is printed: what stands before and after it. */
const PARTS = [
  {
    begin: '<!-- The table below is printed by `npm run docs:security`; a test decides every line of it. -->',
    end: '<!-- End of the table. -->',
    text: () => accessTable(),
  },
  {
    begin: '<!-- Printed by `npm run docs:security` from the calls that `npm run docs:rights` records. -->',
    end: '<!-- End of the rights. -->',
    text: () => commandTable(),
  },
];

/** The rows as a table of the page, grouped by who. */
function accessTable(rows: readonly Row[] = ROWS): string {
  const lines = rows.map(
    ({ who, actions, place, allowed, why }) =>
      `| ${who} | ${listed(actions)} | ${place.name} | ${allowed ? 'yes' : '**no**'} | ${why} |`,
  );
  return ['| who | actions | on | may | why |', '|---|---|---|---|---|', ...lines].join('\n');
}

/** What each command calls, by account and what it is done to. */
function commandTable(): string {
  const rows = new Map<string, CommandRight[]>();
  for (const call of CALLS) {
    const start = `| \`${call.command}\` | ${call.side} | ${call.on === '' ? 'any' : call.on} |`;
    rows.set(start, [...(rows.get(start) ?? []), call]);
  }
  const lines = [...rows].map(([start, calls]) => `${start} ${listed(calls.map(({ action }) => action))} |`);
  const implied = Object.entries(IMPLIED).map(([action, why]) => `| \`${action}\` | ${why} |`);
  return [
    ...['| command | account | on | rights |', '|---|---|---|---|', ...lines.sort(), ''],
    ...['| beside | why |', '|---|---|', ...implied],
  ].join('\n');
}

const listed = (actions: readonly CommandRight['action'][]) => actions.map((action) => `\`${action}\``).join(' ');

export function readPage(): string {
  return readFileSync(PAGE, 'utf8');
}

/** The page with its tables printed anew. */
export function withTables(page: string): string {
  return PARTS.reduce((text, part) => {
    const [begin, end] = [text.indexOf(part.begin), text.indexOf(part.end)];
    if (begin === -1 || end < begin) throw new Error(`docs/security.md has lost ${part.begin} … ${part.end}`);
    return `${text.slice(0, begin)}${part.begin}\n\n${part.text()}\n\n${text.slice(end)}`;
  }, page);
}

if (require.main === module) writeFileSync(PAGE, withTables(readPage()));
