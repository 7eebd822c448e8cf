import { tablePrefix } from '../../core/objectKey';
import { connect, type CommandContext } from '../context';
import { CouldNotLookError } from '../../core/errors';
import { EXIT, type ExitCode } from '../exitCodes';
import { s3ImageSource } from '../../operations/images/s3ImageSource';
import { count, counted } from '../../core/units';
import { tableOf } from '../../settings/forCommands';
import type { VerifyOptions } from './options';
import { sayDifferences } from './reporting';
import { walkDestination, walkHistory } from '../../operations/verify/walkHistory';

/**
 * What can be verified with the destination account alone: that every version can be read and is what its metadata says, and
 * that no change is missing between the images of an item. Whether the last change of an item is there only the table can
 * tell, so there is no report of it for `dcs status`.
 */
export async function verifyDestination(options: VerifyOptions, context: CommandContext): Promise<ExitCode> {
  const { settings, output, signal, nowMs } = context;
  const table = tableOf(settings, options.tableName);
  const bucket = { ...connect(context, 'destination').s3, bucket: settings.destination.bucketName };
  const destination = s3ImageSource(bucket);
  const progress = output.progress('read versions');
  const { counts, differences } = await walkHistory({
    clock: { signal, nowMs },
    settleMs: options.settleMs,
    histories: destination.histories(tablePrefix(table), signal),
    walkObject: (objectKey, known) => walkDestination(destination, objectKey, known),
    onVersions: (versions) => progress.add(versions),
  });
  progress.end();
  const { objects, destinationVersions, late } = counts;
  if (objects === 0) {
    throw new CouldNotLookError(`${destination.name} has no images of ${table.tableName}; check table and prefix`);
  }
  sayDifferences(output, differences);
  const isWhole = differences.length === 0;
  const { good, bad } = output.colours;
  const walked = `History: ${counted(destinationVersions, 'version')} of ${counted(objects, 'object')} in ${destination.name}`;
  const verdict = isWhole
    ? good('Every version can be read, and no change is missing between them')
    : bad(`${count(differences.length)} differences; --json lists all of them`);
  output.result(
    {
      ...{ type: 'verify', table: table.tableName, in: 'destination', settleMs: options.settleMs },
      historyCounts: { objects, destinationVersions, late },
      differences: differences.length,
      verdict: isWhole ? 'same' : 'differences',
    },
    `${walked}\n${verdict}`,
  );
  return isWhole ? EXIT.done : EXIT.differences;
}
