import type { OptionTable } from '../../core/commandLine/parse';
import type { OptionReader } from '../../core/commandLine/optionReader';
import type { Moment } from '../../core/commandLine/moment';
import type { ConflictRule } from '../../core/undo';
import { COPY_OPTION, readCopy, type CopyChoice } from '../copyOption';
import { ESTIMATE_OPTIONS, readEstimate, type FigureOptions } from '../costs/options';
import { PLAN_OPTIONS, readPlanOptions, refuseWithPlan, type PlanOptions } from '../planOptions';
import { readSelection, SELECTION_OPTIONS, type SelectionOptions } from '../selectionOptions';
import { TARGET_OPTIONS } from '../sideOptions';

export interface RevertOptions extends PlanOptions {
  readonly tableName: string;
  /** The table that is written. */
  readonly into: string;
  readonly from?: Moment;
  /** Undefined: up to the newest images. */
  readonly to?: Moment;
  /** The sequence number of one change, in place of a window of time. */
  readonly change?: string;
  readonly selection: SelectionOptions;
  readonly conflictRule: ConflictRule;
  readonly copy: CopyChoice;
  readonly target: 'source' | 'destination';
  /** Say what it would cost, and do nothing. */
  readonly estimate?: FigureOptions;
}

export const REVERT_OPTIONS: OptionTable = {
  from: {
    type: 'string',
    value: 'MOMENT',
    help: 'Where the window begins: a time with its zone (what happened within that second is before the window and stays), or how long ago by the clock of S3.',
  },
  to: {
    type: 'string',
    value: 'MOMENT',
    help: 'Where it ends (what happened within that second is undone). Default: everything since --from.',
  },
  change: {
    type: 'string',
    value: 'SEQUENCE',
    help: 'Undo this one change of the item that --key names, by the sequence number that dcs history shows: for two changes in one second.',
  },
  ...SELECTION_OPTIONS,
  conflicts: {
    type: 'string',
    value: 'RULE',
    help: 'Where the window and a later change touched the same attribute: theirs keeps the later change, ours undoes the window all the same. Default: it is left, and listed.',
  },
  ...PLAN_OPTIONS,
  into: { type: 'string', value: 'NAME', help: 'The table that is written. Default: TABLE itself.' },
  ...COPY_OPTION,
  target: {
    type: 'string',
    value: 'SIDE',
    help: 'Account and region of the table that is written: source or destination. Default: source, where the live table is.',
  },
  ...TARGET_OPTIONS,
  ...ESTIMATE_OPTIONS,
};

export function readRevertOptions(given: OptionReader): RevertOptions {
  const plan = readPlanOptions(given);
  const isKept = plan.planFile !== undefined && !plan.dryRun;
  given.atMostOneOf('change', 'from');
  given.atMostOneOf('change', 'to');
  given.needs('change', 'key');
  given.needs('to', 'from');
  given.atMostOneOf('estimate', 'dry-run');
  given.atMostOneOf('estimate', 'plan');
  if (!isKept && !given.has('from') && !given.has('change')) {
    given.problem('--from is missing; write where the window begins: --from 2026-11-23T14:05:00Z');
  }
  refuseWithPlan(given, plan, [...Object.keys(SELECTION_OPTIONS), 'from', 'to', 'change', 'conflicts']);
  const tableName = given.positional(0);
  return {
    ...plan,
    tableName,
    into: given.text('into') ?? tableName,
    from: given.moment('from'),
    to: given.stateMoment('to'),
    change: given.text('change'),
    selection: readSelection(given),
    conflictRule: given.oneOf('conflicts', ['theirs', 'ours']) ?? 'leave',
    copy: readCopy(given),
    target: given.oneOf('target', ['source', 'destination']) ?? 'source',
    estimate: readEstimate(given),
  };
}
