import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { runDcs } from '../../cli/run';
import { PRICED_REGIONS, PRICES } from '../../operations/costs/prices';

const PAGE = path.resolve(__dirname, '../../docs/costs.md');
const BEGIN = '<!-- What follows is printed by `npm run docs:costs`; a test holds it current. -->';
const END = '<!-- End of what is printed. -->';

/** Six tables as there are many. */
const TABLES = [
  ['A small, quiet table', 'settings --items 10000 --item-bytes 400 --changes-per-second 0.01'],
  ['Customers of a shop', 'customers --items 1000000 --item-bytes 600 --changes-per-second 1'],
  ['Stock, busy, few items', 'stock --items 1000000 --item-bytes 600 --changes-per-second 100'],
  ['Orders, busy', 'orders --items 100000000 --item-bytes 600 --changes-per-second 100'],
  ['A large archive, quiet', 'archive --items 1000000000 --item-bytes 600 --changes-per-second 10'],
  ['Documents, large items', 'documents --items 200000 --item-bytes 250000 --changes-per-second 0.5'],
] as const;

/** What is printed: the price table, and what the command says of each table. */
export async function printedCosts(): Promise<string> {
  const parts = ['## Prices', '', ...priceTable(), '', '## Six tables'];
  for (const [title, args] of TABLES) {
    const command = `dcs costs ${args} --price-region us-east-1`;
    parts.push('', `### ${title}`, '', '```', `$ npx ${command}`, await said(command), '```');
  }
  return parts.join('\n');
}

function priceTable(): string[] {
  const rows = Object.values(PRICES).map(({ of, per, unit, usd, source }) => {
    const prices = PRICED_REGIONS.map((region) => (Object.hasOwn(usd, region) ? String(usd[region]) : 'unknown'));
    const each = per === 1 ? unit : `${per.toLocaleString('en-US')} ${unit}s`;
    return `| ${of} | ${each} | ${prices.join(' | ')} | ${source} |`;
  });
  return [`| of | for | ${PRICED_REGIONS.join(' | ')} | source |`, '|---|---|---|---|---|', ...rows];
}

/** The command's stdout, without a settings file, an account or a network. */
async function said(command: string): Promise<string> {
  const [stdout, stderr]: string[][] = [[], []];
  const exitCode = await runDcs(command.split(' ').slice(1), {
    stdout: { write: (text) => stdout?.push(text) },
    stderr: { write: (text) => stderr?.push(text) },
    env: { DCS_CONFIG: path.resolve(__dirname, '../fixtures/noSettings.json') },
    signal: new AbortController().signal,
    nowMs: () => 0,
    pause: () => Promise.resolve(),
  });
  if (exitCode !== 0) throw new Error(`${command} ended with ${exitCode}: ${String(stderr?.join(''))}`);
  return String(stdout?.join('')).trimEnd();
}

export function readPage(): string {
  return readFileSync(PAGE, 'utf8');
}

/** The page with what is printed printed anew. */
export async function withCosts(page: string): Promise<string> {
  const [begin, end] = [page.indexOf(BEGIN), page.indexOf(END)];
  if (begin === -1 || end < begin)
    throw new Error(`docs/costs.md has lost the lines around what is printed: ${BEGIN} … ${END}`);
  return `${page.slice(0, begin)}${BEGIN}\n\n${await printedCosts()}\n\n${page.slice(end)}`;
}

if (require.main === module) void withCosts(readPage()).then((page) => writeFileSync(PAGE, page));
