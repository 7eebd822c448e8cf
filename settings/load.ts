import { existsSync, readFileSync } from 'node:fs';
import { parse } from 'lossless-json';
import type { z } from 'zod';
import { UsageError } from '../core/errors';
import { levelsOfJson } from '../core/levelsOfJson';
import { textOfBytes } from '../core/plainText';
import { variable } from '../core/variable';
import { crossProblems } from './crossChecks';
import { deploymentProblems } from './deploymentChecks';
import { findFile } from './findFile';
import { withNewNames } from './formerNames';
import type { CommandSettings } from './parts';
import { problemsOf, SettingsError, type Problem } from './problems';
import { givenSettingsSchema, settingsSchema, type GivenSettings, type Settings } from './schema';

const DEFAULT_FILE = 'dcs.config.json';

/** Which settings file: the value of `--config`, else the variable DCS_CONFIG, else dcs.config.json in the working directory. */
export function settingsFile(config: string | undefined, env: Readonly<Record<string, string | undefined>>): string {
  return config ?? variable(env, 'DCS_CONFIG') ?? DEFAULT_FILE;
}

/**
 * Reads and checks a settings file, every part of which has to be there.
 *
 * @param notice told of each setting that is written under a former name
 * @throws SettingsError with every problem in it, UsageError when it cannot be read
 */
export function loadSettings(file: string, notice: Notice = IGNORED): Settings {
  return parseSettings(parseJson(read(file), file), file, notice);
}

type Notice = (text: string) => void;
const IGNORED: Notice = () => undefined;

/** Checks settings that are already parsed; `file` is for the message. */
export function parseSettings(given: unknown, file = DEFAULT_FILE, notice: Notice = IGNORED): Settings {
  const settings = withNewNames(given, notice);
  return checked(settingsSchema.safeParse(settings), settings, file, deploymentProblems);
}

/**
 * Reads and checks what there is of a settings file, for a command that asks for the parts that it needs.
 *
 * @param named the file that was asked for; undefined: dcs.config.json in the working directory or the nearest one above, which need not be there
 * @param notice told of each setting that is written under a former name
 * @throws SettingsError with every problem in it, UsageError when it cannot be read
 */
export function loadGivenSettings(named: string | undefined, notice: Notice = IGNORED): CommandSettings {
  const path = named ?? findFile(DEFAULT_FILE, process.cwd(), process.getuid?.()) ?? DEFAULT_FILE;
  const content = readIfThere(path, named !== undefined);
  const settings = content === undefined ? {} : withNewNames(parseJson(content, path), notice);
  const given = checked(givenSettingsSchema.safeParse(settings), settings, path);
  return { ...given, file: { path, isThere: content !== undefined } };
}

type Parsed<Checked> = { success: true; data: Checked } | { success: false; error: z.ZodError };

function checked<Checked extends GivenSettings>(
  parsed: Parsed<Checked>,
  settings: unknown,
  file: string,
  more: (settings: Checked) => Problem[] = () => [],
): Checked {
  if (!parsed.success) throw SettingsError.ofFile(file, problemsOf(parsed.error.issues, settings));
  const problems = [...crossProblems(parsed.data), ...more(parsed.data)];
  if (problems.length > 0) throw SettingsError.ofFile(file, problems);
  return parsed.data;
}

/** Undefined when there is no such file and there need not be one. */
function readIfThere(file: string, isNeeded: boolean): Uint8Array | undefined {
  return isNeeded || existsSync(file) ? read(file) : undefined;
}

function read(file: string): Uint8Array {
  try {
    return readFileSync(file);
  } catch (cause) {
    const next =
      'Next: copy dcs.config.example.json to it and fill it in, or name another file with --config or DCS_CONFIG.';
    throw new UsageError([`The settings file ${file} cannot be read (${(cause as Error).message}). ${next}`]);
  }
}

/** The settings have six. */
const MOST_LEVELS = 64;

function parseJson(content: Uint8Array, file: string): unknown {
  const text = textOfBytes(content);
  if (typeof text !== 'string') throw new UsageError([`The settings file ${file} cannot be read: ${text.problem}.`]);
  if (levelsOfJson(text) > MOST_LEVELS)
    throw new UsageError([`The settings file ${file} has more than ${MOST_LEVELS} levels. Next: correct it there.`]);
  try {
    const settings: unknown = JSON.parse(text);
    // Of two values under one name it would take the last one; this refuses them.
    parse(text);
    return settings;
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new UsageError([`The settings file ${file} is not JSON: ${reason}. Next: correct it there.`]);
  }
}
