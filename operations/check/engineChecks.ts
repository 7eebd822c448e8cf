import { isDeepStrictEqual } from 'node:util';
import { captureFunction } from '../../aws/captureFunction';
import { trustOf } from '../../aws/role';
import { sfnStateMachineLook, type ListedExecution } from '../../aws/stateMachine';
import { utc } from '../../core/units';
import { ENGINE_WORKERS } from '../../settings/engineDefinition';
import { engineEnvironment } from '../../settings/engineEnvironment';
import { deployedDefinition, engineNamesOf } from '../../settings/engineNames';
import { namesOf } from '../../settings/names';
import { statementsOf, type PolicyStatement } from './bucketPolicy';
import type { CheckContext } from './checkContext';
import { DEPLOY, expect, inspection, ok, problem, warning, type Inspection, type Judgement } from './finding';
import { functionChecks } from './functionChecks';
import { judgeJobsTrust } from './jobsRole';

/** Whether the distributed engine is there as the settings deploy it, and how its last run ended. None where it is not deployed. */
export function engineChecks(context: CheckContext): Inspection[][] {
  const { settings, source, destination } = context;
  if (!settings.engine.enabled) return [];
  const { stateMachine, stateMachineArn, functions, thawRole, foldRoleArn } = engineNamesOf(settings);
  const { backfillWriter } = namesOf(settings);
  const machine = sfnStateMachineLook(stateMachineArn, destination.states);
  const about = { side: 'destination', subject: subjectOf(stateMachine) } as const;
  return [
    [
      inspection({ ...about, permission: 'states:DescribeStateMachine' }, () => machine.definition(), {
        engine: judgeDefinition(deployedDefinition(settings)),
      }),
      lastRunInspection(context),
    ],
    [
      inspection(
        { side: 'destination', subject: `role ${thawRole}`, permission: 'iam:GetRole' },
        () => trustOf(thawRole, destination.iam),
        { 'thaw-role': judgeJobsTrust('dcs restore --thaw') },
      ),
    ],
    [
      inspection(
        { side: 'source', subject: `role ${backfillWriter}`, permission: 'iam:GetRole' },
        () => trustOf(backfillWriter, source.iam),
        { 'backfill-writer': judgeWriterTrust(foldRoleArn) },
      ),
    ],
    ...ENGINE_WORKERS.map((worker) => [
      inspection(
        {
          ...{ side: 'destination', subject: `function ${functions[worker]}` },
          permission: 'lambda:GetFunctionConfiguration',
        },
        () => captureFunction(functions[worker], destination.lambda).configuration(),
        functionChecks(functions[worker], engineEnvironment(settings, worker)),
      ),
    ]),
  ];
}

/** How the last run of the engine ended; of a copy whose settings deploy it. */
export function lastRunInspection({
  settings,
  destination,
}: Pick<CheckContext, 'settings' | 'destination'>): Inspection {
  const { stateMachine, stateMachineArn } = engineNamesOf(settings);
  const machine = sfnStateMachineLook(stateMachineArn, destination.states);
  return inspection(
    { side: 'destination', subject: subjectOf(stateMachine), permission: 'states:ListExecutions' },
    () => machine.lastExecution(),
    { 'engine-run': judgeLastRun },
  );
}

function subjectOf(stateMachine: string): string {
  return `state machine ${stateMachine}`;
}

function judgeDefinition(expected: string) {
  return (found: string | undefined): Judgement => {
    if (found === undefined) return problem('there is no such state machine', 'the distributed engine', DEPLOY);
    const isSame = isDeepStrictEqual(JSON.parse(found), JSON.parse(expected));
    return expect(isSame, isSame ? 'as the settings make it' : 'another definition', 'that of the settings', DEPLOY);
  };
}

/** The condition names who may assume it: one that is deployed under another name, or by nobody, fails a backfill at its first image. */
export function judgeWriterTrust(foldRoleArn: string) {
  return (trust: string | undefined): Judgement => {
    const expected = `trusts ${foldRoleArn} alone, for dcs backfill --engine distributed`;
    if (trust === undefined) return problem('there is no such role', expected, DEPLOY);
    const statements = statementsOf(trust);
    const trusted = statements.filter(({ Effect }) => Effect === 'Allow').map((each) => whomOf(each, foldRoleArn));
    const isDenied = trusted.length > 0 && statements.some(({ Effect }) => Effect !== 'Allow');
    const found = trusted.length === 0 ? 'trusts nobody' : `trusts ${trusted.join(', ')}`;
    const isSame = isDeepStrictEqual(trusted, [foldRoleArn]) && !isDenied;
    return expect(isSame, isDenied ? `${found}, and denies somebody` : found, expected, DEPLOY);
  };
}

/** Whom a statement lets assume the role: the one that its condition names, if he is of its principal and nothing else is asked of him. */
function whomOf({ Principal, Condition = {} }: PolicyStatement, foldRoleArn: string): string {
  const { 'aws:PrincipalArn': named = 'whoever its principal is', ...others } = Condition.ArnEquals ?? {};
  const root = foldRoleArn.replace(/:role\/.*$/, ':root');
  const principals = typeof Principal === 'object' ? [Principal.AWS ?? []].flat() : [Principal];
  const names = [named].flat().join(', ');
  if (!principals.includes(root)) return `${names} where it is ${principals.join(', ')}`;
  const isBound = Object.keys(Condition).length > 1 || Object.keys(others).length > 0;
  return isBound ? `${names} on further conditions` : names;
}

/** A run that failed has left something that is not there; where it was taken up, a later one is the last. */
export function judgeLastRun(last: ListedExecution | undefined): Judgement {
  if (!last) return ok('none yet');
  const { name, status, startedAtMs } = last;
  const found = `${name}: ${status}${startedAtMs === undefined ? '' : `, started ${utc(startedAtMs)}`}`;
  const values = { execution: name, status, ...(startedAtMs !== undefined && { startedAtMs }) };
  if (!['FAILED', 'TIMED_OUT', 'ABORTED'].includes(status)) return { ...ok(found), values };
  const remedy =
    'give the same dcs restore, dcs verify or dcs backfill again: it says why the run failed, and goes on where it stopped';
  return { ...warning(found, 'a run that came to its end', remedy), values };
}
