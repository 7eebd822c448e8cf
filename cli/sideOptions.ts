import type { OptionTable } from '../core/commandLine/parse';
import type { OptionReader } from '../core/commandLine/optionReader';
import { isEndpointUrl } from '../core/endpointUrl';
import { SERVICES, type Endpoints, type Service, type SideOptions } from '../operations/connection';
import { bucketName, region } from '../settings/fields';
import type { Side } from '../settings/schema';

/** How an account is reached. `target` is where a restored table goes; it falls back to one of the other two. */
export type SideName = Side | 'target';

export const SIDE_OPTIONS: OptionTable = {
  ...placeOptions('source'),
  ...sideOptions('source'),
  ...placeOptions('destination'),
  ...sideOptions('destination'),
};
export const TARGET_OPTIONS: OptionTable = {
  'target-region': {
    type: 'string',
    value: 'REGION',
    help: 'Region of the target table. Default: that of the side that --target names.',
  },
  ...sideOptions('target'),
};

/** What the settings file says of a side's bucket. */
function placeOptions(side: Side): OptionTable {
  return {
    [`${side}-bucket`]: {
      type: 'string',
      value: 'NAME',
      help: `The ${side} bucket. Default: ${variable(side, 'BUCKET')}, then the settings.`,
    },
    [`${side}-region`]: {
      type: 'string',
      value: 'REGION',
      help: `Region of the ${side} account. Default: ${variable(side, 'REGION')}, then the settings.`,
    },
  };
}

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
      help: `Endpoint of the ${side} account's services, or of one of them (s3=URL; also s3control, dynamodb, lambda, cloudwatch, events, cloudtrail, iam, kms, sns, states, sts). Default: ${side === 'target' ? fallback : `${variable(side, 'ENDPOINT')}, the settings, AWS`}.`,
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
  return {
    bucketName: readWord(side, 'bucket', bucketName(''), given, env),
    region: readWord(side, 'region', region(''), given, env),
    profile: given.text(`${side}-profile`) ?? env[variable(side, 'PROFILE')],
    roleArn: given.text(`${side}-role-arn`) ?? env[variable(side, 'ROLE_ARN')],
    s3Attempts: Number(env.AWS_MAX_ATTEMPTS) || S3_ATTEMPTS,
    endpoints: readEndpoints(side, endpoints, given),
  };
}

/** A bucket or a region, held to what the settings allow. */
function readWord(
  side: SideName,
  what: 'bucket' | 'region',
  field: ReturnType<typeof bucketName>,
  given: OptionReader,
  env: NodeJS.ProcessEnv,
): string | undefined {
  const word = given.text(`${side}-${what}`) ?? env[variable(side, what.toUpperCase())];
  const { error } = field.safeParse(word ?? '');
  if (word !== undefined && error) {
    given.problem(`--${side}-${what} is ${JSON.stringify(word)}; write ${error.issues[0]?.message ?? ''}`);
  }
  return word;
}

/** One without a service is for all of them; a later one goes before an earlier one. */
function readEndpoints(side: SideName, endpointsGiven: readonly string[], given: OptionReader): Endpoints {
  const pattern = new RegExp(`^(?:(${SERVICES.join('|')})=)?(\\S+)$`);
  const endpoints: Partial<Record<Service, string>> = {};
  for (const endpoint of endpointsGiven) {
    const [, service, url] = pattern.exec(endpoint) ?? [];
    if (url === undefined || !isEndpointUrl(url)) {
      given.problem(
        `--${side}-endpoint is ${JSON.stringify(endpoint)}; write http(s)://host[:port], or SERVICE=URL with one of ${SERVICES.join(', ')}`,
      );
    }
    for (const each of service === undefined ? SERVICES : [service as Service]) endpoints[each] = url;
  }
  return endpoints;
}

function variable(side: SideName, what: string): string {
  return `DCS_${side.toUpperCase()}_${what}`;
}
