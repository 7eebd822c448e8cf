import { UsageError } from '../../core/errors';
import type { Moment } from '../../core/commandLine/moment';
import { secondOf } from '../../core/units';
import type { ImageSource } from '../../operations/images/imageSource';
import { RESOLUTIONS } from '../../operations/timeline/histogram';
import { timelineOfTable } from '../../operations/timeline/timelineOfTable';
import { locatedTable } from '../../settings/configuredTable';
import type { Command } from '../command';
import type { CommandContext } from '../context';
import { COPY_OPTION, readCopy, withImageSource, type CopyChoice } from '../copyOption';
import { EXIT, type ExitCode } from '../exitCodes';
import { stateTimeOf } from '../moments';
import { knownTable } from '../../operations/tables';
import {
  hasChoice,
  readSelection,
  SELECTION_OPTIONS,
  selectionOf,
  tellUnknown,
  type SelectionOptions,
} from '../selectionOptions';
import { listChanged, reportTimeline, type Changed } from './reporting';

const UNITS = ['second', 'minute', 'hour', 'day'] as const;

export interface TimelineOptions {
  readonly tableName: string;
  readonly from?: Moment;
  readonly to?: Moment;
  readonly by?: (typeof UNITS)[number];
  readonly timeToLive: boolean;
  readonly items: boolean;
  readonly selection: SelectionOptions;
  readonly copy: CopyChoice;
}

export const timeline: Command<TimelineOptions> = {
  usage: 'TABLE [--from MOMENT] [--to MOMENT] [options]',
  description:
    'Shows how much a table changed when: inserts, changes and deletes as a histogram, and bursts by name, so that the moment of an accident is seen and not guessed. ' +
    'It needs nothing but a listing of the bucket (or of a copy of it). The times are those at which S3 stored the images, about a second after the change. ' +
    'What a backfill stored looks like inserts there, and a repair like a change.\n' +
    '--where, --event and --deleted-by are asked of each change: what the item was before it and after it. Each version in the time is read for that; of one that cannot be, it is not known (exit code 3). Keys, partition and prefix need the listing alone.',
  examples: [
    { does: 'When did it happen?', command: 'dcs timeline users --from "2 days ago"' },
    {
      does: 'Closer, minute by minute',
      command: 'dcs timeline users --from 2026-11-23T14:00:00Z --to 2026-11-23T14:30:00Z --by minute',
    },
    {
      does: 'What was every item before that burst?',
      command:
        'dcs timeline users --from 2026-11-23T14:05:00Z --to 2026-11-23T14:07:00Z --items --json | dcs ls users --as-of 2026-11-23T14:05:00Z --keys-from -',
    },
    {
      does: 'When were orders closed, and whose?',
      command: `dcs timeline orders --where "before.status!='closed' && after.status=='closed'" --items`,
    },
    {
      does: 'Which of the deletes were time to live?',
      command: 'dcs timeline users --from "1 day ago" --time-to-live',
    },
  ],
  positionals: ['TABLE'],
  options: {
    from: {
      type: 'string',
      value: 'MOMENT',
      help: 'Where it begins (what happened within that second is not shown), or how long ago by the clock of S3. Default: the first image.',
    },
    to: { type: 'string', value: 'MOMENT', help: 'Where it ends (with that second). Default: the newest image.' },
    by: {
      type: 'string',
      value: 'UNIT',
      help: 'How long a bar is: second, minute, hour or day. Default: what fits a screen.',
    },
    'time-to-live': {
      type: 'boolean',
      help: 'Tell deletes by time to live from others: reads the metadata of each delete, one request each.',
    },
    items: {
      type: 'boolean',
      help: 'List the items that were changed, too, with how often and when last: with --json, for --keys-from of another command.',
    },
    ...SELECTION_OPTIONS,
    event: {
      ...SELECTION_OPTIONS.event,
      type: 'string',
      value: 'EVENT',
      help: 'Changes of this kind only: insert, modify or remove.',
    },
    ...COPY_OPTION,
  },
  read: (given) => ({
    tableName: given.positional(0),
    from: given.moment('from'),
    to: given.stateMoment('to'),
    by: given.oneOf('by', UNITS),
    timeToLive: given.flag('time-to-live'),
    items: given.flag('items'),
    selection: readSelection(given),
    copy: readCopy(given),
  }),
  whenStopped: () => 'startsAnew',
  run: runTimeline,
};

export function runTimeline(options: TimelineOptions, context: CommandContext): Promise<ExitCode> {
  return withImageSource(options.copy, context, (source) => timelineIn(source, options, context));
}

async function timelineIn(source: ImageSource, options: TimelineOptions, context: CommandContext): Promise<ExitCode> {
  const { output, signal, settings } = context;
  const { from, to, copy, tableName, by, timeToLive: byTimeToLive } = options;
  const fromMs = from ? await stateTimeOf('from', from, copy, context) : -Infinity;
  const toMs = to ? await stateTimeOf('to', to, copy, context) : Infinity;
  if (fromMs >= toMs) {
    throw new UsageError([`--from (${secondOf(fromMs)}) is not before --to (${secondOf(toMs)}); exchange them`]);
  }
  const located = locatedTable(settings, tableName);
  const isChosen = hasChoice(options.selection);
  const known = options.items || isChosen ? (await knownTable(source, located, { momentMs: toMs })).table : undefined;
  const table = known ?? located;
  const changed: Changed[] = [];
  const unknown = new Set<string>();
  const choice = isChosen &&
    known && {
      table: known,
      selection: await selectionOf(options.selection, known),
      onUnknown: (objectKey: string, reason: string) => tellUnknown(output, unknown, objectKey, reason),
    };
  const progress = output.progress('listed objects');
  try {
    const found = await timelineOfTable({
      ...{ source, table, fromMs, toMs, byTimeToLive, signal },
      ...(by && { resolutionMs: RESOLUTIONS[by] }),
      onObject: () => progress.add(1),
      ...(choice && { choice }),
      ...(options.items && { onChanged: (one: Changed) => changed.push(one) }),
    });
    progress.end();
    if (options.items && known) await listChanged(output, source, known, changed);
    reportTimeline(output, { ...found, table: tableName, in: source.name, byTimeToLive, unknown: unknown.size });
    return unknown.size > 0 ? EXIT.differences : EXIT.done;
  } finally {
    progress.end();
  }
}
