import type { ObjectHistory } from '../../aws/objectVersions';
import { stateOfObject, type ObjectState, type StateRequest } from '../images/stateOfObject';

/** The states of items before a window and at its end. */
export interface WindowStates extends Pick<StateRequest, 'source' | 'table'> {
  /** Objects with nothing stored since are not changed by the window. */
  readonly fromMs: number;
  of(history: ObjectHistory): Promise<[before: ObjectState, after: ObjectState]>;
}

/** Of one table: one that was made again in the window is two. */
export interface TimeWindow extends Omit<StateRequest, 'momentMs'> {
  /** What happened by then is before the window. */
  readonly fromMs: number;
  /** What happened by then is in it. */
  readonly toMs: number;
}

export function timeWindow(window: TimeWindow): WindowStates {
  const { fromMs, toMs } = window;
  return {
    ...window,
    of: (history) =>
      Promise.all([
        stateOfObject({ ...window, momentMs: fromMs }, history),
        stateOfObject({ ...window, momentMs: toMs }, history),
      ]),
  };
}
