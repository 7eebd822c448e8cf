import { creationSeconds, pendingRecord } from '../../../local/pump/pendingRecord';
import { streamRecord } from './fakeStream';

const MINUTE = Date.parse('2026-11-23T12:34:00Z');
const seconds = (text: string) => Date.parse(`2026-11-23T${text}Z`) / 1000;

test.each([
  ['the second in which it was first seen', '12:34:00', '12:34:17.900', '12:34:17'],
  ['not before its minute', '12:34:00', '12:33:59', '12:34:00'],
  ['not after its minute', '12:34:00', '12:36:05', '12:34:59'],
  ['as it is, when the source knows the second', '12:34:05', '12:34:17', '12:34:05'],
])('a record of DynamoDB Local is created at %s', (_, given, firstSeen, expected) => {
  const record = { ...streamRecord('a', '1', seconds(given) * 1000), awsRegion: 'ddblocal' };
  expect(creationSeconds(record, seconds(firstSeen) * 1000)).toBe(seconds(expected));
});

test('a creation time from AWS is never touched, on the full minute either', () => {
  expect(creationSeconds(streamRecord('a', '1', MINUTE), MINUTE + 17_000)).toBe(MINUTE / 1000);
});

test('the item key is the same for one item and differs between items, whatever the order and type of the keys', () => {
  const keyOf = (Keys: Record<string, { S: string } | { N: string }>) => {
    const record = streamRecord('a', '1', MINUTE);
    return pendingRecord({ ...record, dynamodb: { ...record.dynamodb, Keys } }, MINUTE).itemKey;
  };
  expect(keyOf({ p: { S: '1' }, s: { N: '2' } })).toBe(keyOf({ s: { N: '2' }, p: { S: '1' } }));
  const different = [
    keyOf({ p: { S: '1' } }),
    keyOf({ p: { N: '1' } }),
    keyOf({ p: { S: '1' }, s: { S: '' } }),
    keyOf({ p: { S: '1","s' } }),
  ];
  expect(new Set(different).size).toBe(different.length);
});

test('an attribute called __proto__ is in the text that is delivered', () => {
  const record = streamRecord('a', '1', MINUTE);
  const NewImage = JSON.parse('{"id":{"S":"a"},"__proto__":{"S":"kept"}}') as { id: { S: string } };
  const { json } = pendingRecord({ ...record, dynamodb: { ...record.dynamodb, NewImage } }, MINUTE);
  expect(json).toContain('"__proto__":{"S":"kept"}');
});
