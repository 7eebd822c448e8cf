import type { AwsSettings, Credentials } from '../aws/awsSettings';
import type { S3ClientSettings } from '../aws/s3Client';

/** Services that can have an endpoint of their own: `--source-endpoint lambda=URL`. */
export const SERVICES = [
  's3',
  's3control',
  'dynamodb',
  'lambda',
  'cloudwatch',
  'events',
  'cloudtrail',
  'iam',
  'kms',
  'sns',
  'states',
  'sts',
] as const;
export type Service = (typeof SERVICES)[number];
export type Endpoints = Readonly<Partial<Record<Service, string>>>;

/** What was said of one side, on the command line or in the environment. */
export interface SideOptions {
  readonly bucketName?: string;
  readonly region?: string;
  readonly profile?: string;
  readonly roleArn?: string;
  readonly endpoints?: Endpoints;
  /** How often a request to S3 is sent, the first time included. */
  readonly s3Attempts?: number;
}

/** Settings of the clients of one side. */
export interface Connection {
  readonly region: string;
  readonly s3: S3ClientSettings;
  readonly s3Control: AwsSettings;
  readonly dynamoDb: AwsSettings;
  readonly lambda: AwsSettings;
  readonly cloudWatch: AwsSettings;
  readonly events: AwsSettings;
  readonly cloudTrail: AwsSettings;
  readonly iam: AwsSettings;
  readonly kms: AwsSettings;
  readonly sns: AwsSettings;
  readonly states: AwsSettings;
  readonly sts: AwsSettings;
}

/**
 * The clients' settings of a side, with what was said on the command line on top.
 *
 * @param place `endpoint` is of every service, where the settings have one
 * @param credentials the SDK's own where they are left out
 */
export function connectionOf(
  { region, endpoint }: Place,
  options: SideOptions,
  credentials: Credentials | undefined,
): Connection {
  const at = (service: Service) => ({ region, endpoint: options.endpoints?.[service] ?? endpoint, credentials });
  return {
    region,
    s3: { ...at('s3'), attempts: options.s3Attempts },
    s3Control: at('s3control'),
    dynamoDb: at('dynamodb'),
    lambda: at('lambda'),
    cloudWatch: at('cloudwatch'),
    events: at('events'),
    cloudTrail: at('cloudtrail'),
    iam: at('iam'),
    kms: at('kms'),
    sns: at('sns'),
    states: at('states'),
    sts: at('sts'),
  };
}

interface Place {
  readonly region: string;
  readonly endpoint?: string;
}
