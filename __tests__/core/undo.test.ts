import fc from 'fast-check';
import type { AttributeMap } from '../../core/attributeValue';
import { canonicalItem } from '../../core/canonicalItem';
import { undoOf, type Undo } from '../../core/undo';
import { attributeValue, item } from './arbitraries';

/** Three states of one item, which have names and values in common as states of an item do. */
const states = fc.array(attributeValue, { minLength: 3, maxLength: 3 }).chain((values) => {
  const names = ['id', 'total', '__proto__', 'status', ''];
  const state = fc
    .tuple(...names.map(() => fc.constantFrom(undefined, ...values)))
    .map((chosen) => Object.fromEntries(names.flatMap((name, i) => (chosen[i] ? [[name, chosen[i]]] : []))));
  return fc.tuple(state, state, state);
});
const maybe = fc.boolean();
/** The same, each of them perhaps not there. */
const maybeStates = fc
  .tuple(states, fc.tuple(maybe, maybe, maybe))
  .map(([items, there]) => items.map((one, i) => (there[i] ? one : undefined)));

/** What a table holds after the write, by other means than what planned it. */
function carriedOut(now: AttributeMap | undefined, undo: Undo): AttributeMap | undefined {
  if (undo.do === 'nothing') return now;
  if (undo.do === 'delete') return undefined;
  if (undo.do === 'put') return undo.item;
  const kept = Object.entries(now ?? {}).filter(([name]) => !undo.remove.includes(name));
  return Object.fromEntries([...kept, ...Object.entries(undo.set)]);
}

/** The same item, with its attributes in another order. */
const respelled = (one: AttributeMap | undefined): AttributeMap | undefined =>
  one && Object.fromEntries(Object.entries(one).reverse());

const valueOf = (one: AttributeMap, name: string) => (Object.hasOwn(one, name) ? text({ x: one[name]! }) : undefined);
const text = (one: AttributeMap | undefined) => (one ? canonicalItem(one) : 'none');

describe('undoing a window', () => {
  test('law: a window that nobody touched later is undone: the item is what it was before', () => {
    fc.assert(
      fc.property(maybeStates, ([before, after]) => {
        const { undo, conflicts } = undoOf({ before, after, now: after });
        expect(text(carriedOut(after, undo))).toBe(text(before));
        expect(conflicts).toEqual([]);
      }),
    );
  });

  test('law: later changes of other attributes stay: the item is what it was before, and those changes', () => {
    fc.assert(
      fc.property(states, item, ([before, after], later) => {
        const others = Object.entries(later).map(([name, value]) => [`later ${name}`, value] as const);
        const withLater = (one: AttributeMap): AttributeMap => Object.fromEntries([...Object.entries(one), ...others]);
        const { undo, conflicts } = undoOf({ before, after, now: withLater(after) });
        expect(text(carriedOut(withLater(after), undo))).toBe(text(withLater(before)));
        expect(conflicts).toEqual([]);
      }),
    );
  });

  test('law: what is not undone is what it is now, and is a conflict wherever the window had changed it', () => {
    fc.assert(
      fc.property(states, ([before, after, now]) => {
        const { undo, conflicts } = undoOf({ before, after, now });
        const result = carriedOut(now, undo)!;
        for (const name of new Set([before, after, now].flatMap((one) => Object.keys(one)))) {
          const [was, then, is, got] = [before, after, now, result].map((one) => valueOf(one, name));
          if (was === then) expect(got).toBe(is);
          else if (then === is) expect(got).toBe(was);
          else expect([got, got === was || conflicts.includes(name)]).toEqual([is, true]);
        }
      }),
    );
  });

  test('law: a window that left an item as it was, and an item that is back already, need nothing', () => {
    fc.assert(
      fc.property(maybeStates, ([one, other]) => {
        const nothing = { undo: { do: 'nothing' }, conflicts: [] };
        expect(undoOf({ before: one, after: respelled(one), now: other })).toEqual(nothing);
        expect(undoOf({ before: one, after: other, now: respelled(one) })).toEqual(nothing);
      }),
    );
  });

  test('law: how an item is spelled decides nothing, and what writes changes something', () => {
    fc.assert(
      fc.property(maybeStates, fc.constantFrom('leave', 'theirs', 'ours'), ([before, after, now], rule) => {
        const all = undoOf({ before, after, now }, rule);
        const { undo } = all;
        const isEmpty = undo.do === 'update' && Object.keys(undo.set).length + undo.remove.length === 0;
        expect(isEmpty).toBe(false);
        expect(undoOf({ before: respelled(before), after: respelled(after), now: respelled(now) }, rule)).toEqual(all);
      }),
    );
  });

  test('law: who decides for the window gets every attribute that it changed back, and keeps the others', () => {
    fc.assert(
      fc.property(maybeStates, ([before, after, now]) => {
        const { undo } = undoOf({ before, after, now }, 'ours');
        const result = carriedOut(now, undo);
        if (text(before) === text(after)) {
          expect(text(result)).toBe(text(now));
          return;
        }
        if (!before || !after || !now) {
          expect(text(result)).toBe(text(before));
          return;
        }
        for (const name of new Set([before, after, now].flatMap((one) => Object.keys(one)))) {
          const [was, then, is, got] = [before, after, now, result!].map((one) => valueOf(one, name));
          expect(got).toBe(was === then ? is : was);
        }
      }),
    );
  });

  const made = { id: { S: 'a' }, n: { N: '1' } };
  const changed = { id: { S: 'a' }, n: { N: '2' } };
  test.each([
    ['made in the window, changed later', undefined, made, changed, { do: 'delete' }],
    [
      'deleted in the window, made again later',
      made,
      undefined,
      changed,
      { do: 'update', set: { n: { N: '1' } }, remove: [] },
    ],
    ['changed in the window, deleted later', made, changed, undefined, { do: 'put', item: made }],
  ] as const)('an item %s is left whole, unless the window is to lose', (_, before, after, now, ours) => {
    expect(undoOf({ before, after, now })).toEqual({ undo: { do: 'nothing' }, conflicts: 'item' });
    expect(undoOf({ before, after, now }, 'theirs')).toEqual({ undo: { do: 'nothing' }, conflicts: 'item' });
    expect(undoOf({ before, after, now }, 'ours')).toEqual({ undo: ours, conflicts: 'item' });
  });
});
