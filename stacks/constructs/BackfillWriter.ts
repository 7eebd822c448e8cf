import { IamRole } from '@cdktf/provider-aws/lib/iam-role';
import type { AwsProvider } from '@cdktf/provider-aws/lib/provider';
import { Construct } from 'constructs';
import { engineNamesOf } from '../../settings/engineNames';
import { formerKeysOf, tablePrefixes, type Names } from '../../settings/names';
import type { Settings } from '../../settings/schema';
import { ITSELF } from '../DcsStack';
import { writeImages } from '../policies/backfill';
import { encryptInBucket } from '../policies/capture';
import { policyJson, type Statement } from '../policies/document';
import { decryptFormer } from '../policies/restore';
import { trustRole } from '../policies/trust';
import { grant } from './grant';
import { roleIn } from './roleIn';

export interface BackfillWriterProps {
  readonly provider: AwsProvider;
  readonly settings: Settings;
  readonly names: Names;
  readonly keyArn?: string;
}

/** The role in the source account by which the destination's engine adds images to the source bucket, and does nothing else. */
export class BackfillWriter extends Construct {
  constructor(scope: Construct, id: string, props: BackfillWriterProps) {
    super(scope, id);
    const { provider, settings, names } = props;
    const { foldRoleArn: roleArn } = engineNamesOf(settings);
    const { accountId } = settings.destination;
    const { partition } = names;
    const role = new IamRole(this, ITSELF, {
      provider,
      name: names.backfillWriter,
      ...roleIn(settings, 'source'),
      description: 'Writes the images of a backfill for the engine of the destination account',
      assumeRolePolicy: policyJson(trustRole('EngineAssumesRole', { partition, accountId, roleArn })),
    });
    grant(this, 'policy', {
      provider,
      role,
      roleName: names.backfillWriter,
      roleIn: roleIn(settings, 'source'),
      statements: writerPolicy(props),
    });
  }
}

function writerPolicy({ settings, names, keyArn }: BackfillWriterProps): Statement[] {
  const { sourceBucketArn: bucketArn } = names;
  const { region } = settings.source;
  return [
    ...writeImages(bucketArn, tablePrefixes(settings)),
    ...(keyArn === undefined ? [] : [encryptInBucket({ keyArn, bucketArn, region })]),
    ...decryptFormer(formerKeysOf('source', settings), { bucketArn, region }),
  ];
}
