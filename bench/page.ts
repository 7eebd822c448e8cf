import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { machine } from './machine';
import type { Result } from './results';
import { markdown, resultTable, targetLine } from './tables';
import { WORKLOADS } from './workloads';

const PAGE = path.resolve(__dirname, '..', 'docs', 'performance.md');

/** Prints the tables of these results into docs/performance.md; the others stay as they are. */
export function printPage(results: readonly Result[]): void {
  const page = results.reduce(withResult, readFileSync(PAGE, 'utf8'));
  writeFileSync(PAGE, page);
}

/** @throws Error when the page has no place for the result */
export function withResult(page: string, result: Result): string {
  const { workload: name, items, rounds, targets } = result;
  const workload = WORKLOADS.find((known) => known.name === name);
  if (!workload) throw new Error(`There is no workload ${name}.`);
  const [begin, end] = marks(name);
  const [from, to] = [page.indexOf(begin), page.indexOf(end)];
  if (from === -1 || to < from) throw new Error(`docs/performance.md has lost the lines ${begin} … ${end}`);
  const caption = `${items.toLocaleString('en')} items, medians of ${rounds} rounds; ${machine()}.`;
  const judgements = targets.map((target) => `- ${targetLine(target).replace(/^(met|missed)/, '**$1**')}`);
  const section = [begin, workload.about, markdown(resultTable(workload, result)), judgements.join('\n'), caption];
  return `${page.slice(0, from)}${section.filter(Boolean).join('\n\n')}\n\n${page.slice(to)}`;
}

/** The lines around a workload's table. */
export function marks(name: string): [begin: string, end: string] {
  return [`<!-- npm run bench -- --page prints what follows: ${name} -->`, `<!-- end of ${name} -->`];
}
