import { partitionOf } from '../../core/partitions';
import type { JsonObject } from '../../planReview/json';
import { variants } from '../../stacks/variants';
import { bodies, planned } from './planned';
import { found } from './support';

const invoices = { name: 'invoices', existing: false, partitionKey: { name: 'number', type: 'S' } };
const kmsKeyIn = (region: string) =>
  `arn:${partitionOf(region).name}:kms:${region}:111111111111:key/99999999-2222-3333-4444-555555555555`;
const added = (region: string) => ({
  'that is created, with a sort key and time to live': {
    ...invoices,
    sortKey: { name: 'line', type: 'N' },
    ttlAttribute: 'until',
  },
  'that exists, under a key of its own': {
    ...invoices,
    name: 'archive.invoices',
    existing: true,
    kmsKeyArn: kmsKeyIn(region),
  },
});
const cases = Object.entries(variants).flatMap(([variant, settings]) =>
  Object.entries(added(settings.source.region)).map(([what, table]) => [variant, what, settings, table] as const),
);

test.each(cases)('%s: a table %s is added without findings', (_variant, _what, settings, table) => {
  const [before, after] = [bodies(settings), bodies({ ...settings, tables: [...settings.tables, table] })];
  for (const [name, stack] of Object.entries(after)) {
    // What the roles that deploy may do is for an administrator to look at, each time.
    if (name.includes('-bootstrap-')) continue;
    expect(found(...planned(before[name] ?? {}, stack))).toEqual([]);
  }
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
  const kept = 'aws_lambda_function.source_table-definitions_function';
  expect(replaced(kept, 'users,invoices', 'invoices')).toEqual([`${kept}:capture`]);
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
