import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { machine } from './machine';
import type { Result } from './results';
import { markdown, ofRounds, resultTable, targetLine } from './tables';
import { WORKLOADS } from './workloads';

const PAGE = path.resolve(__dirname, '..', 'docs', 'performance.md');

/** Prints the tables of these results into docs/performance.md; the others stay as they are. */
export function printPage(results: readonly Result[]): void {
  writeFileSync(PAGE, withSummary(results.reduce(withResult, readFileSync(PAGE, 'utf8'))));
}

/** @throws Error when the page has no place for the result */
export function withResult(page: string, result: Result): string {
  const { workload: name, items, rounds, targets } = result;
  const workload = WORKLOADS.find((known) => known.name === name);
  if (!workload) throw new Error(`There is no workload ${name}.`);
  const caption = `${items.toLocaleString('en')} items, ${ofRounds(rounds)}; ${machine()}.`;
  const judgements = targets.map((target) => `- ${targetLine(target).replace(/^(met|missed)/, '**$1**')}`);
  return withSection(page, name, [
    workload.about,
    markdown(resultTable(workload, result)),
    judgements.join('\n'),
    caption,
  ]);
}

/** The page with what its sections say of the targets, all in one place. */
export function withSummary(page: string): string {
  const rows = WORKLOADS.flatMap(({ name }) =>
    [...sectionOf(page, name).matchAll(/^- \*\*(met|missed)\*\*: (.*); target (.*)$/gm)].map(
      ([, verdict = '', measured = '', target = '']) => [`[${name}](#${name})`, measured, target, `**${verdict}**`],
    ),
  );
  const met = rows.filter(([, , , verdict]) => verdict === '**met**').length;
  return withSection(page, 'targets', [
    `${met} of ${rows.length} targets are met.`,
    markdown([['', 'measured', 'target', ''], ...rows]),
  ]);
}

function sectionOf(page: string, name: string): string {
  const [begin, end] = marks(name);
  const [from, to] = [page.indexOf(begin), page.indexOf(end)];
  if (from === -1 || to < from) throw new Error(`docs/performance.md has lost the lines ${begin} … ${end}`);
  return page.slice(from, to);
}

function withSection(page: string, name: string, parts: readonly string[]): string {
  const section = [marks(name)[0], ...parts.filter(Boolean)].join('\n\n');
  return page.replace(sectionOf(page, name), () => `${section}\n\n`);
}

/** The lines around what is printed of a workload, or of the targets. */
export function marks(name: string): [begin: string, end: string] {
  return [`<!-- npm run bench -- --page prints what follows: ${name} -->`, `<!-- end of ${name} -->`];
}
