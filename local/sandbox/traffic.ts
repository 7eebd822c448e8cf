import { setTimeout as delay } from 'node:timers/promises';
import type { AttributeMap } from '../../core/attributeValue';
import type { Random } from '../demo/workload';
import type { LocalRun } from '../localRun';
import type { LocalTable } from '../localTable';
import { DcsError } from '../../core/errors';

const CUSTOMERS = 60;
/** Between two visits. What is stored stays in memory, so the longer the shop is open the slower they come. */
const SHORTEST_PAUSE_MS = 400;
const LONGEST_PAUSE_MS = 30_000;
const PAUSES_OF_AGE = 200;

/** @param ageMs since the shop has opened */
export function pauseMs(ageMs: number): number {
  return Math.min(LONGEST_PAUSE_MS, Math.max(SHORTEST_PAUSE_MS, ageMs / PAUSES_OF_AGE));
}

const PLANS = ['free', 'basic', 'pro'];
const PAGES = ['start', 'basket', 'checkout'];
const STATES = ['open', 'paid', 'sent'];

/** A shop: customers, their orders and visits, and somebody who goes on buying. */
export class Shop {
  private next = 1;
  private readonly visitsOf = new Map<number, number>();
  private traffic: Promise<void> = Promise.resolve();
  private readonly closing = new AbortController();
  readonly customers: LocalTable;
  readonly orders: LocalTable;
  /** The busiest one: its changes go into a journal. */
  readonly visits: LocalTable;

  constructor(
    readonly run: LocalRun,
    private readonly random: Random,
  ) {
    this.customers = tableIn(run, 'customers');
    this.orders = tableIn(run, 'orders');
    this.visits = tableIn(run, 'visits');
  }

  customer(n: number): AttributeMap {
    return {
      id: { S: `customer-${n}` },
      name: { S: `Customer ${n}` },
      plan: { S: PLANS[n % PLANS.length] ?? '' },
      visits: { N: '1' },
    };
  }

  order(n: number, number: number): AttributeMap {
    return {
      customerId: { S: `customer-${n}` },
      number: { N: String(number) },
      total: { N: `${10 + ((n * 37 + number) % 90)}.90` },
      status: { S: STATES[number % STATES.length] ?? '' },
    };
  }

  get everyone(): number[] {
    return Array.from({ length: CUSTOMERS }, (_, i) => i + 1);
  }

  async open(): Promise<void> {
    for (const n of this.everyone) {
      await this.customers.table.put(this.customer(n));
      await this.orders.table.put(this.order(n, this.next++));
    }
  }

  /** Goes on until `close`. */
  startTraffic(onProblem: (error: Error) => void): void {
    const { signal } = this.closing;
    const openedMs = performance.now();
    this.traffic = (async () => {
      while (!signal.aborted) {
        // Odd ones: what is told of the others stays so.
        await this.visit(5 + 2 * this.random((CUSTOMERS - 5) / 2));
        await delay(pauseMs(performance.now() - openedMs), undefined, { signal });
      }
    })().catch((error: unknown) => {
      if (!signal.aborted) onProblem(error as Error);
    });
  }

  /** Somebody looks, and sometimes buys. */
  async visit(n: number, item = this.customer(n)): Promise<void> {
    const visits = (this.visitsOf.get(n) ?? 1) + 1;
    this.visitsOf.set(n, visits);
    await this.customers.table.put({ ...item, visits: { N: String(visits) } });
    await this.visits.table.put({
      ...{ customerId: { S: `customer-${n}` }, visits: { N: String(visits) } },
      page: { S: PAGES[visits % PAGES.length] ?? '' },
    });
    if (this.random(3) === 0) await this.orders.table.put(this.order(n, this.next++));
  }

  async close(): Promise<void> {
    this.closing.abort();
    await this.traffic;
  }
}

function tableIn(run: LocalRun, tableName: string): LocalTable {
  const table = run.tables.get(tableName);
  if (!table) throw new DcsError(`the settings of the sandbox have no table ${tableName}`);
  return table;
}
