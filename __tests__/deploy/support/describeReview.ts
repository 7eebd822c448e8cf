import { rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { parsePlan } from '../../../planReview/plan';
import { reviewPlan } from '../../../planReview/review';
import type { Asked, Deployed } from './deployed';
import type { StackFolder } from './terraform';

/** Has real plans reviewed: what Terraform and the provider write, and not what a fixture believes they do. */
export function describeReview(here: () => Deployed): void {
  test('the plan of what is deployed passes the review', async () => {
    const { stacks } = here();
    expect((await Promise.all(stacks.map(reviewed))).flat()).toEqual([]);
  });

  test('a plan that weakens what guards the data does not', async () => {
    const { stacks, folderOf, asked } = here();
    const weakened = await Promise.all(
      Object.entries(WEAKER).map(async ([type, to]) => [type, await asked(type), to] as const),
    );
    const overrides = stacks.map((stack) => path.join(folderOf(stack), 'weaker_override.tf.json'));
    const resource = Object.fromEntries(
      weakened.map(([type, all, to]) => [type, Object.fromEntries(all.map((one) => [nameOf(one), to(one.body)]))]),
    );
    // Both sides are in one stack: every resource that is overridden is there.
    await Promise.all(overrides.map((file) => writeFile(file, JSON.stringify({ resource }))));
    try {
      const findings = (await Promise.all(stacks.map(reviewed))).flat();
      const expected = weakened.flatMap(([type, all]) => all.map(({ address }) => `${address}: ${FINDING[type]}`));
      expect(expected.length).toBeGreaterThanOrEqual(Object.keys(WEAKER).length);
      expect(findings.sort()).toEqual(expected.sort());
    } finally {
      await Promise.all(overrides.map((file) => rm(file)));
    }
  });

  async function reviewed(stack: StackFolder): Promise<string[]> {
    const plan = parsePlan(await stack.planned(here().variables(stack)));
    return reviewPlan(plan).map(({ address, finding }) => `${address}: ${finding}`);
  }
}

const nameOf = ({ address }: Asked) => address.slice(address.indexOf('.') + 1);

/** What each type's blocks become. */
const WEAKER: Readonly<Record<string, (body: Asked['body']) => object>> = {
  aws_s3_bucket_versioning: () => ({ versioning_configuration: { status: 'Suspended' } }),
  aws_s3_bucket_object_lock_configuration: () => ({ rule: { default_retention: { mode: 'COMPLIANCE', days: 1 } } }),
  aws_s3_bucket_replication_configuration: ({ rule }) => ({
    rule: (rule as object[]).map((one) => ({ ...one, status: 'Disabled' })),
  }),
  aws_s3_bucket_public_access_block: () => ({ block_public_policy: false }),
  aws_lambda_event_source_mapping: () => ({ enabled: false }),
};
const FINDING: Readonly<Record<string, string>> = {
  aws_s3_bucket_versioning: 'versioning',
  aws_s3_bucket_object_lock_configuration: 'object-lock',
  aws_s3_bucket_replication_configuration: 'replication',
  aws_s3_bucket_public_access_block: 'public-access',
  aws_lambda_event_source_mapping: 'capture',
};
