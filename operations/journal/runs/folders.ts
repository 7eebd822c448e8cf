import { parallelHistories } from '../../../aws/parallelHistories';
import type { ObjectHistory, ObjectVersion, VersionLister } from '../../../aws/objectVersions';
import { MANIFEST_FILE } from '../../../core/journal/manifestText';

/** The objects of a run or a base, whole or not. */
export interface Folder {
  /** Its object keys begin with this, which ends with a slash. */
  readonly prefix: string;
  readonly name: string;
  /** By what follows in their object keys. */
  readonly files: ReadonlyMap<string, ObjectHistory>;
}

/** Each folder that has anything below a prefix, in the order of their names: those of runs and bases begin with a time. */
export async function foldersBelow(lister: VersionLister, prefix: string, signal?: AbortSignal): Promise<Folder[]> {
  const folders = new Map<string, Map<string, ObjectHistory>>();
  for await (const history of parallelHistories(lister, prefix, { signal })) {
    const path = history.objectKey.slice(prefix.length);
    const end = path.indexOf('/');
    if (end < 0 || history.versions.length === 0) continue;
    const [name, file] = [path.slice(0, end), path.slice(end + 1)];
    const files = folders.get(name) ?? new Map<string, ObjectHistory>();
    folders.set(name, files.set(file, history));
  }
  return [...folders]
    .map(([name, files]) => ({ prefix: `${prefix}${name}/`, name, files }))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

/**
 * The version of a file that counts: the first. All of them are written once; what somebody has put on top, or a delete marker, takes
 * nothing away.
 */
export function fileIn({ files }: Pick<Folder, 'files'>, file: string): ObjectVersion | undefined {
  return files.get(file)?.versions[0];
}

/** Whether a lifecycle rule has begun to take it away: it begins with a marker on each object, and then deletes them one by one. */
export function isExpiring({ files }: Folder, expected: readonly string[]): boolean {
  return files.get(MANIFEST_FILE)?.hiddenBy !== undefined && expected.some((file) => !files.has(file));
}
