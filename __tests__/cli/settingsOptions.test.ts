import { parseCommandLine } from '../../core/commandLine/parse';
import { bucketIn, connectTarget } from '../../cli/context';
import { GLOBAL_OPTIONS, readGlobalOptions } from '../../cli/globalOptions';
import { OptionReader } from '../../core/commandLine/optionReader';
import { withCommandLine } from '../../cli/settingsOptions';
import { locatedTable } from '../../settings/configuredTable';
import { parseSettings } from '../../settings/load';
import type { CommandSettings } from '../../settings/parts';
import { minimal } from '../../stacks/variants';

const file = { path: 'dcs.config.json', isThere: true };
const whole: CommandSettings = { ...parseSettings(minimal), file };
const none: CommandSettings = {
  ...whole,
  ...{ deployment: undefined, source: undefined, destination: undefined, tables: undefined },
  file: { ...file, isThere: false },
};

function placesOf(settings: CommandSettings, args: string[], env: NodeJS.ProcessEnv = {}) {
  const given = new OptionReader(parseCommandLine(args, GLOBAL_OPTIONS));
  const { sides, onCommandLine } = readGlobalOptions(given, env);
  given.throwIfWrong();
  return { settings: withCommandLine(settings, onCommandLine, sides), sides };
}
const PLACE = ['--destination-bucket', 'other', '--destination-region', 'eu-west-3'];

test('where a bucket is: the option goes before the environment, and that before the settings', () => {
  const env = { DCS_DESTINATION_BUCKET: 'from-env', DCS_DESTINATION_REGION: 'eu-north-1' };
  const { bucketName: bucket, region } = minimal.destination;
  expect(bucketIn(placesOf(whole, []), 'destination')).toMatchObject({ bucket, region });
  for (const settings of [whole, none]) {
    expect(bucketIn(placesOf(settings, [], env), 'destination')).toMatchObject({
      ...{ bucket: 'from-env', region: 'eu-north-1' },
    });
    expect(bucketIn(placesOf(settings, PLACE, env), 'destination')).toMatchObject({
      ...{ bucket: 'other', region: 'eu-west-3' },
    });
  }
  expect(placesOf(whole, PLACE).settings.destination).toMatchObject({ bucketName: 'other', region: 'eu-west-3' });
});

test('what is nowhere said is named with its option and its place in the settings', () => {
  expect(() => bucketIn(placesOf(none, PLACE.slice(0, 2)), 'destination')).toThrow(
    /something is missing:\n {2}destination\.region is missing; .* Next: give --destination-region REGION, or write dcs\.config\.json\.$/,
  );
  expect(() => connectTarget(placesOf(none, PLACE), 'source')).toThrow('source.region is missing');
});

test('the keys of the table on the command line: options go before the settings', () => {
  const keys = ['--partition-key', 'a:b:N', '--sort-key', 'at:B'];
  for (const settings of [whole, none]) {
    const { settings: given } = placesOf(settings, ['users', '--prefix', 'p/', ...keys]);
    expect(locatedTable(given, 'users')).toEqual({
      ...{ prefix: 'p/', tableName: 'users' },
      configuredKeys: { keySchema: { partitionKey: 'a:b', sortKey: 'at' }, keyTypes: { 'a:b': 'N', at: 'B' } },
    });
  }
});

test.each([
  [['--destination-bucket', 'Images'], '--destination-bucket is "Images"; write 3 to 63 lowercase letters'],
  [['--source-region', 'Frankfurt'], '--source-region is "Frankfurt"; write an AWS region'],
  [['--prefix', 'p'], '--prefix is "p"; write letters, digits'],
  [['--partition-key', 'id'], '--partition-key is "id"; write NAME:TYPE'],
  [['--sort-key', 'at:N'], '--sort-key means nothing without --partition-key'],
])('%j is refused', (args, problem) => {
  expect(() => placesOf(whole, args)).toThrow(problem);
});
