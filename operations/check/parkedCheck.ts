import { s3VersionLister } from '../../aws/objectVersions';
import { PARKED_BATCHES_PREFIX } from '../../core/parkedBatch';
import { counted } from '../../core/units';
import { parkedBatches } from '../redrive/parkedBatches';
import { subjectOf } from './bucketChecks';
import { bucketOf, type CheckContext } from './checkContext';
import { expect, inspection, type Inspection } from './finding';

/** Whether batches wait for being applied. Batches that are done stay where they are and are counted apart. */
export function parkedCheck(context: CheckContext): Inspection {
  const { bucketName } = context.settings.source;
  const permission = `s3:ListBucketVersions below ${PARKED_BATCHES_PREFIX}`;
  return inspection({ side: 'source', subject: subjectOf('source', bucketName), permission }, () => counts(context), {
    parked: ({ waiting, redriven }) => {
      const kept = redriven === 0 ? '' : `; ${counted(redriven, 'redriven one')} kept`;
      const found = waiting === 0 ? `none${kept}` : `${counted(waiting, 'batch', 'batches')}${kept}`;
      const remedy = 'mend what made capture give up (see its logs), then: npx dcs redrive';
      return expect(waiting === 0, found, `no parked batch below ${PARKED_BATCHES_PREFIX}`, remedy);
    },
  });
}

async function counts(context: CheckContext): Promise<{ waiting: number; redriven: number }> {
  const total = { waiting: 0, redriven: 0 };
  for await (const { isRedriven } of parkedBatches(s3VersionLister(bucketOf(context, 'source')), context.signal)) {
    if (isRedriven) total.redriven += 1;
    else total.waiting += 1;
  }
  return total;
}
