import { connect, type CommandContext } from './context';
import type { OptionReader } from './optionReader';
import type { OptionTable } from './commandLine';
import type { ImageSource } from '../operations/images/imageSource';
import { folderImageSource } from '../operations/images/folderImageSource';
import { s3ImageSource } from '../operations/images/s3ImageSource';

/** Which copy is read. */
export type SourceChoice =
  { readonly in: 'source' | 'destination' } | { readonly in: 'folder'; readonly folder: string };

export const FROM_OPTION: OptionTable = {
  from: {
    type: 'string',
    value: 'WHERE',
    help: 'Which copy to read: destination, source, or folder:PATH (made by dcs download). Default: destination.',
  },
};

export function readFrom(given: OptionReader): SourceChoice {
  return readSourceChoice(given, 'from');
}

export function readSourceChoice(given: OptionReader, option: string): SourceChoice {
  const choice = given.text(option) ?? 'destination';
  if (choice === 'source' || choice === 'destination') return { in: choice };
  const folder = /^folder:(.+)$/.exec(choice)?.[1];
  if (folder === undefined) {
    given.problem(`--${option} is ${JSON.stringify(choice)}; write one of destination, source, folder:PATH`);
  }
  return { in: 'folder', folder: folder ?? '' };
}

export function openSource(choice: SourceChoice, context: CommandContext): Promise<ImageSource> {
  if (choice.in === 'folder') return folderImageSource(choice.folder);
  const { s3 } = connect(context, choice.in);
  return Promise.resolve(s3ImageSource({ ...s3, bucket: context.settings[choice.in].bucketName }));
}
