import { readFileSync } from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import {
  DAY_MS,
  heldMs,
  keptLocked,
  renewal,
  sweepEveryMs,
  type LockRule,
  type VersionLock,
} from '../../core/lockRenewal';
import { lockRefusal } from '../../local/objectLock';

const rules: fc.Arbitrary<LockRule> = fc.record({
  mode: fc.constantFrom('COMPLIANCE', 'GOVERNANCE'),
  retentionDays: fc.integer({ min: 1, max: 36_500 }),
});
const NOW = Date.UTC(2026, 0, 1);
const locks: fc.Arbitrary<VersionLock | undefined> = fc.option(
  fc.record({
    mode: fc.constantFrom('COMPLIANCE', 'GOVERNANCE'),
    untilMs: fc.integer({ min: -100, max: 100 }).map((days) => NOW + days * DAY_MS),
  }),
  { nil: undefined },
);
/** So long ago a sweep began that has come to the version now. */
const sinces = fc.integer({ min: 0, max: 20 * DAY_MS });

describe('a renewal', () => {
  test('is never refused by S3 where it keeps the mode: it neither shortens a lock nor weakens it', () => {
    fc.assert(
      fc.property(locks, rules, sinces, (lock, rule, since) => {
        const wanted = renewal(lock, rule, { sweepStartedAtMs: NOW - since, nowMs: NOW });
        if (wanted) expect(lockRefusal(lock, wanted, NOW, true)).toBeUndefined();
      }),
    );
  });

  test('locks for no longer than the retention, except what was locked longer', () => {
    fc.assert(
      fc.property(locks, rules, sinces, (lock, rule, since) => {
        const wanted = renewal(lock, rule, { sweepStartedAtMs: NOW - since, nowMs: NOW });
        const most = Math.max(NOW + rule.retentionDays * DAY_MS, lock?.untilMs ?? 0);
        if (wanted) expect(wanted.untilMs).toBeLessThanOrEqual(most);
      }),
    );
  });

  test('leaves nothing without a lock in force', () => {
    fc.assert(
      fc.property(locks, rules, sinces, (lock, rule, since) => {
        const then = renewal(lock, rule, { sweepStartedAtMs: NOW - since, nowMs: NOW }) ?? lock;
        expect(then?.untilMs).toBeGreaterThan(NOW);
      }),
    );
  });

  test('what it passes over in the mode of the settings is locked until after the next sweep but one', () => {
    fc.assert(
      fc.property(locks, rules, sinces, (lock, rule, since) => {
        const sweepStartedAtMs = NOW - since;
        if (renewal(lock, rule, { sweepStartedAtMs, nowMs: NOW }) || lock?.mode !== rule.mode) return;
        expect(lock.untilMs).toBeGreaterThanOrEqual(sweepStartedAtMs + 2 * sweepEveryMs(rule));
      }),
    );
  });

  test('what it locks holds for longer than it has to, whatever the retention', () => {
    fc.assert(
      fc.property(rules, (rule) => {
        expect(heldMs(rule)).toBeLessThan((rule.retentionDays * DAY_MS) / 2);
      }),
    );
  });

  const lockedFor = (mode: LockRule['mode'], days: number) => ({ mode, untilMs: NOW + days * DAY_MS });
  const rule = { mode: 'COMPLIANCE', retentionDays: 30 } as const;
  const now = { sweepStartedAtMs: NOW, nowMs: NOW };
  test.each([
    ['a lock that was never there', undefined, lockedFor('COMPLIANCE', 30)],
    ['a lock that is over', lockedFor('COMPLIANCE', 0), lockedFor('COMPLIANCE', 30)],
    ['a lock with ten days left', lockedFor('COMPLIANCE', 10), undefined],
    ['a lock with nine days left', lockedFor('COMPLIANCE', 9), lockedFor('COMPLIANCE', 30)],
    ['a weaker mode, however long', lockedFor('GOVERNANCE', 40), lockedFor('COMPLIANCE', 40)],
  ])('%s', (_what, lock, expected) => {
    expect(renewal(lock, rule, now)).toEqual(expected);
  });
  test('what is locked in COMPLIANCE mode ends by itself where the settings say GOVERNANCE', () => {
    const governance = { mode: 'GOVERNANCE', retentionDays: 30 } as const;
    expect(renewal(lockedFor('COMPLIANCE', 1), governance, now)).toBeUndefined();
    expect(renewal(lockedFor('COMPLIANCE', 0), governance, now)).toEqual(lockedFor('GOVERNANCE', 30));
  });
});

test.each([
  ['dcs/users/a/image.json', 'image'],
  ['dcs/users/table.json', 'definition'],
  ['dcs/users/a/table.json', undefined],
  ['dcs/=dcs/users/verify/2026-01-01T00:00:00.000Z.json', 'report'],
  ['dcs/=dcs/users/journal/2026/01/01/00/1-1-a.tsv.gz', 'journal'],
  ['dcs/=dcs/users/runs/a/manifest.json', 'journal'],
  ['dcs/=dcs/users/base/a/items/part-00.json.gz', 'journal'],
  ['dcs/=dcs/=check/2026-01-01T00:00:00.000Z-1.json', undefined],
  ['dcs/=dcs/=locks/sweeps.json', undefined],
  ['dcs/=dcs/=anything/image.json', undefined],
  ['aws/lambda/1/image.json', undefined],
  ['others/a/image.json', undefined],
])('what stays locked: %s', (objectKey, kind) => {
  expect(keptLocked(objectKey, 'dcs/')).toBe(kind);
  if (objectKey.startsWith('dcs/')) expect(keptLocked(objectKey.slice(4), '')).toBe(kind);
});

/** One item for ten years, looked at in every sweep: how often it is locked anew. */
function locksOfTenYears(rule: LockRule): number {
  let [lock, locks] = [{ mode: rule.mode, untilMs: NOW + rule.retentionDays * DAY_MS }, 0];
  for (let nowMs = NOW; nowMs < NOW + 3_600 * DAY_MS; nowMs += sweepEveryMs(rule)) {
    const wanted = renewal(lock, rule, { sweepStartedAtMs: nowMs, nowMs });
    if (!wanted) continue;
    [lock, locks] = [wanted, locks + 1];
  }
  return locks;
}

test('the costs in docs/security.md are those of the rule', () => {
  const page = readFileSync(path.resolve(__dirname, '../../docs/security.md'), 'utf8');
  const rows = [...page.matchAll(/^\| (\d+)[^|]* \| ([\d.]+) × \$0\.40 \| ([\d.]+) × \$5 \| \$([\d.]+) \|$/gm)];
  expect(rows).toHaveLength(4);
  for (const [, retentionDays, looks, locks, dollars] of rows) {
    const rule = { mode: 'COMPLIANCE', retentionDays: Number(retentionDays) } as const;
    const aMonth = { looks: (30 * DAY_MS) / sweepEveryMs(rule), locks: locksOfTenYears(rule) / 120 };
    expect(aMonth.looks).toBeCloseTo(Number(looks), 0);
    expect(Math.abs(aMonth.locks - Number(locks))).toBeLessThanOrEqual(0.1);
    const cost = aMonth.looks * 0.4 + aMonth.locks * 5;
    expect(Math.abs(cost - Number(dollars)) / cost).toBeLessThan(0.1);
  }
});
