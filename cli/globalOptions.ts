import type { OptionTable } from '../core/commandLine/parse';
import type { OptionReader } from '../core/commandLine/optionReader';
import { variable } from '../core/variable';
import { readSettingsOptions, SETTINGS_OPTIONS, type SettingsOnCommandLine } from './settingsOptions';
import { readSide, SIDE_OPTIONS, type SideName } from './sideOptions';
import { type SideOptions } from '../operations/connection';

export const GLOBAL_OPTIONS: OptionTable = {
  config: {
    type: 'string',
    value: 'FILE',
    help: 'Settings file. Default: DCS_CONFIG, then dcs.config.json, here or in the nearest folder above. What reads a copy needs none where options say enough.',
  },
  json: { type: 'boolean', help: 'Results as JSON lines on stdout, each with a "type"; talk stays on stderr.' },
  quiet: { type: 'boolean', help: 'Results and errors alone: no progress, no talk.' },
  verbose: { type: 'boolean', help: 'Tell each request to AWS, what was sent again, and where the time went.' },
  help: { type: 'boolean', help: 'Show this help and do nothing else.' },
  version: { type: 'boolean', help: 'Show the version and do nothing else.' },
  ...SIDE_OPTIONS,
  ...SETTINGS_OPTIONS,
};

/** What all commands are told. */
export interface GlobalOptions {
  /** Undefined: dcs.config.json, if there is one. */
  readonly settingsFile?: string;
  readonly onCommandLine: SettingsOnCommandLine;
  readonly sides: Readonly<Record<SideName, SideOptions>>;
}

export function readGlobalOptions(given: OptionReader, env: NodeJS.ProcessEnv): GlobalOptions {
  given.atMostOneOf('quiet', 'verbose');
  return {
    settingsFile: given.text('config') ?? variable(env, 'DCS_CONFIG'),
    onCommandLine: readSettingsOptions(given),
    sides: {
      source: readSide('source', given, env),
      destination: readSide('destination', given, env),
      target: readSide('target', given, env),
    },
  };
}
