import { readFileSync } from 'node:fs';
import { crossProblems } from './crossChecks';
import { problemsOf, SettingsError } from './problems';
import { settingsSchema, type Settings } from './schema';

const DEFAULT_FILE = 'dcs.config.json';

/** Which settings file: the value of `--config`, else the variable DCS_CONFIG, else dcs.config.json in the working directory. */
export function settingsFile(config: string | undefined, env: Readonly<Record<string, string | undefined>>): string {
  return config ?? env.DCS_CONFIG ?? DEFAULT_FILE;
}

/** Reads and checks a settings file. Throws one error with every problem in it. */
export function loadSettings(file: string): Settings {
  return parseSettings(parseJson(read(file), file), file);
}

/** Checks settings that are already parsed; `file` is for the message. */
export function parseSettings(settings: unknown, file = DEFAULT_FILE): Settings {
  const result = settingsSchema.safeParse(settings);
  if (!result.success) throw new SettingsError(file, problemsOf(result.error.issues, settings));
  const problems = crossProblems(result.data);
  if (problems.length > 0) throw new SettingsError(file, problems);
  return result.data;
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    const next =
      'Next: copy dcs.config.example.json to it and fill it in, or name another file with --config or DCS_CONFIG.';
    throw new Error(`The settings file ${file} cannot be read. ${next}`, { cause });
  }
}

function parseJson(content: string, file: string): unknown {
  try {
    return JSON.parse(content);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new Error(`The settings file ${file} is not JSON: ${reason}. Next: correct it there.`, { cause });
  }
}
