import type { AttributeMap, AttributeValue } from '../../core/attributeValue';
import type { ImageHeader } from '../../core/image';
import { ITEM_OF_TEXT, type ItemText } from '../../core/itemText';
import { keyNames, objectKeyOf, type KeySchema, type TableLocation } from '../../core/objectKey';

/** An item whose JSON is parsed when somebody asks for it. The text alone does not go with what is spread. */
class TextState {
  readonly is = 'item';
  declare readonly item: AttributeMap;
  readonly #text: ItemText;

  constructor(
    readonly objectKey: string,
    readonly keys: AttributeMap,
    readonly digest: string,
    readonly changedAtMs: number,
    text: ItemText,
  ) {
    this.#text = text;
    Object.defineProperty(this, 'item', ITEM_OF_TEXT);
  }

  get text(): ItemText {
    return this.#text;
  }
}

/** Undefined where a key is missing, or belongs to another object. */
export function textStateOf(
  table: TableLocation & { readonly keySchema: KeySchema },
  objectKey: string,
  { digest, changedAtMs }: ImageHeader,
  text: ItemText,
): TextState | undefined {
  const keys = keysOfText(table.keySchema, text);
  if (!keys || digest === undefined || objectKeyOf(table, table.keySchema, keys) !== objectKey) return undefined;
  return new TextState(objectKey, keys, digest, changedAtMs, text);
}

/** Undefined where one is missing. */
function keysOfText(schema: KeySchema, text: ItemText): AttributeMap | undefined {
  const entries: [string, AttributeValue][] = [];
  for (const name of keyNames(schema)) {
    const value = text.attribute(name);
    if (!value) return undefined;
    entries.push([name, value]);
  }
  // fromEntries defines properties, so that a key attribute may be called __proto__.
  return Object.fromEntries(entries);
}
