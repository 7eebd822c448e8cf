import type { ObjectHistory } from '../../aws/objectVersions';
import type { ImageSource } from '../images/imageSource';

export interface Sample {
  readonly histories: readonly ObjectHistory[];
  /** How many objects it was drawn from. */
  readonly objects: number;
}

/**
 * Draws objects so that each has the same chance, in one pass and holding no more than the sample (Vitter's algorithm R).
 *
 * @param random from 0 up to and without 1
 */
export async function drawSample(
  histories: AsyncIterable<ObjectHistory>,
  size: number,
  onObject: () => void = () => undefined,
  random: () => number = Math.random,
): Promise<Sample> {
  const drawn: ObjectHistory[] = [];
  let objects = 0;
  for await (const history of histories) {
    objects += 1;
    onObject();
    if (drawn.length < size) {
      drawn.push(history);
      continue;
    }
    const place = Math.floor(random() * objects);
    if (place < size) drawn[place] = history;
  }
  return { histories: drawn, objects };
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
