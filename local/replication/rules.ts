import { DcsError } from '../../core/errors';

/** A rule that the stand-in can play: what it needs of a `rule` block of `aws_s3_bucket_replication_configuration`. */
export interface ReplicationRule {
  readonly id: string;
  readonly priority: number;
  readonly isEnabled: boolean;
  /** Empty: every object. */
  readonly prefix: string;
  readonly replicatesDeleteMarkers: boolean;
  readonly destinationBucketName: string;
  /** Undefined: the source object's. */
  readonly storageClass?: string;
}

interface RuleBlock {
  id?: string;
  priority?: number;
  status?: string;
  filter?: { prefix?: string; tag?: unknown; and?: unknown };
  prefix?: unknown;
  delete_marker_replication?: { status?: string };
  destination?: { bucket?: string; storage_class?: string };
  source_selection_criteria?: { replica_modifications?: { status?: string } };
}

/**
 * Reads the rules of a replication configuration, in Terraform's words.
 *
 * @throws DcsError that names everything the stand-in does not play: nothing is ignored in silence
 */
export function readRules(blocks: readonly unknown[]): ReplicationRule[] {
  const problems = blocks.flatMap((block, i) =>
    problemsOf(block as RuleBlock).map((problem) => `rule ${i}: ${problem}`),
  );
  if (problems.length > 0)
    throw new DcsError(`the replication stand-in cannot play this configuration. ${problems.join('; ')}`);
  return (blocks as RuleBlock[]).map((block, i) => ({
    id: block.id ?? `rule-${i}`,
    priority: block.priority ?? 0,
    isEnabled: block.status === 'Enabled',
    prefix: block.filter?.prefix ?? '',
    replicatesDeleteMarkers: block.delete_marker_replication?.status === 'Enabled',
    destinationBucketName: block.destination?.bucket?.replace(/^arn:[^:]+:s3:::/, '') ?? '',
    storageClass: block.destination?.storage_class,
  }));
}

function problemsOf(block: RuleBlock): string[] {
  const { filter, status, destination, delete_marker_replication: markers } = block;
  return [
    ...(filter === undefined || block.prefix !== undefined
      ? ['without filter it is of version 1, which replicates delete markers; give it a filter']
      : []),
    ...(filter?.tag !== undefined || filter?.and !== undefined
      ? ['filters by tag are not played; use filter.prefix']
      : []),
    ...(status === 'Enabled' || status === 'Disabled'
      ? []
      : [`status is ${JSON.stringify(status)}; allowed are Enabled and Disabled`]),
    ...(markers?.status === 'Enabled' || markers?.status === 'Disabled'
      ? []
      : ['delete_marker_replication.status is missing; S3 wants it with a filter']),
    ...(/^arn:[^:]+:s3:::[^/]+$/.test(destination?.bucket ?? '')
      ? []
      : [`destination.bucket is ${JSON.stringify(destination?.bucket)}; expected arn:aws:s3:::<bucket>`]),
    ...(block.source_selection_criteria?.replica_modifications?.status === 'Enabled'
      ? ['replica modifications are not played']
      : []),
  ];
}

/** The rule that decides for an object: of the enabled ones that match, that with the highest priority. */
export function ruleFor(rules: readonly ReplicationRule[], objectKey: string): ReplicationRule | undefined {
  return rules
    .filter(({ isEnabled, prefix }) => isEnabled && objectKey.startsWith(prefix))
    .reduce<ReplicationRule | undefined>(
      (best, rule) => (best && best.priority >= rule.priority ? best : rule),
      undefined,
    );
}
