import { ARCHIVE_CLASSES } from '../../aws/archive';
import type { ObjectHistory, ObjectVersion } from '../../aws/objectVersions';
import type { AttributeMap, AttributeValue } from '../../core/attributeValue';
import { readDecidingVersions } from '../../core/decidingVersions';
import { isOfFormerTable, mayBeOfTable } from '../../core/formerTable';
import { provesByPlace, stateAt, versionsToRead } from '../../core/history';
import { newestOf } from '../../core/newest';
import { itemDigest, type Image, type ImageHeader } from '../../core/image';
import { ITEM_OF_TEXT, type ItemText } from '../../core/itemText';
import { readImage } from '../../core/readImage';
import { tableDefinitionKey } from '../../core/tableDefinition';
import { keyNames, keysOf, objectKeyOf, type KeySchema, type TableLocation } from '../../core/objectKey';
import { headerOf } from './headerOf';
import { storedImageOf } from './storedImageOf';
import { whyAhead } from './whyAhead';
import type { ImageSource, WantedState } from './imageSource';
import { whyNotCurrent, type NotCurrent } from './whyNotCurrent';
import { isAboutReader, whyUnreadable } from './whyUnreadable';

/** What an object says of its item at a moment. `ahead`: see {@link whyAhead}. */
export type ObjectState =
  | {
      readonly is: 'item';
      readonly objectKey: string;
      readonly item: AttributeMap;
      readonly keys: AttributeMap;
      readonly digest: string;
      /** Its canonical form, where it was read so; `item` is parsed when it is asked for then. */
      readonly text?: ItemText;
      /** When it was changed into this. */
      readonly changedAtMs: number;
      readonly ahead?: string;
    }
  | {
      readonly is: 'absent';
      readonly objectKey: string;
      readonly ahead?: string;
      /** The service that deleted it, as DynamoDB tells it: `dynamodb.amazonaws.com` for time to live. */
      readonly deletedBy?: string;
      /** When it was deleted, where it had been there. */
      readonly changedAtMs?: number;
      /** It holds images of a former table alone. */
      readonly isOfFormerTable?: true;
    }
  /** The history begins later than the moment, with an item that was already there. */
  | Doubtful<'unknown'>
  | Doubtful<'unreadable'>;

interface Doubtful<Is extends string> {
  readonly is: Is;
  readonly objectKey: string;
  readonly reason: string;
  /** The reader may not read it; what is in it, nobody knows. */
  readonly isDenied?: true;
  /** Where the item in it belongs, if that is elsewhere and nothing is there: nobody knows anything else of that item. */
  readonly ownKey?: string;
}

export interface StateRequest extends WantedState {
  readonly source: ImageSource;
  readonly table: TableLocation & { readonly keySchema: KeySchema };
  /** Called before the body of a version in an archive class is read. */
  readonly whenArchived?: (version: ObjectVersion, header: ImageHeader) => Promise<void>;
  /** Told of an object whose newest image may not be the current version, which S3 shows. */
  readonly onNotCurrent?: (objectKey: string, why: NotCurrent) => void;
}

/** The state of one object at a moment. What is wrong with the object itself is a state; anything else is thrown. */
export async function stateOfObject(request: StateRequest, history: ObjectHistory): Promise<ObjectState> {
  const { objectKey } = history;
  try {
    const passedOver: PassedOver[] = [];
    const images = await decidingImages(request, history, passedOver);
    if (request.onNotCurrent) tellNotCurrent(request.onNotCurrent, history, images);
    const found = stateAt(images, request.momentMs);
    if (found.is === 'absent') {
      requireFirst(images, passedOver);
      const isOfFormer = images.length === 0 && request.createdAtMs !== undefined;
      return { is: 'absent', objectKey, ...(isOfFormer && { isOfFormerTable: true }) };
    }
    if (found.is === 'unknown') return { is: 'unknown', objectKey, reason: beginsLater(found.historyBeginsAtMs) };
    const image = await found.image.whole();
    const ahead = whyAhead(image.header);
    const state =
      (image.text && textStateOf(request, objectKey, image.header, image.text)) ??
      (await stateOfImage(request, objectKey, image));
    return ahead === undefined || (state.is !== 'item' && state.is !== 'absent') ? state : { ...state, ahead };
  } catch (error) {
    const reason = whyUnreadable(error);
    if (reason === undefined) throw error;
    return { is: 'unreadable', objectKey, reason, ...(isAboutReader(error) && { isDenied: true }) };
  }
}

/**
 * The same as {@link stateOfObject} answers, where nothing has to be waited for: there is one change, it was read with the listing, and all is
 * well with it. Undefined for everything else.
 */
