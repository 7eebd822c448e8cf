import { lifecycleSettings, type Lifecycle } from '../../settings/lifecycle';
import { lifecycleProblems } from '../../settings/lifecycleChecks';

const problems = (change: Partial<Lifecycle>) =>
  lifecycleProblems('source', { ...lifecycleSettings.parse({}), ...change }).map(
    ({ path, allowed }) => `${path.replace('source.lifecycle.', '')}: ${allowed}`,
  );
const moves = (...list: [number, 'STANDARD_IA' | 'GLACIER_IR' | 'GLACIER' | 'DEEP_ARCHIVE'][]) =>
  list.map(([afterDays, storageClass]) => ({ afterDays, storageClass }));

test('the defaults are what S3 takes, and move nothing to where it has to be asked back from', () => {
  expect(problems({})).toEqual([]);
  const { currentVersionTransitions, noncurrentVersionTransitions } = lifecycleSettings.parse({});
  expect(currentVersionTransitions).toEqual([]);
  expect(noncurrentVersionTransitions).toEqual(moves([30, 'GLACIER_IR']));
});

/** List prices of us-east-1, of which docs/operations.md tells the arithmetic: a month of a GB, a move of one object. */
const PER_GB_MONTH = { STANDARD_IA: 0.0125, GLACIER_IR: 0.004 };
const PER_MOVE = 0.02 / 1_000;

test('the default move pays at the default size, and not at the half of it', () => {
  const { noncurrentVersionExpirationDays, noncurrentVersionTransitions, transitionMinimumBytes } =
    lifecycleSettings.parse({});
  const months = (noncurrentVersionExpirationDays! - noncurrentVersionTransitions[0]!.afterDays) / 30.4;
  const saved = (bytes: number) => (bytes / 1e9) * (PER_GB_MONTH.STANDARD_IA - PER_GB_MONTH.GLACIER_IR) * months;
  expect(saved(transitionMinimumBytes) / PER_MOVE).toBeGreaterThan(0.9);
  expect(saved(transitionMinimumBytes / 2) / PER_MOVE).toBeLessThan(0.5);
});

test.each<[string, Partial<Lifecycle>, string[]]>([
  [
    'a list downwards',
    { currentVersionTransitions: moves([30, 'STANDARD_IA'], [60, 'GLACIER_IR'], [180, 'GLACIER']) },
    [],
  ],
  [
    'STANDARD_IA too early',
    { currentVersionTransitions: moves([29, 'STANDARD_IA']) },
    ['currentVersionTransitions[0].afterDays: at least 30: S3 moves nothing to STANDARD_IA sooner'],
  ],
  [
    'out of STANDARD_IA too early',
    { noncurrentVersionTransitions: moves([30, 'STANDARD_IA'], [59, 'GLACIER_IR']) },
    ['noncurrentVersionTransitions[1].afterDays: at least 60: S3 moves nothing out of STANDARD_IA within 30 days'],
  ],
  [
    'upwards',
    { currentVersionTransitions: moves([30, 'GLACIER'], [60, 'GLACIER_IR']) },
    ['currentVersionTransitions[1].storageClass: a class below GLACIER: S3 moves objects downwards alone'],
  ],
  [
    'the same class twice, on the same day',
    { currentVersionTransitions: moves([30, 'GLACIER'], [30, 'GLACIER']) },
    [
      'currentVersionTransitions[1].storageClass: a class below GLACIER: S3 moves objects downwards alone',
      'currentVersionTransitions[1].afterDays: at least 31: later than the move before it',
    ],
  ],
  [
    'a history that ends before the cheaper class has paid',
    { noncurrentVersionExpirationDays: 119 },
    [
      'noncurrentVersionExpirationDays: at least 120: source.lifecycle.noncurrentVersionTransitions moves to GLACIER_IR after 30 days, which is billed for 90 days at least',
    ],
  ],
  ['a short history without a move', { noncurrentVersionExpirationDays: 1, noncurrentVersionTransitions: [] }, []],
  ['a history without an end', { noncurrentVersionExpirationDays: null }, []],
])('%s', (_what, change, expected) => {
  expect(problems(change)).toEqual(expected);
});
