import type { ExportPlace } from '../operations/backfill/openExport';
import type { CommandContext } from './context';

/** Why the engine cannot be used, as far as the settings tell: it is not deployed, or the export is where it cannot read. */
export function whyNotEngines(
  fromExport: ExportPlace | undefined,
  { settings }: Pick<CommandContext, 'settings'>,
  bucketName: string,
): string[] {
  const problems: string[] = [];
  if (!settings.engine.enabled) {
    problems.push(
      `--engine distributed needs the engine, and engine.enabled is not set in ${settings.file.path}: set it and deploy, or leave --engine out`,
    );
  }
  if (fromExport && (fromExport.bucket !== bucketName || !fromExport.folder.startsWith('exports/'))) {
    const { bucket, folder } = fromExport;
    problems.push(
      `--from-export is in s3://${bucket}/${folder}, and the engine reads its own bucket alone: copy it there (aws s3 cp --recursive s3://${bucket}/${folder} s3://${bucketName}/exports/${folder.split('/').at(-1) ?? ''}), and name that`,
    );
  }
  return problems;
}
