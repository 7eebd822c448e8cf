import { PassThrough } from 'node:stream';
import { UsageError } from '../../../core/errors';
import type { DemoResult } from '../../../local/demo/demo';
import { Narrator } from '../../../local/demo/narrator';
import { demoOptions } from '../../../local/demo/options';
import { compare } from '../../../local/demo/snapshot';
import { sayVerdict } from '../../../local/demo/verdict';
import { order, seededRandom, user } from '../../../local/demo/workload';

describe("the demo's options", () => {
  test('default to a few hundred items and a story on standard output', () => {
    expect(demoOptions([])).toEqual({ items: 300, layout: 'images', isJson: false });
    expect(demoOptions(['--items', '10000', '--layout', 'journal', '--json'])).toEqual({
      ...{ items: 10_000, layout: 'journal', isJson: true },
    });
  });

  test.each([
    [['--items', 'many'], '--items is "many"; write a whole number from 10 to 1000000'],
    [['--items', '9'], '--items is "9"'],
    [['--items=-5'], '--items is "-5"'],
    [['--layout', 'both'], '--layout is "both"; write one of images, journal'],
    [['--fast'], '--fast is no option here'],
    [['extra'], '"extra" is one argument too many; write npm run demo -- [--items N] [--layout LAYOUT] [--json]'],
  ])('%j is refused before anything starts', (args, message) => {
    expect(() => demoOptions(args)).toThrow(UsageError);
    expect(() => demoOptions(args)).toThrow(message);
  });
});

describe("the demo's comparison", () => {
  test('tells what is identical, different, missing, and too many', () => {
    const expected = new Map(Object.entries({ a: '1', b: '2', c: '3' }));
    const found = new Map(Object.entries({ a: '1', b: 'X', d: '4' }));
    expect(compare(expected, found)).toEqual({ identical: 1, different: ['b'], missing: ['c'], extra: ['d'] });
  });

  test('a difference is said, and named', () => {
    const said = verdictOf({ identical: false, differences: ['users (latest): missing {"id":{"S":"a"}}'] });
    expect(said).toContain('NOT identical: 1 differences.');
    expect(said).toContain('users (latest): missing {"id":{"S":"a"}}');
    expect(verdictOf({ identical: true, differences: [] })).toMatch(
      /^\nIdentical\. 12 changes, 12 images, 12 replicas/,
    );
  });
});

test('the demo writes the same items in every run', () => {
  const twice = [1, 2].map(() => {
    const random = seededRandom(7);
    return [user(1, random), order(2, random)];
  });
  expect(twice[0]).toEqual(twice[1]);
  expect(Object.keys(twice[0]![1]!)).toContain('__proto__');
});

function verdictOf(outcome: Pick<DemoResult, 'identical' | 'differences'>): string {
  const stream = new PassThrough();
  const result = {
    items: 10,
    changes: 12,
    images: 12,
    replicas: 12,
    restored: { latest: 9, earlier: 8 },
    seconds: {},
    ...outcome,
  };
  sayVerdict(new Narrator(stream as unknown as NodeJS.WriteStream, false), result);
  return (stream.read() as Buffer).toString();
}
