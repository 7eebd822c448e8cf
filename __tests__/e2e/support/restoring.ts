import type { AttributeMap } from '../../../core/attributeValue';
import { canonicalItem } from '../../../core/canonicalItem';
import type { TableDefinition } from '../../../core/tableDefinition';
import { itemsOf, type Deployment } from './commandParts';

const NOON_MS = Date.UTC(2026, 0, 5, 12);
/** A moment of the tests' day, in minutes after noon. */
export const at = (minutes: number) => NOON_MS + minutes * 60_000;
export const user = (id: number, name = `name ${id}`): AttributeMap => ({ id: { S: `u${id}` }, name: { S: name } });

/** Of the table that they restore. */
export const definition: TableDefinition = {
  format: '1',
  tableName: 'users',
  createTable: {
    AttributeDefinitions: [
      { AttributeName: 'id', AttributeType: 'S' },
      { AttributeName: 'name', AttributeType: 'S' },
    ],
    KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
    BillingMode: 'PAY_PER_REQUEST',
    GlobalSecondaryIndexes: [
      {
        IndexName: 'byName',
        KeySchema: [{ AttributeName: 'name', KeyType: 'HASH' }],
        Projection: { ProjectionType: 'ALL' },
      },
    ],
    StreamSpecification: { StreamEnabled: true, StreamViewType: 'NEW_AND_OLD_IMAGES' },
  },
  timeToLiveAttributeName: 'expiresAt',
};

export const sorted = (items: AttributeMap[]) => items.map(canonicalItem).sort();
export const restored = async (deployment: Deployment, name: string) => sorted(await itemsOf(deployment.table(name)));
export const inserts = (count: number) => Array.from({ length: count }, (_, i) => ({ after: user(i), atMs: at(0) }));

/** What a careless tool loses. */
export const everyType: AttributeMap = {
  id: { S: 'every type' },
  ['__proto__']: { M: { ['__proto__']: { S: 'own property' } } },
  binary: { B: '/+8=' },
  number: { N: '12345678901234567890123456789012345678' },
  sets: { L: [{ SS: ['b', 'a'] }, { NS: ['1', '0.1'] }, { BS: ['AQ==', 'Ag=='] }] },
  nothing: { NULL: true },
  empty: { M: { list: { L: [] }, map: { M: {} }, text: { S: '' } } },
};

export const hoursAgo = (hours: number) => Date.now() - hours * 3_600_000;
/** An item with a time to live. */
export const session = (id: string, expiresMs: number): AttributeMap => ({
  id: { S: id },
  expires: { N: String(Math.round(expiresMs / 1_000)) },
});
