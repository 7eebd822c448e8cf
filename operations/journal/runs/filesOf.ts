import { itemsFile, marksFile, type BaseManifest } from '../../../core/journal/baseManifest';
import { indexNameOf, type RunManifest } from '../../../core/journal/runManifest';

/** The files of a run's parts, below its folder. */
export function filesOfRun({ parts }: Pick<RunManifest, 'parts'>): string[] {
  return parts.flatMap(({ name }) => [name, indexNameOf(name)]);
}

/** The files of a base's parts, below its folder. */
export function filesOfBase({ parts }: Pick<BaseManifest, 'parts'>): string[] {
  return parts.flatMap(({ name, items }) => [...(items > 0 ? [itemsFile(name)] : []), marksFile(name)]);
}
