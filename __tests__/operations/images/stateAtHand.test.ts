import fc from 'fast-check';
import { hash } from 'node:crypto';
import { gunzipSync, gzipSync } from 'node:zlib';
import { digestOf } from '../../../core/digest';
import { BasePartWriter } from '../../../core/journal/baseFiles';
import { entriesOfBasePart } from '../../../core/journal/basePartEntries';
import { hashOf } from '../../../core/journal/hashOrder';
import { stateAtHand, stateOfObject, type StateRequest } from '../../../operations/images/stateOfObject';
import { versionsOfItem, versionsOfLines } from '../../../operations/journal/journalVersions';

const STORED = '2026-11-01T08:00:01.000Z';
const request = (momentMs = Infinity) =>
  ({
    source: { history: () => Promise.resolve(undefined) },
    table: { prefix: '', tableName: 'users', keySchema: { partitionKey: 'id' } },
    momentMs,
  }) as unknown as StateRequest;

/** What a base gives back of a change that somebody wrote into it with digests that fit. */
function inBase(body: string, { event = 'INSERT', time = '2026-11-01T08:00:00.000Z', id = 'a' } = {}) {
  const objectKey = `users/${id}/image.json`;
  const previous = event === 'INSERT' ? 'none' : digestOf('before');
  const line = [objectKey, event, '1', time, previous, '-', body, '2026-10-01T08:00:00.000', STORED, '-'].join('\t');
  const writer = new BasePartWriter(1);
  writer.add(hashOf(objectKey), line);
  const { part, ...files } = writer.end('part-0000');
  const [entry] = entriesOfBasePart(part, files);
  const versions = versionsOfItem({ lines: [line], entry });
  expect(versions).toEqual(versionsOfLines([line]));
  return { objectKey, versions };
}

describe('the state of an item that a base has', () => {
  test.each([
    ['an item', '{"Item":{"id":{"S":"a"},"n":{"N":"1.5"}}}', {}, true],
    ['a tombstone', '{}', { event: 'REMOVE' }, true],
    ['an item in another order', '{"Item":{"n":{"N":"1.5"},"id":{"S":"a"}}}', {}, false],
    ['a number spelled otherwise', '{"Item":{"id":{"S":"a"},"n":{"N":"1.50"}}}', {}, false],
  ])('%s: what is at hand is what is found by itself', async (_, body, as, isAtHand) => {
    const history = inBase(body, as);
    const state = await stateOfObject(request(), history);
    expect(state.is).toBe(body === '{}' ? 'absent' : 'item');
    const atHand = stateAtHand(request(), history);
    expect(atHand !== undefined).toBe(isAtHand);
    if (atHand) expect(atHand).toEqual(state);
    if (state.is !== 'item') return;
    const { Item: item } = JSON.parse(body) as { Item: object };
    const [keys, digest, changedAtMs] = [{ id: { S: 'a' } }, digestOf(body), Date.parse('2026-11-01T08:00:00Z')];
    expect({ ...state }).toEqual({ is: 'item', objectKey: history.objectKey, keys, item, digest, changedAtMs });
    expect(state.text?.body).toBe(isAtHand ? body : undefined);
  });

  test.each([
    ['no JSON', '{"Item":{"id":{"S":"a"},}}', {}],
    ['no number', '{"Item":{"id":{"S":"a"},"n":{"N":"abc"}}}', {}],
    ['an unknown type', '{"Item":{"id":{"S":"a"},"n":{"X":"1"}}}', {}],
    ['something behind the item', '{"Item":{"id":{"S":"a"}}}}', {}],
    ['an item of another key', '{"Item":{"id":{"S":"b"}}}', {}],
    ['no key', '{"Item":{"n":{"N":"1"}}}', {}],
    ['a key of another type', '{"Item":{"id":{"BOOL":true}}}', {}],
    ['an item that was deleted', '{"Item":{"id":{"S":"a"}}}', { event: 'REMOVE' }],
    ['a tombstone that was put', '{}', { event: 'INSERT' }],
  ])('%s is unreadable, whatever its digest says', async (_, body, as) => {
    const history = inBase(body, as);
    expect(stateAtHand(request(), history)).toBeUndefined();
    expect(await stateOfObject(request(), history)).toMatchObject({ is: 'unreadable' });
  });

  test('what was changed after the moment, stated to be later than it was stored, or is of a former table, is not at hand', () => {
    const body = '{"Item":{"id":{"S":"a"}}}';
    const history = inBase(body);
    expect(stateAtHand(request(), history)).toMatchObject({ is: 'item' });
    expect(stateAtHand(request(Date.parse('2026-11-01T07:00:00Z')), history)).toBeUndefined();
    expect(stateAtHand({ ...request(), storedByMs: 0 }, history)).toBeUndefined();
    expect(stateAtHand({ ...request(), createdAtMs: 0 }, history)).toBeUndefined();
    expect(stateAtHand(request(), inBase(body, { time: '2027-01-01T00:00:00.000Z' }))).toBeUndefined();
    const { objectKey, versions } = history;
    expect(stateAtHand(request(), { objectKey, versions: [...versions, ...versions] })).toBeUndefined();
  });

  test('bytes that are no text are refused by the part', () => {
    fc.assert(
      fc.property(fc.constantFrom(0x80, 0xc0, 0xff), (byte) => {
        expect(() => inBaseWith(byte)).toThrow('UTF-8');
      }),
    );
  });
});

function inBaseWith(byte: number): void {
  const objectKey = 'users/a/image.json';
  const line = [objectKey, 'INSERT', '1', STORED, 'none', '-', '{"Item":{"id":{"S":"aX"}}}', 'L', STORED, '-'].join(
    '\t',
  );
  const writer = new BasePartWriter(1);
  writer.add(hashOf(objectKey), line);
  const { part, items, marks } = writer.end('part-0000');
  const other = gzipSync(Buffer.from(gunzipSync(items ?? '').map((one) => (one === 0x58 ? byte : one))));
  const itemsSha256 = hash('sha256', other, 'hex');
  entriesOfBasePart({ ...part, itemsBytes: other.length, itemsSha256 }, { items: other, marks });
}
