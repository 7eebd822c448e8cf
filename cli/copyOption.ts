import { bucketIn, type CommandContext } from './context';
import type { OptionReader } from '../core/commandLine/optionReader';
import type { OptionTable } from '../core/commandLine/parse';
import type { ImageSource } from '../operations/images/imageSource';
import { folderImageSource } from '../operations/images/folderImageSource';
import { s3ImageSource } from '../operations/images/s3ImageSource';

/** Which copy is read. */
export type CopyChoice = { readonly in: 'source' | 'destination' } | { readonly in: 'folder'; readonly folder: string };

export const COPY_OPTION: OptionTable = {
  copy: {
    type: 'string',
    value: 'WHERE',
    help: 'Which copy to read: destination, source, or folder:PATH (made by dcs download). Default: destination.',
  },
};

export function readCopy(given: OptionReader): CopyChoice {
  const choice = given.text('copy') ?? 'destination';
  if (choice === 'source' || choice === 'destination') return { in: choice };
  const folder = /^folder:(.+)$/.exec(choice)?.[1];
  if (folder === undefined) {
    given.problem(`--copy is ${JSON.stringify(choice)}; write one of destination, source, folder:PATH`);
  }
  return { in: 'folder', folder: folder ?? '' };
}

/** Opens a copy for some work, and closes it whatever becomes of that. */
export async function withImageSource<Result>(
  choice: CopyChoice,
  context: CommandContext,
  work: (source: ImageSource) => Promise<Result>,
): Promise<Result> {
  const source =
    choice.in === 'folder' ? await folderImageSource(choice.folder) : s3ImageSource(bucketIn(context, choice.in));
  try {
    return await work(source);
  } finally {
    await source.close?.();
  }
}
