import { readFileSync } from 'node:fs';
import path from 'node:path';
import { parsePlan } from '../../planReview/plan';
import { reviewPlan } from '../../planReview/review';
import { variants } from '../../stacks/variants';
import { resources, synthesize } from '../stacks/support/synth';
import { bodies, planned } from './planned';
import { planJson } from './support';

/*
 * The runbooks "Move to another bucket" and "Decommission all of it" of docs/operations.md, walked as far as plans go.
 */
const page = readFileSync(path.resolve(__dirname, '../../docs/operations.md'), 'utf8');
const cases = Object.entries(variants);

describe.each(cases)('%s is decommissioned', (_, settings) => {
  const [, words = ''] = /terraform state list \| grep -E '([^']+)' \| xargs/.exec(page) ?? [];
  const isForgotten = (address: string) => new RegExp(words).test(address);
  const all = Object.values(synthesize(settings)).flatMap((stack) => resources(stack));

  test('by a pattern that takes out of the state all that Terraform refuses to destroy, tables and keys among it', () => {
    expect(words).not.toBe('');
    const refused = all.filter(
      ({ body }) => (body.lifecycle as { prevent_destroy?: boolean } | undefined)?.prevent_destroy,
    );
    expect(refused.length).toBeGreaterThan(0);
    expect(refused.map(({ address }) => address).filter((address) => !isForgotten(address))).toEqual([]);
    const guards = all.filter(({ type }) => /^aws_(dynamodb_table|s3_|kms_)/.test(type));
    expect(guards.map(({ address }) => address).filter((address) => !isForgotten(address))).toEqual([]);
  });

  test('by a plan whose review names neither a table, nor a bucket, nor a key', () => {
    for (const stack of Object.values(bodies(settings))) {
      const kept = Object.fromEntries(Object.entries(stack).filter(([address]) => !isForgotten(address)));
      const findings = reviewPlan(parsePlan(planJson(...planned(kept, {}))));
      expect(findings.filter(({ address }) => /^aws_(dynamodb|s3|kms)/.test(address))).toEqual([]);
      for (const { finding } of findings) expect(finding).toBe('destroyed');
    }
  });

  test('and what was not forgotten before is named by it', () => {
    for (const stack of Object.values(bodies(settings))) {
      const findings = reviewPlan(parsePlan(planJson(...planned(stack, {}))));
      const named = findings.filter(({ finding }) => finding === 'destroyed').map(({ address }) => address);
      const held = Object.keys(stack).filter((address) => /^aws_(dynamodb_table|s3_bucket|kms_key)\./.test(address));
      expect(named).toEqual(expect.arrayContaining(held));
    }
  });
});

/** What AWS knows a resource by, in one account and Region. Objects, rules and policies go by what they belong to. */
const NAMES: Readonly<Record<string, string>> = {
  aws_cloudwatch_dashboard: 'dashboard_name',
  aws_cloudwatch_event_rule: 'name',
  aws_cloudwatch_log_group: 'name',
  aws_cloudwatch_metric_alarm: 'alarm_name',
  aws_iam_policy: 'name',
  aws_iam_role: 'name',
  aws_kms_alias: 'name',
  aws_lambda_function: 'function_name',
  aws_s3_bucket: 'bucket',
  aws_sfn_state_machine: 'name',
  aws_sns_topic: 'name',
  aws_sqs_queue: 'name',
};

describe.each(cases.filter(([, settings]) => !('bootstrap' in settings)))(
  '%s moves to other buckets',
  (_, settings) => {
    const second = {
      ...settings,
      name: 'dcs-moved',
      source: { ...settings.source, bucketName: 'example-moved-source' },
      destination: { ...settings.destination, bucketName: 'example-moved-destination' },
      tables: settings.tables.map(({ name }) => ({ name })),
      ...('engine' in settings && { engine: { ...settings.engine, bucketName: 'example-moved-engine' } }),
    };
    const named = (of: object) =>
      Object.values(synthesize(of)).flatMap((stack) =>
        resources(stack).flatMap(({ type, body }) => {
          const name = NAMES[type];
          return name === undefined ? [] : [`${type} ${String(body[name])} of ${String(body.provider)}`];
        }),
      );

    test('by a second deployment beside the first: no two of their resources have the same name', () => {
      const [first, other] = [named(settings), named(second)];
      expect(first.length).toBeGreaterThan(10);
      expect(other.filter((name) => first.includes(name))).toEqual([]);
    });

    test('and not by another bucket name, which Terraform refuses and a review names', () => {
      const moved = { ...settings, destination: { ...settings.destination, bucketName: 'example-moved-destination' } };
      const [before, after] = [bodies(settings), bodies(moved)];
      const plans = Object.entries(after).map(([name, stack]) =>
        planned(before[name] ?? {}, stack).map((change) =>
          change.address.startsWith('aws_s3_bucket.') && change.actions[0] === 'update'
            ? { ...change, actions: ['delete', 'create'] as const, replacePaths: [['bucket']] }
            : change,
        ),
      );
      const replaced = plans.flatMap((changes) =>
        reviewPlan(parsePlan(planJson(...changes))).filter(({ finding }) => finding === 'replaced'),
      );
      expect(replaced.map(({ address }) => address)).toContain('aws_s3_bucket.destination_bucket');
    });
  },
);
