import type { Finding } from './finding';
import { GUARDED_TYPES } from './guarded/types';
import { judge } from './judge';
import type { ResourceChange } from './plan';
import type { Context } from './verdicts';

/**
 * What was deleted or weakened outside Terraform. A bucket that somebody deleted is created by the plan as if it were the
 * first deployment: only the drift says what was lost.
 */
export function driftFindings(change: ResourceChange, context: Context): Finding[] {
  const { address, actions, before } = change;
  const type = GUARDED_TYPES[change.type];
  if (!type || !before) return [];
  if (actions.includes('delete')) {
    if (type.lost === '') return [];
    return [
      {
        address,
        finding: 'drift',
        what: 'It was deleted outside Terraform.',
        why: type.lost,
        next: 'See in CloudTrail who deleted it. Before the apply makes an empty one, see what can be brought back; then allow it.',
      },
    ];
  }
  const { weakened } = judge(type, before, change, context);
  if (weakened.length === 0) return [];
  return [
    {
      address,
      finding: 'drift',
      what: `It was changed outside Terraform. ${weakened.join(' ')}`,
      why: type.why,
      next: 'See in CloudTrail who changed it. Where this plan puts it back, allow it and apply; where it does not, put it back by hand.',
    },
  ];
}
