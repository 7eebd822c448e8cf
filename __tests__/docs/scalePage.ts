import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { count, duration } from '../../core/units';
import { RESTORED_A_SECOND } from '../../operations/costs/work/restore';
import { GETS_A_SECOND } from '../../operations/costs/work/work';
import { simulateRun, type SimulatedTable } from '../../operations/engine/simulateRun';
import { engineSettings } from '../../settings/partsWithDefaults';
import { MOST_FILES } from '../../operations/restore/import/importFiles';

const PAGE = path.resolve(__dirname, '../../docs/scale.md');
const BEGIN = '<!-- What follows is printed by `npm run docs:scale`; a test holds it current. -->';
const END = '<!-- End of what is printed. -->';

const DEFAULTS = engineSettings.parse({});

const TABLE: SimulatedTable = {
  ...{ items: 1e9, itemBytes: 600, versions: 2e9, partitions: 1, shareInHundredth: 0.01 },
  ...{ maxConcurrency: DEFAULTS.maxConcurrency, memoryMb: DEFAULTS.memoryMb, region: 'us-east-1' },
};

const BILLIONS = [1e9, 1e10];
const CASES: readonly (readonly [string, Partial<SimulatedTable>])[] = [
  ['one prefix, as S3 begins', {}],
  ['the same, 1 fold at a time', { maxConcurrency: 1 }],
  ['the same, 50', { maxConcurrency: 50 }],
  ['ten, as S3 has split it', { partitions: 10 }],
  ['the same, 50 folds at a time', { partitions: 10, maxConcurrency: 50 }],
  ['ten, half of the items in a hundredth of the ranges', { partitions: 10, shareInHundredth: 0.5 }],
  ['a hundred, 500 folds at a time', { partitions: 100, maxConcurrency: 500 }],
];

function printedScale(): string {
  const rates = `At ${count(RESTORED_A_SECOND)} items a second of a processor, as measured for \`dcs restore\` (performance.md), and ${count(GETS_A_SECOND)} reads a second of each prefix that S3 has made of the table. Items of ${TABLE.itemBytes} bytes, two versions each, ${TABLE.region}.`;
  return [rates, ...BILLIONS.flatMap((items) => ['', `## ${count(items)} items`, '', ...tableOf(items)])].join('\n');
}

function tableOf(items: number): string[] {
  const rows = CASES.map(([what, other]) => {
    const given = { ...TABLE, ...other, items, versions: 2 * items };
    const run = simulateRun(given);
    const files = `${count(run.files)}${run.isImportable ? '' : ` (more than ${count(MOST_FILES)})`}`;
    const cells = [
      ...[what, `${given.maxConcurrency}`, `${run.rounds}`, count(run.tasks), duration(run.foldSeconds * 1_000)],
      ...[run.boundBy, files, `$${count(Math.round(run.usd))}`],
      `$${count(Math.round(run.lines.find(({ what: line }) => line === 'workers, time')?.usd ?? NaN))}`,
    ];
    return `| ${cells.join(' | ')} |`;
  });
  const head =
    '| prefixes | folds at a time | rounds | ranges folded | folding takes | bound by | files | costs | of it workers |';
  return [head, '|---|--:|--:|--:|--:|---|--:|--:|--:|', ...rows];
}

export function readPage(): string {
  return readFileSync(PAGE, 'utf8');
}

/** The page with what is printed printed anew. */
export function withScale(page: string): string {
  const [begin, end] = [page.indexOf(BEGIN), page.indexOf(END)];
  if (begin === -1 || end < begin)
    throw new Error(`docs/scale.md has lost the lines around what is printed: ${BEGIN} … ${END}`);
  return `${page.slice(0, begin)}${BEGIN}\n\n${printedScale()}\n\n${page.slice(end)}`;
}

if (require.main === module) writeFileSync(PAGE, withScale(readPage()));
