import type { AttributeMap } from '../../../core/attributeValue';
import { itemDigest } from '../../../core/image';
import { holdsWhatWasRestored, Ledger } from '../../../operations/restore/ledger';
import type { Action, RestoreMode } from '../../../operations/restore/plan';
import { MemoryTable } from '../../support/memoryTable';

const keySchema = { partitionKey: 'id' };
const table = { prefix: '', tableName: 'users', keySchema };
const objectKeyOf = (id: string) => `users/${id}/image.json`;
const itemOf = (id: string, rest: AttributeMap = {}): AttributeMap => ({ id: { S: id }, ...rest });
const action = (kind: 'put' | 'change' | 'equal', id: string, rest?: AttributeMap): Action => {
  const item = itemOf(id, rest);
  const planned = { objectKey: objectKeyOf(id), item, digest: itemDigest(item) };
  return kind === 'change' ? { do: kind, ...planned, now: itemOf(id) } : { do: kind, ...planned };
};
const deletes = (id: string): Action => ({
  ...{ do: 'delete', objectKey: objectKeyOf(id), keys: itemOf(id), now: itemOf(id) },
});
const left = (kind: 'unknown' | 'unreadable' | 'newer', id: string): Action => ({
  do: kind,
  objectKey: objectKeyOf(id),
  reason: 'r',
});

function ledgerOf(mode: RestoreMode, actions: readonly Action[], continuesSinceMs?: number): Ledger {
  const ledger = new Ledger({ mode, momentMs: Infinity, continuesSinceMs });
  for (const one of actions) ledger.note(one);
  return ledger;
}

describe('what a restore has found out and done', () => {
  test('each action counts as what it is, and what is left alone is known', () => {
    const ledger = ledgerOf('merge', [
      ...[action('put', 'a'), action('change', 'b'), action('equal', 'c'), deletes('d')],
      ...[left('unknown', 'e'), left('unreadable', 'f'), left('newer', 'g')],
      { ...action('put', 'h'), ahead: 'a day' },
    ]);
    expect(ledger.counts).toMatchObject({
      put: 2,
      change: 1,
      equal: 1,
      delete: 1,
      unknown: 1,
      unreadable: 1,
      newer: 1,
    });
    expect(ledger).toMatchObject({ left: 3, ahead: 1 });
    expect(
      'abcdefgh'.split('').map((id) => [ledger.desired, ledger.leftAlone].map((set) => set.has(objectKeyOf(id)))),
    ).toEqual([true, true, true, false, false, false, false, true].map((isDesired, i) => [isDesired, i > 3 && i < 7]));
  });

  test('what a former table of the name alone had is counted among what was not there', () => {
    const nothing = { do: 'nothing', objectKey: objectKeyOf('a') } as const;
    const ledger = ledgerOf('fill', [nothing, { ...nothing, isOfFormerTable: true }]);
    expect(ledger).toMatchObject({ ofFormerTable: 1, left: 0, counts: { nothing: 2 } });
  });

  test('everything that could not be brought back is left', () => {
    const ledger = ledgerOf('merge', []);
    Object.assign(ledger.counts, {
      unknown: 1,
      unreadable: 2,
      newer: 4,
      deletedSince: 8,
      rejected: 16,
      changedLater: 32,
      moved: 64,
      put: 1000,
    });
    expect(ledger.left).toBe(127);
  });

  test('of a table that was empty no keys are kept', () => {
    expect(ledgerOf('fill', [action('put', 'a')]).desired.size).toBe(0);
    expect(ledgerOf('mirror', [action('put', 'a')]).desired.size).toBe(1);
  });

  test('what is not there any more is kept where a restore is continued, and only there', () => {
    const nothing: Action = { do: 'nothing', objectKey: objectKeyOf('a') };
    expect(ledgerOf('merge', [nothing, action('put', 'b')], 5).absent.size).toBe(1);
    expect(ledgerOf('merge', [nothing]).absent.size).toBe(0);
  });

  test.each<[string, AttributeMap, number]>([
    ['at the moment itself', { ttl: { N: '10' } }, 0],
    ['since', { ttl: { N: '11' } }, 1],
    ['now', { ttl: { N: '20' } }, 1],
    ['later', { ttl: { N: '21' } }, 0],
    ['never, for it is no number', { ttl: { S: '11' } }, 0],
    ['never, for there is none', {}, 0],
  ])('the time to live of an item passed %s', (_, attributes, expired) => {
    const timeToLive = { attributeName: 'ttl', nowMs: 20_000 };
    const ledger = new Ledger({ mode: 'merge', momentMs: 10_000, timeToLive });
    ledger.note(action('put', 'a', attributes));
    expect(ledger.expired).toBe(expired);
    ledger.noteRejected(action('put', 'a', attributes));
    expect(ledger.expired).toBe(0);
  });

  test('no item has passed where the table has no time to live, or an attribute that no item has of itself', () => {
    const ledger = ledgerOf('merge', [action('put', 'a', { ttl: { N: '11' } })]);
    expect(ledger.expired).toBe(0);
    const timeToLive = { attributeName: 'constructor', nowMs: 20_000 };
    const other = new Ledger({ mode: 'merge', momentMs: 10_000, timeToLive });
    other.note(action('put', 'a'));
    expect(other.expired).toBe(0);
  });

  test('what was rejected is left, and the table need not hold it', () => {
    const ledger = ledgerOf('merge', [action('put', 'a'), action('put', 'b'), deletes('c')]);
    ledger.noteRejected(action('put', 'a'));
    ledger.noteRejected(deletes('c'));
    expect(ledger.counts).toMatchObject({ put: 1, delete: 0, rejected: 2 });
    expect(ledger.leftAlone.has(objectKeyOf('a'))).toBe(true);
    expect(ledger.restored.equals(ledgerOf('merge', [action('put', 'b')]).restored)).toBe(true);
  });
});

