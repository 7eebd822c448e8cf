import { logsWrites } from '../../aws/trailSelectors';
import type { Trail } from '../../aws/trails';
import { ok, problem, warning, type Judgement } from './finding';

/** Services whose events the rules on tampering live by. */
const SERVICES = ['s3', 'events', 'sns', 'monitoring', 'cloudtrail'];

interface Watched {
  readonly region: string;
  /** The copy has a key of its own. */
  readonly hasKey: boolean;
}

/** Whether what the rules on tampering wait for is taken down at all: by one trail or by several. */
export function judgeTrails(trails: readonly Trail[], { region, hasKey }: Watched): Judgement {
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

function arnsOf(trails: readonly Trail[]): string {
  return trails.map(({ arn }) => arn).join(', ');
}
