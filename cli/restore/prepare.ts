import { readFileSync } from 'node:fs';
import { dynamoDbBatchTable, type BatchTable } from '../../aws/batchTable';
import type { AttributeMap } from '../../core/attributeValue';
import { DcsError, UsageError } from '../../core/errors';
import { readTableDefinition, type TableDefinition } from '../../core/tableDefinition';
import { connectTarget, type CommandContext } from '../context';
import type { ImageSource } from '../../operations/images/imageSource';
import { keysInFile, parseKeys } from '../keys';
import { stateTimeOf, timeOf } from '../moments';
import { locatedTable, type ConfiguredTable, type KeyWords } from '../../settings/configuredTable';
import { requireCaptured } from '../../operations/earliestMoment';
import { definitionOfKeys, knownTable } from '../../operations/tables';
import type { RestoreOptions } from './options';
import type { PlanRequest } from '../../operations/restore/plan';
import { decideTarget, type TargetDecision } from '../../operations/restore/target';
import { tableIdOf, unfinishedNotes, type UnfinishedNotes } from '../../operations/restore/unfinished';

/** Everything that has been found out before anything is touched. */
export interface PreparedRestore {
  /** Infinity for the newest images. */
  readonly momentMs: number;
  readonly target: BatchTable;
  readonly decision: TargetDecision;
  readonly definition: TableDefinition;
  /** Where the definition comes from, for people. */
  readonly definitionFrom: string;
  readonly request: PlanRequest & { readonly target: BatchTable; readonly signal: AbortSignal };
  readonly notes: UnfinishedNotes;
}

/** Reads what a restore depends on, and refuses what it must not do. Touches nothing. */
export async function prepareRestore(
  source: ImageSource,
  options: RestoreOptions,
  context: CommandContext,
): Promise<PreparedRestore> {
  const { asOf, ignoreStoredAfter, from } = options;
  const wantedMs = asOf ? await stateTimeOf('as-of', asOf, from, context) : Infinity;
  const storedByMs = ignoreStoredAfter && (await timeOf('ignore-stored-after', ignoreStoredAfter, from, context));
  const located = locatedTable(context.settings, options.tableName);
  const { table, definition: stored } = await knownTable(source, located, wantedMs);
  if (asOf) await requireCaptured(source, table, { words: `--as-of is ${asOf.text}`, ms: wantedMs }, context.signal);
  const keys = await readKeys(options, table);

  const target = dynamoDbBatchTable(options.into, connectTarget(context, options.target).dynamoDb, {
    signal: context.signal,
  });
  const notes = unfinishedNotes(context.env, (words) => context.output.say(words));
  const description = await target.describe();
  const decision = decideTarget(
    {
      tableName: options.into,
      description,
      hasItems: description?.TableStatus === 'ACTIVE' && (await target.hasItems()),
      unfinished: description && (await notes.read(tableIdOf(description))),
    },
    options.existing,
    { ms: wantedMs, isAbsolute: asOf !== undefined && 'atMs' in asOf },
    table.keySchema,
  );
  const momentMs = decision.continuesMs ?? wantedMs;
  const request = {
    source,
    target,
    keys,
    momentMs,
    storedByMs,
    mode: decision.mode,
    ...(decision.continuesMs !== undefined && { continuesSinceMs: description?.CreationDateTime?.getTime() ?? 0 }),
    signal: context.signal,
    table,
  };
  return { momentMs, target, decision, notes, request, ...definitionFor(options, stored, table) };
}

function definitionFor(
  { definitionFile }: RestoreOptions,
  stored: TableDefinition | undefined,
  table: ConfiguredTable,
): Pick<PreparedRestore, 'definition' | 'definitionFrom'> {
  if (definitionFile !== undefined) return { definition: readFile(definitionFile), definitionFrom: definitionFile };
  if (stored) return { definition: stored, definitionFrom: 'table.json' };
  return {
    definition: definitionOfKeys(table),
    definitionFrom: 'its keys alone, for there is no table.json: on-demand, without indexes, time to live or tags',
  };
}

function readFile(file: string): TableDefinition {
  try {
    return readTableDefinition(readFileSync(file, 'utf8'));
  } catch (error) {
    if (error instanceof DcsError || (error as NodeJS.ErrnoException).code !== undefined) {
      throw new UsageError([`--definition ${file}: ${(error as Error).message}`]);
    }
    throw error;
  }
}

/** The keys that were asked for, all of them looked at before anything is touched. */
async function readKeys(options: RestoreOptions, words: KeyWords): Promise<AsyncIterable<AttributeMap> | undefined> {
  if (options.keysFrom !== undefined) {
    const keys = keysInFile(options.keysFrom, words);
    try {
      const iterator = keys[Symbol.asyncIterator]();
      while (!(await iterator.next()).done);
    } catch (error) {
      if (error instanceof UsageError) throw error;
      throw new UsageError([`--keys-from ${options.keysFrom} cannot be read: ${(error as Error).message}`]);
    }
    return keys;
  }
  if (options.keys.length === 0) return undefined;
  const parsed = options.keys.map((text) => parseKeys(text, words, '--key'));
  return {
    async *[Symbol.asyncIterator]() {
      for (const keys of parsed) yield await Promise.resolve(keys);
    },
  };
}
