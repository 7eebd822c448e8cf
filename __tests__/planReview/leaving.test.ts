import { reviewPlan } from '../../planReview/review';
import { parsePlan } from '../../planReview/plan';
import { variants } from '../../stacks/variants';
import { invoices, oneMoreTable } from './oneMoreTable';
import { bodies, planned } from './planned';
import { found, planJson, type Change } from './support';

const cases = Object.entries(variants).flatMap(([variant, settings]) =>
  Object.entries(oneMoreTable(settings.source.region)).map(
    ([what, table]) => [variant, what, settings, table] as const,
  ),
);

/** As Terraform plans it: a created table that is named in `formerTables` is forgotten. */
function plans(settings: (typeof variants)[keyof typeof variants], table: { name: string }): Change[][] {
  const before = bodies({ ...settings, tables: [...settings.tables, table] });
  const after = bodies({ ...settings, formerTables: [table.name] });
  return Object.entries(after).map(([name, stack]) =>
    planned(before[name] ?? {}, stack).map((change) =>
      change.address.startsWith('aws_dynamodb_table.') && change.actions.includes('delete')
        ? { ...change, actions: ['forget'] }
        : change,
    ),
  );
}
test.each(cases)(
  '%s: a table %s leaves, which is one finding in each stack that has something of it',
  (_variant, _what, settings, table) => {
    for (const changes of plans(settings, table)) {
      const names = found(...changes).map((each) => each.split(':').at(-1));
      const hasSomethingOfIt = changes.some(({ address }) => /_capture-|_drill_target-/.test(address));
      // Of a bootstrap stack the roles that deploy lose what they no longer need: for its administrator to see.
      expect(names).toEqual(hasSomethingOfIt ? ['leaves'] : names.filter((name) => name === 'policy'));
    }
  },
);

describe('with a table that leaves', () => {
  const [changes = []] = plans(variants.minimal, invoices);
  const review = (all: readonly Change[]) => reviewPlan(parsePlan(planJson(...all)));

  test('it is said that the table is forgotten and the copy stays, and what to do first', () => {
    const [finding] = review(changes);
    expect(finding?.what).toContain('The table itself is forgotten, and stays. Its copy stays in both buckets.');
    expect(finding?.next).toContain('npx dcs verify invoices');
  });

  test('a table that is destroyed is told as that', () => {
    const destroyed = changes.map((change) =>
      change.actions.includes('forget') ? { ...change, actions: ['delete'] as const } : change,
    );
    expect(
      review(destroyed)
        .map(({ finding }) => finding)
        .sort(),
    ).toEqual(['destroyed', 'leaves']);
    expect(review(destroyed).find(({ finding }) => finding === 'leaves')?.what).toContain(
      'The table itself is destroyed',
    );
  });

  test('what another table loses is told', () => {
    const without = (address: string) =>
      changes.map((change) => (change.address === address ? { ...change, actions: ['delete'] as const } : change));
    const users = 'aws_lambda_event_source_mapping.source_capture-users_event-source-mapping';
    expect(found(...without(users))).toContain(`${users}:destroyed`);
    const kept = 'aws_cloudwatch_event_target.source_table-definitions_target';
    const fewer = changes.map((change) =>
      change.address === kept
        ? {
            ...change,
            after: JSON.parse(JSON.stringify(change.after).replace('users', 'sessions')) as Change['after'],
          }
        : change,
    );
    expect(found(...fewer)).toContain(`${kept}:capture`);
    const reader = 'aws_iam_role_policy.source_drill-reader_policy';
    const narrower = changes.map((change) =>
      change.address === reader
        ? {
            ...change,
            after: JSON.parse(
              JSON.stringify(change.after).replaceAll('table/users', 'table/sessions'),
            ) as Change['after'],
          }
        : change,
    );
    expect(found(...narrower)).toContain(`${reader}:policy`);
  });
});

test('a table that is handed over is one finding, which says that it stays', () => {
  const created = bodies({ ...variants.minimal, tables: [invoices] });
  const existing = bodies({ ...variants.minimal, tables: [{ ...invoices, existing: true }] });
  const changes = planned(Object.values(created)[0]!, Object.values(existing)[0]!).map((change) =>
    change.actions.includes('delete') ? { ...change, actions: ['forget'] as const } : change,
  );
  // The stream's ARN is the same: the plan has the value in the place of both references.
  const same = changes.filter(({ address }) => !address.startsWith('aws_lambda_event_source_mapping'));
  const findings = reviewPlan(parsePlan(planJson(...same)));
  expect(findings.map(({ address, finding }) => `${address}:${finding}`)).toEqual([
    'aws_dynamodb_table.source_table-invoices:forgotten',
  ]);
  expect(findings[0]?.what).toContain('stays as it is');
});
