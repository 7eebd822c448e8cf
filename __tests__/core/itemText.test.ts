import fc from 'fast-check';
import type { AttributeMap } from '../../core/attributeValue';
import { canonicalItem } from '../../core/canonicalItem';
import { readItemText } from '../../core/itemText';
import { imageBody } from '../../core/image';
import { item } from './arbitraries';

const itemIn = (body: string) => (JSON.parse(body) as { Item: AttributeMap }).Item;

/** What the reader that parses makes of a body; undefined where it refuses it. */
function bodyAgain(body: string): string | undefined {
  try {
    return imageBody(itemIn(body));
  } catch {
    return undefined;
  }
}

const PUT = ['', '""', '\ud83d', '\u00e9', '\n', '\u0000', ...'{}[]":,\\u-.019=AaZ +/SNBLM'.split(/(?:)/)];

/** Bodies with some characters of JSON taken out, doubled, changed or moved. */
const damaged = fc
  .tuple(
    item.map(imageBody),
    fc.array(fc.tuple(fc.nat(), fc.constantFrom(...PUT)), {
      minLength: 1,
      maxLength: 3,
    }),
    fc.constantFrom(0, 1),
  )
  .map(([body, changes, taken]) =>
    changes.reduce((text, [at, put]) => {
      const place = at % (text.length + 1);
      return text.slice(0, place) + put + text.slice(place + taken);
    }, body),
  );

describe('a body that is looked at and not parsed', () => {
  test('law: whatever is taken is to the byte what the item in it makes', () => {
    fc.assert(
      fc.property(fc.oneof(damaged, item.map(imageBody)), (body) => {
        const text = readItemText(body);
        if (!text) return;
        expect(bodyAgain(body)).toBe(body);
        expect(canonicalItem(text.item)).toBe(text.json);
      }),
      { numRuns: 1_000 },
    );
  });

  test('law: items in canonical form are taken, but for names and set members with escapes, and rare characters', () => {
    fc.assert(
      fc.property(item, (original) => {
        const body = imageBody(original);
        const isRare = /\\u|"(?:[^"\\]|\\.)*\\.(?:[^"\\]|\\.)*"/.test(body) || /\d{90}/.test(body);
        expect(readItemText(body) !== undefined || isRare).toBe(true);
      }),
      { numRuns: 1_000 },
    );
  });

  test('law: an attribute by itself is what it is in the item', () => {
    fc.assert(
      fc.property(item, fc.string(), (original, other) => {
        const body = imageBody(original);
        for (const name of [...Object.keys(original), other, '__proto__']) {
          const text = readItemText(body);
          if (!text) return;
          const expected = Object.hasOwn(original, name) ? itemIn(body)[name] : undefined;
          expect(text.attribute(name)).toEqual(expected);
          expect(text.item).toEqual(itemIn(body));
          expect(text.attribute(name)).toEqual(expected);
        }
      }),
    );
  });

  test.each([
    '{"Item":{"B":{"B":"AAE="},"N":{"N":"-0.5"},"a":{"S":"\\"\\\\\\n\u00e9\ud83d\ude00"},"b":{"BOOL":false},"z":{"NULL":true}}}',
    '{"Item":{"a":{"L":[{"M":{}},{"L":[]},{"NS":["-1","0","12.5"]},{"SS":["","a","b"]},{"BS":["AA==","AAA="]}]}}}',
    '{"Item":{}}',
  ])('takes %s', (body) => {
    expect(bodyAgain(body)).toBe(body);
    const text = readItemText(body);
    expect(text?.body).toBe(body);
    for (const [name, value] of Object.entries(itemIn(body))) expect(text?.attribute(name)).toEqual(value);
  });

  const of = (value: string) => `{"Item":{"a":${value}}}`;
  test.each([
    [
      'numbers in another spelling',
      ['01', '1.0', '-0', '+1', '1e3', '.5', '1.', '', '-', '1 '].map((digits) => of(`{"N":"${digits}"}`)),
    ],
    ['numbers out of range', [of(`{"N":"1${'0'.repeat(200)}"}`)]],
    ['other base64', ['A', 'AA', 'AAA', 'AB==', 'AAB=', 'AA-_', 'AA=A', '===='].map((b) => of(`{"B":"${b}"}`))],
    [
      'sets that are empty, not sorted or hold the same twice',
      ['[]', '["b","a"]', '["a","a"]', '["ab","a"]', '["a",]'].map((members) => of(`{"SS":${members}}`)),
    ],
    [
      'names that are not sorted, or the same twice',
      [
        '{"Item":{"b":{"S":""},"a":{"S":""}}}',
        '{"Item":{"a":{"S":"x"},"a":{"S":"y"}}}',
        '{"Item":{"a":{"M":{"b":{"S":""},"a":{"S":""}}}}}',
      ],
    ],
    [
      'spaces, and what follows',
      [`${of('{"S":""}')} `, `${of('{"S":""}')}}`, of(' {"S":""}'), '{"Item":{"a":{"S":""},}}'],
    ],
    [
      'other types and values',
      [
        '{"X":""}',
        '{"S":1}',
        '{"S":"","N":"1"}',
        '{"BOOL":1}',
        '{"NULL":false}',
        '{"L":{}}',
        '{"M":[]}',
        '{}',
        '1',
        'null',
      ].map(of),
    ],
    [
      'characters that JSON escapes',
      ['\n', '\t', '\u0000', '\ud800', '\udc00', '\\x', '\\'].map((c) => of(`{"S":"${c}"}`)),
    ],
    [
      'what is cut',
      ['', '{', '{"Item":', '{"Item":{', '{"Item":{"a":{"S":"', '{"Item":{}', '{"Items":{}}', '{}', '[]'],
    ],
    ['more levels than anybody has', [of('{"L":['.repeat(5_000) + ']}'.repeat(5_000))]],
  ])('does not take %s', (_, bodies) => {
    for (const body of bodies) expect([body, readItemText(body)]).toEqual([body, undefined]);
  });
});
