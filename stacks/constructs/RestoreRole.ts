import { IamRole } from '@cdktf/provider-aws/lib/iam-role';
import type { AwsProvider } from '@cdktf/provider-aws/lib/provider';
import { Construct } from 'constructs';
import { ITSELF } from '../DcsStack';
import { engineNamesOf } from '../../settings/engineNames';
import { formerKeysOf, type Names } from '../../settings/names';
import { grant } from './grant';
import { roleIn } from './roleIn';
import { policyJson, type BucketKey, type Statement } from '../policies/document';
import { removeScratchTables } from '../policies/drill';
import { readExports, startRuns, useEngineBucket } from '../policies/engine';
import { importTables } from '../policies/import';
import {
  decryptFormer,
  decryptReplicas,
  encryptReports,
  fillTables,
  lookAtAlarms,
  lookAtKey,
  lookAtSchedules,
  lookAtTrails,
  readVersions,
  writeReports,
} from '../policies/restore';
import { startThaws } from '../policies/thaw';
import { trustPrincipals } from '../policies/trust';
import type { Settings } from '../../settings/schema';

export interface RestoreRoleProps {
  readonly provider: AwsProvider;
  readonly settings: Settings;
  readonly names: Names;
  readonly keyArn?: string;
}

/** The role in the destination account that an operator restores with. It reads the bucket, and adds nothing to it but reports. */
export class RestoreRole extends Construct {
  readonly role: IamRole;

  constructor(scope: Construct, id: string, { provider, settings, names, keyArn }: RestoreRoleProps) {
    super(scope, id);
    const { accountId, region } = settings.destination;
    const { destinationBucketArn: bucketArn, partition } = names;
    const { trustedPrincipalArns: trusted, importBucketName } = settings.restore;
    this.role = new IamRole(this, ITSELF, {
      provider,
      name: names.restoreRole,
      ...roleIn(settings, 'destination'),
      description: 'Restores DynamoDB tables from the second copy',
      maxSessionDuration: 12 * 3600, // A restore of a large table runs for hours.
      assumeRolePolicy: policyJson(
        trustPrincipals(trusted.length > 0 ? trusted : [`arn:${partition}:iam::${accountId}:root`]),
      ),
    });
    grant(this, 'policy', {
      provider,
      role: this.role,
      roleName: names.restoreRole,
      roleIn: roleIn(settings, 'destination'),
      statements: [
        ...readVersions(bucketArn, true),
        writeReports(bucketArn, settings.prefix),
        ...(keyArn === undefined ? [] : underKey({ keyArn, bucketArn, region })),
        ...decryptFormer(formerKeysOf('destination', settings), { bucketArn, region }),
        fillTables(partition, accountId),
        ...(importBucketName === undefined ? [] : importTables({ partition, accountId, bucketName: importBucketName })),
        ...removeScratchTables({ partition, accountId, region: '*' }),
        ...lookAtSchedules({ partition, accountId, region, name: settings.name }),
        ...lookAtTrails(partition),
        ...(settings.engine.enabled ? useEngine(settings, keyArn) : []),
        ...lookAtAlarms({ partition, accountId, region, topicArn: names.alarmTopicArns.destination }),
      ],
    });
  }
}

/** Runs of the engine are an operator's to start, and to take up. */
function useEngine(settings: Settings, keyArn: string | undefined): Statement[] {
  const engine = engineNamesOf(settings);
  const key =
    keyArn === undefined ? undefined : { keyArn, bucketArn: engine.bucketArn, region: settings.destination.region };
  return [
    ...startRuns(engine),
    ...useEngineBucket(engine.bucketArn),
    ...startThaws(engine),
    readExports(engine.bucketArn),
    ...(key
      ? [
          { ...decryptReplicas(key), Sid: 'DecryptRuns' },
          { ...encryptReports(key), Sid: 'EncryptRuns' },
        ]
      : []),
  ];
}

function underKey(key: BucketKey): Statement[] {
  return [lookAtKey(key), decryptReplicas(key), encryptReports(key)];
}
