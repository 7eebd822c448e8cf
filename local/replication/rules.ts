import { z } from 'zod';
import { DcsError } from '../../core/errors';
import type { ReplicationRule } from './ruleFor';

export { ruleFor, type ReplicationRule } from './ruleFor';

const status = z.enum(['Enabled', 'Disabled']);
const disabled = z.strictObject({ status: z.literal('Disabled', 'not played; only Disabled is') }).optional();
/** Changes nothing that can be seen here: who owns a copy and its key, what is measured, how soon it is there. */
const withoutEffect = z.unknown().optional();

/** A `rule` block, in Terraform's words. What is not named here is refused: nothing is ignored in silence. */
const ruleBlock = z.strictObject({
  id: z.string().optional(),
  priority: z.int().min(0).default(0),
  status,
  // Without a filter it would be a rule of the first version, which replicates delete markers.
  filter: z.strictObject({ prefix: z.string().default('') }),
  delete_marker_replication: z.strictObject({ status }),
  existing_object_replication: disabled,
  source_selection_criteria: z
    .strictObject({ replica_modifications: disabled, sse_kms_encrypted_objects: withoutEffect })
    .optional(),
  destination: z.strictObject({
    bucket: z.stringFormat('arn:aws:s3:::<bucket>', /^arn:[^:]+:s3:::[^/$]+$/),
    storage_class: z.string().optional(),
    account: withoutEffect,
    access_control_translation: withoutEffect,
    encryption_configuration: withoutEffect,
    metrics: withoutEffect,
    replication_time: withoutEffect,
  }),
});

const configuration = z.array(ruleBlock).superRefine((rules, context) => {
  const refuse = (message: string) => context.addIssue({ code: 'custom', message });
  if (new Set(rules.map(({ destination }) => destination.bucket)).size > 1)
    refuse('the rules name several destination buckets; one is played');
  for (const [i, { priority }] of rules.entries()) {
    if (rules.findIndex((other) => other.priority === priority) < i)
      refuse(`two rules have the priority ${priority}; S3 wants them to differ`);
  }
});

/**
 * Reads the rules of a replication configuration: the `rule` blocks of Terraform's `aws_s3_bucket_replication_configuration`.
 *
 * @throws DcsError that names everything the stand-in does not play
 */
export function readRules(blocks: readonly unknown[]): ReplicationRule[] {
  const read = configuration.safeParse(blocks, { reportInput: true });
  if (!read.success) {
    const problems = read.error.issues.map((issue) => `  - rule${pathOf(issue.path)}: ${problemOf(issue)}`);
    throw new DcsError(`the replication stand-in cannot play this configuration:\n${problems.join('\n')}`);
  }
  return read.data.map((block, i) => ({
    id: block.id ?? `rule-${i}`,
    priority: block.priority,
    isEnabled: block.status === 'Enabled',
    prefix: block.filter.prefix,
    replicatesDeleteMarkers: block.delete_marker_replication.status === 'Enabled',
    destinationBucketName: block.destination.bucket.replace(/^.*:::/, ''),
    storageClass: block.destination.storage_class,
  }));
}

function pathOf([index, ...names]: readonly PropertyKey[]): string {
  return index === undefined ? '' : `[${String(index)}]${names.map((name) => `.${String(name)}`).join('')}`;
}

function problemOf(issue: z.core.$ZodIssue): string {
  if (issue.code === 'custom') return issue.message;
  if (issue.code === 'unrecognized_keys') return `${issue.keys.join(', ')}: not played; leave it out`;
  return `${issue.message}; it is ${issue.input === undefined ? 'missing' : JSON.stringify(issue.input)}`;
}
