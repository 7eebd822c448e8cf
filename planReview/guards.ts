import { VARIABLES } from '../core/functionVariables';
import type { FindingName } from './finding';
import { block, canonical, list, shown, type Json, type JsonObject } from './json';
import { expiresSooner } from './lifecycle';
import { openings } from './policies';
import { replicationWeakened } from './replication';

/** Arguments of one type that guard something: how a change of them weakens it. */
export interface Guard {
  readonly types: readonly string[];
  readonly finding: FindingName;
  /** Names of the arguments that are looked at: one that is known after the apply alone is a finding too. */
  readonly arguments: readonly string[];
  readonly why: string;
  readonly next: string;
  /** What is weakened from the one to the other, in words. */
  readonly weakened: (before: JsonObject, after: JsonObject) => readonly string[];
}

const said = (condition: boolean, what: string) => (condition ? [what] : []);
const turned = (name: string, from: Json | undefined, to: Json | undefined) =>
  `${name}: ${shown(from)} becomes ${shown(to)}.`;

/** It was so, and is not any more. */
const lost = (name: string, from: Json | undefined, to: Json | undefined, good: Json) =>
  said(from === good && to !== good, turned(name, from, to));
const changed = (name: string, from: Json | undefined, to: Json | undefined) =>
  said(canonical(from) !== canonical(to), turned(name, from, to));
const TAKE_BACK = 'Take the change of the settings back.';

const policy = (type: string, name: string): Guard => ({
  types: [type],
  finding: 'policy',
  arguments: [name],
  why: 'somebody may do what nobody could before, or what must be refused is not',
  next: 'Compare the statements: who may now do what, and who asked for it?',
  weakened: (before, after) => openings(asText(before[name]), asText(after[name])),
});
const asText = (value: Json | undefined) => (typeof value === 'string' && value !== '' ? value : undefined);

