import type { ITerraformDependable } from 'cdktf';
import { Construct } from 'constructs';
import { VARIABLES } from '../../core/functionVariables';
import { formerKeysOf, type Names } from '../../settings/names';
import { ITSELF } from '../DcsStack';
import { encryptInBucket } from '../policies/capture';
import { decryptFormer } from '../policies/restore';
import { describeTables, keepTableDefinitions } from '../policies/tableDefinition';
import type { Settings } from '../../settings/schema';
import { definitionEvents } from './definedTables';
import type { NodeFunctionProps } from './NodeFunction';
import { ScheduledFunction } from './ScheduledFunction';

const MEMORY_MB = 256;
const TIMEOUT_SECONDS = 300;

export interface TableDefinitionsProps extends Pick<NodeFunctionProps, 'provider' | 'codeDirectory'> {
  readonly settings: Settings;
  readonly names: Names;
  readonly keyArn?: string;
  readonly after: ITerraformDependable[];
}

/** Keeps the definition of every table beside its images, so that a restore needs nothing of the source account. */
export class TableDefinitions extends Construct {
  readonly functionName: string;

  constructor(scope: Construct, id: string, props: TableDefinitionsProps) {
    super(scope, id);
    const { settings, names } = props;
    this.functionName = names.tableDefinition;
    new ScheduledFunction(this, ITSELF, {
      ...props,
      side: 'source',
      functionName: this.functionName,
      description: `Keeps table.json of each table in ${settings.source.bucketName}`,
      memoryMb: MEMORY_MB,
      timeoutSeconds: TIMEOUT_SECONDS,
      environment: {
        [VARIABLES.bucketName]: settings.source.bucketName,
        [VARIABLES.prefix]: settings.prefix,
      },
      inputs: definitionEvents(settings.tables.map(({ name }) => name)),
      policy: policyOf(props),
      scheduleExpression: settings.tableDefinition.scheduleExpression,
      scheduleDescription:
        'Refreshes table.json of each table; a new version is written only when a definition changed.',
    });
  }
}

function policyOf({ settings, names, keyArn }: TableDefinitionsProps) {
  const tables = settings.tables.map(({ name }) => name);
  const bucketArn = names.sourceBucketArn;
  return [
    describeTables(tables.map(names.tableArn)),
    ...keepTableDefinitions(bucketArn, settings.prefix),
    ...decryptFormer(formerKeysOf('source', settings), { bucketArn, region: settings.source.region }),
    ...(keyArn === undefined ? [] : [encryptInBucket({ keyArn, bucketArn, region: settings.source.region })]),
  ];
}
