import { UsageError } from '../../core/errors';
import type { OptionReader } from '../../core/commandLine/optionReader';
import { DRY_RUN, SOME_ITEMS } from '../../operations/restore/import/engine';
import type { CommandContext } from '../context';
import { ESTIMATE_OPTIONS } from '../costs/options';

/** What the distributed engine makes of an option. */
type Use =
  /** The run does as it says, or whoever starts and follows it. */
  | 'taken'
  /** It is about writes. An import makes none; where the engine cannot import, it counts. */
  | 'ofWrites'
  /** With it, this machine writes the items, for this reason. */
  | { readonly writes: string }
  /** The engine cannot be told, for this reason. */
  | { readonly refused: string; readonly unless?: string };

const PLACE =
  'it works in the destination account, from its bucket into a table of its Region, and by the roles of its functions';

/** Each option of a restore: none is passed over in silence. */
export const USE_OF_OPTIONS: Readonly<Record<string, Use>> = {
  ...each(['into', 'all', 'as-of', 'ignore-stored-after', 'definition', 'on-demand', 'time-to-live'], 'taken'),
  ...each(['thaw', 'thaw-tier', 'thaw-days', 'engine', 'follow', ...Object.keys(ESTIMATE_OPTIONS)], 'taken'),
  ...each(['merge', 'mirror', 'allow-empty', 'yes', 'write-rate'], 'ofWrites'),
  ...each(['key', 'keys-from', 'partition', 'key-prefix', 'where'], { writes: SOME_ITEMS }),
  'dry-run': { writes: DRY_RUN },
  plan: { refused: 'it plans range by range, and keeps no file of that' },
  'import-bucket': { refused: 'its files are in a bucket of its own' },
  ...each(['target', 'copy'], { refused: PLACE, unless: 'destination' }),
  ...each(['target-region', 'target-profile', 'target-role-arn', 'target-endpoint'], { refused: PLACE }),
};

function each(names: readonly string[], use: Use): Record<string, Use> {
  return Object.fromEntries(names.map((name) => [name, use]));
}

/** What is given beside `--engine distributed`: each option that it cannot be told is a problem. */
export function readDistributed(given: OptionReader): void {
  for (const [name, use] of Object.entries(USE_OF_OPTIONS)) {
    if (typeof use !== 'object' || !('refused' in use) || !given.has(name)) continue;
    if (use.unless !== undefined && given.text(name) === use.unless) continue;
    given.problem(
      `--${name} and --engine distributed contradict each other: ${use.refused}. Leave --${name} out, or take another engine`,
    );
  }
  if (given.flag('thaw') && !given.flag('follow')) {
    given.problem(
      '--thaw and --engine distributed need --follow: somebody has to wait for the images, and take the run up again; add it, or leave --thaw out',
    );
  }
}

/** Why this machine writes the items although the distributed engine was asked for, as far as the options tell. */
export function whyWritten(optionsGiven: readonly string[]): string | undefined {
  const uses = optionsGiven.map((name) => USE_OF_OPTIONS[name]);
  return uses.flatMap((use) => (typeof use === 'object' && 'writes' in use ? [use.writes] : []))[0];
}

/** What was said of writes where there are none; undefined where nothing was. */
export function ofNoUse(optionsGiven: readonly string[]): string | undefined {
  const names = optionsGiven.filter((name) => USE_OF_OPTIONS[name] === 'ofWrites').map((name) => `--${name}`);
  if (names.length === 0) return undefined;
  return `${names.join(' and ')}: of no use here, for the engine makes a new table by an import, which writes and asks nothing.`;
}

/** @throws UsageError where the settings or the environment tell that there is no such engine, or another place is meant */
export function requireEngine({ into }: { readonly into: string }, { settings, sides }: CommandContext): void {
  const problems: string[] = [];
  if (!settings.engine.enabled) {
    problems.push(
      `--engine distributed needs the engine, and engine.enabled is not set in ${settings.file.path}: set it and deploy, or restore ${into} by --engine write or import`,
    );
  }
  const { region } = sides.target;
  if (region !== undefined && region !== settings.destination?.region) {
    problems.push(`--engine distributed cannot restore into ${region} (DCS_TARGET_REGION): ${PLACE}`);
  }
  if (problems.length > 0) throw new UsageError(problems);
}
