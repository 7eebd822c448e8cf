import type { AttributeMap } from '../../core/attributeValue';
import { UnreadableImageError } from '../../core/errors';
import { objectKeyIn } from '../../core/journal/hashOrder';
import { JOURNAL_HEAD } from '../../core/journal/journalObject';
import { keysOf, objectKeyOf } from '../../core/objectKey';
import type { ConfiguredTable } from '../../settings/configuredTable';

/**
 * What tells of which item a line is, for the lines of one file: its object key in the layout of images. Undefined for the first line of a
 * journal object, which is of none.
 *
 * @throws UnreadableImageError for a file that is none of a journal's, and at a line that is none
 */
export function objectKeysOf(table: ConfiguredTable, fileKey: string): (line: string) => string | undefined {
  if (fileKey.endsWith('.json.gz')) return (line) => keyOfBody(table, line);
  if (!fileKey.endsWith('.tsv.gz')) throw new UnreadableImageError('it is no object of a journal');
  return (line) => {
    if (line.startsWith(`${JOURNAL_HEAD}\t`)) return undefined;
    const objectKey = objectKeyIn(line);
    if (!line.includes('\t')) throw new UnreadableImageError('it has a line without fields');
    return objectKey;
  };
}

/** Whether a line of a journal, a run or the marks of a base may say that its item is deleted. Of a repair, it may or may not. */
export function mayBeDelete(line: string): boolean {
  return DELETE.test(line);
}

const DELETE = /^[^\t]*\t(?:REMOVE|REPAIR)\t/;

/** Of the items of a base there are the bodies alone. */
function keyOfBody(table: ConfiguredTable, line: string): string {
  try {
    const { Item } = JSON.parse(line) as { Item: AttributeMap };
    return objectKeyOf(table, table.keySchema, keysOf(table.keySchema, Item));
  } catch (cause) {
    throw new UnreadableImageError('it has a line that is no item of the table', { cause });
  }
}
