import { isDenied } from '../aws/couldNotLook';
import type { ObjectVersion } from '../aws/objectVersions';
import {
  keySchemaOf,
  LARGEST_DEFINITION_BYTES,
  readTableDefinition,
  requireTable,
  tableDefinitionKey,
  UnreadableDefinitionError,
  withoutPlanted,
  type TableDefinition,
} from '../core/tableDefinition';
import type { TableLocation } from '../core/objectKey';
import { UsageError } from '../core/errors';
import type { ImageSource } from './images/imageSource';
import { whyUnreadable } from './images/whyUnreadable';
import type { ConfiguredTable, KeyWords, LocatedTable } from '../settings/configuredTable';

/** Which of the versions of a table.json counts. */
export interface DefinitionMoment {
  /** Epoch milliseconds; Infinity for the newest. */
  readonly momentMs: number;
  /** What S3 received later is passed over, whatever it says. */
  readonly storedByMs?: number;
}

/** What a copy says of how a table was made. */
export interface StoredDefinition {
  /** Undefined where the copy has none that can be used. */
  readonly definition?: TableDefinition;
  /** Why each version that would have counted cannot be used, for people. */
  readonly passedOver: readonly string[];
}

/**
 * A table's definition as it was at a moment: the last one stored by then, else the first one there is.
 *
 * @throws S3Error when there is none that may be read
 */
export async function definitionAt(
  source: Pick<ImageSource, 'history' | 'images'>,
  table: TableLocation,
  { momentMs, storedByMs = Infinity }: DefinitionMoment,
): Promise<StoredDefinition> {
  const history = await source.history(tableDefinitionKey(table));
  const trusted = history?.versions.filter(({ storedAtMs }) => storedAtMs <= storedByMs) ?? [];
  const later = trusted.filter(({ storedAtMs }) => storedAtMs > momentMs);
  const passedOver: string[] = [];
  let denied: unknown;
  for (const version of [...trusted.slice(0, trusted.length - later.length).toReversed(), ...later]) {
    try {
      return { definition: await readStored(source, table, version), passedOver };
    } catch (error) {
      const reason = error instanceof UnreadableDefinitionError ? error.message : whyUnreadable(error);
      if (reason === undefined) throw error;
      if (isDenied(error)) denied = error;
      passedOver.push(`the version stored ${new Date(version.storedAtMs).toISOString()}: ${reason}`);
    }
  }
  // Whoever may not read this may most likely read nothing.
  if (denied !== undefined) throw denied as Error;
  return { passedOver };
}

async function readStored(
  { images }: Pick<ImageSource, 'images'>,
  { tableName }: TableLocation,
  { objectKey, versionId, sizeBytes }: ObjectVersion,
): Promise<TableDefinition> {
  if (sizeBytes > LARGEST_DEFINITION_BYTES)
    throw new UnreadableDefinitionError(`it has ${sizeBytes} bytes, which no definition of a table has`);
  const { body } = await images.get(objectKey, versionId);
  return withoutPlanted(requireTable(readTableDefinition(body), [tableName]));
}

/** A table in a copy, with what the copy says of it. */
export interface KnownTable extends StoredDefinition {
  readonly table: ConfiguredTable;
}

/**
 * A table with its keys: its own definition says what they are, and the settings where there is none.
 *
 * @param given a definition that is used instead of the stored one, which is not looked at then
 * @throws UsageError where neither does
 */
export async function knownTable(
  source: ImageSource,
  located: LocatedTable,
  when: DefinitionMoment & { readonly given?: TableDefinition },
): Promise<KnownTable> {
  const { prefix, tableName, configuredKeys } = located;
  const { definition, passedOver } = when.given
    ? { definition: when.given, passedOver: [] }
    : await definitionAt(source, located, when);
  const words = definition ? keyWordsOf(definition) : configuredKeys;
  if (words) return { table: { prefix, tableName, ...words }, definition, passedOver };
  const objectKey = tableDefinitionKey(located);
  const why =
    passedOver.length > 0
      ? `${objectKey} in ${source.name} cannot be used (${passedOver.join('; ')})`
      : `${source.name} has no ${objectKey}`;
  throw new UsageError([
    `what the keys of ${tableName} are is nowhere to be found: ${why}. Give them with --partition-key NAME:TYPE (and --sort-key NAME:TYPE), write them into the settings file as partitionKey (and sortKey) of the table, or correct its name or --prefix, which is ${JSON.stringify(prefix)}`,
  ]);
}

function keyWordsOf(definition: TableDefinition): KeyWords {
  const types = definition.createTable.AttributeDefinitions.map(
    ({ AttributeName, AttributeType }) => [AttributeName, AttributeType] as const,
  );
  return { keySchema: keySchemaOf(definition), keyTypes: Object.fromEntries(types) };
}

/** For a bucket without table.json: the least that makes a table with these keys. */
export function definitionOfKeys({ tableName, keySchema, keyTypes }: ConfiguredTable): TableDefinition {
  const { partitionKey, sortKey } = keySchema;
  return {
    format: '1',
    tableName,
    createTable: {
      AttributeDefinitions: Object.entries(keyTypes).map(([AttributeName, AttributeType]) => ({
        AttributeName,
        AttributeType,
      })),
      KeySchema: [
        { AttributeName: partitionKey, KeyType: 'HASH' },
        ...(sortKey === undefined ? [] : [{ AttributeName: sortKey, KeyType: 'RANGE' } as const]),
      ],
      BillingMode: 'PAY_PER_REQUEST',
    },
  };
}
