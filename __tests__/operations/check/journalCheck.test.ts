import { judgeRuns } from '../../../operations/check/compactorChecks';
import { judgeJournal } from '../../../operations/check/journalCheck';
import { whyIdle } from '../../../operations/check/scheduleChecks';

const right = { unfoldedSeconds: 0, baseSeconds: 0, unreadable: 0 };

test('a journal whose compactor says that all is folded is right, and so is what is younger than the alarms allow', () => {
  expect(judgeJournal(right)).toMatchObject({
    verdict: 'ok',
    found: 'all of the journal is in runs, all runs are in the base',
    values: { unfoldedJournalSeconds: 0, baseAgeSeconds: 0, unreadableJournalObjects: 0 },
  });
  expect(judgeJournal({ ...right, unfoldedSeconds: 7_200, baseSeconds: 172_800 }).verdict).toBe('ok');
});

test.each([
  [{ ...right, unfoldedSeconds: 7_201 }, 'is in no run'],
  [{ ...right, baseSeconds: 172_801 }, 'the base is 2 d'],
  [{ ...right, unreadable: 3 }, '3 of its objects cannot be read'],
  [{ ...right, baseSeconds: undefined }, 'told nothing for three hours'],
  [{}, 'told nothing for three hours'],
])('%j is a problem: %s', (state, words) => {
  const { verdict, found } = judgeJournal(state);
  expect([verdict, found]).toEqual(['problem', expect.stringContaining(words)]);
});

test('a compactor that was not started, or failed each time, is a problem; one that failed once is a warning', () => {
  const verdict = (invocations: number, errors: number) => judgeRuns({ invocations, errors }).verdict;
  expect([verdict(3, 0), verdict(0, 0), verdict(3, 3), verdict(3, 1)]).toEqual(['ok', 'problem', 'problem', 'warning']);
});

test('a rule that sends another table is told of', () => {
  const scheduled = {
    ...{ functionName: 'dcs-compactor', environment: {}, ruleNames: ['dcs-compactor-users'] },
    ...{ expression: 'cron(5 * * * ? *)', input: '{"table":{"name":"users"}}' },
  };
  const arn = 'arn:aws:lambda:eu-west-1:222222222222:function:dcs-compactor';
  const why = (input?: string) =>
    whyIdle({ state: 'ENABLED', expression: scheduled.expression, targets: [{ arn, input }] }, scheduled);
  expect(why('{"table":{"name":"users"}}')).toBeUndefined();
  expect(why('{"table":{"name":"orders"}}')).toBe('sends {"table":{"name":"orders"}}, not {"table":{"name":"users"}}');
  expect(why()).toMatch('sends the event');
});
