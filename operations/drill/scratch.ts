import type { BatchTable } from '../../aws/batchTable';
import type { ScratchTables } from '../../aws/scratchTables';
import { DcsError } from '../../core/errors';
import { SCRATCH_TAG, scratchPrefix, scratchTableStartMs } from '../../core/scratchTable';
import type { TableDefinition } from '../../core/tableDefinition';
import { createdFrom, creationOf } from '../restore/target';

/** Where a scratch table is made, and of which table it is. */
export interface ScratchPlace {
  readonly drilledTable: string;
  readonly name: string;
  readonly region: string;
  readonly tables: ScratchTables;
  readonly table: Pick<BatchTable, 'create'>;
  readonly definition: TableDefinition;
}

/** What became of the scratch table in the end. */
export type Removal = { readonly removed: true } | { readonly removed: false; readonly problem: string };

/**
 * Makes the scratch table, uses it, and removes it whatever happens: also after a failure and after Ctrl-C.
 *
 * @param onProblem told when it could not be removed, with the command that does, before any error of `use` goes on
 */
export async function withScratchTable<Result>(
  place: ScratchPlace,
  use: { create: () => void; run: () => Promise<Result>; remove: () => void; onProblem: (problem: string) => void },
): Promise<{ result: Result; removal: Removal }> {
  use.create();
  let removal: Removal = { removed: true };
  const remove = async () => {
    use.remove();
    removal = await removed(place);
    if (!removal.removed) use.onProblem(removal.problem);
  };
  try {
    await make(place);
    const result = await use.run();
    await remove();
    return { result, removal };
  } catch (error) {
    if (!(error instanceof NotOursError)) await remove();
    throw error;
  }
}

/** There was a table of that name already: whose it is nobody knows, so it stays. */
class NotOursError extends DcsError {}

/**
 * As table.json says, so that an index that refuses items refuses them here; but on demand, without a stream that nobody
 * reads, and with the one tag that says whose it is.
 */
async function make({ name, drilledTable, definition, table }: ScratchPlace): Promise<void> {
  const creation = { ...creationOf(definition, true), StreamSpecification: undefined };
  try {
    const tagged = { ...creation, Tags: [{ Key: SCRATCH_TAG, Value: drilledTable }] };
    await createdFrom('table.json', () => table.create(tagged as Parameters<typeof table.create>[0]));
  } catch (error) {
    if ((error as Error).name !== 'ResourceInUseException') throw error;
    throw new NotOursError(`there is a table ${name} already, which this drill has not made; run it again`, {
      cause: error,
    });
  }
}

async function removed(place: ScratchPlace): Promise<Removal> {
  try {
    await place.tables.remove(place.name);
    return { removed: true };
  } catch (error) {
    const problem = `the scratch table ${place.name} could not be removed (${(error as Error).message}); remove it: ${deleteCommand(place)}`;
    return { removed: false, problem };
  }
}

const DAY_MS = 86_400_000;

/**
 * Removes what drills that were killed have left: tables with the name and the tag of a drill of this table that began more
 * than a day ago. A younger one may be in use, and one without the tag was not made by a drill: these are named and stay.
 *
 * @returns a sentence about each
 */
export async function removeLeftovers(place: ScratchPlace, nowMs: number): Promise<string[]> {
  const { drilledTable, tables, region } = place;
  const sentences: string[] = [];
  for (const name of await tables.named(scratchPrefix(drilledTable))) {
    const startMs = scratchTableStartMs(drilledTable, name);
    if (startMs === undefined) continue;
    if ((await tables.tag(name, SCRATCH_TAG)) !== drilledTable) {
      sentences.push(
        `The table ${name} has the name of a scratch table and not its tag ${SCRATCH_TAG}; it stays as it is.`,
      );
    } else if (nowMs - startMs < DAY_MS) {
      sentences.push(
        `The scratch table ${name} may belong to a drill that is running. If not, remove it: ${deleteCommand({ name, region })}`,
      );
    } else {
      await tables.remove(name);
      sentences.push(`Removed the scratch table ${name} of a drill that was killed.`);
    }
  }
  return sentences;
}

function deleteCommand({ name, region }: Pick<ScratchPlace, 'name' | 'region'>): string {
  return `aws dynamodb delete-table --region ${region} --table-name ${name}`;
}
