import type { Gap } from '../../core/chain';
import { imageBody } from '../../core/image';
import { plainJson } from '../../core/plainJson';
import { changeLines } from '../output/changes';
import type { Colours } from '../output/colours';
import type { Output, OutputRecord } from '../output/output';
import { asOfWords, bytes, count, counted, utc } from '../../core/units';
import type { ObjectState } from '../../operations/images/stateOfObject';
import type { HistoryCounts, HistoryWatch, VersionOfItem } from '../../operations/history/historyOfItem';
import type { HistoryEntry } from '../../operations/history/itemHistory';

/** Lists each version, what is missing before it first. */
export function watchHistory(output: Output): HistoryWatch {
  return {
    onVersion(entry) {
      for (const gap of entry.gaps) output.result(gapRecord(gap, entry.number), gapText(gap, output.colours));
      output.result(entryRecord(entry), entryText(entry, output.colours));
    },
  };
}

/** The last word. */
export function reportHistory(
  output: Output,
  { objectKey, from, counts, isPart }: { objectKey: string; from: string; counts: HistoryCounts; isPart: boolean },
): void {
  const { versions, gaps, unreadable, ahead, ofFormerTables } = counts;
  const chain = gaps === 0 ? 'no change is missing between them' : `${counted(gaps, 'gap')} in the chain`;
  const doubt = unreadable === 0 ? '' : `; ${count(unreadable)} cannot be read`;
  const early = ahead === 0 ? '' : `; ${count(ahead)} stated to be later than S3 stored them`;
  const former = ofFormerTables === 0 ? '' : `; ${count(ofFormerTables)} of a former table of the name`;
  output.result(
    { type: 'history', objectKey, from, ...counts },
    `${objectKey} in ${from}: ${counted(versions, 'version')}${isPart ? ' of those that there are' : ''}, ${chain}${doubt}${early}${former}`,
  );
}

/** One version alone. */
export function showVersion(
  output: Output,
  objectKey: string,
  { versionId, item }: VersionOfItem,
  dynamodbJson: boolean,
): void {
  if (!item) output.say('This version is a delete: there was no item.');
  const text = !item ? undefined : dynamodbJson ? imageBody(item) : plainJson(item, 2);
  output.result({ type: 'item', objectKey, versionId, item: item ?? null }, text);
}

/** The item as it was at a moment. */
export function showState(output: Output, state: ObjectState, momentMs: number, dynamodbJson: boolean): void {
  const { objectKey } = state;
  if (state.is === 'unknown' || state.is === 'unreadable') {
    const { is: why, reason } = state;
    output.result({ type: 'left', objectKey, why, reason }, `? ${objectKey}  ${why}: ${reason}`);
    return;
  }
  const item = state.is === 'item' ? state.item : undefined;
  const since = state.changedAtMs === undefined ? '' : `, so since ${utc(state.changedAtMs)}`;
  output.say(`${objectKey} ${asOfWords(momentMs)}: ${item ? 'there' : 'not there'}${since}.`);
  const changedAt = state.changedAtMs === undefined ? undefined : new Date(state.changedAtMs).toISOString();
  const text = !item ? undefined : dynamodbJson ? imageBody(item) : plainJson(item, 2);
  output.result({ type: 'item', objectKey, changedAt, item: item ?? null }, text);
}

const TTL = 'dynamodb.amazonaws.com';

/** Who made a change, as far as DynamoDB tells: only deletes by a service have a name. */
function whoOf({ header }: HistoryEntry): 'user' | 'ttl' | 'service' | 'backfill' | 'repair' | 'unknown' {
  if (!header || header.event === 'PREDECESSOR') return 'unknown';
  if (header.event === 'BACKFILL') return 'backfill';
  if (header.event === 'REPAIR') return 'repair';
  return header.deletedBy === undefined ? 'user' : header.deletedBy === TTL ? 'ttl' : 'service';
}

function entryRecord(entry: HistoryEntry): OutputRecord {
  const { number, version, header, tablesSince, problem, sameAs, changes } = entry;
  return {
    type: 'version',
    number,
    versionId: version.versionId,
    changedAt: header && new Date(header.changedAtMs).toISOString(),
    isTimeOfReceipt: header?.isTimeOfReceipt === true ? true : undefined,
    statedAt: header?.statedAtMs === undefined ? undefined : new Date(header.statedAtMs).toISOString(),
    storedAt: new Date(version.storedAtMs).toISOString(),
    event: header?.event,
    by: whoOf(entry),
    tablesSince: tablesSince > 0 ? tablesSince : undefined,
    deletedBy: header?.deletedBy,
    sizeBytes: version.sizeBytes,
    storageClass: version.storageClass,
    position: header?.position,
    digest: header?.digest,
    sameAs,
    problem,
    changes,
  };
}

/** A line for the version, and one for each change. */
function entryText(entry: HistoryEntry, colours: Colours): string {
  const { number, version, header, problem, sameAs, changes = [] } = entry;
  const service = `by ${header?.deletedBy ?? ''}`;
  const by = { user: 'by a user', ttl: 'by TTL', service, backfill: '', repair: 'by dcs verify --repair', unknown: '' };
  const parts = [
    colours.bold(String(number).padStart(4)),
    header
      ? `${utc(header.changedAtMs).padEnd(20)}${header.isTimeOfReceipt ? ' (received)' : ''}`
      : 'at an unknown time',
    (header?.event ?? '').padEnd(8),
    bytes(version.sizeBytes).padStart(8),
    colours.dim(version.versionId),
    by[whoOf(entry)],
    entry.tablesSince > 0 ? 'of a former table' : '',
    sameAs === undefined ? '' : `the same change as ${sameAs}, stored again`,
    header?.statedAtMs === undefined
      ? ''
      : colours.bad(`stated to be of ${utc(header.statedAtMs)}, later than S3 stored it`),
    problem === undefined ? '' : colours.bad(`cannot be read: ${problem}`),
  ];
  const first = parts.filter((part) => part.trim() !== '').join('  ');
  return [first, ...changeLines(changes, colours).map((line) => `          ${line}`)].join('\n');
}

function gapRecord({ kind, after, before, expectedDigest, repairedBy }: Gap, beforeNumber: number): OutputRecord {
  return {
    type: 'gap',
    kind,
    beforeVersion: beforeNumber,
    afterChangeAt: new Date(after.changedAtMs).toISOString(),
    beforeChangeAt: new Date(before.changedAtMs).toISOString(),
    expectedDigest,
    repairedAt: repairedBy && new Date(repairedBy.changedAtMs).toISOString(),
  };
}

function gapText({ kind, after, before, repairedBy }: Gap, colours: Colours): string {
  const between = `between ${utc(after.changedAtMs)} and ${utc(before.changedAtMs)}`;
  const repaired = repairedBy ? `; repaired: the state is right again from ${utc(repairedBy.changedAtMs)} on` : '';
  return colours.bad(
    kind === 'missing'
      ? `      ! changes ${between} are missing: the next version does not follow from the one before${repaired}`
      : `      ! two versions claim to be the same change of ${utc(before.changedAtMs)} and differ`,
  );
}
