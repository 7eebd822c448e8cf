import { DynamodbTable } from '@cdktf/provider-aws/lib/dynamodb-table';
import { Construct } from 'constructs';
import { ITSELF, stackOf } from '../DcsStack';
import { tableId } from '../../settings/alarmNames';
import type { TableSettings } from '../../settings/tables';
import { ExistingTable, STREAM_VIEW_TYPE, type SourceTableProps } from './ExistingTable';

/** The table to copy: an existing one, looked up, or one that is created with its stream. */
export class SourceTable extends Construct {
  readonly streamArn: string;
  /** Name of the partition key; of a table that is looked up, a reference. */
  readonly partitionKey: string;
  /** The same of the sort key; a reference may come to be empty. */
  readonly sortKey?: string;

  constructor(scope: Construct, id: string, props: SourceTableProps) {
    super(scope, id);
    const { partitionKey, sortKey } = props.table;
    if (props.table.existing) {
      forgetTable(this, props.table.name);
      const table = new ExistingTable(this, ITSELF, props);
      this.streamArn = table.streamArn;
      this.partitionKey = partitionKey?.name ?? table.partitionKey;
      this.sortKey = partitionKey ? sortKey?.name : table.sortKey;
      return;
    }
    if (!partitionKey) throw new Error(`The table ${props.table.name} cannot be created without a key.`);
    this.streamArn = this.create(props, partitionKey).streamArn;
    this.partitionKey = partitionKey.name;
    this.sortKey = sortKey?.name;
  }

  private create({ provider, table }: SourceTableProps, partitionKey: Key): DynamodbTable {
    return new DynamodbTable(this, ITSELF, {
      provider,
      name: table.name,
      billingMode: 'PAY_PER_REQUEST',
      hashKey: partitionKey.name,
      rangeKey: table.sortKey?.name,
      attribute: table.sortKey ? [partitionKey, table.sortKey] : [partitionKey],
      streamEnabled: true,
      streamViewType: STREAM_VIEW_TYPE,
      pointInTimeRecovery: { enabled: true },
      serverSideEncryption: { enabled: true, kmsKeyArn: table.kmsKeyArn },
      deletionProtectionEnabled: true,
      ttl: table.ttlAttribute === undefined ? undefined : { enabled: true, attributeName: table.ttlAttribute },
      lifecycle: { preventDestroy: true, ignoreChanges: ofOthers(table) },
    });
  }
}

type Key = NonNullable<TableSettings['partitionKey']>;

/**
 * What the settings do not say of a table is set once, when it is made, and is its application's from then on: Terraform would
 * take away an index, a replica or a tag that somebody adds, and set back capacity that is scaled. Every argument is one that
 * the oldest provider knows.
 */
function ofOthers({ ttlAttribute, kmsKeyArn }: TableSettings): string[] {
  return [
    ...(ttlAttribute === undefined ? ['ttl'] : []),
    ...(kmsKeyArn === undefined ? ['server_side_encryption'] : []),
    'attribute',
    'billing_mode',
    'global_secondary_index',
    'local_secondary_index',
    'on_demand_throughput',
    'read_capacity',
    'replica',
    'table_class',
    'tags',
    'tags_all',
    'write_capacity',
  ];
}

/** A table that other settings would create, or have created: it is forgotten, and stays. */
export function forgetTable(scope: Construct, tableName: string): void {
  stackOf(scope).forget(`aws_dynamodb_table.source_table-${tableId(tableName)}`);
}
