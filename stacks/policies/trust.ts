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

/** S3 assumes the role for this source bucket of this account alone: the role cannot be handed to another bucket. */
export function trustReplication(from: { sourceAccountId: string; sourceBucketArn: string }): Statement {
  return {
    Sid: 'S3ReplicatesTheSourceBucket',
    Effect: 'Allow',
    Principal: { Service: 's3.amazonaws.com' },
    Action: 'sts:AssumeRole',
    Condition: {
      StringEquals: { 'aws:SourceAccount': from.sourceAccountId },
      ArnEquals: { 'aws:SourceArn': from.sourceBucketArn },
    },
  };
}

/** People or pipelines, by ARN. The root of an account stands for whoever that account itself allows to assume the role. */
export function trustPrincipals(principalArns: readonly string[]): Statement {
  return { Sid: 'OperatorsAssumeRole', Effect: 'Allow', Principal: { AWS: principalArns }, Action: 'sts:AssumeRole' };
}