export function stateAtHand(
  { table, momentMs, storedByMs = Infinity, createdAtMs }: StateRequest,
  { objectKey, versions }: ObjectHistory,
): ObjectState | undefined {
  const [version] = versions;
  const header = version?.image?.header;
  if (!header || versions.length > 1 || createdAtMs !== undefined) return undefined;
  if (version.storedAtMs > storedByMs || header.changedAtMs > momentMs || whyAhead(header) !== undefined)
    return undefined;
  try {
    const image = readImage({ ...version.image, storedAtMs: version.storedAtMs });
    const { changedAtMs, deletedBy } = header;
    const { text } = image;
    if (!text) return image.item ? undefined : { is: 'absent', objectKey, deletedBy, changedAtMs };
    return textStateOf({ table }, objectKey, header, text);
  } catch (error) {
    if (whyUnreadable(error) === undefined) throw error;
    return undefined;
  }
}

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
function textStateOf(
  { table }: Pick<StateRequest, 'table'>,
  objectKey: string,
  { digest, changedAtMs }: ImageHeader,
  text: ItemText,
): ObjectState | undefined {
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

/** A version whose header has been read; its body only when it is needed. */
interface Candidate {
  readonly version: ObjectVersion;
  readonly header: ImageHeader;
  readonly whole: () => Promise<Image>;
}

/** A version that was stored after the moment and cannot be read. */
interface PassedOver {
  readonly storedAtMs: number;
  readonly error: unknown;
}

/** The first image tells that there was no item before it. Where it cannot be read, nobody knows: a backfill may have found the item there. */
function requireFirst(images: readonly Candidate[], passedOver: readonly PassedOver[]): void {
  const firstMs = images.reduce((first, { version }) => Math.min(first, version.storedAtMs), Infinity);
  const hidden = passedOver.find(({ storedAtMs }) => storedAtMs < firstMs);
  if (hidden) throw hidden.error;
}

async function decidingImages(
  request: StateRequest,
  { versions }: ObjectHistory,
  passedOver: PassedOver[],
): Promise<Candidate[]> {
  const { momentMs, storedByMs = Infinity, createdAtMs } = request;
  const trusted = versions.filter((one) => one.storedAtMs <= storedByMs && mayBeOfTable(one, createdAtMs));
  const isOfFormer = (header: ImageHeader, version: ObjectVersion) => isOfFormerTable(header, version, createdAtMs);
  const [only, ...others] = versionsToRead(trusted, momentMs);
  if (only && others.length === 0 && !ARCHIVE_CLASSES.has(only.storageClass)) {
    // Where it cannot be read, its metadata may still tell of what was before.
    const image = await passingOver(request, only, [], () => readWhole(request.source, only));
    if (image && trusted.length === 1 && isOfFormer(image.header, only)) return [];
    if (image && (trusted.length === 1 || (provesByPlace(image.header, only) && !isOfFormer(image.header, only)))) {
      return [{ version: only, header: image.header, whole: () => Promise.resolve(image) }];
    }
  }
  const read = await readDecidingVersions(trusted, momentMs, async (version) => {
    const header = await passingOver(request, version, passedOver, () => headerOf(request.source, version));
    return header && isOfFormer(header, version) ? undefined : header;
  });
  const { source, whenArchived } = request;
  return read.map(({ version, header }) => ({
    ...{ version, header },
    async whole() {
      if (ARCHIVE_CLASSES.has(version.storageClass)) await whenArchived?.(version, header);
      return readWhole(source, version);
    },
  }));
}

function tellNotCurrent(
  onNotCurrent: NonNullable<StateRequest['onNotCurrent']>,
  history: ObjectHistory,
  images: readonly Candidate[],
): void {
  // What the predecessor left may be of no item of today.
  if (newestOf(images)?.header.event === 'PREDECESSOR') return;
  const why = whyNotCurrent(history, images);
  if (why) onNotCurrent(history.objectKey, why);
}

/** Undefined for what was stored after the moment and is no image: nobody needs it to know a state before that has an image. */
async function passingOver<Read>(
  { momentMs }: StateRequest,
  { storedAtMs }: ObjectVersion,
  passedOver: PassedOver[],
  read: () => Promise<Read>,
): Promise<Read | undefined> {
  try {
    return await read();
  } catch (error) {
    if (storedAtMs <= momentMs || whyUnreadable(error) === undefined) throw error;
    passedOver.push({ storedAtMs, error });
    return undefined;
  }
}

async function readWhole(source: ImageSource, version: ObjectVersion): Promise<Image> {
  return readImage({ ...(await storedImageOf(source, version)), storedAtMs: version.storedAtMs });
}

async function stateOfImage(request: StateRequest, objectKey: string, image: Image): Promise<ObjectState> {
  const { deletedBy, changedAtMs } = image.header;
  return image.item
    ? itemState(request, objectKey, image, image.item)
    : { is: 'absent', objectKey, deletedBy, changedAtMs };
}

/** An item is taken from the object that its keys belong to, and from no other. */
async function itemState(
  { source, table }: StateRequest,
  objectKey: string,
  { header }: Image,
  item: AttributeMap,
): Promise<ObjectState> {
  const keys = keysOf(table.keySchema, item);
  const ownKey = objectKeyOf(table, table.keySchema, keys);
  const digest = header.digest ?? itemDigest(item);
  const { changedAtMs } = header;
  const state = { is: 'item', objectKey: ownKey, item, keys, digest, changedAtMs } as const;
  if (ownKey === objectKey) return state;
  if (header.event !== 'PREDECESSOR') {
    const isElsewhere = await source.history(ownKey);
    const reason = `it holds an item that belongs under ${ownKey}`;
    return { is: 'unreadable', objectKey, reason, ...(!isElsewhere && { ownKey }) };
  }
  // The predecessor spelled keys differently. Once there is an object under today's spelling, that one counts.
  if (await source.history(ownKey)) return { is: 'absent', objectKey };
  // A bucket of the predecessor alone. Beside ours, an item without an image of ours may have been deleted long ago.
  if (!(await source.history(tableDefinitionKey(table)))) return state;
  return { is: 'unknown', objectKey, reason: whyDoubtful(ownKey), ownKey };
}

function whyDoubtful(ownKey: string): string {
  return `only the 2018 predecessor has an image of its item, under a former spelling, and there is none under ${ownKey}: the item may have been deleted since. dcs backfill gives each item of the table an image; if this one is wanted, put it into the table by hand`;
}

function beginsLater(historyBeginsAtMs: number): string {
  return `its history begins later, at ${new Date(historyBeginsAtMs).toISOString()}, with an item that was already there`;
}
