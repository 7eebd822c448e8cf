import { DcsError } from '../../../core/errors';
import { count, duration } from '../../../core/units';
import type { ObjectHistory } from '../../../aws/objectVersions';
import { RESTORED_A_SECOND } from '../../costs/work/restore';
import { LISTED_A_SECOND } from '../../costs/work/work';

/** As long as one machine may take before the distributed engine, with what it takes to start, is the shorter way. */
export const LONGEST_ALONE_SECONDS = 3_600;

/** A restore was left before anything was touched, because the table outgrows one machine. */
export class OutgrownError extends DcsError {
  constructor(
    readonly objects: number,
    readonly versions: number,
    longestAloneSeconds: number,
  ) {
    super(
      `${count(objects)} objects with ${count(versions)} versions were listed, and there are more: at ${count(RESTORED_A_SECOND)} items and ` +
        `${count(LISTED_A_SECOND)} versions a second one machine takes more than ${duration(longestAloneSeconds * 1_000)}`,
    );
  }
}

/** Seconds that one machine takes, at least, at the rates that docs/performance.md has. */
export function secondsAlone(objects: number, versions: number): number {
  return objects / RESTORED_A_SECOND + versions / LISTED_A_SECOND;
}

/** Counts what is listed. @throws OutgrownError from the object on with which it is more than one machine should take */
export function refusingOutgrown(longestAloneSeconds: number): (history: ObjectHistory) => void {
  let [objects, versions] = [0, 0];
  return (history) => {
    objects += 1;
    versions += history.versions.length;
    if (secondsAlone(objects, versions) > longestAloneSeconds) {
      throw new OutgrownError(objects, versions, longestAloneSeconds);
    }
  };
}

/** Why so many items are more than one machine should bring back; undefined where they are not. */
export function whyOutgrown(items: number, longestAloneSeconds: number): string | undefined {
  if (secondsAlone(items, 0) <= longestAloneSeconds) return undefined;
  return `the newest base of its journal has ${count(items)} items: at ${count(RESTORED_A_SECOND)} a second one machine takes more than ${duration(longestAloneSeconds * 1_000)}`;
}
