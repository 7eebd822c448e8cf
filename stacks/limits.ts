import { INPUT_CHARACTERS, TARGETS_OF_A_RULE } from './constructs/definedTables';
import { INLINE_CHARACTERS, MANAGED_CHARACTERS, MANAGED_OF_A_ROLE, resolved } from './policies/packed';

/*
 * What AWS refuses for its size, found at synth: a plan does not see it, and an apply would stop half way. Sizes are of the
 * synthesized JSON; a reference counts as long as what can stand in its place.
 */

type Json = Readonly<Record<string, unknown>>;
type Resources = Readonly<Record<string, Readonly<Record<string, Json>>>>;

/**
 * What a stack holds that AWS would refuse, a sentence each.
 *
 * @param regionOf the Region of a provider, by its reference: `aws.source`
 */
export function beyondLimits(
  resources: Resources,
  regionOf: (provider: string) => string = () => 'a Region',
): string[] {
  const all = (type: string) => Object.values(resources[type] ?? {});
  return [
    ...rolePolicies(all('aws_iam_role_policy')),
    ...all('aws_iam_policy').flatMap(managedPolicy),
    ...attachments(all('aws_iam_role_policy_attachment')),
    ...all('aws_iam_role').flatMap(trust),
    ...all('aws_s3_bucket_policy').flatMap((each) => policy(each, 'the policy of a bucket', 20_480)),
    ...all('aws_kms_key').flatMap((each) => policy(each, 'the policy of a key', 32_768)),
    ...functionPolicies(all('aws_lambda_permission')),
    ...all('aws_lambda_function').flatMap(environment),
    ...rules(all('aws_cloudwatch_event_rule'), regionOf),
    ...all('aws_cloudwatch_event_rule').flatMap(pattern),
    ...targets(all('aws_cloudwatch_event_target')),
    ...all('aws_s3_bucket_lifecycle_configuration').flatMap(lifecycle),
    ...all('aws_cloudwatch_dashboard').flatMap(dashboard),
    ...NAMES.flatMap(([type, argument, most]) => all(type).flatMap((each) => text(type, each, argument, most))),
  ];
}

/** Type, argument, and the most characters that AWS takes for it. */
const NAMES: readonly (readonly [string, string, number])[] = [
  ['aws_iam_role', 'name', 64],
  ['aws_iam_role_policy', 'name', 128],
  ['aws_iam_policy', 'name', 128],
  ['aws_lambda_function', 'function_name', 64],
  ['aws_lambda_function', 'description', 256],
  ['aws_lambda_permission', 'statement_id', 100],
  ['aws_cloudwatch_event_rule', 'name', 64],
  ['aws_cloudwatch_event_rule', 'description', 512],
  ['aws_cloudwatch_log_group', 'name', 512],
  ['aws_cloudwatch_metric_alarm', 'alarm_name', 255],
  ['aws_cloudwatch_metric_alarm', 'alarm_description', 1_024],
  ['aws_kms_alias', 'name', 256],
  ['aws_cloudwatch_dashboard', 'dashboard_name', 255],
  ['aws_sfn_state_machine', 'name', 80],
  ['aws_sqs_queue', 'name', 80],
  ['aws_sns_topic', 'name', 256],
];

function text(type: string, body: Json, argument: string, most: number): string[] {
  const value = body[argument];
  if (typeof value !== 'string') return [];
  return beyond(resolved(value).length, most, `${argument} of an ${type} (${value})`, 'characters', SHORTER_NAMES);
}

/** All inline policies of a role together; white space does not count (IAM user guide, reference_iam-quotas). */
function rolePolicies(policies: readonly Json[]): string[] {
  const sizes = new Map<string, number>();
  for (const { role, name, policy: document } of policies) {
    const owner = String(name ?? role);
    sizes.set(owner, (sizes.get(owner) ?? 0) + sizeOf(document));
  }
  return [...sizes].flatMap(([owner, size]) =>
    beyond(size, INLINE_CHARACTERS, `the inline policies of the role ${owner}`, 'characters', FEWER_TABLES),
  );
}

function managedPolicy({ name, policy: document }: Json): string[] {
  return beyond(sizeOf(document), MANAGED_CHARACTERS, `the policy ${String(name)}`, 'characters', FEWER_TABLES);
}

function attachments(all: readonly Json[]): string[] {
  return counted(all, 'role').flatMap(([role, count]) =>
    beyond(count, MANAGED_OF_A_ROLE, `the role ${role}`, 'managed policies', FEWER_TABLES),
  );
}

/** 2,048 by default, as above. */
function trust({ name, assume_role_policy }: Json): string[] {
  const next = 'name fewer principals in the trustedPrincipalArns of the settings';
  return beyond(sizeOf(assume_role_policy), 2_048, `the trust policy of the role ${String(name)}`, 'characters', next);
}

function policy({ policy: document, bucket, description }: Json, what: string, most: number): string[] {
  return beyond(sizeOf(document), most, `${what} (${String(bucket ?? description)})`, 'bytes', FEWER_TABLES);
}

