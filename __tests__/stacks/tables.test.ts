import { parseSettings } from '../../settings/load';
import { variants } from '../../stacks/variants';
import { dataSources, resource, resources, synthesizeTogether, type StackJson } from './support/synth';

const users = variants.minimal.tables[0]!;
const withTables = (tables: readonly object[], rest: object = {}) =>
  synthesizeTogether({ ...variants.minimal, tables, ...rest });
const table = 'aws_dynamodb_table.source_table-users';
const forgotten = ({ removed = [] }: StackJson) => removed.map(({ from }) => from);
const onRecord = (stack: StackJson) =>
  resource(stack, 'terraform_data.source_tables-leave-by-formerTables').for_each as string;
const ignored = (stack: StackJson) => (resource(stack, table).lifecycle as { ignore_changes: string[] }).ignore_changes;

describe('a table of the user', () => {
  const stack = withTables([{ name: 'users' }]);

  test('is looked up by its name alone, keys included, and nothing of it is managed', () => {
    expect(resources(stack, 'aws_dynamodb_table')).toEqual([]);
    const { environment } = resource(stack, 'aws_lambda_function.source_capture-users_function');
    expect(environment).toMatchObject({
      variables: {
        DCS_PARTITION_KEY: '${data.aws_dynamodb_table.source_table-users.hash_key}',
        DCS_SORT_KEY: expect.stringContaining('data.aws_dynamodb_table.source_table-users.range_key') as unknown,
      },
    });
    const target = resource(stack, 'aws_cloudwatch_event_target.destination_drill_target-users');
    expect(JSON.parse(target.input as string)).toEqual({ table: { name: 'users' } });
  });

  test('under a key of its own is refused, by name: a key that AWS keeps needs no right', () => {
    const key = dataSources(stack).find(({ type }) => type === 'aws_kms_key')!.body;
    expect(key.lifecycle).toMatchObject({ postcondition: [{ condition: '${self.key_manager == "AWS"}' }] });
    expect(JSON.stringify(key.lifecycle)).toContain('Write that as kmsKeyArn of the table');
  });

  test('whose key the settings name has that key, and capture and the drill may decrypt with it', () => {
    const kmsKeyArn = 'arn:aws:kms:eu-central-1:111111111111:key/11111111-2222-3333-4444-555555555555';
    const named = withTables([{ name: 'users', kmsKeyArn }]);
    const [lookup, ...more] = dataSources(named);
    expect(more).toEqual([]);
    expect(JSON.stringify(lookup!.body.lifecycle)).toContain(`is not encrypted with ${kmsKeyArn}`);
    for (const role of ['source_capture-users_function_role-policy', 'source_drill-reader_policy']) {
      expect(resource(named, `aws_iam_role_policy.${role}`).policy).toContain(kmsKeyArn);
    }
  });
});

describe('a table that DCS creates', () => {
  const OWNED = ['stream_enabled', 'stream_view_type', 'point_in_time_recovery', 'deletion_protection_enabled'];

  test('is its application’s in everything that the settings do not say', () => {
    const argumentsIgnored = ignored(withTables([users]));
    for (const name of ['global_secondary_index', 'attribute', 'read_capacity', 'billing_mode', 'replica', 'tags'])
      expect(argumentsIgnored).toContain(name);
    for (const name of ['table_class', 'ttl', 'server_side_encryption']) expect(argumentsIgnored).toContain(name);
    for (const name of [...OWNED, 'name', 'hash_key', 'range_key']) expect(argumentsIgnored).not.toContain(name);
  });

  test('is the settings’ in what they say', () => {
    const kmsKeyArn = 'arn:aws:kms:eu-central-1:111111111111:key/11111111-2222-3333-4444-555555555555';
    const argumentsIgnored = ignored(withTables([{ ...users, ttlAttribute: 'until', kmsKeyArn }]));
    expect(argumentsIgnored).not.toContain('ttl');
    expect(argumentsIgnored).not.toContain('server_side_encryption');
  });

  test('has to have a key; one that is there already, no time to live of the settings', () => {
    const problems = (each: object) => () => parseSettings({ ...variants.minimal, tables: [each] });
    expect(problems({ name: 'users', existing: false })).toThrow(
      /tables\[0\]\.partitionKey is missing; allowed: the key of a table that DCS creates/,
    );
    expect(problems({ name: 'users', sortKey: users.partitionKey })).toThrow('a sort key beside a partitionKey');
    expect(problems({ name: 'users', ttlAttribute: 'until' })).toThrow('tables[0].ttlAttribute is "until"');
  });
});

describe('a table leaves', () => {
  test('handed over to its owners: it is forgotten, and looked up by the same name', () => {
    const [created, existing] = [withTables([users]), withTables([{ ...users, existing: true }])];
    expect(forgotten(created)).not.toContain(table);
    expect(forgotten(existing)).toContain(table);
    expect(existing.data?.aws_dynamodb_table).toHaveProperty('source_table-users');
    expect(onRecord(existing)).toBe(onRecord(created));
  });

  test('taken out of the settings: it is forgotten by its name in formerTables, and stays on record', () => {
    const orders = { ...users, name: 'orders' };
    const left = withTables([orders], { formerTables: ['users'] });
    expect(forgotten(left)).toContain(table);
    expect(resources(left, 'aws_dynamodb_table').map(({ address }) => address)).not.toContain(table);
    expect(onRecord(left)).toBe(onRecord(withTables([users, orders])));
  });

  test('taken out without a word, it is no longer on record: that plan is refused', () => {
    const orders = { ...users, name: 'orders' };
    expect(onRecord(withTables([users, orders]))).toBe('${toset(["orders","users"])}');
    expect(onRecord(withTables([orders]))).toBe('${toset(["orders"])}');
  });

  test('is not in both lists, nor twice in one', () => {
    const problems = (formerTables: string[]) => () => parseSettings({ ...variants.minimal, formerTables });
    expect(problems(['users'])).toThrow('formerTables[0] is "users"; allowed: a table that is not among tables');
    expect(problems(['orders', 'orders'])).toThrow('formerTables[1] is "orders"; allowed: each name once');
  });
});
