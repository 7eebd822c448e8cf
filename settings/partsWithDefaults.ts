import { z } from 'zod';
import { bucketName, group, kmsKeyArn, oneOf, principalArn, text, wholeNumber, yesOrNo } from './fields';

/** How each part of the service behaves. Everything here has a default. */

const formerKeyArns = z
  .array(kmsKeyArn('A key that was the deployment’s once.'), { error: 'a list of ARNs of KMS keys' })
  .describe(
    'Keys of either account that encrypted objects before, and that what is still stored under them is read with: a change of the encryption keeps every key, and encrypts anew what comes afterwards alone. Default: none.',
  )
  .default([]);

export const encryptionSettings = z
  .discriminatedUnion(
    'type',
    [
      group(
        { type: z.literal('s3-managed'), formerKeyArns },
        'SSE-S3. The ETag of an image is then its MD5, so dcs verify reads no object that is right.',
      ),
      group(
        {
          type: z.literal('customer-managed'),
          keyDeletionWindowDays: wholeNumber(
            7,
            30,
            'Days between asking for the deletion of a key and losing what it encrypts. Default: 30.',
          ).default(30),
          breakGlassPrincipalArn: principalArn(
            'The one principal that may schedule the deletion of the destination key, beside what its own permissions say. Default: nobody, for as long as the key policy is as it is deployed.',
          ).optional(),
          formerKeyArns,
        },
        'SSE-KMS with a key per account, made by DCS; the destination owns the key of the copy. dcs verify then has to ask for each object.',
      ),
    ],
    { error: 'an object whose type is one of "s3-managed", "customer-managed"' },
  )
  .describe('Encryption of both buckets. Default: {"type": "s3-managed"}.');

export const replicationSettings = group(
  {
    timeControl: yesOrNo(
      'S3 Replication Time Control: 99.9 % of the objects within 15 minutes, at a surcharge per GB. Default: true.',
    ).default(true),
    enabled: yesOrNo(
      'false pauses replication; what is written meanwhile is not copied afterwards without S3 Batch Replication. Default: true.',
    ).default(true),
  },
  'Replication from the source bucket to the destination bucket.',
);

export const captureSettings = group(
  {
    runtime: oneOf(
      ['nodejs22.x', 'nodejs24.x'],
      'Lambda runtime. "nodejs24.x" needs version 6.19 or later of the aws provider. Default: "nodejs22.x".',
    ).default('nodejs22.x'),
    memoryMb: wholeNumber(
      128,
      10_240,
      "Memory of a capture function in MB; a new account's quota may end at 3,008. Default: 512.",
    ).default(512),
    timeoutSeconds: wholeNumber(10, 900, 'Time limit of one batch. Default: 60.').default(60),
    batchSize: wholeNumber(1, 10_000, 'Most records in one batch. Default: 500.').default(500),
    batchingWindowSeconds: wholeNumber(0, 300, 'How long Lambda waits for a batch to fill. Default: 1.').default(1),
    parallelizationFactor: wholeNumber(
      1,
      10,
      'Batches of one shard at a time; the order of each item is kept. Default: 2.',
    ).default(2),
    maximumRetryAttempts: wholeNumber(
      0,
      10_000,
      'Retries before a batch is parked in the source bucket. Parking needs the same bucket, so a low number turns an outage of S3 into lost records. Default: 100.',
    ).default(100),
    maximumRecordAgeSeconds: wholeNumber(
      60,
      86_400,
      'Age at which a record is parked whatever its retries. The stream itself forgets after 86,400 s. Default: 79,200 (22 hours).',
    ).default(79_200),
    largeImageStorageClass: oneOf(
      ['STANDARD', 'STANDARD_IA', 'GLACIER_IR', 'INTELLIGENT_TIERING'],
      'Storage class of images of 128 KB and more; smaller ones are STANDARD. The archive classes are left out: S3 does not replicate from them. Default: "STANDARD_IA".',
    ).default('STANDARD_IA'),
    logRetentionDays: z
      .literal(
        [1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653],
        {
          error:
            'one of the periods that CloudWatch Logs knows: 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, ... 3653',
        },
      )
      .describe('Days for which the logs of the functions are kept. Default: 30.')
      .default(30),
  },
  'The capture functions, one for each table, and how their batches are made and retried.',
);

