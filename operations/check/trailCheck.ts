import { logsWrites } from '../../aws/trailSelectors';
import type { SeenTrail, Trail } from '../../aws/trails';
import { cannotTell, ok, problem, warning, type Judgement } from './finding';

/** Services whose events the rules on tampering live by. */
const SERVICES = ['s3', 'events', 'sns', 'monitoring', 'cloudtrail'];

interface Watched {
  readonly region: string;
  /** The copy has a key of its own. */
  readonly hasKey: boolean;
}

/** Whether what the rules on tampering wait for is taken down at all: by one trail or by several. */
export function judgeTrails(all: readonly Trail[], watched: Watched): Judgement {
  const trails = all.flatMap((trail) => ('unseen' in trail ? [] : [trail]));
  const judgement = judgeSeen(trails, watched);
  const unseen = all.flatMap((trail) => ('unseen' in trail ? [trail] : []));
  const [first] = unseen;
  if (!first || judgement.verdict === 'ok') return judgement;
  return cannotTell(
    unseen.map(({ arn, unseen: why }) => `${arn}: ${why}`).join('; '),
    `look from the account that the trail belongs to: aws cloudtrail get-trail-status --name ${first.arn}, and get-event-selectors --trail-name ${first.arn}`,
  );
}

function judgeSeen(trails: readonly SeenTrail[], { region, hasKey }: Watched): Judgement {
  const wanted = `a trail of CloudTrail that logs management events, writes at least, in ${region}`;
  const [first] = trails;
  if (!first)
    return warning(
      'none: nobody hears of tampering',
      wanted,
      'make one: aws cloudtrail create-trail, then start-logging',
    );
  const logging = trails.filter(({ isLogging }) => isLogging);
  const [named] = logging;
  if (!named) return problem(`${arnsOf(trails)}: stopped`, wanted, `aws cloudtrail start-logging --name ${first.arn}`);
  const sources = [...SERVICES, ...(hasKey ? ['kms'] : [])].map((service) => `${service}.amazonaws.com`);
  const missed = sources.filter((source) => !logging.some(({ selectors }) => logsWrites(selectors, source)));
  if (missed.length === 0) return ok(arnsOf(logging));
  return problem(
    `${arnsOf(logging)}: no event that changes something is logged of ${missed.join(', ')}`,
    wanted,
    `have its selectors take management events that write: aws cloudtrail get-event-selectors, then put-event-selectors, --trail-name ${named.arn}`,
  );
}

function arnsOf(trails: readonly SeenTrail[]): string {
  return trails.map(({ arn }) => arn).join(', ');
}
