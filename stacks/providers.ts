import { AwsProvider, type AwsProviderEndpoints } from '@cdktf/provider-aws/lib/provider';
import type { TerraformStack } from 'cdktf';
import { partitionOf } from '../core/partitions';
import type { Settings, Side } from '../settings/schema';

/**
 * What the synthesized JSON asks for. The bindings are those of 6.25.0; every argument in use is known to 5.100 too, so
 * that people on either major version can plan the same JSON.
 */
const AWS_PROVIDER_VERSION = '>= 5.100.0, < 7.0.0';
const KNOWS_NODEJS24 = '>= 6.19.0, < 7.0.0';

/** The provider of one account, in its Region. Its alias is the side; there is no default provider that a resource could fall to. */
export function accountProvider(stack: TerraformStack, side: Side, settings: Settings): AwsProvider {
  return awsProvider(stack, { alias: side, side, region: settings[side].region }, settings);
}

/** The source account in the Region of the destination bucket. Version 5 of the provider takes no Region per resource. */
export function sourceInDestinationRegion(stack: TerraformStack, settings: Settings): AwsProvider {
  const alias = 'source-in-destination-region';
  return awsProvider(stack, { alias, side: 'source', region: settings.destination.region }, settings);
}

/**
 * The provider of what AWS knows no tags of: event source mappings outside the partition `aws`. With default tags there, a plan
 * is refused or never comes to rest (aws/aws-cdk#31532, #31965; hashicorp/terraform-provider-aws#40755).
 */
export function mappingProvider(stack: TerraformStack, provider: AwsProvider, settings: Settings): AwsProvider {
  const { region } = settings.source;
  if (partitionOf(region).name === 'aws') return provider;
  return awsProvider(stack, { alias: 'source-without-tags', side: 'source', region, isWithoutTags: true }, settings);
}

/** The provider of a bootstrap: an administrator runs it, before the roles are there that the others assume. */
export function bootstrapProvider(
  stack: TerraformStack,
  { side, region, settings }: { side: Side; region: string; settings: Settings },
): AwsProvider {
  const account = { ...settings[side], assumeRole: undefined };
  return awsProvider(stack, { alias: side, side, region }, { ...settings, [side]: account });
}

interface Alias {
  readonly alias: string;
  readonly side: Side;
  readonly region: string;
  readonly isWithoutTags?: true;
}

function awsProvider(
  stack: TerraformStack,
  { alias, side, region, isWithoutTags }: Alias,
  settings: Settings,
): AwsProvider {
  const { accountId, assumeRole, profile, endpoint } = settings[side];
  const version = settings.capture.runtime === 'nodejs24.x' ? KNOWS_NODEJS24 : AWS_PROVIDER_VERSION;
  stack.addOverride('terraform.required_providers.aws', { source: 'hashicorp/aws', version });
  return new AwsProvider(stack, `${alias}-provider`, {
    alias,
    region,
    allowedAccountIds: [accountId],
    profile,
    assumeRole: assumeRole && [assumeRole],
    ...(isWithoutTags ? {} : { defaultTags: [{ tags: { 'dcs:name': settings.name, ...settings.tags } }] }),
    ...(endpoint === undefined ? {} : emulator(endpoint)),
  });
}

/** Every service that the stacks use; an emulator answers all of them on one address. */
const SERVICES = [
  'cloudwatch',
  'cloudwatchevents',
  'cloudwatchlogs',
  'dynamodb',
  'iam',
  'kms',
  'lambda',
  's3',
  'sfn',
  'sns',
  'sqs',
  'sts',
] as const satisfies readonly (keyof AwsProviderEndpoints)[];

function emulator(endpoint: string) {
  return {
    endpoints: [Object.fromEntries(SERVICES.map((service) => [service, endpoint]))],
    s3UsePathStyle: true, // An emulator has no host name per bucket.
    skipCredentialsValidation: true,
    skipMetadataApiCheck: 'true',
  };
}
