import { credentialsOf } from '../aws/credentials';
import type { S3ClientSettings } from '../aws/s3Client';
import type { DynamoDbSettings } from '../aws/table';
import type { OptionTable } from './command';
import type { OptionReader } from './optionReader';
import type { Settings, Side } from './settings';

/** How an account is reached. `target` is where a restored table goes; it falls back to one of the other two. */
export type SideName = Side | 'target';

/** What was said of one side, on the command line or in the environment. */
export interface SideOptions {
  readonly region?: string;
  readonly profile?: string;
  readonly roleArn?: string;
  readonly s3Endpoint?: string;
  readonly dynamoDbEndpoint?: string;
  /** How often a request to S3 is sent, the first time included. */
  readonly s3Attempts?: number;
}

/** Settings of the clients of one side. */
export interface Connection {
  readonly s3: S3ClientSettings;
  readonly dynamoDb: DynamoDbSettings;
}

export const SIDE_OPTIONS: OptionTable = Object.assign({}, sideOptions('source'), sideOptions('destination'));
export const TARGET_OPTIONS: OptionTable = {
  'target-region': {
    type: 'string',
    value: 'REGION',
    help: 'Region of the target table. Default: that of the side that --target names.',
  },
  ...sideOptions('target'),
};

function sideOptions(side: SideName): OptionTable {
  const fallback =
    side === 'target'
      ? 'that of the side that --target names'
      : `${variable(side, 'PROFILE')}, then the SDK's own chain`;
  return {
    [`${side}-profile`]: {
      type: 'string',
      value: 'PROFILE',
      help: `Profile of the AWS configuration files for the ${side} account. Default: ${fallback}.`,
    },
    [`${side}-role-arn`]: {
      type: 'string',
      value: 'ARN',
      help: `Role to assume in the ${side} account. Default: ${side === 'target' ? fallback : variable(side, 'ROLE_ARN')}.`,
    },
    [`${side}-endpoint`]: {
      type: 'string',
      value: '[SERVICE=]URL',
      multiple: true,
      help: `Endpoint of the ${side} account's services, or of one of them (s3=URL, dynamodb=URL). Default: ${side === 'target' ? fallback : `${variable(side, 'ENDPOINT')}, the settings, AWS`}.`,
    },
  };
}

/** About a minute of "slow down": a bucket that takes a new load gets there in less. */
const S3_ATTEMPTS = 10;

/** Reads the options of one side; what the command line leaves out comes from DCS_<SIDE>_PROFILE and so on. */
export function readSide(side: SideName, given: OptionReader, env: NodeJS.ProcessEnv): SideOptions {
  const endpoints = given.has(`${side}-endpoint`)
    ? given.texts(`${side}-endpoint`)
    : (env[variable(side, 'ENDPOINT')] ?? '').split(' ').filter(Boolean);
  const options: { -readonly [Key in keyof SideOptions]: SideOptions[Key] } = {
    region: given.text(`${side}-region`),
    profile: given.text(`${side}-profile`) ?? env[variable(side, 'PROFILE')],
    roleArn: given.text(`${side}-role-arn`) ?? env[variable(side, 'ROLE_ARN')],
    s3Attempts: Number(env.AWS_MAX_ATTEMPTS) || S3_ATTEMPTS,
  };
  for (const endpoint of endpoints) {
    const [, service, url] = /^(?:(s3|dynamodb)=)?(https?:\/\/\S+)$/.exec(endpoint) ?? [];
    if (url === undefined)
      given.problem(
        `--${side}-endpoint is ${JSON.stringify(endpoint)}; write http(s)://host[:port], s3=URL or dynamodb=URL`,
      );
    if (service !== 'dynamodb') options.s3Endpoint = url;
    if (service !== 's3') options.dynamoDbEndpoint = url;
  }
  return options;
}

/** The clients' settings of a side of the settings file, with what was said on the command line on top. */
export function connectionOf(settings: Settings, side: Side, options: SideOptions): Connection {
  const { endpoint } = settings[side];
  const region = options.region ?? settings[side].region;
  const credentials = credentialsOf({ ...options, region });
  return {
    s3: { region, endpoint: options.s3Endpoint ?? endpoint, credentials, attempts: options.s3Attempts },
    dynamoDb: { region, endpoint: options.dynamoDbEndpoint ?? endpoint, credentials },
  };
}

function variable(side: SideName, what: string): string {
  return `DCS_${side.toUpperCase()}_${what}`;
}
