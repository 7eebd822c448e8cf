import fc from 'fast-check';
import { itemDigest } from '../../core/image';
import { changed, plannedWrite } from '../../core/plannedWrite';
import { item as anyItem } from './arbitraries';

const S = (text: string) => ({ S: text });

test('an update sets some attributes, removes others, and keeps the rest', () => {
  const update = { do: 'update', set: { a: S('new'), c: S('made') }, remove: ['b', 'nowhere'] } as const;
  expect(changed({ a: S('old'), b: S('gone'), kept: S('kept') }, update)).toEqual({
    ...{ a: S('new'), c: S('made'), kept: S('kept') },
  });
  expect(changed(undefined, update)).toEqual({ a: S('new'), c: S('made') });
});

test('law: a line of a plan tells by digests what it expects and what becomes of it, whatever it does', () => {
  const change = fc.oneof(
    fc.constant({ do: 'delete' } as const),
    anyItem.map((item) => ({ do: 'put', item }) as const),
    fc.tuple(anyItem, anyItem).map(([set, removed]) => {
      const remove = Object.keys(removed).filter((name) => !Object.hasOwn(set, name));
      return { do: 'update', set, remove } as const;
    }),
  );
  fc.assert(
    fc.property(fc.option(anyItem, { nil: undefined }), change, (now, given) => {
      const line = plannedWrite({ objectKey: 'k', keys: { id: S('a') }, now }, given, true);
      const after = changed(now, given);
      expect(line).toMatchObject({ expects: itemDigest(now), becomes: itemDigest(after), isChangedLater: true });
      if (given.do === 'update') {
        for (const name of given.remove) expect(Object.hasOwn(after ?? {}, name)).toBe(false);
        for (const [name, value] of Object.entries(now ?? {}))
          if (!Object.hasOwn(given.set, name) && !given.remove.includes(name)) expect(after?.[name]).toEqual(value);
      }
    }),
  );
});
