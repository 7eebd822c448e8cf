import type { ThawTier } from '../../aws/archive';
import type { Moment } from '../../core/commandLine/moment';
import type { OptionTable } from '../../core/commandLine/parse';
import { COPY_OPTION, readCopy, type CopyChoice } from '../copyOption';
import { ESTIMATE_OPTIONS, readEstimate, type FigureOptions } from '../costs/options';
import type { OptionReader } from '../../core/commandLine/optionReader';
import { PLAN_OPTIONS, readPlanOptions, refuseWithPlan, type PlanOptions } from '../planOptions';
import { readSelection, STATE_SELECTION_OPTIONS, type SelectionOptions } from '../selectionOptions';
import { readTables, TABLES_OPTION, type TableChoice } from '../severalTables';
import { TARGET_OPTIONS } from '../sideOptions';
import { readDistributed } from './distributed';
import type { Side } from '../../settings/schema';
import type { EngineChoice } from '../../operations/restore/import/engine';
import type { ExistingItems } from '../../operations/restore/target';
import type { ThawOptions } from '../../operations/restore/askBack';

/** Of one table, into one table. */
export type RestoreOfTable = RestoreOptions & { readonly tableName: string };

export interface RestoreOptions extends PlanOptions {
  readonly tables: TableChoice;
  /** The target table; of several, `{table}` stands for the table's name. */
  readonly into: string;
  /** Undefined: the newest images. */
  readonly asOf?: Moment;
  /** It was said how long ago that is, or nothing: the same command says another time the next time. */
  readonly isAsOfRelative?: boolean;
  readonly ignoreStoredAfter?: Moment;
  readonly selection: SelectionOptions;
  readonly copy: CopyChoice;
  /** The account and region of the target table. */
  readonly target: Side;
  readonly existing?: ExistingItems;
  readonly allowEmpty: boolean;
  readonly thaw?: ThawOptions;
  readonly definitionFile?: string;
  readonly onDemand: boolean;
  readonly timeToLive?: 'on';
  readonly engine?: EngineChoice | 'distributed';
  /** Stay until the run of the distributed engine is over. */
  readonly follow: boolean;
  /** Where the files of an import go, in the account of the table. */
  readonly importBucket?: string;
  /** Say what it would cost, and do nothing. */
  readonly estimate?: FigureOptions;
  /** Names of the options that were given. */
  readonly optionsGiven: readonly string[];
}

export const RESTORE_OPTIONS: OptionTable = {
  into: {
    type: 'string',
    value: 'NAME',
    help: 'Table to restore into: a new one, made as table.json describes it, or an existing one. Of several tables {table} stands for the name of each: --into "{table}-restored".',
  },
  'as-of': {
    type: 'string',
    value: 'MOMENT',
    help: 'A time with its zone (2026-11-23T14:05:00Z: all that happened within that second is in it), or how long ago ("2 hours ago", 90m) by the clock of S3. Default: the newest images, whatever any clock says.',
  },
  merge: {
    type: 'boolean',
    words: ['overwrite'],
    help: 'Into a table that has items: add what is missing, change what is older than the moment, delete nothing. What was written after the moment is left and listed; --merge=overwrite writes over it.',
  },
  mirror: {
    type: 'boolean',
    help: 'Into a table that has items: make it exactly what it was, so delete what was not there. Asks first, or needs --yes.',
  },
  'allow-empty': { type: 'boolean', help: 'With --mirror: delete everything when nothing was there at the moment.' },
  ...TABLES_OPTION,
  ...PLAN_OPTIONS,
  ...STATE_SELECTION_OPTIONS,
  ...COPY_OPTION,
  'ignore-stored-after': {
    type: 'string',
    value: 'MOMENT',
    help: "Pass over every image and table.json that was written later by S3's Last-Modified (a replica keeps that of its original), whatever it says of itself: for a source account that somebody else had access to from that moment on.",
  },
  thaw: {
    type: 'boolean',
    help: 'Ask images in GLACIER or DEEP_ARCHIVE back, and wait for them (hours). Costs money.',
  },
  'thaw-tier': { type: 'string', value: 'TIER', help: 'expedited, standard or bulk. Default: standard.' },
  'thaw-days': { type: 'string', value: 'N', help: 'How long S3 keeps what it brought back. Default: 3.' },
  definition: {
    type: 'string',
    value: 'FILE',
    help: 'A table.json of your own for the new table. Default: the one in the bucket, as it was at the moment.',
  },
  'on-demand': {
    type: 'boolean',
    help: 'Make the new table on-demand, whatever table.json says: a provisioned one fills as slowly as it was provisioned.',
  },
  'time-to-live': {
    type: 'string',
    value: 'on',
    help: 'Switch time to live on as table.json says, although it deletes restored items that have expired since the moment.',
  },
  target: {
    type: 'string',
    value: 'SIDE',
    help: 'Account and region of the table: destination or source. Default: destination.',
  },
  engine: {
    type: 'string',
    value: 'ENGINE',
    help: 'How the items come into a new table: write (25 at a time), import (files in --import-bucket that ImportTable loads, which takes no write capacity), distributed (the engine that engine.enabled of the settings deploys: many functions fold the images at a time, ImportTable loads their files), or auto (import from a million items on where there is a bucket for it, distributed where that is deployed and one machine would take more than an hour). What an engine cannot do is written, and said. Default: auto.',
  },
  follow: {
    type: 'boolean',
    help: 'With --engine distributed: stay until the run is over, and show how far it is. Ctrl-C leaves it running; the same command finds it again.',
  },
  'import-bucket': {
    type: 'string',
    value: 'NAME',
    help: 'A bucket of the account of the table, for the files of an import: below dcs-import/ there. They stay; have its lifecycle remove them. Default: importBucketName of the settings.',
  },
  ...TARGET_OPTIONS,
  ...ESTIMATE_OPTIONS,
};

