import { spawn } from 'node:child_process';
import path from 'node:path';
import type { DemoResult } from '../../local/demo/demo';
import { outcomeOf, type Outcome } from '../support/outcome';

const PROJECT = path.resolve(__dirname, '../..');

test('the demo restores both moments from the destination bucket alone, and proves it in one JSON object', async () => {
  const { code, stdout, stderr } = await demo('--items', '60', '--json');
  expect({ code, stderr }).toMatchObject({ code: 0 });

  const result = JSON.parse(stdout) as DemoResult;
  expect(result).toMatchObject({ items: 60, identical: true, differences: [] });
  expect(result.images).toBe(result.changes);
  expect(result.replicas).toBe(result.changes);
  expect(result.restored.latest).toBeGreaterThan(0);
  expect(result.restored.earlier).toBeGreaterThan(result.restored.latest);
  expect(Object.keys(result.seconds)).toEqual([
    ...['start', 'write', 'capture', 'backfill', 'verify', 'damage'],
    ...['restore latest', 'compare latest', 'restore earlier', 'compare earlier'],
  ]);
  expect(stderr).toContain('PENDING → COMPLETED');
  expect(stderr).toContain('REPLICA');
});

test('wrong options end with 2 and start nothing', async () => {
  const { code, stdout, stderr } = await demo('--items', '3');
  expect(code).toBe(2);
  expect(stdout).toBe('');
  expect(stderr).toContain('--items is "3"; write a whole number from 10 to 1000000');
});

function demo(...args: string[]): Promise<Outcome> {
  return outcomeOf(spawn(process.execPath, ['--import', 'tsx', 'local/demo/main.ts', ...args], { cwd: PROJECT }));
}
