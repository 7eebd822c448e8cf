import { SettingsError, type Problem } from './problems';
import type { GivenSettings } from './schema';

/*
 * The parts of the settings that have no default. What synthesizes needs all of them; a command asks for those that it
 * needs, so that a restore from the destination does without a word about the source.
 */

const ALLOWED = {
  deployment: 'an object: how the accounts are deployed',
  source: 'an object: the account and region of the tables, and the source bucket',
  destination: 'an object: the account and region of the copy, and the destination bucket',
  tables: 'a list of tables with their keys',
} as const;

export type Part = keyof typeof ALLOWED;

/** Settings in which some parts are there. */
export type WithParts<Needed extends Part, Given extends GivenSettings = GivenSettings> = Given & {
  readonly [Each in Needed]: NonNullable<GivenSettings[Each]>;
};

/** Settings as a command reads them: what the file says, which may be nothing. */
export interface CommandSettings extends GivenSettings {
  readonly file: { readonly path: string; readonly isThere: boolean };
}

export function hasParts<Given extends GivenSettings, Needed extends Part>(
  settings: Given,
  needed: readonly Needed[],
): settings is WithParts<Needed, Given> {
  return needed.every((part) => settings[part] !== undefined);
}

/**
 * The settings with the parts that a command needs.
 *
 * @throws SettingsError that names each part that is missing
 */
export function partsOf<Given extends CommandSettings, Needed extends Part>(
  settings: Given,
  needed: readonly Needed[],
): WithParts<Needed, Given> {
  if (hasParts(settings, needed)) return settings;
  throw missingSettings(settings, missingParts(settings, needed));
}

function missingParts({ file, ...settings }: CommandSettings, needed: readonly Part[]): Problem[] {
  const nextStep = `${file.isThere ? 'add it to' : 'write'} ${file.path}`;
  return needed
    .filter((part) => settings[part] === undefined)
    .map((part) => ({ path: part, value: undefined, allowed: ALLOWED[part], nextStep }));
}

/** Each setting that is missing, once, and where the file with it would be. */
export function missingSettings({ file }: CommandSettings, problems: readonly Problem[]): SettingsError {
  const once = problems.filter(({ path }, index) => problems.findIndex((other) => other.path === path) === index);
  if (file.isThere) return SettingsError.ofFile(file.path, once);
  const heading = `there is no settings file ${file.path} (--config FILE names another one; dcs.config.example.json shows what it holds), and without it something is missing:`;
  return new SettingsError(heading, once);
}
