import { findTools, type Tools } from '../../local/parts/tools';
import { onceInARunAwaited } from './onceInARun';

/** To find them starts every Java and Python that there is. */
export function toolsOfTheRun(): Promise<Tools> {
  return onceInARunAwaited('tools', () => findTools(process.env, console.warn));
}
