import { backendsOf } from './backend';
import { partitionOf } from '../core/partitions';
import { engineNamesOf } from './engineNames';
import { lifecycleProblems } from './lifecycleChecks';
import { hasParts, type Part, type WithParts } from './parts';
import type { Problem } from './problems';
import type { GivenSettings } from './schema';
import { tableProblems } from './tableChecks';

/**
 * Rules between fields. Each returns its problems; all of them run, so that all problems are seen at once. A rule about
 * parts that are not there has nothing to say.
 */
export function crossProblems(settings: GivenSettings): Problem[] {
  return checks.flatMap((check) => check(settings));
}

const checks: readonly ((settings: GivenSettings) => Problem[])[] = [
  between(['source', 'destination'], accountsDiffer),
  between(['source', 'destination'], regionsDiffer),
  between(['source', 'destination'], regionsShareAPartition),
  between(['source', 'destination'], bucketNamesDiffer),
  otherBucketsAreNotOurs,
  engineBucketIsNotAnothers,
  between(['deployment'], stateBucketsAreNotOurs),
  between(['deployment'], statesDiffer),
  rolesBelongToTheirAccount,
  boundariesBelongToTheirAccount,
  addressesDiffer,
  tagsDiffer,
  between(['tables'], tableNamesDiffer),
  tablesKeepClearOfParkedBatches,
  between(['tables'], tableKeysAreTwoAttributes),
  between(['tables'], keysAreShown),
  tableProblems,
  between(['tables', 'source'], tableKeysOfTablesBelongToTheirAccount),
  between(['source', 'destination'], formerKeysAreOfTheAccounts),
  lifecyclesFire,
  between(['destination'], lockEndsBeforeExpiration),
];

function between<Needed extends Part>(needed: readonly Needed[], check: (settings: WithParts<Needed>) => Problem[]) {
  return (settings: GivenSettings): Problem[] => (hasParts(settings, needed) ? check(settings) : []);
}

function problem(path: string, value: unknown, allowed: string, nextStep: string): Problem {
  return { path, value, allowed, nextStep };
}

const when = (wrong: boolean, ...found: Problem[]): Problem[] => (wrong ? found : []);

/**
 * Files of an import or an export are no images: in the destination bucket its lock would keep them, in the engine's its lifecycle would
 * take them away, and who may write them would write beside what is there.
 */
function otherBucketsAreNotOurs(settings: GivenSettings): Problem[] {
  const { operator, restore, source, destination } = settings;
  const ours = [source?.bucketName, destination?.bucketName, engineBucketOf(settings)];
  const others = {
    'operator.importBucketName': operator.importBucketName,
    'operator.exportBucketName': operator.exportBucketName,
    'restore.importBucketName': restore.importBucketName,
  };
  return Object.entries(others).flatMap(([path, value]) =>
    when(
      value !== undefined && ours.includes(value),
      problem(path, value, 'a bucket of no other use to DCS', 'name another bucket'),
    ),
  );
}

/** What a run of the engine leaves expires after days, and its functions write there. */
function engineBucketIsNotAnothers(settings: GivenSettings): Problem[] {
  const value = engineBucketOf(settings);
  const ours = [settings.source?.bucketName, settings.destination?.bucketName];
  const allowed = 'a bucket of its own, which neither images nor copies are in';
  return when(
    value !== undefined && ours.includes(value),
    problem('engine.bucketName', value, allowed, 'name another bucket'),
  );
}

/** Undefined where the engine is not deployed. */
function engineBucketOf({ name, destination, engine }: GivenSettings): string | undefined {
  if (!engine.enabled || !destination) return undefined;
  return engineNamesOf({ name, destination, engine }).bucketName;
}

function accountsDiffer({ source, destination }: WithParts<'source' | 'destination'>): Problem[] {
  const allowed = 'an account other than source.accountId, or one stolen key takes both copies';
  return when(
    source.accountId === destination.accountId,
    problem('destination.accountId', destination.accountId, allowed, 'name the account that keeps the second copy'),
  );
}

function regionsDiffer({ source, destination }: WithParts<'source' | 'destination'>): Problem[] {
  const allowed = 'a region other than source.region, or one lost region takes both copies';
  return when(
    source.region === destination.region,
    problem('destination.region', destination.region, allowed, 'name another region'),
  );
}

