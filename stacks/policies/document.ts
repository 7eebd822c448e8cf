import { partitionOf } from '../../core/partitions';

/*
 * IAM policies as plain documents: each file in this folder is one intent, a function from ARNs to statements. They are
 * tested and evaluated without synthesizing anything, and put into resources with JSON.stringify.
 */

export type ConditionValue = string | number | readonly string[];

interface Account {
  readonly AWS: string | readonly string[];
}

export interface Statement {
  readonly Sid: string;
  readonly Effect: 'Allow' | 'Deny';
  readonly Principal?: '*' | Account | { readonly Service: string } | { readonly Federated: string };
  readonly Action: string | readonly string[];
  readonly Resource?: string | readonly string[];
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, ConditionValue>>>>;
}

export interface PolicyDocument {
  readonly Version: '2012-10-17';
  readonly Statement: readonly Statement[];
}

export function policyDocument(...statements: readonly Statement[]): PolicyDocument {
  return { Version: '2012-10-17', Statement: statements };
}

/** A policy as the text that Terraform wants. Key order is that of the source, so it is the same at every run. */
export function policyJson(...statements: readonly Statement[]): string {
  return JSON.stringify(policyDocument(...statements));
}

/** AWS writes kms:GenerateDataKey* in its examples; of what that covers, a symmetric key knows these two. */
export const GENERATE_DATA_KEYS = ['kms:GenerateDataKey', 'kms:GenerateDataKeyWithoutPlaintext'] as const;

/** A KMS key that S3 encrypts with, and the bucket that the permission is bound to. */
export interface BucketKey {
  readonly keyArn: string;
  readonly bucketArn: string;
  readonly region: string;
}

/**
 * What `kms:ViaService` says of a service. AWS documents `<service>.<region>.amazonaws.com` and does not say what it is where
 * endpoints end otherwise (China, the European Sovereign Cloud, the isolated partitions): there, either.
 */
export function viaService(service: 's3' | 'dynamodb', region: string): string | readonly string[] {
  const hosts = ['amazonaws.com', partitionOf(region).dnsSuffix].map((suffix) => `${service}.${region}.${suffix}`);
  const [host = '', ...others] = new Set(hosts);
  return others.length === 0 ? host : [host, ...others];
}

/** Binds a key permission to S3 and to one bucket. With bucket keys S3's encryption context is the bucket's ARN, not an object's. */
export function throughS3({ bucketArn, region }: Omit<BucketKey, 'keyArn'>) {
  return { 'kms:ViaService': viaService('s3', region), 'kms:EncryptionContext:aws:s3:arn': bucketArn };
}
