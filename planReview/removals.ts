import type { Finding } from './finding';
import { GUARDED_TYPES } from './guarded/types';
import { isObject } from './json';
import { unknownPaths } from './leaves';
import type { ResourceChange } from './plan';
import { streamChange } from './stream';

/** Destroyed, replaced (in either order), or forgotten by the state while it lives on without a plan. */
export function removals(change: ResourceChange): Finding[] {
  const lost = GUARDED_TYPES[change.type]?.lost ?? '';
  const removal = removalOf(change);
  if (lost === '' || !removal) return [];
  return [{ address: change.address, why: lost, ...removal }];
}

/** Whether the plan makes the mapping read another stream: that is told by what happens to the stream. */
export function isOtherStream({ type, before, after, afterUnknown }: ResourceChange): boolean {
  if (type !== 'aws_lambda_event_source_mapping' || !before || !after) return false;
  return isUnknownSource(afterUnknown) || before.event_source_arn !== after.event_source_arn;
}

const isUnknownSource = (unknown: ResourceChange['afterUnknown']) =>
  isObject(unknown) && unknownPaths(unknown).includes('event_source_arn');

function forgottenNext(type: string): string {
  if (type === 'aws_dynamodb_table')
    return 'Allow it where the table is handed over to its owners ("existing": true); it is looked up from now on.';
  return 'Keep it in the settings and the state, or see who looks after it from now on.';
}

const anew = (address: string) => `It is destroyed, and made again as ${address}.`;

/** How far a stream has been read goes with its mapping. */
const MOVED = {
  why: 'nothing of the table is captured before the new one reads, and that begins where its starting_position says',
  next:
    'Have Terraform take the two for one (terraform state mv, or a moved block), and plan again. Or allow it: with TRIM_HORIZON all that the stream ' +
    'still has comes once more, which changes no newest image. Lambda refuses a second mapping of a stream to a function: apply again then. Run npx dcs verify afterwards.',
} as const;

function removalOf(change: ResourceChange): Omit<Finding, 'address' | 'why'> | undefined {
  const { actions, before, after, afterUnknown, replacePaths, madeAs } = change;
  if (actions.includes('forget')) {
    return {
      finding: 'forgotten',
      what: 'It leaves the state and stays as it is: no later plan will show what happens to it.',
      next: forgottenNext(change.type),
    };
  }
  if (isOtherStream(change)) {
    const said = streamChange(before?.event_source_arn, after?.event_source_arn, isUnknownSource(afterUnknown));
    return {
      finding: actions.includes('delete') ? 'replaced' : 'capture',
      ...said,
      what: madeAs === undefined ? said.what : `${anew(madeAs)} ${said.what}`,
    };
  }
  if (!actions.includes('delete')) return undefined;
  if (madeAs !== undefined) return { finding: 'replaced', ...MOVED, what: anew(madeAs) };
  if (actions.includes('create')) {
    return {
      finding: 'replaced',
      what: `It is destroyed and made again${replacePaths.length === 0 ? '' : `, for a change of ${replacePaths.join(', ')}`}.`,
      next: 'See in the plan which argument forces the replacement, and take that change back.',
    };
  }
  return {
    finding: 'destroyed',
    what: 'It is destroyed.',
    next: 'See what left the settings, and put it back.',
  };
}
