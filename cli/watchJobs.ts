import { count, counted } from '../core/units';
import type { JobWatch } from '../operations/batch/jobs';
import type { Output } from './output/output';

/** Tells of jobs of S3 Batch Operations as they go on. */
export function watchJobs(output: Output): JobWatch {
  const said = new Map<string, string>();
  return {
    onJob: (jobId, isNew) =>
      output.say(
        `${isNew ? 'Began' : 'Found'} the job ${jobId} of S3 Batch Operations. It needs nobody: stop whenever you like; the same command finds it again.`,
      ),
    onProgress({ jobId, status, total, succeeded, failed }) {
      if (said.get(jobId) === status) return;
      said.set(jobId, status);
      const counts = total > 0 ? `, ${count(succeeded + failed)} of ${counted(total, 'version')} tried` : '';
      output.say(`The job ${jobId} is ${status}${counts}.`);
    },
  };
}
