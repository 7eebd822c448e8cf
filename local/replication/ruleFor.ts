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

/**
 * The rule that decides for an object: of the enabled ones that match, that with the highest number as its priority. S3
 * decides so among rules with the same destination bucket, and `readRules` lets no others pass.
 */
export function ruleFor(rules: readonly ReplicationRule[], objectKey: string): ReplicationRule | undefined {
  return rules
    .filter(({ isEnabled, prefix }) => isEnabled && objectKey.startsWith(prefix))
    .reduce<ReplicationRule | undefined>(
      (best, rule) => (best && best.priority >= rule.priority ? best : rule),
      undefined,
    );
}
