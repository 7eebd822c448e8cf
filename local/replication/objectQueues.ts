/** Work on objects: several at the same time, and that on one object in order. */
export class ObjectQueues<Work> {
  private readonly queues = new Map<string, Work[]>();
  private readonly ready: string[] = [];
  private active = 0;
  private isStopped = false;
  private whenIdle: (() => void)[] = [];

  /** @param carryOut must not reject */
  constructor(
    private readonly parallelism: number,
    private readonly carryOut: (work: Work) => Promise<void>,
  ) {}

  add(objectKey: string, work: Work): void {
    const queue = this.queues.get(objectKey);
    if (queue) {
      queue.push(work);
      return;
    }
    this.queues.set(objectKey, [work]);
    this.ready.push(objectKey);
    this.startWork();
  }

  /** Starts nothing any more. Resolves when what is under way has ended. */
  async stop(): Promise<void> {
    this.isStopped = true;
    if (this.active > 0) await new Promise<void>((resolve) => this.whenIdle.push(resolve));
  }

  private startWork(): void {
    while (!this.isStopped && this.active < this.parallelism) {
      const objectKey = this.ready.shift();
      if (objectKey === undefined) return;
      this.active++;
      void this.workOn(objectKey).then(() => {
        this.active--;
        this.startWork();
        if (this.active === 0) for (const resolve of this.whenIdle.splice(0)) resolve();
      });
    }
  }

  /** One piece of an object's work; the object then waits for its turn again. */
  private async workOn(objectKey: string): Promise<void> {
    const queue = this.queues.get(objectKey) ?? [];
    const [work] = queue;
    if (work !== undefined) await this.carryOut(work);
    queue.shift();
    if (queue.length > 0) this.ready.push(objectKey);
    else this.queues.delete(objectKey);
  }
}
