import type { TableSettings } from '../../../aws/tableSettings';
import type { TableDefinition } from '../../../core/tableDefinition';
import { finishTable, type FinishRequest } from '../../../operations/restore/finish';

const definition: TableDefinition = {
  format: '1',
  tableName: 'users',
  createTable: {
    AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
    KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
    BillingMode: 'PAY_PER_REQUEST',
    DeletionProtectionEnabled: true,
    Tags: [
      { Key: 'team', Value: 'a' },
      { Key: 'cost', Value: 'b' },
    ],
  },
  timeToLiveAttributeName: 'expires',
  pointInTimeRecoveryDays: 35,
};

const named = (name: string, message = name) => Object.assign(new Error(message), { name });

/**
 * A new table, as DynamoDB answers about it: "Backups are being enabled for the table" for some minutes after CreateTable.
 * Source: aws-amplify/amplify-backend#1654, nasa/cumulus#1116; API reference, UpdateContinuousBackups.
 */
class NewTable implements TableSettings {
  readonly calls: string[] = [];
  has: TableDefinition = {
    ...definition,
    createTable: { ...definition.createTable, DeletionProtectionEnabled: undefined, Tags: undefined },
    timeToLiveAttributeName: undefined,
    pointInTimeRecoveryDays: undefined,
  };
  /** What the next calls are answered with. */
  refusals: Partial<Record<keyof TableSettings, Error[]>> = {};

  current = () => this.answered('current', () => undefined).then(() => this.has);
  enableTimeToLive = (timeToLiveAttributeName: string) =>
    this.answered('enableTimeToLive', () => (this.has = { ...this.has, timeToLiveAttributeName }));
  enablePointInTimeRecovery = (pointInTimeRecoveryDays: number) =>
    this.answered('enablePointInTimeRecovery', () => (this.has = { ...this.has, pointInTimeRecoveryDays }));
  addTags = (tags: readonly { Key: string; Value: string }[]) =>
    this.answered('addTags', () => this.create({ Tags: [...(this.has.createTable.Tags ?? []), ...tags] }));
  protectFromDeletion = () =>
    this.answered('protectFromDeletion', () => this.create({ DeletionProtectionEnabled: true }));

  private create(more: Partial<TableDefinition['createTable']>) {
    this.has = { ...this.has, createTable: { ...this.has.createTable, ...more } };
  }

  private answered(call: keyof TableSettings, work: () => void): Promise<void> {
    this.calls.push(call);
    const refusal = this.refusals[call]?.shift();
    if (refusal) return Promise.reject(refusal);
    work();
    return Promise.resolve();
  }
}

const pauses: number[] = [];
beforeEach(() => void (pauses.length = 0));

const request = (settings: TableSettings, more: Partial<FinishRequest> = {}): FinishRequest => ({
  ...{ settings, definition, expired: 0, timeToLiveWanted: false, signal: new AbortController().signal },
  pause: (ms) => Promise.resolve(void pauses.push(ms)),
  ...more,
});
const statesOf = async (finished: ReturnType<typeof finishTable>) =>
  Object.fromEntries((await finished).map(({ setting, state }) => [setting, state]));

const BEING_ENABLED = 'Backups are being enabled for the table: back. Please retry later';

describe('finishing a restored table', () => {
  test('sets everything that table.json says, and the second time finds it set', async () => {
    const table = new NewTable();
    const all = (state: string) => ({
      timeToLive: state,
      pointInTimeRecovery: state,
      tags: state,
      deletionProtection: state,
    });
    expect(await statesOf(finishTable(request(table)))).toEqual(all('set'));
    expect(table.has).toEqual(definition);
    table.calls.length = 0;
    expect(await statesOf(finishTable(request(table)))).toEqual(all('already'));
    expect(table.calls).toEqual(['current']);
  });

  test('waits with growing pauses until continuous backups are there', async () => {
    const table = new NewTable();
    const unavailable = () => named('ContinuousBackupsUnavailableException', BEING_ENABLED);
    table.refusals = { enablePointInTimeRecovery: [unavailable(), unavailable(), unavailable()] };
    const said: string[] = [];
    const finished = finishTable(request(table, { onWaiting: (reason) => said.push(reason) }));
    expect(await statesOf(finished)).toMatchObject({ pointInTimeRecovery: 'set' });
    expect(pauses).toEqual([1_000, 2_000, 4_000]);
    expect(said).toEqual([BEING_ENABLED]);
  });

  test('gives up after minutes, and says what is not set', async () => {
    const table = new NewTable();
    table.enablePointInTimeRecovery = () =>
      Promise.reject(named('ContinuousBackupsUnavailableException', BEING_ENABLED));
    const outcomes = await finishTable(request(table));
    expect(outcomes).toContainEqual(expect.objectContaining({ setting: 'pointInTimeRecovery', state: 'failed' }));
    const waitedMs = pauses.reduce((sum, ms) => sum + ms, 0);
    expect(waitedMs).toBeGreaterThanOrEqual(10 * 60_000);
    expect(waitedMs).toBeLessThan(20 * 60_000);
  });

  test.each(['enableTimeToLive', 'enablePointInTimeRecovery', 'addTags', 'protectFromDeletion'] as const)(
    'one that is refused (%s) keeps no other from being set, and the next run sets it',
    async (call) => {
      const table = new NewTable();
      table.refusals = { [call]: [named('AccessDeniedException')] };
      const states = Object.values(await statesOf(finishTable(request(table)))).sort();
      expect(states).toEqual(['failed', 'set', 'set', 'set']);
      await finishTable(request(table));
      expect(table.has).toEqual(definition);
    },
  );

  test('whoever may not look may set all the same', async () => {
    const table = new NewTable();
    table.refusals = { current: [named('AccessDeniedException')] };
    await finishTable(request(table));
    expect(table.has).toEqual(definition);
  });

  test('time to live stays off while it would delete restored items, until it is asked for', async () => {
    const table = new NewTable();
    const [left] = (await finishTable(request(table, { expired: 2 }))).filter(({ state }) => state === 'leftOff');
    expect(left).toMatchObject({ setting: 'timeToLive', reason: expect.stringContaining('2 items') as string });
    expect(table.has.timeToLiveAttributeName).toBeUndefined();
    await finishTable(request(table, { expired: 2, timeToLiveWanted: true }));
    expect(table.has.timeToLiveAttributeName).toBe('expires');
  });

  test('nothing is taken away: a longer time of recovery and other tags stay', async () => {
    const table = new NewTable();
    const Tags = [{ Key: 'team', Value: 'other' }];
    table.has = { ...table.has, pointInTimeRecoveryDays: 35, createTable: { ...table.has.createTable, Tags } };
    await finishTable(request(table, { definition: { ...definition, pointInTimeRecoveryDays: 7 } }));
    expect(table.has.pointInTimeRecoveryDays).toBe(35);
    expect(table.has.createTable.Tags).toEqual([...Tags, { Key: 'cost', Value: 'b' }]);
  });

  test('being stopped ends the waiting', async () => {
    const table = new NewTable();
    table.refusals = { enablePointInTimeRecovery: [named('ContinuousBackupsUnavailableException')] };
    const interruption = new AbortController();
    const pause = () => {
      interruption.abort(new Error('stopped'));
      return Promise.reject(new Error('stopped'));
    };
    await expect(finishTable(request(table, { signal: interruption.signal, pause }))).rejects.toThrow('stopped');
  });
});
