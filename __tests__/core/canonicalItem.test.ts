import fc from 'fast-check';
import { isDeepStrictEqual } from 'node:util';
import type { AttributeMap } from '../../core/attributeValue';
import { canonicalItem } from '../../core/canonicalItem';
import { canonicalNumber } from '../../core/canonicalNumber';
import { UnreadableValueError } from '../../core/errors';
import { attributeValue, exactNumber, item, meaningOfItem, respelled } from './arbitraries';

const parsed = (text: string) => JSON.parse(text) as AttributeMap;

describe('canonical items', () => {
  test('law: the same item gives the same text, however its attributes, sets and numbers are spelled', () => {
    const pair = item.chain((original) => fc.tuple(fc.constant(original), respelled(original, fc.nat())));
    fc.assert(fc.property(pair, ([a, b]) => expect(canonicalItem(b)).toBe(canonicalItem(a))));
  });

  test('law: items that differ anywhere give different texts', () => {
    fc.assert(
      fc.property(item, item, (a, b) => {
        const isSame = isDeepStrictEqual(meaningOfItem(a), meaningOfItem(b));
        expect(canonicalItem(a) === canonicalItem(b)).toBe(isSame);
      }),
      { numRuns: 500 },
    );
  });

  test('law: an item with one value replaced gives the same text only when the values mean the same', () => {
    fc.assert(
      fc.property(item, fc.string(), attributeValue, attributeValue, (base, name, before, after) => {
        const a = Object.fromEntries([...Object.entries(base), [name, before]]);
        const b = Object.fromEntries([...Object.entries(base), [name, after]]);
        expect(canonicalItem(a) === canonicalItem(b)).toBe(isDeepStrictEqual(meaningOfItem(a), meaningOfItem(b)));
      }),
    );
  });

  test('law: what is read back means what was written, and is written the same again', () => {
    fc.assert(
      fc.property(item, (original) => {
        const text = canonicalItem(original);
        expect(meaningOfItem(parsed(text))).toEqual(meaningOfItem(original));
        expect(canonicalItem(parsed(text))).toBe(text);
      }),
    );
  });

  test('an attribute called __proto__ is a name like any other, at the top and in a map', () => {
    const text = '{"__proto__":{"S":"top"},"m":{"M":{"__proto__":{"N":"1"}}}}';
    expect(canonicalItem(parsed(text))).toBe(text);
  });

  test('the worked example of the format', () => {
    const text = canonicalItem({
      name: { S: 'Zoë "Z"' },
      id: { S: 'a' },
      balance: { N: '1.50E+2' },
      tags: { SS: ['b', 'a'] },
      photo: { B: 'AAH/' },
      empty: { S: '' },
      list: { L: [] },
    });
    expect(text).toBe(
      '{"balance":{"N":"150"},"empty":{"S":""},"id":{"S":"a"},"list":{"L":[]},"name":{"S":"Zoë \\"Z\\""},"photo":{"B":"AAH/"},"tags":{"SS":["a","b"]}}',
    );
  });

  test.each([
    ['an unknown type', { a: { X: 'y' } }, /attribute a has the unknown type "X"/],
    ['a type that is a property of every object', { a: { constructor: 'y' } }, /unknown type "constructor"/],
    ['two types', { a: { S: 'x', N: '1' } }, /attribute a should be one DynamoDB JSON value/],
    ['a plain value', { a: 'x' }, /attribute a should be one DynamoDB JSON value/],
    ['a number that is none', { a: { M: { b: { N: 'NaN' } } } }, /attribute a\.b: "NaN" is not a DynamoDB number/],
    ['an empty set', { a: { SS: [] } }, /attribute a should have members/],
    ['broken base64', { a: { L: [{ B: 'AA=A' }] } }, /attribute a\[0\] should be padded standard base64/],
    ['a NULL that is false', { a: { NULL: false } }, /attribute a should be true/],
    ['text for a boolean', { a: { BOOL: 'true' } }, /attribute a should be true or false/],
    ['a list for an item', [] as unknown, /the item should be a map/],
  ])('%s is refused with its path and value', (_, bad, message) => {
    const write = () => canonicalItem(bad as AttributeMap);
    expect(write).toThrow(UnreadableValueError);
    expect(write).toThrow(message);
  });
});

describe('canonical numbers', () => {
  test.each([
    ['1.50', '1.5'],
    ['1E+3', '1000'],
    ['00012.500', '12.5'],
    ['+5', '5'],
    ['.5', '0.5'],
    ['5.', '5'],
    ['-0', '0'],
    ['0E10', '0'],
    ['-1.5E-3', '-0.0015'],
    ['12345678901234567890123456789012345678', '12345678901234567890123456789012345678'],
    ['1E+125', `1${'0'.repeat(125)}`],
    ['1E-130', `0.${'0'.repeat(129)}1`],
  ])('%s is spelled as DynamoDB spells it: %s', (given, canonical) => expect(canonicalNumber(given)).toBe(canonical));

  test('law: two spellings are the same text exactly when they are the same number', () => {
    const spelling = fc
      .tuple(
        fc.constantFrom('', '-', '+'),
        fc.integer({ min: 0, max: 30 }),
        fc.integer({ min: 0, max: 30 }),
        fc.integer({ min: -5, max: 5 }),
      )
      .map(([sign, whole, fraction, exponent]) => `${sign}${whole}.${fraction}e${exponent}`);
    fc.assert(
      fc.property(spelling, spelling, (a, b) => {
        expect(canonicalNumber(a) === canonicalNumber(b)).toBe(exactNumber(a) === exactNumber(b));
      }),
      { numRuns: 2_000 },
    );
  });

  test.each(['', '.', '-', 'e5', '1e', '0x10', 'Infinity', '1,5', ' 1', '1E+126', '1E-131', '1e99999999'])(
    '%j is refused',
    (given) => expect(() => canonicalNumber(given)).toThrow(UnreadableValueError),
  );
});
