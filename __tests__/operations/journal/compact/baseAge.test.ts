import type { BaseManifest } from '../../../../core/journal/baseManifest';
import type { RunManifest } from '../../../../core/journal/runManifest';
import { baseAgeMs, isBaseDue } from '../../../../operations/journal/compact/baseAge';
import type { StoredBase, StoredRun } from '../../../../operations/journal/runs/catalog';

const HOUR_MS = 3_600_000;
const NOW = Date.UTC(2026, 0, 10);
const ago = (hours: number) => new Date(NOW - hours * HOUR_MS).toISOString();

const run = (name: string, hours = 1, merged: readonly string[] = []) => {
  const manifest: Partial<RunManifest> = { name, firstStoredAt: ago(hours), merged, mergedBefore: [] };
  return { name, manifest } as unknown as StoredRun;
};
const base = (hours: number, ...covers: string[]) => {
  const manifest: Partial<BaseManifest> = { madeAt: ago(hours), covers };
  return { name: `base-${hours}`, manifest } as unknown as StoredBase;
};

test('a base that has every run is of no age, however long ago it was made', () => {
  expect(baseAgeMs({ runs: [run('a'), run('b')], bases: [base(1_000, 'a', 'b')] }, NOW)).toBe(0);
  expect(baseAgeMs({ runs: [], bases: [] }, NOW)).toBe(0);
});

test('one that lacks a run is as old as it is; the newest counts', () => {
  expect(baseAgeMs({ runs: [run('a'), run('b')], bases: [base(30, 'a'), base(60)] }, NOW)).toBe(30 * HOUR_MS);
});

test('a run that took the place of runs that a base has is no new one', () => {
  expect(baseAgeMs({ runs: [run('m', 40, ['a', 'b'])], bases: [base(30, 'a', 'b')] }, NOW)).toBe(0);
  expect(baseAgeMs({ runs: [run('m', 40, ['a', 'c'])], bases: [base(30, 'a', 'b')] }, NOW)).toBe(30 * HOUR_MS);
});

test('without any base it is the age of the oldest change in a run', () => {
  expect(baseAgeMs({ runs: [run('a', 5), run('b', 7)], bases: [] }, NOW)).toBe(7 * HOUR_MS);
});

test('a base is due without one, and when the newest is about a day old: one a day whatever the minute', () => {
  expect(isBaseDue({ bases: [] }, NOW)).toBe(true);
  expect(isBaseDue({ bases: [base(22.9), base(50)] }, NOW)).toBe(false);
  expect(isBaseDue({ bases: [base(23), base(50)] }, NOW)).toBe(true);
});
