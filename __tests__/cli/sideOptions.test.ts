import { CouldNotLookError } from '../../core/errors';
import { namedCredentials } from '../../aws/credentials';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
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
    expect(connect(sidesOf([]), 'source').dynamoDb).toMatchObject({ region: 'eu-central-1' });
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
    expect(connectTarget(sidesOf(['--target-region', 'eu-west-3']), 'source').dynamoDb).toMatchObject({
      region: 'eu-west-3',
    });
  });

  describe('credentials', () => {
    let folder: string;
    const before = process.env;
    beforeEach(() => {
      folder = mkdtempSync(path.join(tmpdir(), 'dcs-profiles-'));
      const [config, keys] = [path.join(folder, 'config'), path.join(folder, 'credentials')];
      writeFileSync(
        config,
        '[profile live]\nrole_arn = arn:aws:iam::1:role/r\nsource_profile = base\nmfa_serial = the-device\n',
      );
      writeFileSync(keys, '[base]\naws_access_key_id = a\naws_secret_access_key = b\n');
      process.env = {
        PATH: before.PATH,
        AWS_CONFIG_FILE: config,
        AWS_SHARED_CREDENTIALS_FILE: keys,
        AWS_EC2_METADATA_DISABLED: 'true',
      };
    });
    afterEach(() => {
      process.env = before;
      rmSync(folder, { recursive: true });
    });
    const keysOf = (side: 'source' | 'destination', args: string[]) =>
      (connect(sidesOf(args), side).s3.credentials as () => Promise<unknown>)();

    test('that are missing are named with the side and the profile that was tried', async () => {
      await expect(keysOf('source', ['--source-profile', 'gone'])).rejects.toThrow(
        /no credentials for the source account from the profile gone: .* --source-profile/s,
      );
      await expect(keysOf('destination', ['--source-profile', 'gone'])).rejects.toThrow(
        /no credentials for the destination account from the SDK's own chain \(environment variables/,
      );
      process.env.AWS_PROFILE = 'absent';
      await expect(keysOf('destination', [])).rejects.toThrow('from the profile absent (AWS_PROFILE): ');
    });

    test.each(['connect', 'getaddrinfo', 'read'])(
      'that cannot be asked for (%s) are not said to be missing',
      async (syscall) => {
        const roleArn = 'arn:aws:iam::111111111111:role/x';
        const unreachable = () => Promise.reject(Object.assign(new Error(`${syscall} failed`), { syscall, code: 'E' }));
        const keys = (more: object) =>
          (namedCredentials(unreachable, { side: 'source', ...more }) as () => Promise<unknown>)();
        await expect(keys({ roleArn })).rejects.toThrow(CouldNotLookError);
        await expect(keys({ roleArn })).rejects.toThrow(
          `the service that gives credentials cannot be reached for the source account from the SDK's own chain (environment variables, shared files, role of the machine), to assume ${roleArn} with it: ${syscall} failed. Check the network`,
        );
        await expect(keys({})).rejects.toThrow(
          'the service that gives credentials cannot be reached for the source account',
        );
      },
    );

    test('of a profile with a device ask for its code', async () => {
      await expect(keysOf('source', ['--source-profile', 'live'])).rejects.toThrow(
        /no credentials for the source account from the profile live: it asks for an MFA code of the-device, and there is no terminal/,
      );
    });
  });

  test.each(['kafka=http://x', 's3=', 'http://user:secret@x', 'http://x:99999', 's3=http://x?y'])(
    '%s is no endpoint',
    (text) => {
      expect(() => sidesOf(['--source-endpoint', text])).toThrow(
        'write http(s)://host[:port], or SERVICE=URL with one of s3, s3control, dynamodb, lambda, cloudwatch, events, cloudtrail, iam, kms, sns, states, sts',
      );
    },
  );

  test('each service may have an endpoint of its own, and one for all of them may stand before', () => {
    const connection = connect(
      sidesOf(['--source-endpoint', 'http://all', '--source-endpoint', 'lambda=http://l']),
      'source',
    );
    expect(connection).toMatchObject({ lambda: { endpoint: 'http://l' }, kms: { endpoint: 'http://all' } });
  });
});
