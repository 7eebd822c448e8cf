import type { ObjectHistory } from '../../aws/objectVersions';
import { Reservoir } from '../../core/reservoir';
import type { ImageSource } from '../images/imageSource';

export interface Sample {
  readonly histories: readonly ObjectHistory[];
  /** How many objects it was drawn from. */
  readonly objects: number;
}

/**
 * Draws objects so that each has the same chance.
 *
 * @param random from 0 up to but not including 1
 */
export async function drawSample(
  histories: AsyncIterable<ObjectHistory>,
  size: number,
  onObject: () => void = () => undefined,
  random?: () => number,
): Promise<Sample> {
  const reservoir = new Reservoir<ObjectHistory>(size, random);
  for await (const history of histories) {
    reservoir.offer(history);
    onObject();
  }
  return { histories: reservoir.drawn, objects: reservoir.offered };
}

/** The source as if it held the sample and nothing else. */
export function sampledSource(source: ImageSource, { histories }: Sample): ImageSource {
  return {
    ...source,
    async *histories() {
      for (const history of histories) yield await Promise.resolve(history);
    },
  };
}