function regionsShareAPartition({ source, destination }: WithParts<'source' | 'destination'>): Problem[] {
  const { name: partition } = partitionOf(source.region);
  return when(
    partitionOf(destination.region).name !== partition,
    problem(
      'destination.region',
      destination.region,
      `a region of the partition ${partition}, for S3 does not replicate between partitions`,
      'name another region',
    ),
  );
}

function bucketNamesDiffer({ source, destination }: WithParts<'source' | 'destination'>): Problem[] {
  return when(
    source.bucketName === destination.bucketName,
    problem(
      'destination.bucketName',
      destination.bucketName,
      'a name other than source.bucketName, for bucket names are unique in the world',
      'name it after its region',
    ),
  );
}

/** The backends of the settings with their paths: one when deployed together, two when apart. */
function stateBucketsAreNotOurs(settings: WithParts<'deployment'>): Problem[] {
  const ours = [settings.source?.bucketName, settings.destination?.bucketName, engineBucketOf(settings)];
  return backendsOf(settings.deployment).flatMap(({ path, backend }) =>
    when(
      backend.type === 's3' && ours.includes(backend.bucketName),
      problem(
        `${path}.bucketName`,
        backend.type === 's3' ? backend.bucketName : undefined,
        'a bucket that DCS does not make, for the state has to be there first',
        'name the bucket that holds your Terraform states',
      ),
    ),
  );
}

function statesDiffer({ deployment }: WithParts<'deployment'>): Problem[] {
  if (deployment.way === 'together') return [];
  const { sourceBackend: source, destinationBackend: destination } = deployment;
  const sameWorkspace =
    source.type === 'cloud' &&
    destination.type === 'cloud' &&
    source.workspace !== undefined &&
    source.workspace === destination.workspace &&
    source.organization === destination.organization;
  return when(
    sameWorkspace,
    problem(
      'deployment.destinationBackend.workspace',
      destination.type === 'cloud' ? destination.workspace : undefined,
      'a workspace other than that of deployment.sourceBackend',
      'name a second workspace, or leave both out',
    ),
  );
}

function rolesBelongToTheirAccount(settings: GivenSettings): Problem[] {
  return (['source', 'destination'] as const).flatMap((side) => {
    const { accountId = '', assumeRole } = settings[side] ?? {};
    return when(
      assumeRole !== undefined && accountOf(assumeRole.roleArn) !== accountId,
      problem(
        `${side}.assumeRole.roleArn`,
        assumeRole?.roleArn,
        `a role of account ${accountId} (${side}.accountId)`,
        'correct the role or the account',
      ),
    );
  });
}

function boundariesBelongToTheirAccount(settings: GivenSettings): Problem[] {
  return (['source', 'destination'] as const).flatMap((side) => {
    const { accountId = '', permissionsBoundaryArn: boundary } = settings[side] ?? {};
    return when(
      boundary !== undefined && !['aws', accountId].includes(accountOf(boundary) ?? ''),
      problem(
        `${side}.permissionsBoundaryArn`,
        boundary,
        `a policy of account ${accountId} (${side}.accountId), or of AWS`,
        'correct the policy or the account',
      ),
    );
  });
}

/** SNS has one subscription of an address, which two resources would then believe theirs. */
function addressesDiffer({ alarms: { emails } }: GivenSettings): Problem[] {
  return emails.flatMap((value, index) => {
    const first = emails.indexOf(value);
    const path = `alarms.emails[${index}]`;
    return when(first < index, problem(path, value, 'each address once', 'take one of them out'));
  });
}

/** A resource takes 50 tags, of which "dcs:name" is one; and to IAM two that differ in case are one (IAM user guide, id_tags). */
function tagsDiffer({ tags }: GivenSettings): Problem[] {
  const names = Object.keys(tags);
  const lower = names.map((name) => name.toLowerCase());
  const most = 'at most 49 tags, for AWS takes 50 of a resource and "dcs:name" is one of them';
  return [
    ...when(names.length > 49, problem('tags', names.length, most, 'take some out')),
    ...names.flatMap((name, index) => {
      const first = lower.indexOf(lower[index] ?? '');
      const allowed = `a name that differs from ${names[first] ?? ''} in more than case`;
      return when(first < index, problem(`tags.${name}`, tags[name], allowed, 'take one of them out'));
    }),
  ];
}

