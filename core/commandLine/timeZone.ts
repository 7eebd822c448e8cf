/**
 * How far a time zone is ahead of UTC at a moment.
 *
 * @throws RangeError for a zone that the runtime does not know
 */
function offsetMs(zone: string, atMs: number): number {
  const parts = new Intl.DateTimeFormat('en-US', {
    ...{ timeZone: zone, hourCycle: 'h23', year: 'numeric', month: 'numeric', day: 'numeric' },
    ...{ hour: 'numeric', minute: 'numeric', second: 'numeric' },
  }).formatToParts(atMs);
  // Stryker disable next-line OptionalChaining: all of them are asked for
  const part = (type: string) => Number(parts.find((each) => each.type === type)?.value);
  const wallMs = Date.UTC(part('year'), part('month') - 1, part('day'), part('hour'), part('minute'), part('second'));
  return wallMs - Math.floor(atMs / 1_000) * 1_000;
}

const DAY_MS = 86_400_000;

/** A time zone as it was written: an offset, UTC, or a name of the tz database such as Europe/Berlin. */
export interface TimeZone {
  readonly name: string;
  /** What a clock on the wall there shows, as if it were UTC. */
  readonly wallMs: (atMs: number) => number;
  /** The moments at which it shows that, the earlier first: none when clocks are put forward, two when they are put back. */
  readonly momentsOf: (wallMs: number) => readonly number[];
}

/** Undefined for what is no zone. Abbreviations are none: CST is three of them. */
export function timeZoneOf(name: string): TimeZone | undefined {
  const fixedMs = fixedOffsetMs(name);
  if (fixedMs !== undefined) {
    return { name, wallMs: (atMs) => atMs + fixedMs, momentsOf: (wallMs) => [wallMs - fixedMs] };
  }
  // Stryker disable next-line Regex: what else it may let through the runtime does not know
  if (!/^[a-z_]+(?:\/[\w+-]+)+$/i.test(name)) return undefined;
  try {
    offsetMs(name, 0);
  } catch {
    return undefined;
  }
  return {
    name,
    wallMs: (atMs) => atMs + offsetMs(name, atMs),
    momentsOf(wallMs) {
      const offsets = new Set([offsetMs(name, wallMs - DAY_MS), offsetMs(name, wallMs + DAY_MS)]);
      return [...offsets].map((offset) => wallMs - offset).filter((atMs) => atMs + offsetMs(name, atMs) === wallMs);
    },
  };
}

function fixedOffsetMs(name: string): number | undefined {
  if (/^(?:z|utc|gmt)$/i.test(name)) return 0;
  // Stryker disable next-line ArrayDeclaration: there is no sign in it, either
  const [, sign, hours, minutes] = /^(?:UTC|GMT)?([+-])(\d\d):?(\d\d)$/i.exec(name) ?? [];
  if (sign === undefined || Number(hours) > 14 || Number(minutes) > 59) return undefined;
  return (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes)) * 60_000;
}
