import { s3BatchFiles } from '../../aws/batchFiles';
import { s3BatchJobs } from '../../aws/batchJobs';
import { couldNotLook } from '../../aws/couldNotLook';
import { digestOf } from '../../core/digest';
import { count, counted } from '../../core/units';
import type { ThawJobs } from '../../operations/restore/askBack';
import { engineNamesOf } from '../../settings/engineNames';
import { bucketIn, connect, type CommandContext } from '../context';
import { watchJobs } from '../watchJobs';
import type { RestoreOfTable } from './options';

/** {@link thawJobsOf}, where they can be looked at. What is deployed beside a restore must not be in its way. */
export async function usableThawJobs(options: RestoreOfTable, context: CommandContext): Promise<ThawJobs | undefined> {
  const found = thawJobsOf(options, context);
  try {
    await found?.batch.jobs.list();
    return found;
  } catch (error) {
    if (!couldNotLook(error)) throw error;
    const { message } = error as Error;
    context.output.say(
      `Each image is asked back by this machine, for jobs of S3 Batch Operations cannot be looked at: ${message}.`,
    );
    return undefined;
  }
}

/**
 * The jobs that ask archived images of the copy back where there are many: of the role and in the bucket that are deployed with the
 * engine. Undefined where nothing is asked back, or each image by this machine: in another copy, without the engine, and with the tier that
 * jobs do not know.
 */
export function thawJobsOf({ tableName, copy, thaw }: RestoreOfTable, context: CommandContext): ThawJobs | undefined {
  const { settings, output, signal, pause } = context;
  const { destination, engine, name } = settings;
  if (!thaw || thaw.tier === 'Expedited' || copy.in !== 'destination' || !engine.enabled || !destination)
    return undefined;
  const names = engineNamesOf({ name, destination, engine });
  const { s3, s3Control } = connect(context, 'destination');
  const { bucket, prefix } = bucketIn(context, 'destination');
  // A job of the same table in another copy is another one; of names that are too long, the beginning may be the same.
  const purpose = digestOf(`${bucket} ${prefix} ${tableName}`).slice(0, 8);
  return {
    bucket,
    onByJobs: (from) =>
      output.say(
        `More than ${count(from)} images have to be asked back: jobs of S3 Batch Operations ask for them, with the role ${names.thawRole}.`,
      ),
    onNoJob: (versions, reason) =>
      output.say(
        `S3 begins no job (${reason}): this machine asks for each of ${counted(versions, 'image')}. Is the engine of these settings deployed?`,
      ),
    batch: {
      jobs: s3BatchJobs({ ...s3Control, accountId: destination.accountId, bucketArn: names.bucketArn }, signal),
      files: s3BatchFiles({ ...s3, bucket: names.bucketName }),
      folder: `thaws/${tableName}/`,
      roleArn: names.thawRoleArn,
      description: `dcs thaw ${purpose} ${tableName}`.slice(0, 256),
      operation: { do: 'restore', days: thaw.days, tier: thaw.tier },
      ...{ signal, pause, watch: watchJobs(output) },
    },
  };
}
