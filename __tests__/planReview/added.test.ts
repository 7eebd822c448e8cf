import type { JsonObject } from '../../planReview/json';
import { variants } from '../../stacks/variants';
import { invoices, oneMoreTable } from './oneMoreTable';
import { bodies, planned } from './planned';
import { found, type Change } from './support';

const cases = Object.entries(variants).flatMap(([variant, settings]) =>
  Object.entries(oneMoreTable(settings.source.region)).map(
    ([what, table]) => [variant, what, settings, table] as const,
  ),
);

test.each(cases)('%s: a table %s is added without findings', (_variant, _what, settings, table) => {
  const [before, after] = [bodies(settings), bodies({ ...settings, tables: [...settings.tables, table] })];
  for (const [name, stack] of Object.entries(after)) {
    // What the roles that deploy may do is for an administrator to look at, each time.
    if (name.includes('-bootstrap-')) continue;
    expect(found(...planned(before[name] ?? {}, stack))).toEqual([]);
  }
});

describe('where the rights of a role go on in managed policies', () => {
  const table = (index: number) => ({ ...invoices, name: `${index}`.padStart(255, 'x') });
  const tables = (count: number) => ({
    ...variants.minimal,
    tables: Array.from({ length: count }, (_, i) => table(i)),
  });
  const plan = (from: object, to: object) => planned(Object.values(bodies(from))[0]!, Object.values(bodies(to))[0]!);
  const policyOf = (changes: readonly Change[]) =>
    changes.find(({ address }) => address.startsWith('aws_iam_policy.'))!;
  const before = tables(20);
  const grown = plan(before, tables(40));

  test('the first of them passes, and so does a table before the others', () => {
    expect(policyOf(grown).actions).toEqual(['create']);
    expect(found(...grown)).toEqual([]);
    const first = { ...before, tables: [table(99), ...tables(40).tables] };
    expect(found(...plan(tables(40), first))).toEqual([]);
  });

  test('one that allows anything else does not, nor one that goes with what nothing else allows', () => {
    const { address } = policyOf(grown);
    const wider = grown.map((change) =>
      change.address === address
        ? (JSON.parse(JSON.stringify(change).replaceAll('dynamodb:Describe', 'dynamodb:Delete')) as Change)
        : change,
    );
    expect(found(...wider)).toContain(`${address}:policy`);
    const attachment = grown.find(({ address: each }) => each.startsWith('aws_iam_role_policy_attachment.'))!;
    const others = { ...attachment, after: { ...attachment.after, policy_arn: 'arn:aws:iam::aws:policy/PowerUser' } };
    expect(found(...grown.filter((each) => each !== attachment), { ...others, afterUnknown: {} })).toEqual([
      `${attachment.address}:policy`,
    ]);
    const gone = plan(tables(40), tables(40)).map((change) =>
      change.address === address ? { ...change, actions: ['delete'] as const, after: undefined } : change,
    );
    expect(found(...gone)).toContain(`${address}:destroyed`);
  });

  test('what named its tables in its environment names them by its schedule', () => {
    const before = Object.values(bodies(variants.minimal))[0]!;
    const kept = 'aws_lambda_function.source_table-definitions_function';
    const target = 'aws_cloudwatch_event_target.source_table-definitions_target';
    const { input, ...others } = before[target] as { input: string };
    const variables = { ...(before[kept]!.environment as { variables: JsonObject }).variables, DCS_TABLES: 'users' };
    const former = { ...before, [target]: others, [kept]: { ...before[kept], environment: { variables } } };
    expect(found(...planned(former, before))).toEqual([]);
    const none = { ...before, [target]: { ...others, input: input.replace('users', 'other') } };
    expect(found(...planned(former, none))).toEqual([`${kept}:capture`]);
  });
});

test('with a table that is added nothing else passes', () => {
  const settings = variants.minimal;
  const [before] = Object.values(bodies(settings));
  const [after] = Object.values(bodies({ ...settings, tables: [...settings.tables, invoices] }));
  const changed = (address: string, change: (body: JsonObject) => JsonObject) =>
    found(...planned(before!, { ...after!, [address]: change(after![address]!) }));
  const replaced = (address: string, from: string, to: string) =>
    changed(address, (body) => JSON.parse(JSON.stringify(body).replaceAll(from, to)) as JsonObject);

  const reader = 'aws_iam_role_policy.source_drill-reader_policy';
  expect(replaced(reader, 'table/invoices', 'table/salaries')).toEqual([`${reader}:policy`]);
  expect(replaced(reader, 'dynamodb:GetItem', 'dynamodb:DeleteItem')).toEqual([`${reader}:policy`]);
  const lifecycle = 'aws_s3_bucket_lifecycle_configuration.destination_bucket_lifecycle';
  expect(replaced(lifecycle, '"prefix":"invoices/"', '"prefix":"inv"')).toEqual([`${lifecycle}:expiration`]);
  const kept = 'aws_cloudwatch_event_target.source_table-definitions_target';
  const tables = '\\"users\\",\\"invoices\\"';
  expect(replaced(kept, tables, '\\"invoices\\"')).toEqual([`${kept}:capture`]);
  expect(replaced(kept, '{\\"tables\\"', '{\\"all\\":true,\\"tables\\"')).toEqual([`${kept}:capture`]);
  const permission = 'aws_lambda_permission.destination_drill_permission';
  expect(replaced(permission, 'events.amazonaws.com', '*')).toContain(`${permission}:policy`);
  expect(changed(permission, (body) => ({ ...body, source_arn: null }))).toContain(`${permission}:policy`);
});

test('a rule of an added table is known by its prefix wherever the provider writes it', () => {
  const tombstones = (table: string): JsonObject => ({
    id: table,
    status: 'Enabled',
    prefix: '',
    filter: [{ prefix: '', tag: [], and: [{ object_size_less_than: 3, prefix: `${table}/`, tags: null }] }],
    expiration: [{ days: 365, date: null, expired_object_delete_marker: false }],
  });
  const capture = (table: string): JsonObject => ({ environment: [{ variables: { DCS_TABLE: table } }] });
  const users = { address: 'aws_lambda_function.users', actions: ['no-op'], before: capture('users') } as const;
  const orders = { address: 'aws_lambda_function.orders', actions: ['create'], after: capture('orders') } as const;
  const lifecycle = {
    address: 'aws_s3_bucket_lifecycle_configuration.it',
    actions: ['update'],
    before: { rule: [tombstones('users')] },
    after: { rule: [tombstones('users'), tombstones('orders')] },
  } as const;
  expect(found(users, orders, lifecycle)).toEqual([]);
  expect(found(users, lifecycle)).toEqual([`${lifecycle.address}:expiration`]);
});
