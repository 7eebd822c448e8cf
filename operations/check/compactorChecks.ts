import { captureFunction } from '../../aws/captureFunction';
import { metricValues } from '../../aws/cloudWatch';
import { scheduleOf } from '../../aws/schedule';
import { VARIABLES } from '../../core/functionVariables';
import { count, counted } from '../../core/units';
import { compactorInput, compactorSchedule, journalTables } from '../../settings/compactor';
import { functionMetric } from '../../settings/metrics';
import type { CheckContext } from './checkContext';
import { DEPLOY, expect, inspection, ok, problem, warning, type Inspection, type Judgement } from './finding';
import { functionChecks } from './functionChecks';
import { journalInspection } from './journalCheck';
import { journalExpiryInspection } from './journalExpiry';
import { whyIdle } from './scheduleChecks';

const LOOKED_BACK_HOURS = 3;
const HOUR_MS = 3_600_000;

/** That the compactor is there, is started for each table with a journal, one at a time, and does its work. None where no table has one. */
export function compactorChecks(context: CheckContext): Inspection[] {
  const { settings, names, destination, nowMs } = context;
  if (journalTables(settings.tables).length === 0) return [];
  const functionName = names.compactor;
  const environment = {
    [VARIABLES.bucketName]: settings.destination.bucketName,
    [VARIABLES.prefix]: settings.prefix,
  };
  const lambda = captureFunction(functionName, destination.lambda);
  const about = (permission: string) =>
    ({ side: 'destination', subject: `function ${functionName}`, permission }) as const;
  const runs = async (name: 'Invocations' | 'Errors') => {
    const metric = functionMetric(name, functionName, settings.destination.region);
    const window = { fromMs: nowMs() - LOOKED_BACK_HOURS * HOUR_MS, toMs: nowMs() };
    const values = await metricValues(metric, window, destination.cloudWatch);
    return values.reduce((sum, { value }) => sum + value, 0);
  };
  return [
    inspection(
      about('lambda:GetFunctionConfiguration'),
      () => lambda.configuration(),
      functionChecks(functionName, environment),
    ),
    inspection(about('events:DescribeRule and events:ListTargetsByRule'), () => idleRules(context), {
      schedule: (wrong) =>
        expect(
          wrong.length === 0,
          wrong.join('; ') || 'every hour, enabled',
          'a rule for each table, every hour',
          DEPLOY,
        ),
    }),
    inspection(
      about('cloudwatch:GetMetricData'),
      async () => ({ invocations: await runs('Invocations'), errors: await runs('Errors') }),
      { 'last-runs': judgeRuns },
    ),
  ];
}

/** Of one table, where it has a journal. */
export function journalCheck(context: CheckContext, tableName: string): Inspection[] {
  const hasJournal = journalTables(context.settings.tables).some(({ name }) => name === tableName);
  if (!hasJournal) return [];
  const table = { prefix: context.settings.prefix, tableName };
  return [journalInspection('journal', context, tableName), journalExpiryInspection(context, table)];
}

async function idleRules({ settings, names, destination }: CheckContext): Promise<string[]> {
  const looked = await Promise.all(
    journalTables(settings.tables).map(async (table) => {
      const ruleName = names.compactorRule(table.name);
      const scheduled = {
        ...{ functionName: names.compactor, environment: {}, ruleNames: [ruleName] },
        ...{ expression: compactorSchedule(table.name), input: compactorInput(table) },
      };
      const why = whyIdle(await scheduleOf(ruleName, destination.events), scheduled);
      return why === undefined ? [] : [`rule ${ruleName} ${why}`];
    }),
  );
  return looked.flat();
}

export function judgeRuns({
  invocations,
  errors,
}: {
  readonly invocations: number;
  readonly errors: number;
}): Judgement {
  const within = `within ${LOOKED_BACK_HOURS} hours`;
  const expected = 'a run for each table every hour';
  const remedy = 'see its logs and its rules; nothing is lost by it, for what is in no run is read where it is';
  if (invocations === 0) return problem(`not started ${within}`, expected, remedy);
  if (errors === 0) return ok(`${counted(invocations, 'run')} ${within}, none failed`);
  const found = `${count(errors)} of ${counted(invocations, 'run')} failed ${within}`;
  return errors >= invocations ? problem(found, expected, remedy) : warning(found, expected, remedy);
}
