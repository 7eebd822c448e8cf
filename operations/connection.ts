import type { AwsSettings } from '../aws/awsSettings';
import { credentialsOf } from '../aws/credentials';
import type { S3ClientSettings } from '../aws/s3Client';
import type { Settings, Side } from '../settings/forCommands';

/** Services that can have an endpoint of their own: `--source-endpoint lambda=URL`. */
export const SERVICES = ['s3', 'dynamodb', 'lambda', 'cloudwatch', 'kms', 'sns', 'sts'] as const;
export type Service = (typeof SERVICES)[number];
export type Endpoints = Readonly<Partial<Record<Service, string>>>;

/** What was said of one side, on the command line or in the environment. */
export interface SideOptions {
  readonly region?: string;
  readonly profile?: string;
  readonly roleArn?: string;
  readonly endpoints?: Endpoints;
  /** How often a request to S3 is sent, the first time included. */
  readonly s3Attempts?: number;
}

/** Settings of the clients of one side. */
export interface Connection {
  readonly s3: S3ClientSettings;
  readonly dynamoDb: AwsSettings;
  readonly lambda: AwsSettings;
  readonly cloudWatch: AwsSettings;
  readonly kms: AwsSettings;
  readonly sns: AwsSettings;
  readonly sts: AwsSettings;
}

/** The clients' settings of a side of the settings file, with what was said on the command line on top. */
export function connectionOf(settings: Settings, side: Side, options: SideOptions): Connection {
  const { endpoint } = settings[side];
  const region = options.region ?? settings[side].region;
  const credentials = credentialsOf({ ...options, region });
  const at = (service: Service) => ({ region, endpoint: options.endpoints?.[service] ?? endpoint, credentials });
  return {
    s3: { ...at('s3'), attempts: options.s3Attempts },
    dynamoDb: at('dynamodb'),
    lambda: at('lambda'),
    cloudWatch: at('cloudwatch'),
    kms: at('kms'),
    sns: at('sns'),
    sts: at('sts'),
  };
}
