import { captureFunction } from '../../aws/captureFunction';
import { scheduleOf, type Schedule } from '../../aws/schedule';
import { definedTables } from '../../core/definitionEvent';
import { VARIABLES } from '../../core/functionVariables';
import { HEARTBEAT_MINUTES } from '../../core/heartbeat';
import { renewedLocks } from '../../settings/lockRule';
import type { Side } from '../../settings/schema';
import type { CheckContext } from './checkContext';
import { DEPLOY, inspection, ok, problem, type Inspection, type Judgement } from './finding';
import { functionChecks } from './functionChecks';

/** A function that rules of EventBridge start. */
export interface ScheduledFunction {
  readonly functionName: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly ruleNames: readonly string[];
  readonly expression: string;
  /** Tables that the rule has to name. */
  readonly tables?: readonly string[];
  /** JSON that the rule has to send. */
  readonly input?: string;
}

/** Whether what runs by the clock is there, and is started. A rule that somebody has disabled fails nothing. */
export function scheduleChecks(context: CheckContext, side: Side): Inspection[][] {
  return scheduledFunctions(context, side).map((scheduled) => checksOf(context, side, scheduled));
}

function scheduledFunctions({ settings, names }: CheckContext, side: Side): ScheduledFunction[] {
  const environment = {
    [VARIABLES.bucketName]: settings[side].bucketName,
    [VARIABLES.prefix]: settings.prefix,
  };
  const ofHeartbeat = { environment, expression: `rate(${HEARTBEAT_MINUTES} minutes)` };
  if (side === 'source') {
    const { scheduleExpression: expression } = settings.tableDefinition;
    const tables = settings.tables.map(({ name }) => name);
    return [
      { functionName: names.tableDefinition, ruleNames: [names.tableDefinition], expression, environment, tables },
      { ...ofHeartbeat, functionName: names.heartbeat, ruleNames: [names.heartbeat] },
    ];
  }
  const rule = renewedLocks(settings.destination);
  const { enabled, scheduleExpression: expression } = settings.drill;
  const ruleNames = settings.tables.map(({ name }) => names.drillRule(name));
  return [
    { ...ofHeartbeat, functionName: names.replicaAge, ruleNames: [names.replicaAge] },
    ...(rule
      ? [
          {
            ...{ functionName: names.lockRenewal, ruleNames: [names.lockRenewal], expression: 'rate(15 minutes)' },
            environment: {
              ...environment,
              [VARIABLES.lockMode]: rule.mode,
              [VARIABLES.retentionDays]: String(rule.retentionDays),
            },
          },
        ]
      : []),
    ...(enabled ? [{ functionName: names.drill, ruleNames, expression, environment }] : []),
  ];
}

function checksOf(context: CheckContext, side: Side, scheduled: ScheduledFunction): Inspection[] {
  const { functionName, ruleNames, environment } = scheduled;
  const { lambda, events } = context[side];
  const about = (permission: string) => ({ side, subject: `function ${functionName}`, permission });
  return [
    inspection(
      about('lambda:GetFunctionConfiguration'),
      () => captureFunction(functionName, lambda).configuration(),
      functionChecks(functionName, environment),
    ),
    inspection(
      about('events:DescribeRule and events:ListTargetsByRule'),
      () => Promise.all(ruleNames.map(async (name) => ({ name, found: await scheduleOf(name, events) }))),
      { schedule: (rules) => judgeSchedules(rules, scheduled) },
    ),
  ];
}

function judgeSchedules(
  rules: readonly { readonly name: string; readonly found: Schedule | undefined }[],
  scheduled: ScheduledFunction,
): Judgement {
  const wrong = rules.flatMap(({ name, found }) => {
    const why = whyIdle(found, scheduled);
    return why === undefined ? [] : [`rule ${name} ${why}`];
  });
  if (wrong.length === 0) return ok(`${scheduled.expression}, enabled`);
  return problem(wrong.join('; '), `${scheduled.expression}, enabled, to ${scheduled.functionName}`, DEPLOY);
}

/** What is wrong with a rule, as the end of a sentence; undefined when nothing is. */
export function whyIdle(rule: Schedule | undefined, scheduled: ScheduledFunction): string | undefined {
  const { expression, functionName, tables = [] } = scheduled;
  if (!rule) return 'is not there';
  if (rule.state !== 'ENABLED') return `is ${rule.state}`;
  if (rule.expression !== expression) return `runs by ${rule.expression ?? 'no schedule'}`;
  const starting = rule.targets.filter(({ arn }) => arn.endsWith(`:function:${functionName}`));
  if (starting.length === 0) return `starts ${rule.targets.map(({ arn }) => arn).join(', ') || 'nothing'}`;
  if (scheduled.input !== undefined && !starting.some(({ input }) => input === scheduled.input))
    return `sends ${starting.map(({ input }) => input ?? 'the event').join(', ')}, not ${scheduled.input}`;
  const named = starting.flatMap(({ input }) => definedTables(eventOf(input)));
  const unnamed = tables.filter((name) => !named.includes(name));
  return unnamed.length === 0 ? undefined : `names other tables: ${unnamed.join(', ')} missing`;
}

function eventOf(input = '{}'): unknown {
  try {
    return JSON.parse(input) as unknown;
  } catch {
    return undefined;
  }
}
