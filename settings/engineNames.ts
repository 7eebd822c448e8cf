import { partitionOf } from '../core/partitions';
import { engineDefinition, ENGINE_WORKERS, FOLD_TIMEOUT_SECONDS, type EngineWorker } from './engineDefinition';

/** What of the settings the names of the distributed engine are made from. */
export interface EngineDeployment {
  readonly name: string;
  readonly destination: {
    readonly accountId: string;
    readonly region: string;
    readonly bucketName: string;
    readonly rolePath?: string;
  };
  readonly engine: { readonly bucketName?: string };
}

/** Everything of the distributed engine is in the destination account, and in the region of its bucket. */
export interface EngineNames {
  readonly bucketName: string;
  readonly bucketArn: string;
  /** Its role is called the same. */
  readonly stateMachine: string;
  /** Below the prefix that keeps the log's resource policy within its size (Step Functions developer guide, bp-cwl). */
  readonly logGroup: string;
  readonly logGroupArn: string;
  readonly stateMachineArn: string;
  /** Executions of it, by any name. */
  readonly executionArns: string;
  /** Those that its Map starts. */
  readonly childArns: string;
  /** Of the jobs of S3 Batch Operations that ask archived versions back. */
  readonly thawRole: string;
  readonly thawRoleArn: string;
  /** Functions, each with a role of the same name. */
  readonly functions: Readonly<Record<EngineWorker, string>>;
  readonly functionArns: Readonly<Record<EngineWorker, string>>;
  /** Of the function that does the tasks of a run. */
  readonly foldRoleArn: string;
}

export function engineNamesOf({ name, destination, engine }: EngineDeployment): EngineNames {
  const { accountId, region, rolePath = '/' } = destination;
  const { name: partition } = partitionOf(region);
  const bucketName = engine.bucketName ?? `${destination.bucketName.slice(0, 56)}-engine`;
  const stateMachine = `${name}-engine`;
  const logGroup = `/aws/vendedlogs/states/${stateMachine}`;
  const thawRole = `${name}-engine-thaw`;
  const functions = ofWorkers((worker) => `${name}-engine-${worker}`);
  return {
    ...{ bucketName, stateMachine, logGroup, functions, thawRole },
    foldRoleArn: `arn:${partition}:iam::${accountId}:role${rolePath}${functions.fold}`,
    thawRoleArn: `arn:${partition}:iam::${accountId}:role${rolePath}${thawRole}`,
    logGroupArn: `arn:${partition}:logs:${region}:${accountId}:log-group:${logGroup}`,
    bucketArn: `arn:${partition}:s3:::${bucketName}`,
    stateMachineArn: `arn:${partition}:states:${region}:${accountId}:stateMachine:${stateMachine}`,
    executionArns: `arn:${partition}:states:${region}:${accountId}:execution:${stateMachine}:*`,
    childArns: `arn:${partition}:states:${region}:${accountId}:execution:${stateMachine}/*`,
    functionArns: ofWorkers((worker) => `arn:${partition}:lambda:${region}:${accountId}:function:${functions[worker]}`),
  };
}

/** The state machine that is deployed, as a JSON text. */
export function deployedDefinition(
  settings: EngineDeployment & { readonly engine: { readonly maxConcurrency: number } },
): string {
  const { bucketName, functionArns } = engineNamesOf(settings);
  const { name: partition } = partitionOf(settings.destination.region);
  const { maxConcurrency } = settings.engine;
  const machine = { partition, bucketName, functionArns, maxConcurrency, foldTimeoutSeconds: FOLD_TIMEOUT_SECONDS };
  return JSON.stringify(engineDefinition(machine));
}

function ofWorkers(nameOf: (worker: EngineWorker) => string): Record<EngineWorker, string> {
  return Object.fromEntries(ENGINE_WORKERS.map((worker) => [worker, nameOf(worker)])) as Record<EngineWorker, string>;
}
