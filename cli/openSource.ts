import { bucketIn, type CommandContext } from './context';
import type { OptionReader } from '../core/commandLine/optionReader';
import type { OptionTable } from '../core/commandLine/parse';
import type { ImageSource } from '../operations/images/imageSource';
import { folderImageSource } from '../operations/images/folderImageSource';
import { s3ImageSource } from '../operations/images/s3ImageSource';

/** Which copy is read. */
export type SourceChoice =
  { readonly in: 'source' | 'destination' } | { readonly in: 'folder'; readonly folder: string };

export const COPY_OPTION: OptionTable = {
  copy: {
    type: 'string',
    value: 'WHERE',
    help: 'Which copy to read: destination, source, or folder:PATH (made by dcs download). Default: destination.',
  },
};

export function readCopy(given: OptionReader): SourceChoice {
  const choice = given.text('copy') ?? 'destination';
  if (choice === 'source' || choice === 'destination') return { in: choice };
  const folder = /^folder:(.+)$/.exec(choice)?.[1];
  if (folder === undefined) {
    given.problem(`--copy is ${JSON.stringify(choice)}; write one of destination, source, folder:PATH`);
  }
  return { in: 'folder', folder: folder ?? '' };
}

export function openSource(choice: SourceChoice, context: CommandContext): Promise<ImageSource> {
  if (choice.in === 'folder') return folderImageSource(choice.folder);
  return Promise.resolve(s3ImageSource(bucketIn(context, choice.in)));
}
