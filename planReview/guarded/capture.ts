import { VARIABLES } from '../../core/functionVariables';
import { inputJudge } from '../definitions';
import { newerRuntime } from '../runtime';
import { streamVerdict } from '../stream';
import {
  appears,
  becomes,
  disappears,
  gains,
  harmless,
  keepsTables,
  noLess,
  onlyByPlan,
  onlyOutside,
  same,
} from '../verdicts';
import { TAKE_BACK, type GuardedTypes } from './type';

const SCHEDULE_ENDS =
  'the rule ends: the table definitions, the heartbeat, the locks, the drill, or the word of tampering';
const STILL =
  'the rule stands still: the table definitions, the heartbeat, the locks, the drill, or the word of tampering';

/** What the stacks set once and leave to whoever uses the table (stacks/constructs/SourceTable.ts). */
const OF_APPLICATION = [
  'attribute',
  'billing_mode',
  'global_secondary_index',
  'local_secondary_index',
  'on_demand_throughput',
  'read_capacity',
  'replica',
  'table_class',
  'warm_throughput',
  'write_capacity',
];

export const CAPTURE: GuardedTypes = {
  aws_dynamodb_table: {
    finding: 'table',
    lost: 'the items of the table are lost',
    why: 'changes are no longer captured whole, or items can be lost without a way back',
    next: 'Take back the change of the table.',
    verdicts: {
      stream_enabled: becomes(true, 'changes are no longer captured'),
      stream_view_type: becomes('NEW_AND_OLD_IMAGES', 'changes are no longer captured whole'),
      deletion_protection_enabled: becomes(true, 'anybody who may delete tables can delete it'),
      'point_in_time_recovery.enabled': becomes(true, 'DynamoDB itself can no longer go back'),
      'point_in_time_recovery.recovery_period_in_days': noLess('DynamoDB itself can go back less far'),
      'ttl.enabled': becomes(false, 'items begin to expire'),
      'ttl.attribute_name': disappears('items expire by another attribute'),
      ...Object.fromEntries(OF_APPLICATION.map((name) => [name, onlyOutside('that is the application’s to change')])),
    },
    computed: ['arn', 'stream_arn', 'stream_label'],
  },
  terraform_data: {
    finding: 'table',
    lost: 'a table can leave the settings by mistake, and no plan is refused for it',
    why: 'the state no longer knows which tables there are',
    next: TAKE_BACK,
    verdicts: {},
    computed: ['output'],
  },
  aws_lambda_event_source_mapping: {
    finding: 'capture',
    lost: 'changes of the table are no longer captured',
    why: 'changes of the table are not captured, or a batch that fails is dropped; a stream forgets after 24 hours',
    next: TAKE_BACK,
    verdicts: {
      enabled: becomes(true, 'nothing of the table is captured'),
      batch_size: onlyByPlan('somebody has changed how large a batch is'),
      maximum_batching_window_in_seconds: onlyByPlan('somebody has changed how long changes wait for their batch'),
      event_source_arn: streamVerdict,
      function_name: same('another function gets the changes'),
      function_response_types: gains('one record that fails fails its whole batch, or is taken for written'),
      bisect_batch_on_function_error: becomes(true, 'one bad record drops its whole batch'),
      maximum_retry_attempts: noLess('a record that fails is given up sooner', -1),
      maximum_record_age_in_seconds: noLess('records are given up while the function is down', -1),
      parallelization_factor: noLess('capture can fall behind the table'),
      destination_config: same('a batch that is given up is parked elsewhere, or nowhere'),
      filter_criteria: same('records are left out'),
      'metrics_config.metrics': gains('the alarms on dropped and parked records have nothing to look at'),
      starting_position: same('changes between the old place and the new one are skipped'),
    },
    computed: [
      'arn',
      'function_arn',
      'last_modified',
      'last_processing_result',
      'state',
      'state_transition_reason',
      'uuid',
    ],
    partOf: 'function_name',
  },
  aws_lambda_function: {
    finding: 'capture',
    lost: 'what the function does is no longer done: capture, table definitions, heartbeat or drill',
    why: 'another program runs, images land where replication, verify and restore do not look, or nothing is captured',
    next: 'See that the objects that are there keep their keys, or take the change back.',
    verdicts: {
      description: harmless,
      filename: harmless,
      source_code_hash: onlyByPlan('somebody has put other code there'),
      code_sha256: onlyByPlan('somebody has put other code there'),
      runtime: newerRuntime,
      memory_size: noLess('it may run out of memory'),
      timeout: noLess('it may run out of time'),
      // Of versions that did not have it from the schedule.
      'environment.variables.DCS_TABLES': keepsTables('the definition of a table is no longer kept'),
      [`environment.variables.${VARIABLES.layout}`]: onlyByPlan('somebody has changed how changes are stored'),
      [`environment.variables.${VARIABLES.lockMode}`]: becomes('COMPLIANCE', 'an administrator can delete'),
      [`environment.variables.${VARIABLES.retentionDays}`]: noLess('current versions are locked for a shorter time'),
      [`environment.variables.${VARIABLES.sampleItemCount}`]: noLess('the drill proves less'),
      reserved_concurrent_executions: same('it may run less often, or not at all'),
      handler: same('another program takes its place'),
      role: same('it runs with other rights'),
      'logging_config.log_format': appears('its logs are read in another form'),
      'logging_config.log_group': appears('its logs go elsewhere'),
    },
    computed: [
      'arn',
      'invoke_arn',
      'last_modified',
      'qualified_arn',
      'qualified_invoke_arn',
      'signing_job_arn',
      'signing_profile_version_arn',
      'source_code_size',
      'version',
    ],
  },
  aws_lambda_function_event_invoke_config: {
    finding: 'capture',
    lost: '',
    why: 'a failed run is repeated, given up, or reported elsewhere',
    next: TAKE_BACK,
    verdicts: {},
    partOf: 'function_name',
  },
  aws_lambda_permission: {
    finding: 'policy',
    lost: 'the schedule can no longer start the function',
    why: 'somebody else may start the function, or the schedule may not',
    next: TAKE_BACK,
    verdicts: {},
    partOf: 'function_name',
    differsFromOthersIn: ['statement_id', 'source_arn'],
  },
  aws_cloudwatch_event_rule: {
    finding: 'capture',
    lost: SCHEDULE_ENDS,
    why: STILL,
    next: TAKE_BACK,
    verdicts: {
      description: harmless,
      state: becomes('ENABLED', STILL),
      is_enabled: becomes(true, STILL),
      schedule_expression: same('it runs at other times, or hardly ever'),
      event_pattern: same('other events start it, or none'),
    },
    computed: ['arn'],
  },
  aws_cloudwatch_event_target: {
    finding: 'capture',
    lost: SCHEDULE_ENDS,
    why: 'the schedule starts something else, or starts it with something else',
    next: TAKE_BACK,
    verdicts: {},
    judges: { input: inputJudge },
    partOf: 'rule',
    differsFromOthersIn: ['target_id', 'input'],
  },
};
