import { IamRole } from '@cdktf/provider-aws/lib/iam-role';
import type { AwsProvider } from '@cdktf/provider-aws/lib/provider';
import { Construct } from 'constructs';
import { ITSELF } from '../DcsStack';
import type { Names } from '../../settings/names';
import { grant } from './grant';
import { roleIn } from './roleIn';
import { policyJson } from '../policies/document';
import { decryptItems, readItemsByKey } from '../policies/drill';
import { trustRole } from '../policies/trust';
import type { Settings } from '../../settings/schema';

export interface DrillReaderProps {
  readonly provider: AwsProvider;
  readonly settings: Settings;
  readonly names: Names;
}

/** The role in the source account by which the destination's drill reads items of the live tables, by key and nothing else. */
export class DrillReader extends Construct {
  constructor(scope: Construct, id: string, { provider, settings, names }: DrillReaderProps) {
    super(scope, id);
    const { tables, source, destination } = settings;
    const role = new IamRole(this, ITSELF, {
      provider,
      name: names.drillReader,
      ...roleIn(settings, 'source'),
      description: 'Reads items of the live tables for the restore drill of the destination account',
      assumeRolePolicy: policyJson(
        trustRole('DrillAssumesRole', {
          ...{ partition: names.partition, accountId: destination.accountId, roleArn: names.drillRoleArn },
        }),
      ),
    });
    const keyArns = tables.flatMap(({ kmsKeyArn }) => (kmsKeyArn === undefined ? [] : [kmsKeyArn]));
    grant(this, 'policy', {
      provider,
      role,
      roleName: names.drillReader,
      roleIn: roleIn(settings, 'source'),
      statements: [
        readItemsByKey(tables.map(({ name }) => names.tableArn(name))),
        ...decryptItems(keyArns, source.region),
      ],
    });
  }
}
