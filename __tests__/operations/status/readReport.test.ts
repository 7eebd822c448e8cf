import { readReport } from '../../../operations/status/readReport';

const read = (fields: object) =>
  readReport(
    { objectKey: 'k', storedAtMs: 0, text: JSON.stringify({ endedAt: '2026-11-24T00:00:00Z', ...fields }) },
    0,
  );
const drilled = { verdict: 'same', differences: 0, sample: null, restoreSeconds: 90 };

test('a drill without a difference that took longer than it may, or had lost more, is told as such', () => {
  const recoveryTime = { seconds: 90, isEstimated: false, targetSeconds: 60, isMet: false };
  const late = read({ ...drilled, recoveryTime });
  expect(late).toMatchObject({ isSame: true, isTargetMissed: true });
  expect(late.found).toMatch(/no difference, restored in 1 min 30 s, longer than the target of 1 min$/);
  const recoveryPoint = { at: '2026-11-24T00:00:00Z', ageSeconds: 61 };
  const old = read({ ...drilled, recoveryPoint, recoveryPointTarget: { targetSeconds: 60 } });
  expect(old).toMatchObject({ isSame: true, isTargetMissed: true });
  expect(old.found).toMatch(/its recovery point older than the target of 1 min$/);
});

test('an estimate, a target that was met, and a report without any are told as before', () => {
  const recoveryTime = { seconds: 90, isEstimated: true, targetSeconds: 60, isMet: false };
  for (const fields of [{ recoveryTime }, { recoveryTime: { ...recoveryTime, targetSeconds: 90 } }, {}]) {
    const { isTargetMissed, found } = read({ ...drilled, ...fields });
    expect(isTargetMissed).toBe(false);
    expect(found).toMatch(/no difference, restored in 1 min 30 s$/);
  }
});
