import { judgeLastRun } from '../../../operations/check/engineChecks';

const last = (status: string) => judgeLastRun({ name: 'users-1', status, startedAtMs: 0 });

test.each(['FAILED', 'TIMED_OUT', 'ABORTED'])('a last run that is %s is told, with what to do', (status) => {
  expect(last(status)).toMatchObject({
    verdict: 'warning',
    found: `users-1: ${status}, started 1970-01-01T00:00:00Z`,
    remedy: expect.stringContaining('give the same dcs restore or dcs verify again') as string,
  });
});

test.each(['RUNNING', 'SUCCEEDED', 'PENDING_REDRIVE'])('one that is %s is nothing to do about', (status) => {
  expect(last(status)).toMatchObject({ verdict: 'ok', values: { execution: 'users-1', status, startedAtMs: 0 } });
});

test('where the engine has never run, that is said', () => {
  expect(judgeLastRun(undefined)).toEqual({ verdict: 'ok', found: 'none yet' });
});
