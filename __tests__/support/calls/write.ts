import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { lineOf, type CommandRight } from './known';

/* Makes the fixture of what was recorded, one right a line: `node --import tsx __tests__/support/calls/write.ts FILE`. */

const FIXTURE = path.resolve(__dirname, '../../fixtures/callsOfCommands.json');
const [recorded = ''] = process.argv.slice(2);
const rights = readFileSync(recorded, 'utf8')
  .split('\n')
  .filter((line) => line !== '')
  .map((line) => JSON.parse(line) as CommandRight);
const lines = [...new Set(rights.map(lineOf))].sort();
writeFileSync(FIXTURE, `[\n${lines.map((line) => `  ${line}`).join(',\n')}\n]\n`);