describe('whether the table holds what was restored', () => {
  const held = async (mode: RestoreMode, ledger: Ledger, ids: string[], signal?: AbortSignal) => {
    const target = new MemoryTable(
      keySchema,
      ids.map((id) => itemOf(id)),
    );
    const [seen, absent] = [[] as string[], [] as unknown[]];
    const answer = await holdsWhatWasRestored({ table, target, mode, signal }, ledger, {
      onItem: () => void seen.push(''),
      onAbsent: (objectKey, item) => Promise.resolve(void absent.push(objectKey, item.id)),
    });
    expect(seen).toHaveLength(ids.length);
    return { answer, absent };
  };
  const put = [action('put', 'a'), action('equal', 'b')];

  test.each<[RestoreMode, string, Action[], string[], boolean]>([
    ['fill', 'all of it', put, ['a', 'b'], true],
    ['fill', 'too little', put, ['a'], false],
    ['fill', 'more', put, ['a', 'b', 'c'], false],
    ['mirror', 'more', put, ['a', 'b', 'c'], false],
    ['mirror', 'what was left alone, too', [...put, left('unknown', 'c')], ['a', 'b', 'c'], true],
    ['mirror', 'what was left alone, and more', [...put, left('unknown', 'c')], ['a', 'b', 'c', 'd'], false],
    ['merge', 'what was there before, too', put, ['a', 'b', 'c'], true],
    ['merge', 'another one instead', put, ['a', 'c'], false],
    ['merge', 'what was left alone, too', [...put, left('unknown', 'c')], ['a', 'b', 'c'], true],
  ])('after a %s it holds %s', async (mode, _, actions, ids, expected) => {
    expect(await held(mode, ledgerOf(mode, actions), ids)).toEqual({ answer: expected, absent: [] });
  });

  test('an item that was put and then rejected does not count, whatever the table holds of it', async () => {
    const ledger = ledgerOf('merge', put);
    ledger.noteRejected(action('put', 'a'));
    expect(await held('merge', ledger, ['a', 'b'])).toMatchObject({ answer: true });
  });

  test('of a restore that is continued, what is there and should not be is told', async () => {
    const ledger = ledgerOf('merge', [...put, { do: 'nothing', objectKey: objectKeyOf('c') }], 5);
    expect(await held('merge', ledger, ['a', 'b', 'c', 'd'])).toEqual({
      answer: true,
      absent: [objectKeyOf('c'), { S: 'c' }],
    });
  });

  test('it ends when it is told to', async () => {
    await expect(held('fill', ledgerOf('fill', put), ['a'], AbortSignal.abort(new Error('stop')))).rejects.toThrow(
      'stop',
    );
  });
});
