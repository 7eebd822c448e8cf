import { parseSettings } from '../../settings/load';
import { packed } from '../../stacks/policies/packed';
import type { Statement } from '../../stacks/policies/document';
import { variants } from '../../stacks/variants';
import { resource, resources, synthesize, type StackJson } from './support/synth';

const together = synthesize(variants.bootstrap);
const apart = synthesize(variants['bootstrap-apart']);

/** The trust of a role, a statement each. */
function trustOf(stack: StackJson | undefined, roleName: string): { Principal: unknown; Condition?: object }[] {
  const role = resources(stack!, 'aws_iam_role').find(({ body }) => body.name === roleName);
  return (JSON.parse(role?.body.assume_role_policy as string) as { Statement: { Principal: unknown }[] }).Statement;
}

/** What a role is allowed, of all its policies. */
function allowed(stack: StackJson | undefined, roleName: string): Statement[] {
  return resources(stack!, 'aws_iam_policy')
    .filter(({ body }) => new RegExp(`^${roleName}-\\d+$`).test(body.name as string))
    .flatMap(({ body }) => (JSON.parse(body.policy as string) as { Statement: Statement[] }).Statement);
}

const hasAction = (statements: Statement[], action: string) =>
  statements.some(({ Action }) => [Action].flat().includes(action));

test('there is one for each account, and none without being asked for', () => {
  expect(Object.keys(together).sort()).toEqual(['dcs', 'dcs-bootstrap-destination', 'dcs-bootstrap-source']);
  expect(Object.keys(synthesize(variants.minimal))).toEqual(['dcs']);
});

test('an administrator runs it: it assumes none of the roles that it makes, and its state is in none of its buckets', () => {
  for (const stack of [together['dcs-bootstrap-source'], apart['dcs-bootstrap-destination']]) {
    for (const provider of stack?.provider.aws ?? []) expect(provider).not.toHaveProperty('assume_role');
    expect(stack?.terraform.backend).toHaveProperty('local');
  }
});

test('the state’s bucket is made where the state is, guarded as every bucket', () => {
  const bucket = resource(together['dcs-bootstrap-destination']!, 'aws_s3_bucket.destination_state');
  expect(bucket.bucket).toBe('example-state');
  expect(together['dcs-bootstrap-destination']?.provider.aws?.[0]?.region).toBe('eu-central-1');
  expect(resources(together['dcs-bootstrap-source']!, 'aws_s3_bucket')).toEqual([]);
  expect(resource(apart['dcs-bootstrap-source']!, 'aws_s3_bucket.source_state').bucket).toBe('example-state-source');
  expect(resources(apart['dcs-bootstrap-destination']!, 'aws_s3_bucket')).toEqual([]);
});

