import type { EngineStore } from '../../aws/engineStore';
import { DcsError } from '../../core/errors';
import { inParallel } from '../../core/inParallel';
import { count } from '../../core/units';
import type { ImportFile, ImportManifest } from '../restore/import/importFiles';
import { collectedIn, resultsOf } from './collect';
import { tasksOf } from './plan';
import { PLACES } from './run';
import type { SampledItem } from './tasks';

export interface PublishRequest {
  readonly store: EngineStore;
  readonly folder: string;
  /** The last round. */
  readonly round: number;
  /** Asked between copies; what is left is done when it is called again. */
  readonly isOver: () => boolean;
}

const COPIES = 32;

/**
 * Puts the files that count into a folder of their own, which ImportTable reads whole: what attempts that died have left stays out of
 * it. The manifest comes last.
 *
 * @returns how many are left to be copied
 * @throws DcsError when something else is in that folder, or a file is not as its worker wrote it
 */
export async function publishFiles({ store, folder, round, isOver }: PublishRequest): Promise<number> {
  const { files, bytes } = await filesOf(store, folder, round);
  const wanted = new Map(files.map((file, i) => [partKey(folder, i), file]));
  const there = await publishedIn(store, folder, wanted);
  const missing = [...wanted].filter(([objectKey]) => !there.has(objectKey));
  let left = missing.length;
  await inParallel(missing, COPIES, async ([objectKey, file]) => {
    if (isOver()) return;
    await store.copy(file.objectKey, objectKey);
    left -= 1;
  });
  if (left > 0) return left;
  const copied = await publishedIn(store, folder, wanted);
  if (copied.size !== wanted.size) throw new DcsError(`of ${wanted.size} files ${copied.size} are in ${folder}items/`);
  const named = [...wanted].map(([objectKey, { items, sizeBytes, md5 }]) => ({ objectKey, items, sizeBytes, md5 }));
  const items = named.reduce((sum, file) => sum + file.items, 0);
  const manifest: ImportManifest = { format: '1', items, bytes, files: named };
  await store.write(`${folder}manifest.json`, Buffer.from(`${JSON.stringify(manifest)}\n`), 'application/json');
  return 0;
}

function partKey(folder: string, number: number): string {
  return `${PLACES.items(folder)}part-${String(number).padStart(5, '0')}.json.gz`;
}

/** @throws DcsError when the results are not those that were collected */
async function filesOf(
  store: EngineStore,
  folder: string,
  lastRound: number,
): Promise<{ files: ImportFile[]; bytes: number }> {
  const files: ImportFile[] = [];
  for (let round = 0; round <= lastRound; round++) {
    const results = await resultsOf(store, folder, await tasksOf(store, folder, round));
    files.push(...results.flatMap((result) => result.files));
  }
  const { counts, bytes, files: collected } = await collectedIn(store, folder, lastRound);
  const items = files.reduce((sum, file) => sum + file.items, 0);
  if (items === counts.item && files.length === collected) return { files, bytes };
  throw new DcsError(
    `${count(counts.item)} items in ${count(collected)} files were collected, and the results have ${count(items)} in ${count(files.length)}`,
  );
}

async function publishedIn(
  store: EngineStore,
  folder: string,
  wanted: ReadonlyMap<string, ImportFile>,
): Promise<Set<string>> {
  const found = new Set<string>();
  let after: { objectKey: string } | undefined;
  do {
    const page = await store.page(PLACES.items(folder), { after });
    for (const { objectKey, sizeBytes, etag } of page.versions) {
      const file = wanted.get(objectKey);
      if (!file) throw new DcsError(`s3://${store.bucket}/${objectKey} is none of this run's files; remove it`);
      if (sizeBytes !== file.sizeBytes || (isMd5(etag) && isMd5(file.md5) && etag !== file.md5)) {
        throw new DcsError(`s3://${store.bucket}/${objectKey} is not as ${file.objectKey} was written; remove it`);
      }
      found.add(objectKey);
    }
    after = page.next;
  } while (after);
  return found;
}

/** An ETag is one where S3 encrypts with its own keys. */
function isMd5(etag: string): boolean {
  return /^[0-9a-f]{32}$/.test(etag);
}

/** Items of all results, for a look whether they came into the table. */
export async function sampleOf(
  { store, folder, round: lastRound }: Pick<PublishRequest, 'store' | 'folder' | 'round'>,
  most: number,
): Promise<SampledItem[]> {
  const sampled: SampledItem[] = [];
  for (let round = 0; round <= lastRound; round++) {
    for (const { sample } of await resultsOf(store, folder, await tasksOf(store, folder, round)))
      sampled.push(...sample);
  }
  const step = Math.max(1, sampled.length / most);
  return Array.from({ length: Math.min(most, sampled.length) }, (_, i) => sampled[Math.floor(i * step)]).filter(
    (item) => item !== undefined,
  );
}
