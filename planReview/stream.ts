import { shown, type Json } from './json';

/** What a mapping that reads another stream means, and what to run. */
export interface StreamChange {
  readonly what: string;
  readonly why: string;
  readonly next: string;
}

const STREAM = /^(arn:[^:]+:dynamodb:[^:]*:\d*:table\/([^/]+))\/stream\/(.+)$/;

/** `label`: when it was switched on, so of two labels of a table the later is that of the later stream. */
function streamIn(arn: Json | undefined): { tableArn: string; table: string; label: string } | undefined {
  const [, tableArn, table = '', label = ''] = (typeof arn === 'string' ? STREAM.exec(arn) : null) ?? [];
  return tableArn === undefined ? undefined : { tableArn, table, label };
}

const afterwards = (table: string) =>
  `Then run: npx dcs verify ${table}, npx dcs backfill ${table}, and npx dcs verify ${table} --repair; what changed while no stream was read is in none ` +
  '(docs/operations.md, "The stream was off for two days").';

/**
 * A stream that is switched off and on again is another one, with another ARN, and a mapping cannot change its source: the
 * one that is there reads a stream that has ended until it is replaced.
 */
export function streamChange(from: Json | undefined, to: Json | undefined, isUnknown: boolean): StreamChange {
  const [was, is] = [streamIn(from), streamIn(to)];
  const moved = `event_source_arn: ${shown(from)} becomes ${shown(to)}.`;
  if (isUnknown) {
    return {
      what: 'Which stream the mapping reads is only known after the apply.',
      why: 'this brings capture back if the stream of the table was switched off and on again, or is by this plan; otherwise nothing of the table may be captured',
      next: `See what happens to the stream of the table, in this plan and in the account. If it is a new one, allow this. ${afterwards(was?.table ?? 'TABLE')}`,
    };
  }
  if (is === undefined) {
    return {
      what: `The table has no stream that the mapping could read. ${moved}`,
      why: 'nothing of the table is captured, and a mapping without a source cannot be made',
      next: `Do not apply this. Switch the stream of the table on (NEW_AND_OLD_IMAGES) and plan again: a mapping to the new stream brings capture back. ${afterwards(was?.table ?? 'TABLE')}`,
    };
  }
  if (was && was.tableArn !== is.tableArn) {
    const [one, other] = was.table === is.table ? [was.tableArn, is.tableArn] : [was.table, is.table];
    return {
      what: `The mapping reads the stream of another table. ${moved}`,
      why: `changes of ${one} are no longer captured, and those of ${other} are written as if they were of it, or parked`,
      next: 'Take the change back.',
    };
  }
  if (was && is.label < was.label) {
    return {
      what: `The mapping goes back to an older stream of the table ${is.table}. ${moved}`,
      why: 'a table has one stream, and an older one has ended: nothing more of the table is captured',
      next: 'Do not apply this. See where the older ARN comes from (a plan that was kept, a state that was put back), and plan again.',
    };
  }
  return {
    what: `Table ${is.table} has another stream. ${moved}`,
    why: 'this brings capture back: a stream that was switched off and on again is another one, the mapping that is there reads the one that has ended, and nothing of the table is captured before it is replaced',
    next: `Allow it, and apply it soon: a stream keeps changes for 24 hours. ${afterwards(is.table)}`,
  };
}
