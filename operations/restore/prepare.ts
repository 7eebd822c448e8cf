import type { BatchTable } from '../../aws/batchTable';
import { RefusedError } from '../../core/errors';
import { tableIdOf } from '../../core/formerTable';
import type { TableDefinition } from '../../core/tableDefinition';
import type { KeyWords, LocatedTable } from '../../settings/configuredTable';
import { tableCreatedAt } from '../formerTable';
import type { ImageSource } from '../images/imageSource';
import { requireCaptured, type GivenMoment } from '../earliestMoment';
import type { Selection } from '../selection';
import { definitionOfKeys, knownTable, type KnownTable } from '../tables';
import type { PlanRequest } from './plan';
import { decideTarget, type ExistingItems, type TargetDecision } from './target';
import type { AskedMoment } from './sameMoment';
import type { UnfinishedNotes } from './unfinished';

/** What is to be brought back, and where to. */
export interface PrepareRequest {
  readonly source: ImageSource;
  readonly located: LocatedTable;
  readonly target: BatchTable;
  readonly notes: UnfinishedNotes;
  /** Undefined: the newest images. */
  readonly asOf?: GivenMoment & Pick<AskedMoment, 'relativeWords'>;
  readonly ignoreStoredAfterMs?: number;
  /** Only these items. Asked once it is known what the table's keys are. */
  readonly selectionOf?: (words: KeyWords) => Promise<Selection>;
  /** What becomes of the items of a target that has some. */
  readonly existing?: ExistingItems;
  /** In place of table.json, which is not looked at then. */
  readonly given?: Pick<PreparedRestore, 'definition' | 'definitionFrom'>;
  readonly signal: AbortSignal;
  readonly nowMs: () => number;
}

/** Everything that has been found out before anything is touched. */
export interface PreparedRestore {
  /** Infinity for the newest images. */
  readonly momentMs: number;
  readonly decision: TargetDecision;
  readonly definition: TableDefinition;
  /** Where the definition comes from, for people. */
  readonly definitionFrom: string;
  /** Why stored definitions that would have counted cannot be used. */
  readonly passedOver: readonly string[];
  /** Of the target; undefined where there is none yet. */
  readonly tableId?: string;
  /** Items of the target as DynamoDB counts them, every six hours. */
  readonly itemCount: number;
  readonly plan: PlanRequest & { readonly target: BatchTable; readonly signal: AbortSignal };
}

/** Reads what a restore depends on, and refuses what it must not do. Touches nothing. */
export async function prepareRestore(request: PrepareRequest): Promise<PreparedRestore> {
  const { source, target, notes, asOf, signal } = request;
  requireWhole(source, request.existing);
  const wantedMs = asOf?.ms ?? Infinity;
  const known = await knownTable(source, request.located, {
    ...{ momentMs: wantedMs, storedByMs: request.ignoreStoredAfterMs, given: request.given?.definition },
  });
  const { table } = known;
  if (asOf) await requireCaptured(source, table, asOf, signal);
  const { keys, ...others } = (await request.selectionOf?.(table)) ?? {};
  const selection = Object.keys(others).length > 0 ? others : undefined;

  const description = await target.describe();
  const decision = decideTarget(
    {
      tableName: target.tableName,
      description,
      hasItems: description?.TableStatus === 'ACTIVE' && (await target.hasItems()),
      unfinished: description && (await notes.read(tableIdOf(description))),
    },
    request.existing,
    { momentMs: wantedMs, relativeWords: asOf?.relativeWords },
    table.keySchema,
  );
  const momentMs = decision.continuesMs ?? wantedMs;
  const plan = {
    ...{ source, target, keys, selection, momentMs, mode: decision.mode, later: decision.later, signal, table },
    storedByMs: request.ignoreStoredAfterMs,
    createdAtMs: await tableCreatedAt(source, request.located, momentMs, request.ignoreStoredAfterMs),
    ...(decision.continuesMs !== undefined && { continuesSinceMs: description?.CreationDateTime?.getTime() ?? 0 }),
  };
  const found = { tableId: description && tableIdOf(description), itemCount: description?.ItemCount ?? 0 };
  return { momentMs, decision, plan, ...found, ...definitionFor(request, known) };
}

/** What a part does not hold is not what was not there. */
function requireWhole({ name, part }: ImageSource, existing: ExistingItems | undefined): void {
  if (part === undefined || existing !== 'mirror') return;
  throw new RefusedError(
    `--mirror deletes what the copy does not have, and ${name} is no whole one. Use --merge, or a copy of the whole table`,
  );
}

function definitionFor(
  { given }: PrepareRequest,
  { definition, passedOver, table }: KnownTable,
): Pick<PreparedRestore, 'definition' | 'definitionFrom' | 'passedOver'> {
  if (given) return { ...given, passedOver };
  if (definition) return { definition, definitionFrom: 'table.json', passedOver };
  const why = passedOver.length > 0 ? 'no table.json can be used' : 'there is no table.json';
  return {
    definition: definitionOfKeys(table),
    definitionFrom: `its keys alone, for ${why}: on-demand, without indexes, time to live or tags`,
    passedOver,
  };
}
