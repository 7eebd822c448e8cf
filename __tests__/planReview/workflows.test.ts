import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const root = process.cwd();
const folder = join(root, '.github/workflows');
const read = (name: string) => readFileSync(join(folder, name), 'utf8');
const workflows = readdirSync(folder).map((name) => [name, read(name)] as const);
const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { scripts: Record<string, string> };

/** The text of each job: what stands below a name that is two spaces in. */
const jobs = workflows.flatMap(([name, text]) =>
  text
    .slice(text.indexOf('\njobs:\n') + 7)
    .split(/^(?= {2}[\w-]+:$)/m)
    .map((job) => [`${name} ${job.trim().split(':')[0]!}`, name, job] as const),
);
const callers = jobs.filter(([, , job]) => / {4}uses: /.test(job));
const runners = jobs.filter((job) => !callers.includes(job));
const jobNamed = (wanted: string) => jobs.find(([name]) => name === wanted)?.[2] ?? '';

test.each(workflows)('%s calls scripts that exist, and gives nobody more than reading', (_name, text) => {
  const called = [...text.matchAll(/npm (?:run (?:--silent )?)([\w:]+)/g)].map(([, script]) => script!);
  expect(called.filter((script) => scripts[script] === undefined)).toEqual([]);
  expect(text).toMatch(/^permissions:\n {2}contents: read$/m);
});

test.each(workflows)(
  '%s runs actions by their commit alone, with the version beside it, and the same one everywhere',
  (_name, text) => {
    const used = [...text.matchAll(/uses: (\S+)(.*)/g)].filter(([, action]) => !action!.startsWith('./'));
    for (const [, action, comment] of used) {
      expect(action).toMatch(/^[\w-]+\/[\w-]+@[0-9a-f]{40}$/);
      expect(comment).toMatch(/^ # v\d+\.\d+\.\d+/);
      const others = workflows.flatMap(([, other]) => [...other.matchAll(/uses: (\S+)@(\S+)/g)]);
      for (const [, name, commit] of others)
        if (action!.startsWith(`${name!}@`)) expect(action).toBe(`${name!}@${commit!}`);
    }
  },
);

/** It pushes what is synthesized to a branch of its own. */
const PUBLISHES = 'publish.yml publish';

test('one job writes to the repository: to one branch, and without a role', () => {
  const job = jobNamed(PUBLISHES);
  expect(job.match(/git push.*/g)).toEqual(['git push --quiet "$remote" HEAD:synthesized']);
  expect(job).not.toMatch(/id-token|secrets\./);
});

test.each(jobs.filter(([name]) => name !== PUBLISHES))(
  '%s has permissions of its own, and writes nothing to the repository',
  (_name, _file, job) => {
    expect(job).toMatch(/^ {4}permissions:\n {6}contents: read$/m);
    expect(job).not.toMatch(/write-all|contents: write|secrets: inherit/);
    expect(job).not.toContain('continue-on-error');
  },
);

test.each(runners)('%s has a limit, leaves no token behind, and shares no cache', (_name, _file, job) => {
  expect(job).toContain('timeout-minutes:');
  expect(job.match(/actions\/checkout@/g)?.length).toBe(job.match(/persist-credentials: false/g)?.length);
  expect(job).toContain('package-manager-cache: false');
  expect(job).toMatch(/node-version-file: \.nvmrc|node-version: \$\{\{ matrix\.node \}\}/);
});

test('the unit tests run under every version of Node that the script for this machine knows', () => {
  const [, versions = ''] = /for version in (.*); do/.exec(readFileSync(join(root, '.ci/nodes'), 'utf8')) ?? [];
  const majors = versions.split(' ').map((version) => version.split('.')[0]);
  expect(majors).toEqual(['20', '22', '24']);
  expect(jobNamed('check.yml unit')).toContain(`node: [${majors.join(', ')}]`);
});

test('a stack is synthesized without a role, planned, reviewed, and only then applied', () => {
  expect(jobNamed('stack.yml synthesize')).not.toMatch(/id-token|secrets\.|configure-aws-credentials/);
  const job = jobNamed('stack.yml terraform');
  const steps = [
    '-lockfile=readonly',
    '-out plan.tfplan',
    'show -json plan.tfplan',
    'plan:review',
    'apply -input=false',
  ];
  const places = steps.map((step) => job.indexOf(step));
  expect(places).toEqual([...places].sort((one, other) => one - other));
  expect(places[0]).toBeGreaterThan(0);
  expect(job).toContain('shell: bash');
  expect(job.match(/terraform .* apply.*/g)).toEqual([expect.stringMatching(/apply -input=false plan\.tfplan$/)]);
  expect(job.slice(job.indexOf('- name: Apply'))).toContain('if: inputs.apply');
});

test('what a pull request brings is never run where a role, a secret or the reviewer is', () => {
  // The branch that the workflow runs on: with pull_request_target it is the base.
  expect(read('plan.yml')).toMatch(/^on:\n {2}pull_request_target:$/m);
  const job = jobNamed('stack.yml terraform');
  expect(job).not.toMatch(/\bref:|inputs\.ref|npm run synth/);
  // Providers are programs, too: the base branch's lock file takes the place of the synthesized one before they start.
  expect(job.indexOf('cp .terraform.lock.hcl "$STACK"')).toBeGreaterThan(job.indexOf('download-artifact'));
  expect(job.indexOf('-lockfile=readonly')).toBeGreaterThan(job.indexOf('cp .terraform.lock.hcl'));
  for (const [, file, caller] of callers) {
    if (file !== 'plan.yml') continue;
    expect(caller).toContain('github.event.pull_request.head.repo.full_name == github.repository');
    expect(caller).toMatch(/environment: \w+-plan$/m);
    expect(caller).not.toContain('apply:');
  }
});

test('nothing is applied for a pull request, or before the checks have passed', () => {
  const applying = callers.filter(([, , job]) => job.includes('apply: true'));
  expect(applying.map(([name]) => name)).toEqual(['apply.yml destination', 'apply.yml source', 'apply.yml together']);
  expect(read('apply.yml')).toMatch(/^on:\n {2}push:\n {4}branches: \[main\]$/m);
  expect(read('apply.yml')).not.toMatch(/pull_request|workflow_run/);
  expect(jobNamed('apply.yml check')).toContain('uses: ./.github/workflows/check.yml');
  expect(jobNamed('apply.yml destination')).toContain('needs: check');
  expect(jobNamed('apply.yml together')).toContain('needs: check');
});

test('apart, the destination goes first', () => {
  expect(jobNamed('apply.yml source')).toContain('needs: destination');
});
