import { itemsFile, marksFile, type BaseManifest } from '../../../core/journal/baseManifest';

/** The files of a base's parts, below its folder. */
export function filesOfBase({ parts }: Pick<BaseManifest, 'parts'>): string[] {
  return parts.flatMap(({ name, items }) => [...(items > 0 ? [itemsFile(name)] : []), marksFile(name)]);
}