export const GUARDS: readonly Guard[] = [
  {
    types: ['aws_s3_bucket'],
    finding: 'object-lock',
    arguments: ['object_lock_enabled', 'force_destroy'],
    why: 'what is in the bucket can be deleted',
    next: TAKE_BACK,
    weakened: (before, after) => [
      ...lost('object_lock_enabled', before.object_lock_enabled, after.object_lock_enabled, true),
      ...said(before.force_destroy !== true && after.force_destroy === true, 'force_destroy is switched on.'),
    ],
  },
  {
    types: ['aws_s3_bucket_versioning'],
    finding: 'versioning',
    arguments: ['versioning_configuration'],
    why: 'every write overwrites the one before: the history ends, and replication with it',
    next: TAKE_BACK,
    weakened: (before, after) => {
      const [was, is] = [block(before.versioning_configuration), block(after.versioning_configuration)];
      return [
        ...lost('status', was.status, is.status, 'Enabled'),
        ...lost('mfa_delete', was.mfa_delete, is.mfa_delete, 'Enabled'),
      ];
    },
  },
  {
    types: ['aws_s3_bucket_object_lock_configuration'],
    finding: 'object-lock',
    arguments: ['object_lock_enabled', 'rule', 'bucket'],
    why: 'new versions can be deleted sooner, or by more people; COMPLIANCE alone binds an administrator',
    next: 'Take back destination.objectLock of the settings.',
    weakened: (before, after) => {
      const [was, is] = [block(before.rule, 'default_retention'), block(after.rule, 'default_retention')];
      return [
        ...lost('object_lock_enabled', before.object_lock_enabled, after.object_lock_enabled, 'Enabled'),
        ...lost('mode', was.mode, is.mode, 'COMPLIANCE'),
        ...said(lockedDays(is) < lockedDays(was), `Locked for ${lockedDays(is)} days, not ${lockedDays(was)}.`),
      ];
    },
  },
  {
    types: ['aws_s3_bucket_replication_configuration'],
    finding: 'replication',
    arguments: ['rule', 'role', 'bucket'],
    why: 'images no longer reach the destination, reach another one, or nobody sees that they are late',
    next: 'Take the change back. An image that is written while the rule is off is not replicated later.',
    weakened: replicationWeakened,
  },
  {
    types: ['aws_s3_bucket_server_side_encryption_configuration'],
    finding: 'encryption',
    arguments: ['rule'],
    why: 'new versions are under another key, which the destination or the restore role may not know',
    next: 'See that replication and the restore role may use the key, or take the change back.',
    weakened: (before, after) => changed('rule', before.rule, after.rule),
  },
  {
    types: ['aws_s3_bucket_public_access_block'],
    finding: 'public-access',
    arguments: ['block_public_acls', 'block_public_policy', 'ignore_public_acls', 'restrict_public_buckets'],
    why: 'the bucket can be made public',
    next: 'Take the change back.',
    weakened: (before, after) =>
      ['block_public_acls', 'block_public_policy', 'ignore_public_acls', 'restrict_public_buckets'].flatMap((name) =>
        lost(name, before[name], after[name], true),
      ),
  },
  {
    types: ['aws_s3_bucket_ownership_controls'],
    finding: 'ownership',
    arguments: ['rule'],
    why: 'ACLs come back, and replicas may belong to the source account',
    next: 'Take the change back.',
    weakened: (before, after) =>
      lost(
        'object_ownership',
        block(before.rule).object_ownership,
        block(after.rule).object_ownership,
        'BucketOwnerEnforced',
      ),
  },
  {
    types: ['aws_s3_bucket_lifecycle_configuration'],
    finding: 'expiration',
    arguments: ['rule'],
    why: 'versions are deleted sooner than now, those that are there already too',
    next: 'Take back lifecycle of the settings, or see that nobody needs to go back that far.',
    weakened: expiresSooner,
  },
  {
    types: ['aws_kms_key'],
    finding: 'key',
    arguments: ['is_enabled', 'enable_key_rotation', 'deletion_window_in_days'],
    why: 'what the key encrypts cannot be read without it, and a deletion can only be stopped within its window',
    next: 'Take back encryption of the settings.',
    weakened: (before, after) => [
      ...lost('is_enabled', before.is_enabled, after.is_enabled, true),
      ...lost('enable_key_rotation', before.enable_key_rotation, after.enable_key_rotation, true),
      ...fewer('deletion_window_in_days', before, after),
    ],
  },
  {
    types: ['aws_dynamodb_table'],
    finding: 'table',
    arguments: [
      'stream_enabled',
      'stream_view_type',
      'point_in_time_recovery',
      'deletion_protection_enabled',
      'server_side_encryption',
      'ttl',
    ],
    why: 'changes are no longer captured whole, or items can be lost without a way back',
    next: 'Take back the change of the table.',
    weakened: (before, after) => [
      ...lost('stream_enabled', before.stream_enabled, after.stream_enabled, true),
      ...lost('stream_view_type', before.stream_view_type, after.stream_view_type, 'NEW_AND_OLD_IMAGES'),
      ...lost(
        'deletion_protection_enabled',
        before.deletion_protection_enabled,
        after.deletion_protection_enabled,
        true,
      ),
      ...lost('point_in_time_recovery', recovers(before), recovers(after), true),
      ...changed('server_side_encryption', before.server_side_encryption, after.server_side_encryption),
      ...said(
        block(after.ttl).enabled === true && canonical(before.ttl) !== canonical(after.ttl),
        `Items expire by another attribute: ${shown(block(after.ttl).attribute_name)}.`,
      ),
    ],
  },
  {
    types: ['aws_lambda_event_source_mapping'],
    finding: 'capture',
    arguments: ['enabled', 'event_source_arn', 'destination_config', 'filter_criteria'],
    why: 'changes of the table are not captured, or a batch that fails is dropped; a stream forgets after 24 hours',
    next: 'Take the change back.',
    weakened: (before, after) => [
      ...said(before.enabled !== false && after.enabled === false, 'It is disabled.'),
      ...changed('event_source_arn', before.event_source_arn, after.event_source_arn),
      ...changed('destination_config', before.destination_config, after.destination_config),
      ...changed('filter_criteria', before.filter_criteria, after.filter_criteria),
    ],
  },
  {
    types: ['aws_lambda_function'],
    finding: 'capture',
    arguments: ['environment', 'reserved_concurrent_executions'],
    why: 'images land where replication, verify and restore do not look, or nothing is captured',
    next: 'See that the objects that are there keep their keys, or take the change back.',
    weakened: (before, after) => {
      const [was, is] = [block(before.environment, 'variables'), block(after.environment, 'variables')];
      return [
        ...KEYS_OF_OBJECTS.flatMap((name) => (was[name] === undefined ? [] : changed(name, was[name], is[name]))),
        ...said(after.reserved_concurrent_executions === 0, 'It may no longer run (reserved_concurrent_executions 0).'),
      ];
    },
  },
  {
    types: ['aws_cloudwatch_metric_alarm'],
    finding: 'alarm',
    arguments: ['actions_enabled', 'alarm_actions'],
    why: 'the alarm goes off, and nobody hears it',
    next: 'Take the change back.',
    weakened: (before, after) => [
      ...said(before.actions_enabled !== false && after.actions_enabled === false, 'Its actions are disabled.'),
      ...list(before.alarm_actions)
        .filter((action) => !list(after.alarm_actions).includes(action))
        .map((action) => `It no longer tells ${shown(action)}.`),
    ],
  },
  {
    types: ['aws_cloudwatch_event_rule'],
    finding: 'capture',
    arguments: ['state'],
    why: 'the schedule stands still: the table definitions or the drill',
    next: 'Take the change back.',
    weakened: (before, after) => lost('state', before.state, after.state, 'ENABLED'),
  },
  ...['aws_s3_bucket_policy', 'aws_kms_key', 'aws_kms_key_policy', 'aws_iam_role_policy', 'aws_iam_policy'].map(
    (type) => policy(type, 'policy'),
  ),
  ...['aws_sqs_queue_policy', 'aws_sns_topic_policy', 'aws_sqs_queue'].map((type) => policy(type, 'policy')),
  policy('aws_iam_role', 'assume_role_policy'),
];

const KEYS_OF_OBJECTS: readonly string[] = [
  VARIABLES.bucketName,
  VARIABLES.prefix,
  VARIABLES.tableName,
  VARIABLES.partitionKey,
  VARIABLES.sortKey,
];

function lockedDays({ days, years }: JsonObject): number {
  return Number(days ?? 0) + 365 * Number(years ?? 0);
}

function fewer(name: string, before: JsonObject, after: JsonObject): string[] {
  const [was, is] = [before[name], after[name]];
  return said(typeof was === 'number' && Number(is ?? 30) < was, turned(name, was, is));
}

const recovers = (table: JsonObject) => block(table.point_in_time_recovery).enabled;
