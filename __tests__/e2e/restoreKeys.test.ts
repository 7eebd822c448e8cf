import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { TableDefinition } from '../../core/tableDefinition';
import { commandPartsOfFile, deploy, itemsOf, records } from './support/commandParts';

const parts = commandPartsOfFile();
const atMs = Date.UTC(2026, 0, 5);

function definition(keyType: 'S' | 'N'): TableDefinition {
  const index = { IndexName: 'by-email', KeySchema: [{ AttributeName: 'email', KeyType: 'HASH' }] };
  return {
    ...{ format: '1', tableName: 'users' },
    createTable: {
      AttributeDefinitions: [
        { AttributeName: 'id', AttributeType: keyType },
        { AttributeName: 'email', AttributeType: 'S' },
      ],
      KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
      BillingMode: 'PAY_PER_REQUEST',
      GlobalSecondaryIndexes: [{ ...index, Projection: { ProjectionType: 'ALL' } }],
    },
  } as TableDefinition;
}

test('items that an index of the table refuses are listed, and the others of their batch come back', async () => {
  const deployment = await deploy(parts, 'indexKeys');
  await deployment.define(definition('S'));
  const emails = ['{"S":""}', '{"N":"1"}', ...Array.from({ length: 23 }, (_, i) => `{"S":"${i}@example.org"}`)];
  const items = emails.map((email, i) => ({ id: { S: `u${i}` }, email: JSON.parse(email) as { S: string } }));
  await deployment.store(items.map((after) => ({ after, atMs })));
  const { code, stdout } = await deployment.run(['restore', 'users', '--into', 'back', '--json']);
  const left = records(stdout).filter(({ type }) => type === 'left');
  expect(left.map(({ why, objectKey }) => `${String(why)} ${String(objectKey)}`).sort()).toEqual([
    'rejected users/u0/image.json',
    'rejected users/u1/image.json',
  ]);
  expect(code).toBe(3);
  const back = await itemsOf(deployment.table('back'));
  expect(back).toHaveLength(23);
  expect(back).toEqual(expect.arrayContaining(items.slice(2)));
});

test('a key of many digits is that item’s alone: one that a double cannot tell from it is not touched', async () => {
  const deployment = await deploy(parts, 'decimalKey');
  await deployment.define(definition('N'));
  const tables = [{ name: 'users', partitionKey: { name: 'id', type: 'N' } }];
  await writeFile(path.join(deployment.folder, 'dcs.config.json'), JSON.stringify({ ...deployment.settings, tables }));
  const item = (id: string, who: string) => ({ id: { N: id }, who: { S: who } });
  const [asked, other] = ['1234567890123.123456789012345', '1234567890123.1235'];
  const found = item(asked, 'asked for');
  await deployment.store([found, item(other, 'somebody else, then')].map((after) => ({ after, atMs })));
  const restore = ['restore', 'users', '--into', 'back', '--key', `{"id":${asked}}`];
  expect(await deployment.run(restore)).toMatchObject({ code: 0 });
  expect(await itemsOf(deployment.table('back'))).toEqual([found]);
  const newer = item(other, 'somebody else, newer');
  await deployment.table('back').putBatch([newer, item(asked, 'changed')]);
  expect(await deployment.run([...restore, '--merge=overwrite', '--yes'])).toMatchObject({ code: 0 });
  const items = await itemsOf(deployment.table('back'));
  expect(items).toHaveLength(2);
  expect(items).toEqual(expect.arrayContaining([found, newer]));
});