function tableNamesDiffer({ tables }: WithParts<'tables'>): Problem[] {
  // Two tables whose names differ in case alone are legal, and would share names where AWS ignores case.
  const seen = new Map<string, number>();
  return tables.flatMap(({ name }, index) => {
    const first = seen.get(name.toLowerCase());
    seen.set(name.toLowerCase(), first ?? index);
    const allowed = `a name that differs from tables[${first ?? 0}].name in more than case`;
    return when(first !== undefined, problem(`tables[${index}].name`, name, allowed, 'take one of them out'));
  });
}

function tablesKeepClearOfParkedBatches({ prefix, tables = [] }: GivenSettings): Problem[] {
  if (prefix !== '') {
    const allowed = 'a prefix outside "aws/", where Lambda parks the batches that capture gave up on';
    return when(prefix.startsWith('aws/'), problem('prefix', prefix, allowed, 'choose another prefix'));
  }
  return tables.flatMap(({ name }, index) =>
    when(
      name === 'aws',
      problem(
        `tables[${index}].name`,
        name,
        'any other name while prefix is empty, for Lambda parks batches below "aws/" of the source bucket',
        'set prefix, for example to "dcs/"',
      ),
    ),
  );
}

function tableKeysAreTwoAttributes({ tables }: WithParts<'tables'>): Problem[] {
  return tables.flatMap(({ partitionKey, sortKey }, index) =>
    when(
      sortKey !== undefined && partitionKey?.name === sortKey.name,
      problem(
        `tables[${index}].sortKey.name`,
        sortKey?.name,
        'an attribute other than the partition key',
        'correct it',
      ),
    ),
  );
}

function keysAreShown({ tables, ui }: WithParts<'tables'>): Problem[] {
  const keys = new Set(tables.flatMap(({ partitionKey, sortKey }) => [partitionKey?.name, sortKey?.name]));
  return ui.hiddenAttributes.flatMap((name, index) =>
    when(
      keys.has(name),
      problem(
        `ui.hiddenAttributes[${index}]`,
        name,
        'no key attribute: object keys and commands are made of keys, which are always shown',
        'leave it out',
      ),
    ),
  );
}

function tableKeysOfTablesBelongToTheirAccount({ tables, source }: WithParts<'tables' | 'source'>): Problem[] {
  return tables.flatMap(({ kmsKeyArn }, index) =>
    when(
      kmsKeyArn !== undefined && kmsKeyArn.split(':')[3] !== source.region,
      problem(`tables[${index}].kmsKeyArn`, kmsKeyArn, `a key in ${source.region} (source.region)`, 'correct it'),
    ),
  );
}

function formerKeysAreOfTheAccounts({
  encryption,
  source,
  destination,
}: WithParts<'source' | 'destination'>): Problem[] {
  const places = [source, destination].map(({ region, accountId }) => `${region}:${accountId}`);
  return encryption.formerKeyArns.flatMap((keyArn, index) =>
    when(
      !places.includes(keyArn.split(':').slice(3, 5).join(':')),
      problem(
        `encryption.formerKeyArns[${index}]`,
        keyArn,
        `a key of one of the two accounts, in its region: ${places.join(' or ')}`,
        'correct it or take it out',
      ),
    ),
  );
}

function lifecyclesFire(settings: GivenSettings): Problem[] {
  return (['source', 'destination'] as const).flatMap((side) => {
    const { lifecycle } = settings[side] ?? {};
    return lifecycle ? lifecycleProblems(side, lifecycle) : [];
  });
}

/** Lifecycle cannot delete a locked version: the shorter number would be silently without effect. */
function lockEndsBeforeExpiration({ destination: { objectLock, lifecycle } }: WithParts<'destination'>): Problem[] {
  const expiration = lifecycle.noncurrentVersionExpirationDays;
  return when(
    objectLock.mode !== 'OFF' && expiration !== null && expiration < objectLock.retentionDays,
    problem(
      'destination.lifecycle.noncurrentVersionExpirationDays',
      expiration,
      `at least ${objectLock.retentionDays} (destination.objectLock.retentionDays), for a locked version is not deleted before`,
      'keep versions longer, or lock them for a shorter time',
    ),
  );
}

function accountOf(arn: string): string | undefined {
  return arn.split(':')[4];
}
