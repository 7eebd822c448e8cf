import type { Credentials } from '../aws/awsSettings';
import { credentialsOf, namedCredentials, type Identity } from '../aws/credentials';
import type { S3ClientSettings } from '../aws/s3Client';
import type { ServiceClock } from '../aws/serviceClock';
import { connectionOf, type Connection, type SideOptions } from '../operations/connection';
import { loadGivenSettings } from '../settings/load';
import { missingSettings, type CommandSettings } from '../settings/parts';
import type { Problem } from '../settings/problems';
import type { Side } from '../settings/schema';
import type { Stopped } from './stopped';
import { clocksOf, type ClockOf } from './clocks';
import { readGlobalOptions, type GlobalOptions } from './globalOptions';
import type { OptionReader } from '../core/commandLine/optionReader';
import type { Pause } from '../operations/pace';
import { askForMfaCode } from './mfaCode';
import type { BucketPlace } from '../operations/images/s3ImageSource';
import type { Output } from './output/output';
import type { SideName } from './sideOptions';
import { withCommandLine } from './settingsOptions';

/** What a command gets besides its options. A test makes its own. */
export interface CommandContext {
  /** What the settings file and the options say. A command asks for the parts that it needs: `partsOf`. */
  readonly settings: CommandSettings;
  readonly sides: GlobalOptions['sides'];
  readonly output: Output;
  /** Aborted by Ctrl-C with an InterruptedError: end soon, as `stopped` says. */
  readonly signal: AbortSignal;
  readonly stopped: Stopped;
  /** This machine's clock, in epoch milliseconds: for pace and progress. It decides nothing, and nothing keeps its time. */
  readonly nowMs: () => number;
  /**
   * The clock of a service: for whatever is stored, shown as a moment, or compared with times of the service.
   *
   * @throws S3Error, or what the SDK throws, when its endpoint gives no answer
   */
  readonly serviceClock: (of: ClockOf) => Promise<ServiceClock>;
  readonly pause: Pause;
  readonly env: NodeJS.ProcessEnv;
}

/** Where the accounts are, by file and options. */
export type Places = Pick<CommandContext, 'settings' | 'sides'>;

/** Reads the settings file that the options name. @throws UsageError */
export function commandContext(
  options: OptionReader,
  surroundings: Pick<CommandContext, 'output' | 'signal' | 'nowMs' | 'pause' | 'env'>,
): Omit<CommandContext, 'stopped'> {
  const { settingsFile, sides, onCommandLine } = readGlobalOptions(options, surroundings.env);
  options.throwIfWrong();
  const given = loadGivenSettings(settingsFile, (notice) => surroundings.output.say(`dcs: ${notice}`));
  const places = { sides, settings: withCommandLine(given, onCommandLine, sides) };
  return { ...surroundings, ...places, serviceClock: clocksOf(surroundings, (side) => bucketIn(places, side)) };
}

/** The clients' settings of the source or destination account. @throws UsageError when its region is nowhere said */
export function connect(context: Places, side: Side): Connection {
  return connectionTo(context, side, side, context.sides[side]);
}

/** A side's bucket, and how it is reached. @throws UsageError when its name or region is nowhere said */
export function bucketIn(context: Places, side: Side): S3ClientSettings & BucketPlace {
  const bucket = context.settings[side]?.bucketName ?? context.sides[side].bucketName;
  if (bucket === undefined) throw missingSettings(context.settings, missingBucket(context, side));
  return { ...connect(context, side).s3, bucket, prefix: context.settings.prefix };
}

/** The clients' settings of the account that a restored table goes to: those of `side`, with the --target options on top. */
export function connectTarget(context: Places, side: Side): Connection {
  const { sides } = context;
  const ofTarget = Object.fromEntries(Object.entries(sides.target).filter(([, value]) => value !== undefined));
  const endpoints = { ...sides[side].endpoints, ...sides.target.endpoints };
  const options: SideOptions = { ...sides[side], ...ofTarget, endpoints };
  return connectionTo(context, side, 'target', options);
}

function connectionTo(context: Places, side: Side, name: SideName, options: SideOptions): Connection {
  const place = placeOf(context, side, options);
  const stsEndpoint = options.endpoints?.sts ?? place.endpoint;
  const identity = { ...options, region: place.region, stsEndpoint };
  return connectionOf(place, options, credentialsFor(context.sides, name, identity));
}

/** Of one command line, by profile and role: whoever is asked for a code is asked once, for all clients of both accounts. */
const made = new WeakMap<Places['sides'], Map<string, Credentials | undefined>>();

function credentialsFor(sides: Places['sides'], side: SideName, identity: Identity) {
  const { profile, roleArn, region, stsEndpoint } = identity;
  const known = made.get(sides) ?? new Map<string, Credentials | undefined>();
  made.set(sides, known);
  const key = JSON.stringify([profile, roleArn, roleArn && [region, stsEndpoint]]);
  const credentials = known.get(key) ?? credentialsOf({ ...identity, mfaCodeProvider: askForMfaCode });
  known.set(key, credentials);
  return namedCredentials(credentials, { side, profile, roleArn });
}

/**
 * Asks for everything at once that reading a copy and filling a table needs.
 *
 * @param copies the sides whose buckets are used
 * @throws UsageError that names each setting that is nowhere said, with the option for it
 */
export function requirePlaces(context: Places, copies: readonly Side[], target: Side): void {
  const problems = [
    ...copies.flatMap((side) => missingBucket(context, side)),
    ...(context.sides.target.region === undefined ? missingRegion(context, target) : []),
  ];
  if (problems.length > 0) throw missingSettings(context.settings, problems);
}

function placeOf(context: Places, side: Side, options: SideOptions) {
  const { region, endpoint } = context.settings[side] ?? {};
  const known = options.region ?? region;
  if (known === undefined) throw missingSettings(context.settings, missingRegion(context, side));
  return { region: known, endpoint };
}

function missingBucket(context: Places, side: Side): Problem[] {
  const isSaid = (context.settings[side] ?? context.sides[side]).bucketName !== undefined;
  const allowed = `the name of the ${side} bucket`;
  const name = isSaid ? [] : [missing(context, `${side}.bucketName`, allowed, `--${side}-bucket NAME`)];
  return [...name, ...missingRegion(context, side)];
}

function missingRegion(context: Places, side: Side): Problem[] {
  if ((context.settings[side] ?? context.sides[side]).region !== undefined) return [];
  return [missing(context, `${side}.region`, `the region of the ${side} bucket`, `--${side}-region REGION`)];
}

function missing({ settings }: Places, path: string, allowed: string, option: string): Problem {
  const write = settings.file.isThere ? 'add it to' : 'write';
  return { path, value: undefined, allowed, nextStep: `give ${option}, or ${write} ${settings.file.path}` };
}

/** A look at a deployment is to say soon that it cannot look. */
const LOOKING_S3_ATTEMPTS = 4;

/** An account, for a command that only looks. */
export function connectToLook(context: Places & Pick<CommandContext, 'env'>, side: Side): Connection {
  const attempts = Number(context.env.AWS_MAX_ATTEMPTS) || LOOKING_S3_ATTEMPTS;
  const connection = connect(context, side);
  return { ...connection, s3: { ...connection.s3, attempts } };
}
