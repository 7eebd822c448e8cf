/*
 * Settings under the names that they had in the version before. Each is taken for one MINOR, with a word about the new one
 * (docs/versions.md).
 */

type Json = Readonly<Record<string, unknown>>;

/**
 * The settings as they are written now. What is wrong under an old name, or stands beside the new one, is left as it is: the check
 * refuses it by its path.
 *
 * @param notice told of each old name
 */
export function withNewNames(settings: unknown, notice: (text: string) => void): unknown {
  if (!isObject(settings)) return settings;
  const sides = ['source', 'destination'].filter((side) => side in settings);
  return { ...settings, ...Object.fromEntries(sides.map((side) => [side, renamedSide(side, settings[side], notice)])) };
}

/** What S3 itself moved at least, where nothing else was said. */
const SMALLEST_MOVED_BYTES = 131_072;
const NEW = ['currentVersionTransitions', 'noncurrentVersionTransitions', 'transitionMinimumBytes'];

function renamedSide(side: string, settings: unknown, notice: (text: string) => void): unknown {
  if (!isObject(settings) || !isObject(settings.lifecycle)) return settings;
  const { glacierTransitionDays: days, ...lifecycle } = settings.lifecycle;
  const isRight = days === null || (Number.isInteger(days) && Number(days) >= 0 && Number(days) <= 36_500);
  if (!isRight || NEW.some((name) => name in lifecycle)) return settings;
  const moves = days === null ? [] : [{ afterDays: days, storageClass: 'GLACIER' }];
  const written = {
    currentVersionTransitions: moves,
    noncurrentVersionTransitions: moves,
    ...(days === null ? {} : { transitionMinimumBytes: SMALLEST_MOVED_BYTES }),
  };
  const path = `${side}.lifecycle.glacierTransitionDays`;
  const now = JSON.stringify(written).slice(1, -1).replaceAll('":', '": ').replaceAll(',"', ', "');
  notice(`${path} is now ${now}; the next version takes the old name no more`);
  return { ...settings, lifecycle: { ...lifecycle, ...written } };
}

const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
