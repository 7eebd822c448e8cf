import { DataAwsDynamodbTable } from '@cdktf/provider-aws/lib/data-aws-dynamodb-table';
import { DataAwsKmsKey } from '@cdktf/provider-aws/lib/data-aws-kms-key';
import type { AwsProvider } from '@cdktf/provider-aws/lib/provider';
import { Token } from 'cdktf';
import { Construct } from 'constructs';
import { ITSELF } from '../DcsStack';
import type { TableSettings } from '../../settings/tables';

/** A capture needs the item as it was and as it is; with less the chain of images cannot be proved. */
export const STREAM_VIEW_TYPE = 'NEW_AND_OLD_IMAGES';

export interface SourceTableProps {
  readonly provider: AwsProvider;
  readonly region: string;
  readonly table: TableSettings;
}

/** A table that is there already: looked up at every plan, and refused unless its stream, its keys and its encryption fit. */
export class ExistingTable extends Construct {
  readonly streamArn: string;
  readonly partitionKey: string;
  /** A reference that is empty for a table without a sort key. */
  readonly sortKey: string;

  constructor(scope: Construct, id: string, { provider, table, region }: SourceTableProps) {
    super(scope, id);
    const lookup = new DataAwsDynamodbTable(this, ITSELF, {
      provider,
      name: table.name,
      lifecycle: { postcondition: [streamShowsBothImages(table, region), ...keysAreAsWritten(table), ...keyOf(table)] },
    });
    if (table.kmsKeyArn === undefined) this.refuseKeyOfOnesOwn(lookup, { provider, table });
    this.streamArn = lookup.streamArn;
    this.partitionKey = lookup.hashKey;
    this.sortKey = `\${${SORT_KEY(lookup.fqn)}}`;
  }

  /** Whoever reads the stream has to be allowed to decrypt with it; with a key that AWS keeps for the account, everybody is. */
  private refuseKeyOfOnesOwn(
    { fqn }: DataAwsDynamodbTable,
    { provider, table }: Pick<SourceTableProps, 'provider' | 'table'>,
  ): void {
    const keyArns = KEY_ARNS(fqn);
    new DataAwsKmsKey(this, 'encrypted-with', {
      provider,
      count: Token.asNumber(`\${length(${keyArns})}`),
      keyId: `\${${keyArns}[count.index]}`,
      lifecycle: {
        postcondition: [
          {
            condition: '${self.key_manager == "AWS"}',
            errorMessage: `The table ${table.name} is encrypted with a customer-managed key, with which capture may not decrypt: \${self.arn}. Write that as kmsKeyArn of the table into the settings file; capture and the drill are then given the right.`,
          },
        ],
      },
    });
  }
}

/** The provider leaves the sort key of a table without one null or empty, depending on its version. */
const SORT_KEY = (table: string) => `${table}.range_key == null ? "" : ${table}.range_key`;
/** None for a table under a key that DynamoDB owns. */
const KEY_ARNS = (table: string) =>
  `compact([for encryption in ${table}.server_side_encryption : encryption.kms_key_arn])`;

function streamShowsBothImages({ name }: TableSettings, region: string) {
  const command = `aws dynamodb update-table --region ${region} --table-name ${name} --stream-specification StreamEnabled=true,StreamViewType=${STREAM_VIEW_TYPE}`;
  return {
    condition: `\${self.stream_enabled && self.stream_view_type == "${STREAM_VIEW_TYPE}"}`,
    errorMessage: `The stream of table ${name} is off, or does not show new and old images (${STREAM_VIEW_TYPE}). To enable it: ${command}. A stream of another view type has to be disabled first (StreamEnabled=false).`,
  };
}

function keysAreAsWritten({ name, partitionKey, sortKey }: TableSettings) {
  if (!partitionKey) return [];
  const written = [partitionKey.name, sortKey?.name ?? ''].map((key) => JSON.stringify(key));
  const actual = `[self.hash_key, ${SORT_KEY('self')}]`;
  const key = sortKey ? `${partitionKey.name} and ${sortKey.name}` : `${partitionKey.name} alone`;
  return [
    {
      condition: `\${jsonencode(${actual}) == jsonencode([${written.join(', ')}])}`,
      errorMessage: `The key of table ${name} is not ${key}, as the settings say. Correct partitionKey and sortKey in the settings file, or leave them out: object keys are made from them.`,
    },
  ];
}

function keyOf({ name, kmsKeyArn }: TableSettings) {
  if (kmsKeyArn === undefined) return [];
  return [
    {
      condition: `\${alltrue([for arn in ${KEY_ARNS('self')} : arn == "${kmsKeyArn}"])}`,
      errorMessage: `The table ${name} is not encrypted with ${kmsKeyArn}, as the settings say, but with \${join(", ", ${KEY_ARNS('self')})}. Correct kmsKeyArn in the settings file, or take it out.`,
    },
  ];
}
