import { GetRoleCommand, IAMClient, ListAttachedRolePoliciesCommand } from '@aws-sdk/client-iam';
import { GetBucketVersioningCommand } from '@aws-sdk/client-s3';
import { s3Client } from '../../../aws/s3Client';
import type { Deployed } from './deployed';
import { awsSettings } from './readDeployment';
import { SIDES } from './settings';

/** Terraform plans and applies the whole; how long that takes is the machine's. */
const TAKES_AT_MOST_MS = 900_000;

const stateIn = (side: keyof typeof SIDES) => ({
  type: 's3',
  bucketName: `deployed-state-${side}`,
  region: SIDES[side].region,
});
const BOOTSTRAPPED = {
  bootstrap: { githubRepository: 'example/dcs' },
  deployment: { way: 'apart', sourceBackend: stateIn('source'), destinationBackend: stateIn('destination') },
};

/** What an administrator of each account applies before the first deployment. Afterwards the stacks are those of other states. */
export function describeBootstrap(here: () => Deployed): void {
  test(
    'a bootstrap makes, in each account, the bucket of the state and the roles; planned again, nothing changes',
    async () => {
      const stacks = (await here().change(BOOTSTRAPPED)).filter(({ name }) => name.includes('-bootstrap-'));
      expect(stacks.map(({ name }) => name)).toEqual(['dcs-bootstrap-destination', 'dcs-bootstrap-source']);
      const changes = stacks.map(async (stack) => {
        await stack.init();
        await stack.apply();
        return stack.plannedChanges();
      });
      expect((await Promise.all(changes)).flat()).toEqual([]);
      for (const side of ['source', 'destination'] as const) {
        const account = awsSettings(here().parts[side]);
        const { bucketName: Bucket } = stateIn(side);
        const { Status } = await s3Client(account).send(new GetBucketVersioningCommand({ Bucket }));
        expect([side, Status]).toEqual([side, 'Enabled']);
        const iam = new IAMClient(account);
        for (const RoleName of ['dcs-plan', 'dcs-deploy']) {
          const { Role } = await iam.send(new GetRoleCommand({ RoleName }));
          expect(decodeURIComponent(Role?.AssumeRolePolicyDocument ?? '')).toContain('repo:example/dcs:environment:');
          const { AttachedPolicies = [] } = await iam.send(new ListAttachedRolePoliciesCommand({ RoleName }));
          expect(AttachedPolicies.map(({ PolicyName }) => PolicyName)).toContain(`${RoleName}-1`);
        }
      }
    },
    TAKES_AT_MOST_MS,
  );
}
