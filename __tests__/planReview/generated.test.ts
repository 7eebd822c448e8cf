import { canonical, type Json, type JsonObject } from '../../planReview/json';
import { variants } from '../../stacks/variants';
import { mutations, type Chosen, type Way } from './mutations';
import { bodies } from './planned';
import { updated } from './support';

/** Each argument of each type in each form that a variant gives it. */
const forms = new Map<string, { type: string; name: string; body: JsonObject }>();
/** Other partitions differ in ARNs alone, and each form takes its time. */
const partitions = ['china', 'govcloud', 'isolated'];
const looked = Object.entries(variants).flatMap(([name, settings]) => (partitions.includes(name) ? [] : [settings]));
for (const stack of looked.flatMap((settings) => Object.values(bodies(settings)))) {
  for (const [address, body] of Object.entries(stack)) {
    const type = address.split('.')[0]!;
    for (const name of Object.keys(body)) forms.set(`${type}.${name} ${canonical(body[name])}`, { type, name, body });
  }
}

type Harmless = readonly Way[] | 'all';
const MORE: Harmless = ['more'];
const LONGER: Harmless = ['longer list'];
const KEEPS_LONGER: Harmless = ['more', 'unset', 'shorter list'];

/** What may be changed in which way without a finding. Everything else, also what is added to the stacks one day, may not. */
const HARMLESS: Readonly<Record<string, Harmless>> = {
  ...under('aws_cloudwatch_event_rule', { description: 'all' }),
  ...under('aws_cloudwatch_event_target', { 'input.tables': LONGER }),
  ...under('aws_cloudwatch_log_group', { retention_in_days: MORE }),
  ...under('aws_cloudwatch_metric_alarm', { alarm_description: 'all', alarm_actions: LONGER }),
  ...under('aws_dynamodb_table', {
    ttl: ['unset'],
    'ttl.enabled': ['switched off', 'unset'],
    'ttl.attribute_name': ['unset'],
  }),
  ...under('aws_iam_role', { description: 'all', 'assume_role_policy.Statement.Sid': 'all' }),
  ...under('aws_iam_policy', { 'policy.Statement.Sid': 'all' }),
  ...under('aws_iam_role_policy', { 'policy.Statement.Sid': 'all' }),
  ...under('aws_s3_bucket_policy', { 'policy.Statement.Sid': 'all' }),
  ...under('aws_sns_topic_policy', { 'policy.Statement.Sid': 'all' }),
  ...under('aws_sqs_queue_policy', { 'policy.Statement.Sid': 'all' }),
  ...under('aws_kms_key', { description: 'all', deletion_window_in_days: MORE, 'policy.Statement.Sid': 'all' }),
  ...under('aws_lambda_event_source_mapping', {
    batch_size: 'all',
    maximum_batching_window_in_seconds: 'all',
    function_response_types: LONGER,
    maximum_record_age_in_seconds: MORE,
    maximum_retry_attempts: MORE,
    'metrics_config.metrics': LONGER,
    parallelization_factor: MORE,
  }),
  ...under('aws_lambda_function', {
    description: 'all',
    filename: 'all',
    source_code_hash: 'all',
    'environment.variables.DCS_LAYOUT': 'all',
    memory_size: MORE,
    'ephemeral_storage.size': MORE,
    timeout: MORE,
  }),
  ...under('aws_s3_bucket', { object_lock_enabled: ['switched on'] }),
  ...under('aws_s3_bucket_object_lock_configuration', { 'rule.default_retention.days': MORE }),
  ...under('aws_sqs_queue', { message_retention_seconds: MORE }),
  ...under('aws_s3_bucket_lifecycle_configuration', {
    rule: KEEPS_LONGER,
    'rule.id': 'all',
    'rule.status': ['another text', 'unset'],
    'rule.expiration': KEEPS_LONGER,
    'rule.expiration.days': KEEPS_LONGER,
    'rule.expiration.expired_object_delete_marker': ['switched off', 'unset'],
    'rule.noncurrent_version_expiration': KEEPS_LONGER,
    'rule.noncurrent_version_expiration.noncurrent_days': KEEPS_LONGER,
    'rule.noncurrent_version_transition': KEEPS_LONGER,
    'rule.noncurrent_version_transition.noncurrent_days': KEEPS_LONGER,
    'rule.transition': KEEPS_LONGER,
    'rule.transition.days': KEEPS_LONGER,
    'rule.abort_incomplete_multipart_upload': KEEPS_LONGER,
    'rule.abort_incomplete_multipart_upload.days_after_initiation': KEEPS_LONGER,
  }),
};

function under(type: string, paths: Readonly<Record<string, Harmless>>) {
  return Object.fromEntries(Object.entries(paths).map(([path, ways]) => [`${type}.${path}`, ways]));
}

const isHarmless = (path: string, way: Way) => {
  const allowed = HARMLESS[path];
  return allowed === 'all' || (allowed?.includes(way) ?? false);
};

/** A dashboard may show anything: nothing rings because of it. */
const types = [...new Set([...forms.values()].map(({ type }) => type))].filter(
  (type) => type !== 'aws_cloudwatch_dashboard',
);

test.each(types)('%s: every argument, changed in every way, is a finding, but for what is harmless', (wanted) => {
  const all = [...forms.values()].filter(({ type }) => type === wanted);
  const silent: string[] = [];
  const loud: string[] = [];
  // A statement or a rule that many variants have is changed within once.
  const seen = new Set<string>();
  const isNew: Chosen = (path, member) => seen.size < seen.add(`${path} ${canonical(member)}`).size;
  for (const { type, name, body } of all) {
    const before = canonical(body[name]);
    for (const { path, way, value } of mutations(name, body[name] as Json, isNew)) {
      if (canonical(value) === before) continue; // Another way to write the same.
      const isFound = updated(type, body, { ...body, [name]: value }).length > 0;
      const full = `${type}.${path}`;
      if (!isFound && !isHarmless(full, way)) silent.push(`${full}: ${way}`);
      if (isFound && isHarmless(full, way)) loud.push(`${full}: ${way}`);
    }
  }
  expect({ silent: [...new Set(silent)], loud: [...new Set(loud)] }).toEqual({ silent: [], loud: [] });
});
