import { DataAwsDynamodbTable } from '@cdktf/provider-aws/lib/data-aws-dynamodb-table';
import { DynamodbTable } from '@cdktf/provider-aws/lib/dynamodb-table';
import type { AwsProvider } from '@cdktf/provider-aws/lib/provider';
import { Construct } from 'constructs';
import { ITSELF } from '../DcsStack';
import type { TableSettings } from '../../settings/tables';

/** A capture needs the item as it was and as it is; with less the chain of images cannot be proved. */
const STREAM_VIEW_TYPE = 'NEW_AND_OLD_IMAGES';

export interface SourceTableProps {
  readonly provider: AwsProvider;
  readonly region: string;
  readonly table: TableSettings;
}

/** The table to copy: created with its stream, or an existing one, looked up and refused unless its stream and key fit. */
export class SourceTable extends Construct {
  readonly streamArn: string;

  constructor(scope: Construct, id: string, props: SourceTableProps) {
    super(scope, id);
    this.streamArn = props.table.existing ? this.lookUp(props).streamArn : this.create(props).streamArn;
  }

  private create({ provider, table }: SourceTableProps): DynamodbTable {
    return new DynamodbTable(this, ITSELF, {
      provider,
      name: table.name,
      billingMode: 'PAY_PER_REQUEST',
      hashKey: table.partitionKey.name,
      rangeKey: table.sortKey?.name,
      attribute: table.sortKey ? [table.partitionKey, table.sortKey] : [table.partitionKey],
      streamEnabled: true,
      streamViewType: STREAM_VIEW_TYPE,
      pointInTimeRecovery: { enabled: true },
      serverSideEncryption: { enabled: true, kmsKeyArn: table.kmsKeyArn },
      deletionProtectionEnabled: true,
      ttl: table.ttlAttribute === undefined ? undefined : { enabled: true, attributeName: table.ttlAttribute },
      lifecycle: { preventDestroy: true },
    });
  }

  private lookUp({ provider, table, region }: SourceTableProps): DataAwsDynamodbTable {
    return new DataAwsDynamodbTable(this, ITSELF, {
      provider,
      name: table.name,
      lifecycle: { postcondition: [streamShowsBothImages(table, region), keyIsAsWritten(table)] },
    });
  }
}

function streamShowsBothImages({ name }: TableSettings, region: string) {
  const command = `aws dynamodb update-table --region ${region} --table-name ${name} --stream-specification StreamEnabled=true,StreamViewType=${STREAM_VIEW_TYPE}`;
  return {
    condition: `\${self.stream_enabled && self.stream_view_type == "${STREAM_VIEW_TYPE}"}`,
    errorMessage: `The stream of table ${name} is off, or does not show new and old images (${STREAM_VIEW_TYPE}). To enable it: ${command}. A stream of another view type has to be disabled first (StreamEnabled=false).`,
  };
}

function keyIsAsWritten({ name, partitionKey, sortKey }: TableSettings) {
  const written = [partitionKey.name, sortKey?.name ?? ''].map((key) => JSON.stringify(key));
  // The provider leaves the sort key of a table without one null or empty, depending on its version.
  const actual = '[self.hash_key, self.range_key == null ? "" : self.range_key]';
  const key = sortKey ? `${partitionKey.name} and ${sortKey.name}` : `${partitionKey.name} alone`;
  return {
    condition: `\${jsonencode(${actual}) == jsonencode([${written.join(', ')}])}`,
    errorMessage: `The key of table ${name} is not ${key}, as the settings say. Correct partitionKey and sortKey in the settings file: object keys are made from them.`,
  };
}
