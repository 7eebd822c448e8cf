import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { runSimulation } from '@cloud-copilot/iam-simulate';
import { parseSettings } from '../../../settings/load';
import { deployedResources, type StackTerraform } from '../../../stacks/deployedResources';
import { deployStatements } from '../../../stacks/policies/deploy';
import { policyDocument, type PolicyDocument } from '../../../stacks/policies/document';
import type { Deployed } from './deployed';
import { accountOf, requestsOf, type Request } from './requests';
import { settingsFor, SIDES, type Way } from './settings';

type Side = keyof typeof SIDES;
interface Asked extends Request {
  readonly side: Side;
  readonly isRead: boolean;
}

/** Everything that Terraform and the provider did, against the policies of the roles that would have done it. */
export function describeRights(way: Way, here: () => Deployed): void {
  test('the deploy role may make every call that was made, and the plan role every one of a plan', async () => {
    const asked = await requestsOfAll(here());
    expect(asked.length).toBeGreaterThan(100);
    const policies = await policiesOf(way, here());
    const refused = await Promise.all(
      asked.flatMap(({ side, isRead, ...request }) => {
        const { plan, deploy } = policies[side];
        const decide = async (who: string, policy: PolicyDocument) =>
          (await isAllowed(policy, request, side))
            ? []
            : [`${side} ${who}: ${request.action} on ${request.resourceArn}`];
        return [decide('deploy', deploy), ...(isRead ? [decide('plan', plan)] : [])];
      }),
    );
    expect(refused.flat().sort()).toEqual([]);
  });
}

async function requestsOfAll({ calls, parts }: Deployed): Promise<Asked[]> {
  const portOf = (side: Side) => new URL(parts[side].s3Endpoint).port;
  const ports = { source: portOf('source'), destination: portOf('destination') };
  const all = (await calls())
    .filter(({ resourceType }) => resourceType !== '') // Who it is, the provider asks without a permission.
    .flatMap((call) => {
      const side = accountOf(call.port, ports);
      const requests = requestsOf(call, SIDES[side].accountId);
      return requests.map((request) => ({ ...request, side, isRead: call.isRead }));
    });
  return [...new Map(all.map((one) => [JSON.stringify(one), one])).values()];
}

async function policiesOf(way: Way, { parts, stacks, folderOf }: Deployed) {
  const settings = parseSettings(settingsFor(way, parts));
  const texts = await Promise.all(stacks.map((stack) => readFile(path.join(folderOf(stack), 'cdk.tf.json'), 'utf8')));
  const jsons = texts.map((text) => JSON.parse(text) as StackTerraform);
  const of = (side: Side) => {
    const resources = jsons.flatMap((json) => deployedResources(json, side));
    const policy = (may: 'read' | 'write') => policyDocument(...deployStatements({ settings, side, resources }, may));
    return { plan: policy('read'), deploy: policy('write') };
  };
  return { source: of('source'), destination: of('destination') };
}

async function isAllowed(policy: PolicyDocument, { action, resourceArn, context }: Request, side: Side) {
  const { accountId } = SIDES[side];
  const response = await runSimulation(
    {
      request: {
        principal: `arn:aws:iam::${accountId}:role/dcs-deploy`,
        action,
        resource: { resource: resourceArn, accountId },
        contextVariables: { ...context },
      },
      identityPolicies: [{ name: 'role', policy }],
      serviceControlPolicies: [],
      resourceControlPolicies: [],
      // A key's policy hands it to its account.
      ...(action.startsWith('kms:') && resourceArn !== '*' && { resourcePolicy: OF_THE_ACCOUNT(accountId) }),
    },
    {},
  );
  if (response.resultType === 'error') throw new Error(`${action}: ${JSON.stringify(response.errors)}`);
  return response.overallResult === 'Allowed';
}

const OF_THE_ACCOUNT = (accountId: string) => ({
  Version: '2012-10-17',
  Statement: [
    { Effect: 'Allow', Principal: { AWS: `arn:aws:iam::${accountId}:root` }, Action: 'kms:*', Resource: '*' },
  ],
});
