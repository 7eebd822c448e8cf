import type { ChangePosition } from '../../core/changePosition';

/**
 * What a warm function remembers: the newest change it has written of each item, so that a batch that comes back does
 * not put older images on top. Bounded: the item that was written longest ago is forgotten first, and would only be
 * written once more.
 */
export class NewestWritten {
  private readonly positions = new Map<string, ChangePosition>();

  constructor(private readonly capacity: number) {}

  get(objectKey: string): ChangePosition | undefined {
    return this.positions.get(objectKey);
  }

  set(objectKey: string, position: ChangePosition): void {
    this.positions.delete(objectKey); // a Map keeps insertion order: written again means written last
    this.positions.set(objectKey, position);
    for (const longestAgo of this.positions.keys()) {
      if (this.positions.size <= this.capacity) return;
      this.positions.delete(longestAgo);
    }
  }
}
