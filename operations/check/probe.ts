import { randomUUID } from 'node:crypto';
import { bucketConfiguration } from '../../aws/bucketConfiguration';
import { couldNotLook } from '../../aws/couldNotLook';
import { headObject, type ObjectHead } from '../../aws/headObject';
import { s3TextStore } from '../../aws/textStore';
import { probeKey, servicePrefix } from '../../core/serviceKeys';
import { duration } from '../../core/units';
import { bucketOf, type CheckContext } from './checkContext';
import {
  cannotTell,
  DEPLOY,
  expect,
  inspection,
  ok,
  problem,
  warning,
  type Inspection,
  type Judgement,
} from './finding';
import { filterOf } from './replicationChecks';

/** A probe on its way, or there. */
interface ProbeFacts {
  readonly objectKey: string;
  /** Why none was sent. */
  readonly notSent?: string;
  readonly waitedMs: number;
  readonly source?: ObjectHead;
  readonly replica?: ObjectHead;
}

const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 5_000;

/** Sends a small object of its own through replication, and looks at what arrives. It stays where it is, in both buckets. */
export function probeCheck(context: CheckContext, waitMs: number): Inspection {
  const { settings } = context;
  const permission = `s3:PutObject in the source bucket and s3:GetObject in both, on ${servicePrefix(settings.prefix)}*`;
  return inspection({ side: 'destination', subject: 'probe', permission }, () => sendProbe(context, waitMs), {
    probe: (facts) => judgeArrival(facts, waitMs),
    'probe-lock': ({ replica }) => replica && judgeLock(replica, settings.destination.objectLock),
    'probe-key': ({ replica }) => {
      const { accountId } = settings.destination;
      if (!replica || settings.encryption.type !== 'customer-managed') return undefined;
      const isOurs = replica.kmsKeyArn?.split(':')[4] === accountId;
      return expect(isOurs, replica.kmsKeyArn ?? replica.encryption ?? 'none', `a key of account ${accountId}`, DEPLOY);
    },
  });
}

async function sendProbe(context: CheckContext, waitMs: number): Promise<ProbeFacts> {
  const { settings, nowMs, pause, signal } = context;
  const [source, destination] = [bucketOf(context, 'source'), bucketOf(context, 'destination')];
  const startedAtMs = nowMs();
  const objectKey = probeKey(settings.prefix, startedAtMs, randomUUID().slice(0, 8));
  const notSent = await whyNotCovered(context, objectKey);
  if (notSent !== undefined) return { objectKey, notSent, waitedMs: 0 };
  await headObject(destination, objectKey); // what could not be seen to arrive is not sent
  await s3TextStore(source).write(objectKey, `${JSON.stringify({ format: '1', probe: objectKey })}\n`);
  for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS)) {
    const [sent, replica] = await Promise.all([headObject(source, objectKey), headObject(destination, objectKey)]);
    const waitedMs = nowMs() - startedAtMs;
    const isOver = sent?.replicationStatus === 'FAILED' || (replica && sent?.replicationStatus === 'COMPLETED');
    if (isOver || waitedMs >= waitMs) return { objectKey, waitedMs, source: sent, replica };
    await pause(Math.min(pauseMs, waitMs - waitedMs), signal);
  }
}

/** An object that no rule takes would be waited for in vain. Where the rules cannot be read, trying tells. */
async function whyNotCovered(context: CheckContext, objectKey: string): Promise<string | undefined> {
  try {
    const configuration = await bucketConfiguration(bucketOf(context, 'source')).replication();
    const rules = configuration?.Rules ?? [];
    const enabled = rules.filter(({ Status }) => Status === 'Enabled');
    if (enabled.length === 0) return rules.length === 0 ? 'there is no replication rule' : 'replication is disabled';
    const covered = enabled.map(filterOf).some(({ prefix, isTagged }) => !isTagged && objectKey.startsWith(prefix));
    return covered ? undefined : `no rule takes ${objectKey}`;
  } catch (error) {
    if (couldNotLook(error)) return undefined;
    throw error;
  }
}

function judgeArrival({ objectKey, notSent, waitedMs, source, replica }: ProbeFacts, waitMs: number): Judgement {
  if (notSent !== undefined)
    return cannotTell(`not sent: ${notSent}`, 'see the replication checks of the source bucket');
  const [there, here] = [source?.replicationStatus ?? 'no status', replica?.replicationStatus ?? 'no status'];
  const expected = 'COMPLETED in the source bucket, REPLICA in the destination bucket';
  const causes = `see the other checks, and the queue of replication failures (${DEPLOY} prints its URL)`;
  if (there === 'FAILED') return problem(`${objectKey}: FAILED`, expected, causes);
  if (!replica) {
    const found = `${objectKey} (${there}) has not arrived after ${duration(waitedMs)}`;
    return problem(found, `${expected} within ${duration(waitMs)}`, `${causes}, or wait longer with --wait`);
  }
  if (here !== 'REPLICA')
    return problem(`${objectKey} is ${here} in the destination bucket`, expected, 'find who else writes there');
  if (there !== 'COMPLETED')
    return warning(
      `arrived, but ${there} in the source bucket after ${duration(waitedMs)}`,
      expected,
      'look again later',
    );
  return ok(`arrived after ${duration(waitedMs)}: ${there}, ${here}`);
}

const DAY_MS = 86_400_000;

/** A day less is no difference: AWS does not say how it rounds. */
function judgeLock({ lockMode, lockedUntilMs = NaN, storedAtMs }: ObjectHead, expected: LockSettings): Judgement {
  const days = Math.round((lockedUntilMs - storedAtMs) / DAY_MS);
  const found =
    lockMode === undefined ? 'not locked, or s3:GetObjectRetention is not allowed' : `${lockMode} for ${days} days`;
  if (expected.mode === 'OFF') return ok(lockMode === undefined ? 'not locked, as the settings say' : found);
  const isLocked = lockMode === expected.mode && days >= expected.retentionDays - 1;
  const wanted = `${expected.mode} for ${expected.retentionDays} days`;
  if (isLocked) return ok(found);
  return lockMode === undefined ? warning(found, wanted, DEPLOY) : problem(found, wanted, DEPLOY);
}
interface LockSettings {
  readonly mode: string;
  readonly retentionDays: number;
}
