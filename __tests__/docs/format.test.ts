import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { AttributeMap } from '../../core/attributeValue';
import { objectKeyOf } from '../../core/objectKey';
import { recordImage, type StreamRecord } from '../../core/streamRecord';

const page = readFileSync(path.join(__dirname, '../../docs/format.md'), 'utf8');
const ACCOUNTS = { prefix: '', tableName: 'accounts', keySchema: { partitionKey: 'id' } };

describe('docs/format.md', () => {
  test('its worked example is what is stored', () => {
    const states: (AttributeMap | undefined)[] = [
      undefined,
      { id: { S: 'a' }, balance: { N: '150' } },
      { id: { S: 'a' }, balance: { N: '20' } },
      undefined,
    ];
    const stored = ['INSERT', 'MODIFY', 'REMOVE'].map((eventName, i) => {
      const record: StreamRecord = {
        eventName,
        eventSourceARN: 'arn:aws:dynamodb:eu-west-1:111111111111:table/accounts/stream/L',
        dynamodb: {
          Keys: { id: { S: 'a' } },
          OldImage: states[i],
          NewImage: states[i + 1],
          SequenceNumber: String(i),
          ApproximateCreationDateTime: 1_795_420_800,
        },
      };
      const { body, metadata } = recordImage(ACCOUNTS, record, Date.UTC(2027, 0, 1));
      const shown = ['dcs-event', 'dcs-previous-digest', 'dcs-digest'].map(
        (name) => `  ${name}: ${metadata[name] ?? ''}`,
      );
      return [body, ...shown].join('\n');
    });
    expect(page).toContain(stored.join('\n'));
  });

  test('its object keys are those that the code makes', () => {
    const users = { prefix: '', tableName: 'users' };
    const keyOf = (id: string) => objectKeyOf(users, { partitionKey: 'id' }, { id: { S: id } });
    for (const id of ['1274aad3-d77e-46cf-aa31-501f937bcd82', 'a'.repeat(1024)])
      expect(page).toContain(`\`${keyOf(id)}\``);
  });

  test('its list of metadata is complete', () => {
    const metadata = page.match(/^\| `dcs-[a-z-]+`/gm)?.map((row) => row.slice(3, -1));
    expect(metadata).toEqual([
      'dcs-format',
      'dcs-event',
      'dcs-stream-label',
      'dcs-sequence-number',
      'dcs-time',
      'dcs-time-source',
      'dcs-digest',
      'dcs-previous-digest',
      'dcs-write-id',
      'dcs-deleted-by',
    ]);
  });
});
