import { judgeLastRun, judgeWriterTrust } from '../../../operations/check/engineChecks';
import { judgeJobsTrust } from '../../../operations/check/jobsRole';
import { trustBatchOperations, trustRole, trustStepFunctions } from '../../../stacks/policies/trust';

const last = (status: string) => judgeLastRun({ name: 'users-1', status, startedAtMs: 0 });

test.each(['FAILED', 'TIMED_OUT', 'ABORTED'])('a last run that is %s is told, with what to do', (status) => {
  expect(last(status)).toMatchObject({
    verdict: 'warning',
    found: `users-1: ${status}, started 1970-01-01T00:00:00Z`,
    remedy: expect.stringContaining('give the same dcs restore, dcs verify or dcs backfill again') as string,
  });
});

test.each(['RUNNING', 'SUCCEEDED', 'PENDING_REDRIVE'])('one that is %s is nothing to do about', (status) => {
  expect(last(status)).toMatchObject({ verdict: 'ok', values: { execution: 'users-1', status, startedAtMs: 0 } });
});

test('where the engine has never run, that is said', () => {
  expect(judgeLastRun(undefined)).toEqual({ verdict: 'ok', found: 'none yet' });
});

test('a role of jobs is there, and trusts the service whose jobs it is for, and nothing less is well', () => {
  const judgeTrust = judgeJobsTrust('dcs restore --thaw');
  const judged = (trust: unknown) => judgeTrust(JSON.stringify(trust)).verdict;
  const trust = (Statement: object) => ({ Version: '2012-10-17', Statement });
  expect(judged(trust(trustBatchOperations()))).toBe('ok');
  expect(judgeTrust(undefined)).toMatchObject({ verdict: 'problem', found: 'there is no such role' });
  expect(judgeTrust(JSON.stringify(trust(trustStepFunctions('222222222222'))))).toMatchObject({
    ...{ verdict: 'problem', found: 'trusts states.amazonaws.com' },
  });
  expect(judged(trust({ ...trustBatchOperations(), Effect: 'Deny' }))).toBe('problem');
  expect(judged(trust([{ Effect: 'Allow', Principal: { AWS: '*' }, Action: 'sts:AssumeRole' }]))).toBe('problem');
  expect(judged({})).toBe('problem');
});

test('the role that writes images trusts the function of the engine, and nobody else is well', () => {
  const roleArn = 'arn:aws:iam::222222222222:role/dcs-engine-fold';
  const trust = (arn: string) =>
    trustRole('EngineAssumesRole', { partition: 'aws', accountId: '222222222222', roleArn: arn });
  const judged = (...Statement: object[]) => judgeWriterTrust(roleArn)(JSON.stringify({ Statement }));
  expect(judged(trust(roleArn)).verdict).toBe('ok');
  expect(judgeWriterTrust(roleArn)(undefined)).toMatchObject({ verdict: 'problem', found: 'there is no such role' });
  expect(judged(trust(`${roleArn}-2`))).toMatchObject({ verdict: 'problem', found: `trusts ${roleArn}-2` });
  expect(judged(trust(roleArn), { ...trust(roleArn), Condition: undefined }).verdict).toBe('problem');
  expect(judged({ ...trust(roleArn), Effect: 'Deny' })).toMatchObject({ verdict: 'problem', found: 'trusts nobody' });
  // What keeps the function from it is no trust, whatever else names it.
  const other = { ...trust(roleArn), Principal: { AWS: 'arn:aws:iam::333333333333:root' } };
  const bound = {
    ...trust(roleArn),
    Condition: { ...trust(roleArn).Condition, Bool: { 'aws:MultiFactorAuthPresent': 'true' } },
  };
  for (const statements of [[trust(roleArn), { ...trust(roleArn), Effect: 'Deny' }], [other], [bound]])
    expect(judged(...statements)).toMatchObject({ verdict: 'problem' });
});