const TIERS: Readonly<Record<string, ThawTier>> = { expedited: 'Expedited', standard: 'Standard', bulk: 'Bulk' };

/** Nothing that tells of the keys or the definition of a table tells of another's. */
const OF_ONE_TABLE = ['plan', 'definition', ...Object.keys(STATE_SELECTION_OPTIONS)];

const CHOSEN_BY_PLAN = [
  ...['as-of', 'merge', 'mirror', 'allow-empty', 'ignore-stored-after', ...Object.keys(STATE_SELECTION_OPTIONS)],
  ...['thaw', 'definition', 'on-demand', 'time-to-live'],
];

function existingItems(given: OptionReader): ExistingItems | undefined {
  if (given.flag('mirror')) return 'mirror';
  if (given.flag('merge')) return given.text('merge') === 'overwrite' ? 'overwrite' : 'merge';
  return undefined;
}

const ENGINES = ['auto', 'write', 'import', 'distributed'] as const;

export function readRestoreOptions(given: OptionReader): RestoreOptions {
  const tables = readTables(given, OF_ONE_TABLE);
  const into = given.text('into');
  const isOfSeveral = tables.tableNames.length !== 1;
  const name = into?.replaceAll('{table}', 'table');
  if (name === undefined) given.problem('--into is missing; name the table to restore into: --into NAME');
  else if (isOfSeveral && name === into) {
    given.problem(
      `--into is ${into}, one table for several; write where the name of each goes: --into "{table}-restored"`,
    );
  } else if (!/^[\w.-]{3,255}$/.test(name)) {
    given.problem(`--into is ${JSON.stringify(into)}; a table's name has 3 to 255 letters, digits and _ . -`);
  }
  given.atMostOneOf('merge', 'mirror');
  given.atMostOneOf('where', 'key', 'keys-from');
  given.atMostOneOf('where', 'mirror');
  given.atMostOneOf('definition', 'merge');
  given.atMostOneOf('definition', 'mirror');
  given.needs('allow-empty', 'mirror');
  const isDistributed = given.text('engine') === 'distributed';
  if (given.text('engine') === 'write') given.atMostOneOf('engine', 'import-bucket');
  if (given.flag('follow') && !isDistributed) given.problem('--follow is for --engine distributed; leave it out');
  if (isDistributed) readDistributed(given);
  given.atMostOneOf('estimate', 'dry-run');
  given.atMostOneOf('estimate', 'plan');
  const plan = readPlanOptions(given);
  refuseWithPlan(given, plan, CHOSEN_BY_PLAN);
  given.needs('thaw-tier', 'thaw');
  given.needs('thaw-days', 'thaw');
  if (plan.dryRun && given.flag('thaw')) {
    given.problem('--dry-run and --thaw contradict each other: asking images back costs money; leave one of them out');
  }
  const tier = given.oneOf('thaw-tier', Object.keys(TIERS)) ?? 'standard';
  const days = given.wholeNumber('thaw-days', 1, 365) ?? 3;
  return {
    ...plan,
    tables,
    into: into ?? '',
    asOf: given.stateMoment('as-of'),
    ignoreStoredAfter: given.moment('ignore-stored-after'),
    selection: readSelection(given),
    copy: readCopy(given),
    target: given.oneOf('target', ['destination', 'source']) ?? 'destination',
    existing: existingItems(given),
    allowEmpty: given.flag('allow-empty'),
    thaw: given.flag('thaw') ? { tier: TIERS[tier] ?? 'Standard', days } : undefined,
    definitionFile: given.text('definition'),
    onDemand: given.flag('on-demand'),
    timeToLive: given.oneOf('time-to-live', ['on']),
    estimate: readEstimate(given),
    engine: given.oneOf('engine', ENGINES),
    importBucket: given.text('import-bucket'),
    follow: given.flag('follow'),
    optionsGiven: Object.keys(RESTORE_OPTIONS).filter((name) => given.has(name)),
  };
}
