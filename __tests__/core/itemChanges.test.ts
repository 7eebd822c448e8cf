import fc from 'fast-check';
import type { AttributeMap, AttributeValue } from '../../core/attributeValue';
import { canonicalItem } from '../../core/canonicalItem';
import { itemChanges, type ValueChange } from '../../core/itemChanges';
import { plainJson } from '../../core/plainJson';
import { generator, item, respelled } from './arbitraries';

/** Applies changes, by other means than the ones that found them. */
function applied(before: AttributeMap, changes: readonly ValueChange[]): AttributeMap {
  return changes.reduce((state, { path, after }) => changedAt({ M: state }, path, after).M, before);
}

function changedAt(
  value: AttributeValue,
  [step, ...rest]: ValueChange['path'],
  after?: AttributeValue,
): { M: AttributeMap } {
  if (typeof step === 'number' && 'L' in value) {
    const members = value.L.map((member, i) =>
      i !== step ? member : rest.length === 0 ? after! : changedAt(member, rest, after),
    );
    return { L: members } as unknown as { M: AttributeMap };
  }
  const entries = 'M' in value ? Object.entries(value.M).filter(([name]) => name !== step) : [];
  const inside = 'M' in value ? value.M[step as string] : undefined;
  const changed = rest.length === 0 ? after : changedAt(inside!, rest, after);
  return { M: Object.fromEntries(changed ? [...entries, [step as string, changed]] : entries) };
}

describe('what changed between two states of an item', () => {
  test('law: applied to the one it gives the other', () => {
    fc.assert(
      fc.property(item, item, (before, after) => {
        expect(canonicalItem(applied(before, itemChanges(before, after)))).toBe(canonicalItem(after));
      }),
    );
  });

  test('law: the same item in another spelling has not changed', () => {
    const pair = item.chain((one) => fc.tuple(fc.constant(one), respelled(one, fc.integer())));
    fc.assert(fc.property(pair, ([one, other]) => expect(itemChanges(one, other)).toEqual([])));
    expect(generator(1)(2)).toBeLessThan(2);
  });

  test('it goes inside maps and lists of one length, and no further', () => {
    const before: AttributeMap = { a: { M: { b: { L: [{ S: 'x' }, { S: 'y' }] } } }, tags: { SS: ['a'] } };
    const after: AttributeMap = { a: { M: { b: { L: [{ S: 'x' }, { S: 'z' }] } } }, tags: { SS: ['a', 'b'] } };
    expect(itemChanges(before, after)).toEqual([
      { path: ['a', 'b', 1], before: { S: 'y' }, after: { S: 'z' } },
      { path: ['tags'], before: { SS: ['a'] }, after: { SS: ['a', 'b'] } },
    ]);
  });

  test('they come in the order of their names', () => {
    const changes = itemChanges({ c: { S: '1' }, a: { S: '1' } }, { d: { S: '2' }, a: { S: '2' }, b: { S: '2' } });
    expect(changes.map(({ path }) => path.join('.'))).toEqual(['a', 'b', 'c', 'd']);
  });

  test.each([
    ['longer', [{ S: 'a' }], [{ S: 'a' }, { S: 'b' }]],
    ['shorter', [{ S: 'a' }, { S: 'b' }], [{ S: 'b' }]],
  ])('a list that got %s has changed as a whole', (_, before, after) => {
    expect(itemChanges({ l: { L: before } }, { l: { L: after } })).toEqual([
      { path: ['l'], before: { L: before }, after: { L: after } },
    ]);
  });
});

describe('an item as plain JSON', () => {
  test('law: it is JSON with the same attribute names', () => {
    fc.assert(
      fc.property(item, fc.constantFrom(0, 2), (one, indent) => {
        const parsed = JSON.parse(plainJson(one, indent)) as object;
        expect(Object.keys(parsed).sort()).toEqual(Object.keys(one).sort());
      }),
    );
  });

  test('numbers keep all their digits, sets are lists, binary is base64', () => {
    const one: AttributeMap = {
      n: { N: '12345678901234567890123456789012345678' },
      s: { NS: ['1', '2.50'] },
      b: { B: '/+8=' },
      e: { L: [] },
      x: { NULL: true },
    };
    expect(plainJson(one)).toBe('{"n":12345678901234567890123456789012345678,"s":[1,2.5],"b":"/+8=","e":[],"x":null}');
    expect(plainJson({ a: { L: [{ BOOL: true }] } }, 2)).toBe('{\n  "a": [\n    true\n  ]\n}');
  });
});
