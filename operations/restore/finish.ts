import type { TableSettings } from '../../aws/tableSettings';
import type { TableDefinition } from '../../core/tableDefinition';
import type { Pause } from '../pace';

/** What became of one setting of table.json that can only be set once the items are there. */
export interface SettingOutcome {
  readonly setting: 'timeToLive' | 'pointInTimeRecovery' | 'tags' | 'deletionProtection';
  /** `leftOff`: time to live would delete restored items at once. */
  readonly state: 'set' | 'already' | 'leftOff' | 'failed';
  /** What it is set to, for people. */
  readonly value: string;
  /** Why it is not set. */
  readonly reason?: string;
}

export interface FinishRequest {
  readonly settings: TableSettings;
  readonly definition: TableDefinition;
  /** Restored items whose time to live has passed since the moment. */
  readonly expired: number;
  /** Time to live is switched on whatever it deletes. */
  readonly timeToLiveWanted: boolean;
  readonly signal: AbortSignal;
  readonly pause: Pause;
  /** Told once when a setting cannot be made yet. */
  readonly onWaiting?: (reason: string) => void;
}

interface Step extends Pick<SettingOutcome, 'setting' | 'value'> {
  readonly isSet: boolean;
  readonly leftOff?: string;
  readonly set: () => Promise<void>;
}

/**
 * Sets what waits for the items to be there: only what is missing, and nothing is ever taken away. Waits where DynamoDB
 * is not ready yet; one setting that cannot be made keeps no other from being made.
 */
export async function finishTable(request: FinishRequest): Promise<SettingOutcome[]> {
  const outcomes: SettingOutcome[] = [];
  if (stepsOf(request, undefined).length === 0) return outcomes;
  const current = await currentOf(request);
  for (const step of stepsOf(request, current)) outcomes.push(await carriedOut(request, step));
  return outcomes;
}

/** Whoever may set and not look sets everything: what is set already is no error. */
async function currentOf({ settings, signal }: FinishRequest): Promise<TableDefinition | undefined> {
  try {
    return await settings.current();
  } catch {
    signal.throwIfAborted();
    return undefined;
  }
}

function stepsOf(request: FinishRequest, current: TableDefinition | undefined): Step[] {
  const { settings, definition, expired, timeToLiveWanted } = request;
  const { createTable, timeToLiveAttributeName: attribute, pointInTimeRecoveryDays: days } = definition;
  const keysOfTags = new Set(current?.createTable.Tags?.map(({ Key }) => Key));
  const tags = createTable.Tags?.filter(({ Key }) => !keysOfTags.has(Key)) ?? [];
  const steps: (Step | false)[] = [
    // A shorter time would throw backups away.
    days !== undefined && {
      setting: 'pointInTimeRecovery',
      value: `point-in-time recovery for ${days} days`,
      isSet: (current?.pointInTimeRecoveryDays ?? 0) >= days,
      set: () => settings.enablePointInTimeRecovery(days),
    },
    (createTable.Tags ?? []).length > 0 && {
      setting: 'tags',
      value: `tags ${(createTable.Tags ?? []).map(({ Key }) => Key).join(', ')}`,
      isSet: tags.length === 0,
      set: () => settings.addTags(tags),
    },
    createTable.DeletionProtectionEnabled === true && {
      setting: 'deletionProtection',
      value: 'deletion protection',
      isSet: current?.createTable.DeletionProtectionEnabled === true,
      set: () => settings.protectFromDeletion(),
    },
    attribute !== undefined && {
      setting: 'timeToLive',
      value: `time to live by ${attribute}`,
      isSet: current?.timeToLiveAttributeName === attribute,
      ...(expired > 0 && !timeToLiveWanted && { leftOff: whyLeftOff(expired) }),
      set: () => settings.enableTimeToLive(attribute),
    },
  ];
  return steps.filter((step) => step !== false);
}

function whyLeftOff(expired: number): string {
  return (
    `it would delete ${expired === 1 ? 'an item that was restored and has' : `${expired} items that were restored and have`} expired since the moment; ` +
    `switch it on with --time-to-live on when they may go`
  );
}

async function carriedOut(request: FinishRequest, step: Step): Promise<SettingOutcome> {
  const { setting, value, isSet, leftOff } = step;
  if (isSet) return { setting, value, state: 'already' };
  if (leftOff !== undefined) return { setting, value, state: 'leftOff', reason: leftOff };
  try {
    await patiently(request, step);
    return { setting, value, state: 'set' };
  } catch (error) {
    request.signal.throwIfAborted();
    const { name, message } = error as Error;
    return { setting, value, state: 'failed', reason: `${name}: ${message}` };
  }
}

/**
 * Not an answer but a state of the table: continuous backups are being enabled (for some minutes after CreateTable), the
 * table is being changed, or too many tables are. Source: API reference, UpdateContinuousBackups and UpdateTable;
 * aws-amplify/amplify-backend#1654, nasa/cumulus#1116.
 */
const NOT_YET = new Set([
  'ContinuousBackupsUnavailableException',
  'ResourceInUseException',
  'LimitExceededException',
  'ThrottlingException',
]);
const LONGEST_PAUSE_MS = 30_000;
const PATIENCE_MS = 15 * 60_000;

async function patiently({ pause, signal, onWaiting }: FinishRequest, { set }: Step): Promise<void> {
  let waitedMs = 0;
  for (let pauseMs = 1_000; ; pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS)) {
    try {
      await set();
      return;
    } catch (error) {
      const { name, message } = error as Error;
      if (!NOT_YET.has(name) || waitedMs >= PATIENCE_MS) throw error;
      if (waitedMs === 0) onWaiting?.(message);
      await pause(pauseMs, signal);
      waitedMs += pauseMs;
    }
  }
}
