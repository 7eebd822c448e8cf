/*
 * The state machine of the distributed engine in Amazon States Language, from names alone: what is deployed, validated and
 * executed in tests is the same text. Source: Amazon States Language, states-language.net; Step Functions developer guide,
 * "Map state in Distributed mode".
 */

/** Lambda's most: a fold hands back what it has no time for. */
export const FOLD_TIMEOUT_SECONDS = 900;

/** The functions of the machine's states. */
export const ENGINE_WORKERS = ['plan', 'fold', 'collect', 'import'] as const;
export type EngineWorker = (typeof ENGINE_WORKERS)[number];

export interface EngineMachine {
  readonly partition: string;
  /** The bucket in which workers leave what they made. */
  readonly bucketName: string;
  readonly functionArns: Readonly<Record<EngineWorker, string>>;
  /** Folds that run at a time. */
  readonly maxConcurrency: number;
  readonly foldTimeoutSeconds: number;
}

/** Not the worker's word but the service's: to try again is all that can be done. */
const OF_THE_SERVICE = [
  'Lambda.ServiceException',
  'Lambda.AWSLambdaException',
  'Lambda.SdkClientException',
  'Lambda.Unknown',
  'States.Timeout',
  'S3Error',
];
const PATIENTLY = { IntervalSeconds: 2, BackoffRate: 2, MaxDelaySeconds: 60, JitterStrategy: 'FULL' };
/**
 * The account runs as many functions as it may: a new one 10, less than a Map begins. Folds take up to 15 minutes each, so this may take
 * hours; each time is a few events of the 25,000 that an execution may have. Source: Lambda developer guide, gettingstarted-limits; Step
 * Functions developer guide, service-quotas and bp-lambda-serviceexception.
 */
const THROTTLED = { ErrorEquals: ['Lambda.TooManyRequestsException'], MaxAttempts: 1_000, ...PATIENTLY };
const FIRST_LOOK_SECONDS = 2;
const LOOK_SECONDS = 30;
/** Beyond what Lambda gives a function, so that its own word comes first. */
const SLACK_SECONDS = 60;

/**
 * `plan → fold every range → collect → again while something is left → publish → import → look → compare`; a run that compares a copy
 * with an export ends with the last of its rounds.
 */
export function engineDefinition(machine: EngineMachine): object {
  const step = (name: string, next: object) => ({
    ...invoke(machine, 'import', { step: name, ...RUN, 'execution.$': '$$.Execution.Id' }),
    ...next,
  });
  const ofImport = (name: string, next: object) => ({
    ...invoke(machine, 'import', { step: name, ...RUN, ...IMPORT }),
    ...next,
  });
  return {
    Comment:
      'Brings a table back from its copy, or compares the copy with an export. What the workers tell each other is in the bucket.',
    StartAt: 'Plan',
    States: {
      Plan: { ...invoke(machine, 'plan', '$'), Next: 'Fold' },
      Fold: foldEveryRange(machine),
      Collect: { ...invoke(machine, 'collect', '$'), Next: 'IsAllFolded' },
      IsAllFolded: {
        Type: 'Choice',
        Choices: [
          { Variable: '$.tasks', NumericGreaterThan: 0, Next: 'Fold' },
          // A function that is not of this version yet says nothing of it, and has no runs that compare.
          {
            And: [
              { Variable: '$.then', IsPresent: true },
              { Variable: '$.then', StringEquals: 'end' },
            ],
            Next: 'AllCompared',
          },
        ],
        Default: 'Publish',
      },
      AllCompared: { Type: 'Succeed' },
      Publish: step('publish', { Next: 'IsAllPublished' }),
      IsAllPublished: {
        Type: 'Choice',
        Choices: [{ Variable: '$.left', NumericGreaterThan: 0, Next: 'Publish' }],
        Default: 'Import',
      },
      Import: step('start', { Next: 'IsAnythingImported' }),
      IsAnythingImported: {
        Type: 'Choice',
        Choices: [{ Variable: '$.status', StringEquals: 'empty', Next: 'CompareNothing' }],
        Default: 'BeforeFirstLook',
      },
      BeforeFirstLook: { Type: 'Wait', Seconds: FIRST_LOOK_SECONDS, Next: 'Look' },
      Look: ofImport('look', { Next: 'IsImported' }),
      IsImported: {
        Type: 'Choice',
        Choices: [{ Variable: '$.status', StringEquals: 'running', Next: 'BeforeLook' }],
        Default: 'Compare',
      },
      BeforeLook: { Type: 'Wait', Seconds: LOOK_SECONDS, Next: 'Look' },
      Compare: ofImport('compare', { End: true }),
      CompareNothing: step('compare', { End: true }),
    },
  };
}

const RUN = { 'folder.$': '$.folder', 'round.$': '$.round' };
const IMPORT = { 'execution.$': '$$.Execution.Id', 'importArn.$': '$.importArn', 'status.$': '$.status' };

/** @param payload what the function gets; `$` for all that the state gets */
function invoke(machine: EngineMachine, worker: EngineWorker, payload: object | '$') {
  return {
    ...callOf(machine, worker, payload),
    OutputPath: '$.Payload',
    Retry: [THROTTLED, { ErrorEquals: OF_THE_SERVICE, MaxAttempts: 6, ...PATIENTLY }],
  };
}

function callOf({ partition, functionArns }: EngineMachine, worker: EngineWorker, payload: object | '$') {
  const given = payload === '$' ? { 'Payload.$': '$' } : { Payload: payload };
  return {
    Type: 'Task',
    Resource: `arn:${partition}:states:::lambda:invoke`,
    Parameters: { FunctionName: functionArns[worker], ...given },
  };
}

/**
 * A child that fails to the end is no failure of the Map, which would end all others: whoever collects misses its result, and says
 * why. A child answers with nothing, for all answers together have to fit into 256 KB.
 */
function foldEveryRange(machine: EngineMachine): object {
  const { partition, bucketName, maxConcurrency, foldTimeoutSeconds } = machine;
  return {
    Type: 'Map',
    MaxConcurrency: maxConcurrency,
    ItemReader: {
      Resource: `arn:${partition}:states:::s3:getObject`,
      ReaderConfig: { InputType: 'JSON' },
      Parameters: {
        Bucket: bucketName,
        'Key.$': "States.Format('{}rounds/{}/tasks.json', $.folder, $.round)",
      },
    },
    ItemSelector: { 'folder.$': '$.folder', 'task.$': '$$.Map.Item.Value' },
    ItemProcessor: {
      ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' },
      StartAt: 'FoldRange',
      States: {
        FoldRange: {
          ...callOf(machine, 'fold', '$'),
          TimeoutSeconds: foldTimeoutSeconds + SLACK_SECONDS,
          Retry: [THROTTLED, { ErrorEquals: ['States.ALL'], MaxAttempts: 3, ...PATIENTLY }],
          Catch: [{ ErrorEquals: ['States.ALL'], Next: 'Missed' }],
          Next: 'Folded',
        },
        Folded: { Type: 'Pass', Result: {}, End: true },
        Missed: { Type: 'Pass', Result: {}, End: true },
      },
    },
    ResultPath: null,
    Next: 'Collect',
  };
}