export const tableDefinitionSettings = group(
  {
    scheduleExpression: text(
      /^(rate\((1 (minute|hour|day)|([2-9]|[1-9]\d+) (minutes|hours|days))\)|cron\(\S+( \S+){5}\))$/,
      {
        description:
          'How often table.json is refreshed; a new version is written only when it changed. Default: "rate(1 hour)".',
        allowed: 'rate(N minutes|hours|days) or cron(six fields)',
      },
    ).default('rate(1 hour)'),
  },
  'The function that keeps the definition of each table beside its images.',
);

const AIM =
  'Drills say beside what they measured whether it was met; one that was measured and missed fails the drill.';

/** What a restore should come to. */
export const aimFields = {
  recoveryTimeSeconds: wholeNumber(
    1,
    31_536_000,
    `In how many seconds the table should be back (RTO). ${AIM} Default: no target.`,
  ).optional(),
  recoveryPointSeconds: wholeNumber(
    1,
    31_536_000,
    `How many seconds of changes may be lost at most (RPO). ${AIM} Default: no target.`,
  ).optional(),
};

export const drillSettings = group(
  {
    organization: text(/^(?![^]*[$%]\{)[^\n]{1,200}$/, {
      description: 'Whose drills these are, as it stands on the reports. Default: nothing stands there.',
      allowed: '1 to 200 characters of one line, without ${ and %{',
    }).optional(),
    ...aimFields,
    enabled: yesOrNo(
      'false: no function and no schedule; dcs drill can be run by hand all the same. Default: true.',
    ).default(true),
    scheduleExpression: text(
      /^(rate\((1 hour|([2-9]|1\d|2[0-4]) hours|1 day|[2-6] days)\)|cron\([0-5]?\d ([01]?\d|2[0-3]) \* \* \? \*\))$/,
      {
        description:
          'How often each table is drilled, at least every 6 days: an alarm tells when there was no drill, and CloudWatch looks back 7 days. Default: "rate(1 day)".',
        allowed:
          'rate(1 hour), rate(2..24 hours), rate(1 day), rate(2..6 days), or every day at a time in UTC: cron(MINUTE HOUR * * ? *)',
      },
    ).default('rate(1 day)'),
    sampleItemCount: wholeNumber(
      1,
      100_000,
      'Items of each table that are drawn at random, restored and compared; more than fit into 15 minutes fail the drill. All items: dcs drill, by hand. Default: 1,000.',
    ).default(1_000),
  },
  'The restore drill: a function in the destination account restores a sample of each table into a scratch table, compares it with the live table, keeps a report below "=dcs/" of the destination bucket, and removes the scratch table.',
);

const importBucketName = (side: 'source' | 'destination') =>
  bucketName(
    `A bucket of the ${side} account, in the Region of the tables that are restored there, for the files of dcs restore --engine import: the role may then import, and the command writes there unless --import-bucket says otherwise. Default: none.`,
  ).optional();

export const uiSettings = group(
  {
    hiddenAttributes: z
      .array(text(/^[^]{1,255}$/, { description: 'Name of an attribute.', allowed: '1 to 255 characters' }), {
        error: 'a list of names of attributes',
      })
      .describe(
        'Attributes whose values the page does not show, wherever in an item they are: it says that they changed, and not into what. Keys are always shown, since object keys and commands are made of them. Default: none.',
      )
      .default([]),
  },
  'The page of dcs ui. Whoever opens it can read the items; this is for those who look over their shoulder.',
);

export const operatorSettings = group(
  {
    trustedPrincipalArns: z
      .array(principalArn('Who may assume the operator role.'), { error: 'a list of ARNs' })
      .describe('Who may assume the operator role. Default: whoever the source account itself allows to.')
      .default([]),
    importBucketName: importBucketName('source'),
    exportBucketName: bucketName(
      'A bucket of the source account for exports of the tables, for dcs backfill --export and --from-export: the role may then have DynamoDB make them there, and read them. Default: none.',
    ).optional(),
  },
  'The role in the source account that backfills, redrives, verifies, repairs, and restores to that account.',
);

export const restoreSettings = group(
  {
    trustedPrincipalArns: z
      .array(principalArn('Who may assume the restore role.'), { error: 'a list of ARNs' })
      .describe('Who may assume the restore role. Default: whoever the destination account itself allows to.')
      .default([]),
    importBucketName: importBucketName('destination'),
  },
  'The role in the destination account that restores.',
);

export const eraseSettings = group(
  {
    trustedPrincipalArns: z
      .array(principalArn('Who may assume the roles that erase.'), { error: 'a list of ARNs' })
      .min(1, { error: 'the ARN of at least one principal' })
      .describe('Who may assume the roles that erase, in both accounts.'),
    bypassGovernanceRetention: yesOrNo(
      'true: the role in the destination account may also erase what a lock in GOVERNANCE mode keeps (dcs erase --bypass-governance). Default: false.',
    ).default(false),
  },
  'A role in each account that dcs erase works with: nothing else of a deployment may delete a version. Default: none.',
);

export const engineSettings = group(
  {
    enabled: yesOrNo(
      'true deploys the distributed engine in the destination account: a state machine, its functions and a bucket. Nothing of it costs anything while no restore runs. Default: false.',
    ).default(false),
    bucketName: bucketName(
      'Where a run leaves its files for 14 days. Default: the name of the destination bucket with "-engine" behind it.',
    ).optional(),
    maxConcurrency: wholeNumber(
      1,
      1_000,
      'Ranges that are folded at a time, each by a function of its own. S3 gives 5,500 reads a second for a prefix until it has split it, which is less than one of them takes; those beyond wait, and are paid for waiting. Default: 8, which ten prefixes keep busy.',
    ).default(8),
    memoryMb: wholeNumber(
      512,
      10_240,
      "Memory of a folding function in MB; 1,769 are one processor, and a new account's quota may end at 3,008. Default: 1,769.",
    ).default(1_769),
  },
  'The distributed engine, which brings back tables that outgrow one machine: dcs restore --engine distributed.',
);

export const compactorSettings = group(
  {
    memoryMb: wholeNumber(
      1_024,
      10_240,
      "Memory of the function in MB; 1,769 are one processor, and more than two are of no use to it. A new account's quota may end at 3,008. Default: 1,769.",
    ).default(1_769),
    ephemeralStorageMb: wholeNumber(
      512,
      10_240,
      'Disk of the function in MB, on which it sorts what does not fit into its memory. Default: 4,096.',
    ).default(4_096),
  },
  'The function in the destination account that folds journals, where a table has the layout "journal": every hour what is new into a sorted run, every day the runs into a base. Each run is of one table.',
);

export const alarmSettings = group(
  {
    emails: z
      .array(text(/^[^\s@]+@[^\s@]+\.[^\s@]+$/, { description: 'Who is told.', allowed: 'an e-mail address' }), {
        error: 'a list of e-mail addresses',
      })
      .describe('Who is told when an alarm goes off; each has to confirm once. Default: nobody but the topic.')
      .default([]),
    captureLagSeconds: wholeNumber(60, 82_800, 'How far capture may fall behind a table. Default: 300.').default(300),
    replicationLatencySeconds: wholeNumber(
      60,
      86_400,
      'How far the destination bucket may fall behind the source bucket. Default: 900.',
    ).default(900),
    replicaAgeSeconds: wholeNumber(
      600,
      86_400,
      'How old the newest replica may be, as the heartbeat measures it in the destination account every 5 minutes: what a restore would miss. Default: 1,800.',
    ).default(1_800),
    pendingOperations: wholeNumber(
      1,
      1_000_000_000,
      'How many objects may wait for replication, for half an hour. Default: 100,000.',
    ).default(100_000),
  },
  'When the topic is told, and who hears it.',
);