describe('together', () => {
  const [source, destination] = [together['dcs-bootstrap-source'], together['dcs-bootstrap-destination']];

  test('the run’s role may assume a role in each account and keep the state, and nothing else', () => {
    const run = allowed(destination, 'dcs-pipeline-deploy');
    expect(new Set(run.flatMap(({ Action }) => Action))).toEqual(
      new Set(['sts:AssumeRole', 's3:ListBucket', 's3:GetObject', 's3:PutObject', 's3:DeleteObject']),
    );
    const state = 'arn:aws:s3:::example-state/dcs/dcs.tfstate';
    expect(run.find(({ Sid }) => Sid === 'Unlock')?.Resource).toBe(`${state}.tflock`);
    const plan = allowed(destination, 'dcs-pipeline-plan');
    expect(hasAction(plan, 's3:PutObject')).toBe(false);
    expect(JSON.stringify(plan)).not.toContain('role/dcs-deploy');
  });

  /** Whether a role's trust takes a token of GitHub with this subject, by IAM's rules for StringEquals and StringLike. */
  function isTrusted(stack: StackJson | undefined, role: string, subject: string): boolean {
    const [github] = trustOf(stack, role);
    const { StringEquals = {}, StringLike = {} } = github!.Condition as Record<
      string,
      Record<string, string | string[]>
    >;
    expect(StringEquals[`${GITHUB}:aud`]).toBe('sts.amazonaws.com');
    const exact = [StringEquals[`${GITHUB}:sub`] ?? []].flat();
    const like = [StringLike[`${GITHUB}:sub`] ?? []].flat().map((pattern) => {
      const literal = pattern.split('*').map((part) => part.replace(/[.\\+?^${}()|[\]]/g, '\\$&'));
      return new RegExp(`^${literal.join('.*')}$`);
    });
    return exact.includes(subject) || like.some((pattern) => pattern.test(subject));
  }
  const GITHUB = 'token.actions.githubusercontent.com';

  test.each([
    ['dcs-pipeline-plan', 'together-plan'],
    ['dcs-pipeline-deploy', 'together'],
  ])(
    '%s is of the workflow environment %s, whether GitHub names the repository with its ids or without',
    (role, own) => {
      for (const repository of ['example/dcs', 'example@123456/dcs@456789'])
        expect(isTrusted(destination, role, `repo:${repository}:environment:${own}`)).toBe(true);
      for (const subject of [
        `repo:example/dcs:environment:${own}-2`,
        'repo:example/dcs:ref:refs/heads/main',
        `repo:example/dcs:pull_request`,
        `repo:example/other:environment:${own}`,
        `repo:example2/dcs:environment:${own}`,
        `repo:example@123456/other@456789:environment:${own}`,
        `repo:example@123456/dcs@456789:environment:source`,
        `repo:example@123456/my-dcs@456789:environment:${own}`,
        `repo:other@123456/dcs@456789:environment:${own}`,
        // ":" in the name of an environment is escaped, and no branch has one.
        `repo:example@123456/other@456789:environment:x/dcs@1%3Aenvironment%3A${own}`,
        `repo:example@123456/other@456789:environment:x/dcs@1`,
      ])
        expect([subject, isTrusted(destination, role, subject)]).toEqual([subject, false]);
    },
  );

  test('a repository that is named with its ids is trusted with them alone: its name may come to be another’s', () => {
    const settings = { ...variants.bootstrap, bootstrap: { githubRepository: 'example@123456/dcs@456789' } };
    const stack = synthesize(settings)['dcs-bootstrap-destination'];
    const trusted = (repository: string) =>
      isTrusted(stack, 'dcs-pipeline-deploy', `repo:${repository}:environment:together`);
    expect(trusted('example@123456/dcs@456789')).toBe(true);
    for (const repository of ['example/dcs', 'example@123456/dcs@456780', 'example@999/dcs@456789'])
      expect(trusted(repository)).toBe(false);
  });

  test.each(['example', 'example/dcs@456789', 'example@123456/dcs', 'example@a/dcs@b', 'example@*/dcs@*'])(
    'the repository %s is refused',
    (githubRepository) => {
      expect(() => synthesize({ ...variants.bootstrap, bootstrap: { githubRepository } })).toThrow(
        'OWNER@ID/NAME@ID or OWNER/NAME',
      );
    },
  );

  test('the accounts’ roles trust that role alone, with the external id of the settings', () => {
    for (const stack of [source, destination]) {
      expect(trustOf(stack, 'dcs-deploy')).toMatchObject([
        {
          Principal: { AWS: 'arn:aws:iam::222222222222:root' },
          Condition: {
            ArnEquals: { 'aws:PrincipalArn': 'arn:aws:iam::222222222222:role/dcs-pipeline-deploy' },
            StringEquals: { 'sts:ExternalId': 'dcs' },
          },
        },
      ]);
    }
  });
});

describe('apart', () => {
  test('a workspace plans with one role and applies with the other', () => {
    const subject = (role: string) => JSON.stringify(trustOf(apart['dcs-bootstrap-destination'], role));
    const workspace = 'organization:example:project:Default Project:workspace:dcs-destination';
    expect(subject('dcs-plan')).toContain(`"app.terraform.io:sub":"${workspace}:run_phase:plan"`);
    expect(subject('dcs-deploy')).toContain(`"app.terraform.io:sub":"${workspace}:run_phase:apply"`);
  });

  test('people are trusted in their own account', () => {
    expect(trustOf(apart['dcs-bootstrap-source'], 'dcs-deploy')).toMatchObject([
      { Principal: { AWS: ['arn:aws:iam::111111111111:role/platform'] } },
    ]);
    expect(JSON.stringify(apart['dcs-bootstrap-destination'])).not.toContain('111111111111:role/platform');
  });

  test('the deploy role keeps its state, the plan role reads it', () => {
    expect(hasAction(allowed(apart['dcs-bootstrap-source'], 'dcs-deploy'), 's3:PutObject')).toBe(true);
    expect(hasAction(allowed(apart['dcs-bootstrap-source'], 'dcs-plan'), 's3:PutObject')).toBe(false);
  });

  test('a state of both accounts in one bucket is refused: each makes its own', () => {
    const backend = { type: 's3', bucketName: 'example-state', region: 'eu-central-1' };
    const deployment = { way: 'apart', sourceBackend: backend, destinationBackend: backend };
    expect(() => parseSettings({ ...variants['bootstrap-apart'], deployment })).toThrow(
      'deployment.destinationBackend.bucketName',
    );
  });
});

test('policies for a hundred tables fit, and lose nothing', () => {
  const tables = Array.from({ length: 100 }, (_, index) => ({
    ...variants.minimal.tables[0],
    name: `a-table-with-quite-a-long-name-${index}`,
  }));
  const stacks = synthesize({ ...variants.bootstrap, tables });
  const policies = resources(stacks['dcs-bootstrap-source']!, 'aws_iam_policy');
  for (const { body } of policies) expect((body.policy as string).length).toBeLessThanOrEqual(6_144);
  expect(policies.filter(({ body }) => (body.name as string).startsWith('dcs-deploy-')).length).toBeLessThanOrEqual(10);
  const named = new Set(JSON.stringify(policies).match(/table\/a-table[\w-]+/g));
  expect(named.size).toBe(100);
  expect(packed([])).toEqual([]);
});
