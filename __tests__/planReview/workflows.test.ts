import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const root = join(__dirname, '../..');
const folder = join(root, '.github/workflows');
const workflows = readdirSync(folder).map((name) => [name, readFileSync(join(folder, name), 'utf8')] as const);
const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { scripts: Record<string, string> };

/** The text of each job: what stands below a name that is two spaces in. */
const jobs = workflows.flatMap(([name, text]) =>
  text
    .slice(text.indexOf('\njobs:\n') + 7)
    .split(/^(?= {2}\w+:$)/m)
    .map((job) => [`${name} ${job.trim().split(':')[0]!}`, name, job] as const),
);

test.each(workflows)('%s calls scripts that exist, and gives nobody more than reading', (_name, text) => {
  const called = [...text.matchAll(/npm (?:run (?:--silent )?)([\w:]+)/g)].map(([, script]) => script!);
  expect(called.length).toBeGreaterThan(0);
  expect(called.filter((script) => scripts[script] === undefined)).toEqual([]);
  expect(text).toMatch(/^permissions:\n {2}contents: read$/m);
});

test.each(jobs)('%s has permissions of its own, a limit, and the Node of .nvmrc', (_name, _file, job) => {
  expect(job).toMatch(/^ {4}permissions:$/m);
  expect(job).not.toMatch(/write-all|contents: write/);
  expect(job).toContain('timeout-minutes:');
  expect(job).toContain('node-version-file: .nvmrc');
});

test.each(jobs.filter(([, file]) => file !== 'check.yml'))('%s reviews what it plans', (_name, file, job) => {
  const step = (text: string) => job.indexOf(text);
  expect(step('-out plan.tfplan')).toBeGreaterThan(0);
  expect(step('show -json plan.tfplan')).toBeGreaterThan(step('-out plan.tfplan'));
  expect(step('plan:review')).toBeGreaterThan(step('show -json'));
  expect(job).toContain('shell: bash');
  if (file === 'plan.yml') {
    expect(job).not.toMatch(/terraform .*apply/);
    return;
  }
  expect(job).toMatch(/^ {4}environment: \w+$/m);
  expect(job.match(/terraform .*apply.*/g)).toEqual([expect.stringMatching(/apply -input=false plan\.tfplan$/)]);
  expect(step('apply -input=false')).toBeGreaterThan(step('plan:review'));
  expect(job).not.toContain('continue-on-error');
});

test('nothing is applied for a pull request', () => {
  const applying = workflows.filter(([, text]) => /terraform .*apply/.test(text));
  expect(applying.map(([name]) => name)).toEqual(['apply.yml']);
  expect(applying[0]![1]).not.toMatch(/pull_request|workflow_run/);
});

test('apart, the destination goes first', () => {
  const source = jobs.find(([name]) => name === 'apply.yml source')!;
  expect(source[2]).toContain('needs: destination');
});
