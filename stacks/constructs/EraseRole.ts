import { IamRole } from '@cdktf/provider-aws/lib/iam-role';
import type { AwsProvider } from '@cdktf/provider-aws/lib/provider';
import { Construct } from 'constructs';
import { formerKeysOf, type Names } from '../../settings/names';
import type { Settings, Side } from '../../settings/schema';
import { ITSELF } from '../DcsStack';
import { policyJson, type BucketKey, type Statement } from '../policies/document';
import { decryptItems } from '../policies/drill';
import { eraseVersions, lookForItems } from '../policies/erase';
import { decryptFormer, decryptReplicas, encryptReports } from '../policies/restore';
import { trustPrincipals } from '../policies/trust';
import { grant } from './grant';
import { roleIn } from './roleIn';

export interface EraseRoleProps {
  readonly provider: AwsProvider;
  readonly settings: Settings;
  readonly names: Names;
  readonly side: Side;
  readonly keyArn?: string;
}

/** The one role of an account that deletes versions: that of dcs erase. There is none where the settings do not ask for it. */
export class EraseRole extends Construct {
  constructor(scope: Construct, id: string, props: EraseRoleProps) {
    super(scope, id);
    const { provider, settings, names, side } = props;
    const role = new IamRole(this, ITSELF, {
      provider,
      name: names.eraseRole,
      ...roleIn(settings, side),
      description: 'Erases the history of single items',
      assumeRolePolicy: policyJson(trustPrincipals(settings.erase?.trustedPrincipalArns ?? [])),
    });
    grant(this, 'policy', {
      provider,
      role,
      roleName: names.eraseRole,
      roleIn: roleIn(settings, side),
      statements: erasePolicy(props),
    });
  }
}

function erasePolicy({ settings, names, side, keyArn }: EraseRoleProps): Statement[] {
  const bucketArn = side === 'source' ? names.sourceBucketArn : names.destinationBucketArn;
  const { region } = settings[side];
  const bucket: Omit<BucketKey, 'keyArn'> = { bucketArn, region };
  const { bypassGovernanceRetention = false } = settings.erase ?? {};
  return [
    ...eraseVersions({ bucketArn, prefix: settings.prefix }, side, bypassGovernanceRetention),
    ...(keyArn === undefined ? [] : [decryptReplicas({ ...bucket, keyArn })]),
    ...(keyArn === undefined || side === 'source' ? [] : [encryptReports({ ...bucket, keyArn })]),
    ...decryptFormer(formerKeysOf(side, settings), bucket),
    ...(side === 'source' ? liveItems(settings, names) : []),
  ];
}

function liveItems({ tables, formerTables, source }: Settings, names: Names): Statement[] {
  const tableNames = [...tables.map(({ name }) => name), ...formerTables];
  const keyArns = tables.flatMap(({ kmsKeyArn }) => (kmsKeyArn === undefined ? [] : [kmsKeyArn]));
  return [lookForItems(tableNames.map(names.tableArn)), ...decryptItems(keyArns, source.region)];
}
