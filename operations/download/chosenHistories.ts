import type { ObjectHistory } from '../../aws/objectVersions';
import { CouldNotLookError } from '../../core/errors';
import { compareKeys } from '../../core/keyRanges';
import { mapInOrder } from '../../core/mapInParallel';
import { isImageKey, objectKeyOf, rangePrefixes } from '../../core/objectKey';
import { tableDefinitionKey } from '../../core/tableDefinition';
import { chosenChanges, type Choice } from '../chosenChanges';
import { noImages } from '../selection';
import type { ImageSource } from '../images/imageSource';

export interface ChosenRequest {
  readonly source: Pick<ImageSource, 'name' | 'history' | 'images'>;
  readonly choice: Choice;
  /** Everything below a prefix, in the order of object keys. */
  readonly listed: (prefix: string) => AsyncIterable<ObjectHistory>;
}

const READS = 32;

/**
 * The whole histories of the items of which a change is chosen, in the order of object keys, and the table's definition, without
 * which nothing could be restored from them.
 *
 * @throws CouldNotLookError where there is no image of what was named
 */
export async function* chosenHistories({ source, choice, listed }: ChosenRequest): AsyncGenerator<ObjectHistory> {
  const candidates = choice.selection.keys ? historiesOfKeys(source, choice) : historiesOfRange(source, choice, listed);
  yield* someOf(
    mapInOrder(candidates, READS, async (history) => {
      if (!isImageKey(history.objectKey)) return history;
      return (await chosenChanges(source, choice, history)).length > 0 ? history : undefined;
    }),
  );
}

async function* someOf(histories: AsyncIterable<ObjectHistory | undefined>): AsyncGenerator<ObjectHistory> {
  for await (const history of histories) if (history) yield history;
}

async function* historiesOfKeys(
  source: ChosenRequest['source'],
  { table, selection: { keys } }: Choice,
): AsyncGenerator<ObjectHistory> {
  const objectKeys = new Set([tableDefinitionKey(table)]);
  for await (const asked of keys ?? []) objectKeys.add(objectKeyOf(table, table.keySchema, asked));
  for (const objectKey of [...objectKeys].sort(compareKeys)) {
    const history = await source.history(objectKey);
    if (history) yield history;
    else if (isImageKey(objectKey)) yield { objectKey, versions: [] };
  }
}

/** A range that holds another is listed alone. */
async function* historiesOfRange(
  { name }: ChosenRequest['source'],
  { table, selection }: Choice,
  listed: ChosenRequest['listed'],
): AsyncGenerator<ObjectHistory> {
  const definition = tableDefinitionKey(table);
  const wanted = [...new Set([...rangePrefixes(table, table.keySchema, selection), definition])].sort(compareKeys);
  const prefixes = wanted.filter((prefix) => !wanted.some((other) => other !== prefix && prefix.startsWith(other)));
  let images = 0;
  for (const prefix of prefixes) {
    for await (const history of listed(prefix)) {
      const isImage = isImageKey(history.objectKey);
      if (isImage) images += 1;
      if (isImage || history.objectKey === definition) yield history;
    }
  }
  if (images === 0) throw new CouldNotLookError(noImages(name, table, selection));
}
