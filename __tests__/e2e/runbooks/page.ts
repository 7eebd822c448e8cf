import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { startDeploymentForOwnTables } from '../support/deployment';
import { walkAll } from './stories';
import { shapeOf, type Step } from './walk';

const PAGE = path.resolve(__dirname, '../../../docs/operations.md');
const BLOCK = /(<!-- walked: ([\w-]+) -->\n)(?:\n```console\n[\s\S]*?\n```\n)?/g;

export const readPage = (): string => readFileSync(PAGE, 'utf8');

/** The commands that the page shows, by the id of their step, without their times. */
export function commandsShown(page: string): Record<string, string> {
  const typed = (block: string) => [...block.matchAll(/^\$ (.*)$/gm)].map(([, line]) => line).join('\n');
  return Object.fromEntries(
    [...page.matchAll(BLOCK)].map(([block, , id = '']): [string, string] => [id, shapeOf(typed(block))]),
  );
}

/** The page with each step printed as it went. */
export function withSteps(page: string, steps: readonly Step[]): string {
  return page.replace(BLOCK, (_, marker: string, id: string) => {
    const step = steps.find((each) => each.id === id);
    if (!step) throw new Error(`docs/operations.md shows the step ${id}, which no runbook walks`);
    return `${marker}\n\`\`\`console\n${transcript(step)}\n\`\`\`\n`;
  });
}

function transcript({ command, output, code }: Step): string {
  const typed = command
    .split('\n')
    .map((line) => `$ ${line}`)
    .join('\n');
  return [typed, ...(output === '' ? [] : [output]), ...(code === 0 ? [] : [`(exit code ${code})`])].join('\n');
}

async function printPage(): Promise<void> {
  const run = await startDeploymentForOwnTables();
  try {
    writeFileSync(PAGE, withSteps(readPage(), await walkAll(run)));
  } finally {
    await run.stop();
  }
}

if (require.main === module) void printPage();
