import { readGlobalOptions, type GlobalOptions } from './globalOptions';
import type { Output } from './output/output';
import type { OptionReader } from '../core/commandLine/optionReader';
import { connectionOf, type Connection } from '../operations/connection';
import { readSettings, type Settings, type Side } from '../settings/forCommands';

/** What a command gets besides its options. A test makes its own. */
export interface CommandContext {
  readonly settings: Settings;
  readonly sides: GlobalOptions['sides'];
  readonly output: Output;
  /** Aborted by Ctrl-C with an InterruptedError: end soon, in a state from which the same command continues. */
  readonly signal: AbortSignal;
  /** Epoch milliseconds. */
  readonly nowMs: () => number;
  readonly env: NodeJS.ProcessEnv;
}

/** Reads the settings file that the options name. @throws UsageError */
export function commandContext(
  given: OptionReader,
  surroundings: Pick<CommandContext, 'output' | 'signal' | 'nowMs' | 'env'>,
): CommandContext {
  const { settingsFile, sides } = readGlobalOptions(given, surroundings.env);
  given.throwIfWrong();
  return { ...surroundings, sides, settings: readSettings(settingsFile) };
}

/** The clients' settings of the source or destination account. */
export function connect({ settings, sides }: Pick<CommandContext, 'settings' | 'sides'>, side: Side): Connection {
  return connectionOf(settings, side, sides[side]);
}

/** The clients' settings of the account that a restored table goes to: those of `side`, with the --target options on top. */
export function connectTarget({ settings, sides }: Pick<CommandContext, 'settings' | 'sides'>, side: Side): Connection {
  const said = Object.fromEntries(Object.entries(sides.target).filter(([, value]) => value !== undefined));
  const endpoints = { ...sides[side].endpoints, ...sides.target.endpoints };
  return connectionOf(settings, side, { ...sides[side], ...said, endpoints });
}

/** A look at a deployment is to say soon that it cannot look. */
const LOOKING_S3_ATTEMPTS = 4;

/** Both accounts, for a command that only looks. */
export function connectBothToLook(
  context: Pick<CommandContext, 'settings' | 'sides' | 'env'>,
): Record<Side, Connection> {
  const attempts = Number(context.env.AWS_MAX_ATTEMPTS) || LOOKING_S3_ATTEMPTS;
  const looking = (side: Side): Connection => {
    const connection = connect(context, side);
    return { ...connection, s3: { ...connection.s3, attempts } };
  };
  return { source: looking('source'), destination: looking('destination') };
}
