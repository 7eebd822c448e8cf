/** Numbers that look random and are the same for the same seed. Each part of a run has its own, named by what it is for. */
export class Random {
  private state: number;

  constructor(...seed: readonly (string | number)[]) {
    // FNV-1a, 32 bits
    let hash = 0x811c9dc5;
    for (const character of seed.join('\n')) hash = Math.imul(hash ^ character.charCodeAt(0), 0x01000193);
    this.state = hash >>> 0;
  }

  /** From 0 up to but not including 1 (mulberry32). */
  next(): number {
    this.state = (this.state + 0x6d2b79f5) >>> 0;
    let bits = this.state;
    bits = Math.imul(bits ^ (bits >>> 15), bits | 1);
    bits ^= bits + Math.imul(bits ^ (bits >>> 7), bits | 61);
    return ((bits ^ (bits >>> 14)) >>> 0) / 4_294_967_296;
  }

  /** A whole number from 0 up to but not including `count`. */
  below(count: number): number {
    return Math.floor(this.next() * count);
  }

  between(low: number, high: number): number {
    return Math.round(low + this.next() * (high - low));
  }

  chance(share: number): boolean {
    return this.next() < share;
  }

  pick<Member>(list: readonly Member[]): Member {
    return list[this.below(list.length)] as Member;
  }
}
