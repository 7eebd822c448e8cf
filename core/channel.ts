/** Hands values from several producers to one consumer. Producers wait when `capacity` values are waiting. */
export class Channel<Value> implements AsyncIterable<Value> {
  private values: Value[] = [];
  private taken = 0;
  private waitingSenders: (() => void)[] = [];
  private wakeReceiver: () => void = () => undefined;
  private ended: { error?: unknown } | undefined;
  private cancelled = false;

  constructor(private readonly capacity: number) {}

  /** Resolves when there is room for more; false when the consumer has gone and nothing is wanted any more. */
  async send(value: Value): Promise<boolean> {
    if (this.cancelled) return false;
    this.values.push(value);
    this.wakeReceiver();
    if (this.values.length - this.taken >= this.capacity) {
      await new Promise<void>((resolve) => this.waitingSenders.push(resolve));
    }
    return !this.isCancelled();
  }

  /** No value comes after those sent so far. With an error, the consumer gets it after them. */
  end(error?: unknown): void {
    this.ended ??= error === undefined ? {} : { error };
    this.wakeReceiver();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Value> {
    try {
      for (;;) {
        while (this.taken < this.values.length) yield this.take();
        if (this.ended) break;
        await new Promise<void>((resolve) => (this.wakeReceiver = resolve));
      }
      if ('error' in this.ended) throw this.ended.error;
    } finally {
      this.cancelled = true;
      this.releaseSenders();
    }
  }

  /** Shifting a long array costs its length each time, so what was taken is dropped when all of it has been. */
  private take(): Value {
    const value = this.values[this.taken++] as Value;
    if (this.taken === this.values.length) {
      this.values = [];
      this.taken = 0;
      this.releaseSenders();
    }
    return value;
  }

  private releaseSenders(): void {
    const senders = this.waitingSenders;
    this.waitingSenders = [];
    for (const release of senders) release();
  }

  private isCancelled(): boolean {
    return this.cancelled;
  }
}
