import { connect, connectTarget } from '../../cli/context';
import { parseCommandLine } from '../../core/commandLine/parse';
import { readGlobalOptions, GLOBAL_OPTIONS } from '../../cli/globalOptions';
import { OptionReader } from '../../core/commandLine/optionReader';
import { TARGET_OPTIONS } from '../../cli/sideOptions';
import type { CommandSettings } from '../../settings/parts';

const settings = {
  source: { accountId: '1', region: 'eu-central-1', bucketName: 's' },
  destination: { accountId: '2', region: 'eu-west-1', bucketName: 'd', endpoint: 'http://emulator' },
} as CommandSettings;

function sidesOf(args: string[], env: NodeJS.ProcessEnv = {}) {
  const given = new OptionReader(parseCommandLine(args, { ...GLOBAL_OPTIONS, ...TARGET_OPTIONS }));
  const { sides } = readGlobalOptions(given, env);
  given.throwIfWrong();
  return { settings, sides };
}

describe('how an account is reached', () => {
  test('by the settings, and with credentials of the SDK, when nothing is said', () => {
    expect(connect(sidesOf([]), 'destination').s3).toMatchObject({ region: 'eu-west-1', endpoint: 'http://emulator' });
    expect(connect(sidesOf([]), 'source').dynamoDb).toEqual({ region: 'eu-central-1' });
  });

  test('the command line goes before the environment, and that before the settings', () => {
    const env = { DCS_DESTINATION_ENDPOINT: 's3=http://from-env dynamodb=http://tables-from-env' };
    expect(connect(sidesOf([], env), 'destination')).toMatchObject({
      s3: { endpoint: 'http://from-env' },
      dynamoDb: { endpoint: 'http://tables-from-env' },
    });
    const said = connect(sidesOf(['--destination-endpoint', 's3=http://said'], env), 'destination');
    expect(said).toMatchObject({ s3: { endpoint: 'http://said' }, dynamoDb: { endpoint: 'http://emulator' } });
  });

  test('the target is the side that it was given to, but for what was said of itself', () => {
    const args = [
      '--destination-endpoint',
      'http://d',
      '--target-region',
      'eu-west-3',
      '--target-endpoint',
      'dynamodb=http://t',
    ];
    expect(connectTarget(sidesOf(args), 'destination').dynamoDb).toMatchObject({
      region: 'eu-west-3',
      endpoint: 'http://t',
    });
    expect(connectTarget(sidesOf(['--target-region', 'eu-west-3']), 'source').dynamoDb).toEqual({
      region: 'eu-west-3',
    });
  });

  test('a profile or a role makes credentials of its own side only', () => {
    const context = sidesOf(['--source-profile', 'live'], { DCS_SOURCE_ROLE_ARN: 'arn:aws:iam::1:role/r' });
    expect(connect(context, 'source').s3.credentials).toBeInstanceOf(Function);
    expect(connect(context, 'destination').s3.credentials).toBeUndefined();
  });

  test('what is no endpoint is refused', () => {
    expect(() => sidesOf(['--source-endpoint', 'kafka=http://x'])).toThrow(
      'write http(s)://host[:port], or SERVICE=URL with one of s3, dynamodb, lambda, cloudwatch, kms, sns, sts',
    );
  });

  test('each service may have an endpoint of its own, and one for all of them may stand before', () => {
    const connection = connect(
      sidesOf(['--source-endpoint', 'http://all', '--source-endpoint', 'lambda=http://l']),
      'source',
    );
    expect(connection).toMatchObject({ lambda: { endpoint: 'http://l' }, kms: { endpoint: 'http://all' } });
  });
});