/** 20 KB, and no quota that can be raised (Lambda developer guide, gettingstarted-limits). */
function functionPolicies(permissions: readonly Json[]): string[] {
  const sizes = new Map<string, number>();
  for (const permission of permissions) {
    const owner = String(permission.function_name);
    // As AWS writes it: the arguments, and about 250 bytes around them.
    const size = resolved(JSON.stringify({ ...permission, provider: '' })).length + 250;
    sizes.set(owner, (sizes.get(owner) ?? 0) + size);
  }
  return [...sizes].flatMap(([owner, size]) =>
    beyond(size, 20_480, `the resource policy of the function ${owner}`, 'bytes', FEWER_TABLES),
  );
}

/** 4 KB of names and values together (Lambda developer guide, configuration-envvars). */
function environment({ function_name, environment: block }: Json): string[] {
  const { variables = {} } = (block ?? {}) as { variables?: Record<string, string> };
  const size = Object.entries(variables).reduce(
    (sum, [name, value]) => sum + name.length + Buffer.byteLength(value),
    0,
  );
  return beyond(size, 4_096, `the environment of the function ${String(function_name)}`, 'bytes', FEWER_TABLES);
}

/** Rules of a bus, by Region; more on request (EventBridge user guide, eb-quota). Those of others are not counted. */
function rules(all: readonly Json[], regionOf: (provider: string) => string): string[] {
  return counted(all, 'provider').flatMap(([provider, count]) => {
    const region = regionOf(provider);
    const most = ['af-south-1', 'eu-south-1'].includes(region) ? 100 : 300;
    return beyond(count, most, `the account of ${provider} in ${region}`, 'rules of EventBridge', FEWER_RULES);
  });
}

/** 2,048 by default (EventBridge user guide, eb-quota). */
function pattern({ name, event_pattern }: Json): string[] {
  const what = `the event pattern of the rule ${String(name)}`;
  return beyond(sizeOf(event_pattern), 2_048, what, 'characters', FEWER_KEYS);
}

/** Five a rule, and 8,192 characters of input each (EventBridge user guide, eb-quota; API reference, Target). */
function targets(all: readonly Json[]): string[] {
  return [
    ...counted(all, 'rule').flatMap(([rule, count]) =>
      beyond(count, TARGETS_OF_A_RULE, `the rule ${rule}`, 'targets', FEWER_TABLES),
    ),
    ...all.flatMap(({ rule, input }) =>
      beyond(sizeOf(input), INPUT_CHARACTERS, `what the rule ${referred(rule)} sends`, 'characters', FEWER_TABLES),
    ),
  ];
}

/** What a reference is to: `aws_iam_role.it` of `${aws_iam_role.it.name}`. */
const referred = (value: unknown) => String(value).replace(/^\$\{(.+)\.\w+\}$/, '$1');

function counted(all: readonly Json[], argument: string): [owner: string, count: number][] {
  const counts = new Map<string, number>();
  for (const each of all) {
    const owner = referred(each[argument]);
    counts.set(owner, (counts.get(owner) ?? 0) + 1);
  }
  return [...counts];
}

/** S3 user guide, object-lifecycle-mgmt. */
function lifecycle({ bucket, rule = [] }: Json): string[] {
  const rules = (rule as unknown[]).length;
  return beyond(rules, 1_000, `the lifecycle configuration of ${String(bucket)}`, 'rules', FEWER_TABLES);
}

/** CloudWatch user guide, cloudwatch_limits: 500 metrics a graph, 2,500 a dashboard. */
function dashboard({ dashboard_name, dashboard_body }: Json): string[] {
  const { widgets } = JSON.parse(resolved(String(dashboard_body))) as {
    widgets: { properties: { metrics: unknown[] } }[];
  };
  const counts = widgets.map(({ properties }) => properties.metrics.length);
  const what = `dashboard ${String(dashboard_name)}`;
  return [
    ...beyond(Math.max(0, ...counts), 500, `a graph of the ${what}`, 'metrics', FEWER_TABLES),
    ...beyond(
      counts.reduce((sum, count) => sum + count, 0),
      2_500,
      `the ${what}`,
      'metrics',
      FEWER_TABLES,
    ),
  ];
}

const FEWER_TABLES = 'deploy the tables in two deployments, each with a settings file and a name of its own';
const FEWER_RULES =
  'drill the tables of one deployment by hand (drill.enabled: false), or divide them between Regions; a second deployment in the same account and Region shares the limit';
const FEWER_KEYS = 'name fewer keys in encryption.formerKeyArns: those under which something is still stored';
const SHORTER_NAMES = 'choose a shorter name in the settings';

function beyond(size: number, most: number, what: string, unit: string, next: string): string[] {
  if (size <= most) return [];
  const number = (value: number) => value.toLocaleString('en-US');
  return [`${what}: ${number(size)} ${unit}; AWS takes at most ${number(most)}. Next: ${next}.`];
}

function sizeOf(document: unknown): number {
  return typeof document === 'string' ? Buffer.byteLength(resolved(document)) : 0;
}
