import { IamRole } from '@cdktf/provider-aws/lib/iam-role';
import type { AwsProvider } from '@cdktf/provider-aws/lib/provider';
import { Construct } from 'constructs';
import { engineNamesOf } from '../../settings/engineNames';
import { formerKeysOf, type Names } from '../../settings/names';
import type { Settings } from '../../settings/schema';
import { lookAtWriter } from '../policies/backfill';
import { policyJson, type Statement } from '../policies/document';
import { decryptItems } from '../policies/drill';
import { exportIntoEngine } from '../policies/engine';
import { exportTables, importTables, useExports } from '../policies/import';
import { addVersions, lookAtCapture, replicateAgain, startBatchReplication } from '../policies/operator';
import {
  decryptFormer,
  decryptReplicas,
  encryptReports,
  fillTables,
  lookAtKey,
  readVersions,
} from '../policies/restore';
import { trustBatchOperations, trustPrincipals } from '../policies/trust';
import { grant } from './grant';
import { roleIn } from './roleIn';

export interface OperatorRolesProps {
  readonly provider: AwsProvider;
  readonly settings: Settings;
  readonly names: Names;
  readonly keyArn?: string;
  readonly destinationKeyArn?: string;
}

const TWELVE_HOURS_SECONDS = 12 * 3600; // A backfill of a large table runs for hours.

/** In the source account: the role that an operator works with, and the one that S3 Batch Replication has. */
export class OperatorRoles extends Construct {
  constructor(scope: Construct, id: string, props: OperatorRolesProps) {
    super(scope, id);
    const { provider, settings, names } = props;
    const trusted = settings.operator.trustedPrincipalArns;
    const root = `arn:${names.partition}:iam::${settings.source.accountId}:root`;
    const ofAll = roleIn(settings, 'source');
    const make = (
      roleId: string,
      name: string,
      trust: Statement,
      statements: readonly Statement[],
      description: string,
    ) => {
      const role = new IamRole(this, roleId, {
        provider,
        name,
        description,
        ...ofAll,
        ...(roleId === 'role' ? { maxSessionDuration: TWELVE_HOURS_SECONDS } : {}),
        assumeRolePolicy: policyJson(trust),
      });
      grant(this, `${roleId}-policy`, { provider, role, roleName: name, statements, roleIn: ofAll });
    };
    make(
      'role',
      names.operatorRole,
      trustPrincipals(trusted.length > 0 ? trusted : [root]),
      operatorPolicy(props),
      'Backfills, redrives, verifies, repairs and restores in the source account',
    );
    make(
      'batch-replication',
      names.batchReplicationRole,
      trustBatchOperations(),
      replicateAgain(names.sourceBucketArn),
      'Has S3 replicate versions that were not',
    );
  }
}

/** What the engine compares a copy with, and backfills. */
function exportsForEngine(settings: Settings, keyArn: string | undefined): Statement[] {
  if (!settings.engine.enabled) return [];
  const { bucketArn } = engineNamesOf(settings);
  const { region } = settings.destination;
  return exportIntoEngine(bucketArn, keyArn === undefined ? undefined : { keyArn, bucketArn, region });
}

function operatorPolicy({ settings, names, keyArn, destinationKeyArn }: OperatorRolesProps): Statement[] {
  const { accountId, region } = settings.source;
  const { partition, sourceBucketArn: bucketArn } = names;
  const { importBucketName, exportBucketName } = settings.operator;
  const key = keyArn === undefined ? undefined : { keyArn, bucketArn, region };
  const tableKeys = settings.tables.flatMap(({ kmsKeyArn }) => (kmsKeyArn === undefined ? [] : [kmsKeyArn]));
  const regions = [region, settings.destination.region];
  return [
    ...readVersions(bucketArn, false),
    addVersions(bucketArn),
    ...(key ? [lookAtKey(key), decryptReplicas(key), encryptReports(key)] : []),
    ...decryptFormer(formerKeysOf('source', settings), { bucketArn, region }),
    fillTables(partition, accountId),
    ...(importBucketName === undefined ? [] : importTables({ partition, accountId, bucketName: importBucketName })),
    ...(exportBucketName !== undefined || settings.engine.enabled
      ? exportTables({ partition, accountId, region })
      : []),
    ...(exportBucketName === undefined ? [] : [useExports({ partition, bucketName: exportBucketName })]),
    ...exportsForEngine(settings, destinationKeyArn),
    ...(settings.engine.enabled ? [lookAtWriter(names.backfillWriterRoleArn)] : []),
    ...decryptItems(tableKeys, region),
    ...lookAtCapture({ names, deploymentName: settings.name, accountId, regions }),
    ...startBatchReplication(names),
  ];
}
