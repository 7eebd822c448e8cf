import type { Statement } from './document';

/** Who may assume a role. */

export function trustLambda(): Statement {
  return {
    Sid: 'LambdaAssumesRole',
    Effect: 'Allow',
    Principal: { Service: 'lambda.amazonaws.com' },
    Action: 'sts:AssumeRole',
  };
}

/**
 * AWS's own trust of a replication role, word for word (userguide/setting-repl-config-perm-overview). No condition on
 * aws:SourceArn or aws:SourceAccount: AWS does not say that S3 sends these keys when it replicates, and if it does not,
 * nothing is replicated and nothing says why. What narrows the role is what it may do: read one bucket, add to one other.
 */
export function trustReplication(): Statement {
  return {
    Sid: 'S3AssumesRole',
    Effect: 'Allow',
    Principal: { Service: 's3.amazonaws.com' },
    Action: 'sts:AssumeRole',
  };
}

/** Of a job of S3 Batch Operations, in AWS's own words as well (userguide/batch-ops-iam-role-policies). */
export function trustBatchOperations(): Statement {
  return {
    Sid: 'BatchOperationsAssumesRole',
    Effect: 'Allow',
    Principal: { Service: 'batchoperations.s3.amazonaws.com' },
    Action: 'sts:AssumeRole',
  };
}

/** Of a state machine of the account. Source: Step Functions developer guide, "Cross-service confused deputy prevention". */
export function trustStepFunctions(accountId: string): Statement {
  return {
    Sid: 'StepFunctionsAssumesRole',
    Effect: 'Allow',
    Principal: { Service: 'states.amazonaws.com' },
    Action: 'sts:AssumeRole',
    Condition: { StringEquals: { 'aws:SourceAccount': accountId } },
  };
}

export interface TrustedRole {
  readonly partition: string;
  readonly accountId: string;
  readonly roleArn: string;
}

/**
 * A role of a function of the other account, named in a condition and not as principal: deployed apart it may not exist yet,
 * and one that was made again would no longer match.
 */
export function trustRole(Sid: string, { partition, accountId, roleArn }: TrustedRole): Statement {
  return {
    Sid,
    Effect: 'Allow',
    Principal: { AWS: `arn:${partition}:iam::${accountId}:root` },
    Action: 'sts:AssumeRole',
    Condition: { ArnEquals: { 'aws:PrincipalArn': roleArn } },
  };
}

/** People or pipelines, by ARN. The root of an account stands for whoever that account itself allows to assume the role. */
export function trustPrincipals(principalArns: readonly string[]): Statement {
  return { Sid: 'OperatorsAssumeRole', Effect: 'Allow', Principal: { AWS: principalArns }, Action: 'sts:AssumeRole' };
}
