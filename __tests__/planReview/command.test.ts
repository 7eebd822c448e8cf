import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { bundledProgram } from '../support/bundledProgram';
import { planJson } from './support';

const PROJECT = path.resolve(__dirname, '../..');
let folder: string;
let program: string;
beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'dcs-review-'));
  program = bundledProgram('planReview/main.ts', folder);
});
afterAll(() => rmSync(folder, { recursive: true }));

function file(text: string): string {
  writeFileSync(path.join(folder, 'plan.json'), text);
  return path.join(folder, 'plan.json');
}

const bucket = { address: 'aws_s3_bucket.vault', actions: ['delete'], before: { bucket: 'vault' } } as const;

const node = (...args: string[]) => spawnSync(process.execPath, args, { cwd: PROJECT, encoding: 'utf8' });
const review = (...args: string[]) => node(program, ...args);

test('the script of the package runs it', () => {
  const { scripts } = JSON.parse(readFileSync(path.join(PROJECT, 'package.json'), 'utf8')) as {
    scripts: Record<string, string>;
  };
  const [, ...words] = (scripts['plan:review'] ?? '').split(' ');
  const plan = file(planJson(bucket));
  expect(node(...words, plan)).toMatchObject({ status: 3, stdout: review(plan).stdout });
});

test('findings end with 3, and are let pass when they are allowed by name', () => {
  const plan = file(planJson(bucket));
  const refused = review(plan);
  expect(refused).toMatchObject({
    status: 3,
    stdout: expect.stringContaining('aws_s3_bucket.vault:destroyed') as string,
  });
  expect(review('--allow', 'aws_s3_bucket.vault:destroyed', plan).status).toBe(0);
  const lines = review('--json', plan).stdout.trim().split('\n');
  expect(lines.map((line) => JSON.parse(line) as unknown)).toMatchObject([
    { type: 'finding', address: 'aws_s3_bucket.vault', finding: 'destroyed', allowed: false },
    { type: 'summary', plans: 1, changes: 1, findings: 1, allowed: 0 },
  ]);
});

test('an allowance that names no finding, or no name of a finding, ends with 2', () => {
  const plan = file(planJson(bucket));
  expect(review('--allow', 'aws_s3_bucket.other:destroyed', plan).status).toBe(2);
  expect(review('--allow', 'aws_s3_bucket.vault:anything', plan).status).toBe(2);
  expect(review().status).toBe(2);
});

test('everything that is wrong with the options is told at once', () => {
  const { status, stdout, stderr } = review('--jsn', '--allow', 'vault', '--allow', 'a:b');
  expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
  for (const problem of [
    '--jsn is no option here; did you mean --json?',
    'PLAN.json is missing; write npm run plan:review -- ',
    '--allow is "vault"; write ADDRESS:NAME, the name one of ',
    '--allow is "a:b"; write ADDRESS:NAME',
  ]) {
    expect(stderr).toContain(problem);
  }
});

test.each([
  ['no JSON', 'no plan', 'It is not JSON'],
  ['a state', '{"format_version":"1.0","values":{}}', 'it is a state'],
  ['another format', '{"format_version":"2.0","planned_values":{}}', 'format_version is 2.0'],
  ['an unfinished plan', '{"format_version":"1.2","planned_values":{},"errored":true}', 'did not finish'],
  ['an unknown action', planJson({ ...bucket, actions: ['vanish' as 'delete'] }), '["vanish"]'],
])('%s ends with 4, and is named', (_what, text, message) => {
  const { status, stderr } = review(file(text));
  expect(stderr).toContain(message);
  expect(status).toBe(4);
});
