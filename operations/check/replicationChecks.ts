import {
  bucketConfiguration,
  type ReplicationConfiguration,
  type ReplicationRule,
} from '../../aws/bucketConfiguration';
import { tablePrefixes } from '../../settings/names';
import { bucketOf, type CheckContext } from './checkContext';
import { subjectOf } from './bucketChecks';
import {
  DEPLOY,
  expect,
  inspection,
  ok,
  problem,
  warning,
  type Checks,
  type Inspection,
  type Judgement,
} from './finding';

/** The rule that takes everything to the destination bucket. */
export function replicationChecks(context: CheckContext): Inspection {
  const { bucketName } = context.settings.source;
  const permission = 's3:GetReplicationConfiguration';
  return inspection(
    { side: 'source', subject: subjectOf('source', bucketName), permission },
    async () => {
      const configuration = await bucketConfiguration(bucketOf(context, 'source')).replication();
      return { context, configuration, rule: ruleToDestination(context, configuration) };
    },
    REPLICATION_CHECKS,
  );
}

interface ReplicationFacts {
  readonly context: CheckContext;
  readonly configuration: ReplicationConfiguration | undefined;
  /** The rule of the highest priority that goes to the destination bucket. */
  readonly rule: ReplicationRule | undefined;
}

function ruleToDestination({ names }: CheckContext, configuration: ReplicationConfiguration | undefined) {
  const rules = (configuration?.Rules ?? []).filter(
    ({ Destination }) => Destination?.Bucket === names.destinationBucketArn,
  );
  return rules.toSorted((a, b) => (b.Priority ?? 0) - (a.Priority ?? 0))[0];
}

/** What of a key's beginning a rule asks for. */
export function filterOf(rule: ReplicationRule) {
  const { Filter } = rule;
  const old: { readonly Prefix?: string } = rule;
  const isTagged = Filter?.Tag !== undefined || (Filter?.And?.Tags?.length ?? 0) > 0;
  return { prefix: Filter?.Prefix ?? Filter?.And?.Prefix ?? old.Prefix ?? '', isTagged };
}

const REPLICATION_CHECKS: Checks<ReplicationFacts> = {
  'replication-rule': ({ context: { names }, configuration, rule }) => {
    if (rule) return ok(`${rule.ID ?? 'without an id'} to ${names.destinationBucketArn}`);
    const others = (configuration?.Rules ?? []).map(({ Destination }) => Destination?.Bucket ?? '').join(', ');
    return problem(others === '' ? 'no rule' : `rules to ${others}`, `a rule to ${names.destinationBucketArn}`, DEPLOY);
  },
  'replication-enabled': judged(({ Status = 'without a status' }, { context: { settings } }) => {
    const copyAfter = 'and have S3 Batch Replication copy what was written meanwhile';
    if (Status !== 'Enabled' && !settings.replication.enabled)
      return warning(
        `${Status}, as the settings say`,
        'Enabled',
        `set replication.enabled to true, ${DEPLOY}, ${copyAfter}`,
      );
    return expect(Status === 'Enabled', Status, 'Enabled', `${DEPLOY}, ${copyAfter}`);
  }),
  'replication-filter': judged((rule, { context: { settings } }) => {
    const { prefix, isTagged } = filterOf(rule);
    const missed = tablePrefixes(settings).filter((each) => !each.startsWith(prefix));
    const expected = 'a filter (rule of the second version) that takes everything below the tables';
    if (!rule.Filter)
      return problem('no filter: a rule of the first version, which copies delete markers', expected, DEPLOY);
    if (isTagged) return problem('asks for tags, which images do not have', expected, DEPLOY);
    return expect(
      missed.length === 0,
      missed.length === 0 ? `takes ${prefix || 'everything'}` : `leaves out ${missed.join(', ')}`,
      expected,
      DEPLOY,
    );
  }),
  'replication-delete-markers': judged(({ DeleteMarkerReplication, Filter }) => {
    const status = DeleteMarkerReplication?.Status ?? (Filter ? 'Disabled' : 'copied');
    return expect(status === 'Disabled', status, 'Disabled: a delete in the source must not hide the copy', DEPLOY);
  }),
  'replication-account': judged(({ Destination }, { context: { settings } }) => {
    const { accountId } = settings.destination;
    const account = Destination?.Account;
    const override = Destination?.AccessControlTranslation;
    if (account !== undefined && account !== accountId) return problem(account, `${accountId}, or none`, DEPLOY);
    if (override)
      return problem(
        'asks for an owner override, which the destination refuses',
        'none: the destination bucket enforces its ownership',
        DEPLOY,
      );
    return ok(account ?? 'that of the bucket');
  }),
  'replication-role': ({ context: { names }, configuration }) =>
    configuration &&
    expect(
      configuration.Role === names.replicationRoleArn,
      configuration.Role ?? 'none',
      `${names.replicationRoleArn}, the one that the destination bucket accepts`,
      DEPLOY,
    ),
  'replication-metrics': judged(({ Destination }) => {
    const status = Destination?.Metrics?.Status ?? 'off';
    return expect(status === 'Enabled', status, 'Enabled: the alarms and dcs status stand on them', DEPLOY);
  }),
  'replication-time-control': judged(({ Destination }, { context: { settings } }) => {
    const found = Destination?.ReplicationTime?.Status === 'Enabled' ? 'on' : 'off';
    const expected = settings.replication.timeControl ? 'on' : 'off';
    return found === expected ? ok(found) : warning(found, `${expected} (replication.timeControl)`, DEPLOY);
  }),
  'replication-storage-class': judged(({ Destination }) => {
    const found = Destination?.StorageClass;
    if (found === undefined) return ok('that of the image');
    return warning(found, "the image's own: small images cost more in every other class", DEPLOY);
  }),
  'replication-encryption': judged((rule, { context: { settings } }) => {
    if (settings.encryption.type !== 'customer-managed') return undefined;
    const isAsked = rule.SourceSelectionCriteria?.SseKmsEncryptedObjects?.Status === 'Enabled';
    const key = rule.Destination?.EncryptionConfiguration?.ReplicaKmsKeyID;
    const { accountId } = settings.destination;
    const expected = `encrypted objects too, under a key of account ${accountId}`;
    if (!isAsked) return problem('encrypted objects are passed over', expected, DEPLOY);
    return expect(key?.split(':')[4] === accountId, key ?? 'no key', expected, DEPLOY);
  }),
};

/** Judges the rule; where there is none, the check of that says so. */
function judged(judge: (rule: ReplicationRule, facts: ReplicationFacts) => Judgement | undefined) {
  return (facts: ReplicationFacts): Judgement | undefined => facts.rule && judge(facts.rule, facts);
}
