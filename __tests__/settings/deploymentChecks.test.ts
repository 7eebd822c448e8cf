import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { loadGivenSettings, parseSettings } from '../../settings/load';
import { REGIONS } from '../../settings/regions';
import { isCron } from '../../settings/schedule';
import { minimal } from '../../stacks/variants';

const at = (region: string) => ({ ...minimal, destination: { ...minimal.destination, region } });

test('a region that there is not is refused at synth, with the one that was meant', () => {
  expect(() => parseSettings(at('eu-centrl-1'))).toThrow(
    'destination.region is "eu-centrl-1"; allowed: a region of AWS. Next: correct it; did you mean eu-central-1?',
  );
  expect(parseSettings(at('ap-southeast-2')).destination.region).toBe('ap-southeast-2');
});

test('the region of a state is held to the same', () => {
  const backend = { type: 's3', bucketName: 'example-state', region: 'eu-wst-1' };
  expect(() => parseSettings({ ...minimal, deployment: { way: 'together', backend } })).toThrow(
    'deployment.backend.region is "eu-wst-1"',
  );
});

test('the regions are those that the AWS SDK knows', () => {
  const core = path.dirname(
    require.resolve('@aws-sdk/core/package.json', { paths: [require.resolve('@aws-sdk/client-s3')] }),
  );
  const file = 'dist-cjs/submodules/client/index.js';
  const partitions = readFileSync(path.join(core, file), 'utf8');
  const known = new Set(partitions.match(/\b[a-z]{2,4}(-[a-z]+)+-\d\b/g));
  expect([...known].filter((region) => !REGIONS.includes(region))).toEqual([]);
});

test.each([
  '0 3 * * ? *',
  '0/15 8-18 ? * MON-FRI *',
  '0 10 1,15 * ? 2026-2030',
  '0 8 L * ? *',
  '30 4 ? JAN-MAR 6#3 *',
  '0 3 29 2 ? *',
  '0 3 31 2,3 ? *',
  '0 3 30 1/2 ? *',
  '0 3 28-31 FEB ? *',
  '0 3 31 */2 ? *',
])('EventBridge takes cron(%s)', (fields) => {
  expect(isCron(`cron(${fields})`)).toBe(true);
});

test.each([
  '0 3 * * *',
  '0 3 * * * *',
  '0 3 ? * ? *',
  '60 3 * * ? *',
  '0 24 * * ? *',
  '0 3 32 * ? *',
  '0 3 ? * MUN *',
  '0 3 * 13 ? *',
  '0/0 3 * * ? *',
  '9-5 3 * * ? *',
  '0 3 * * ? 1969',
  '0 3 30 2 ? *',
  '0 3 31W FEB ? *',
  '0 3 31 4,6,SEP-SEP,11 ? *',
  '0 3 30,31 2-2 ? *',
])('EventBridge refuses cron(%s)', (fields) => {
  expect(isCron(`cron(${fields})`)).toBe(false);
});

test('one profile is of one account, unless a role is assumed from it', () => {
  const profile = { profile: 'main' };
  const settings = (change: object) => ({
    ...minimal,
    source: { ...minimal.source, ...profile },
    destination: { ...minimal.destination, ...profile, ...change },
  });
  expect(() => parseSettings(settings({}))).toThrow('destination.profile is "main"; allowed: a profile other than');
  const assumeRole = { roleArn: 'arn:aws:iam::222222222222:role/deploy' };
  expect(parseSettings(settings({ assumeRole })).destination.profile).toBe('main');
});

test('a schedule that EventBridge would refuse is a problem of the settings', () => {
  expect(() => parseSettings({ ...minimal, tableDefinition: { scheduleExpression: 'cron(0 3 * * * *)' } })).toThrow(
    'tableDefinition.scheduleExpression is "cron(0 3 * * * *)"',
  );
});

test('a command takes a region that this version does not know: it may be new', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'dcs-settings-'));
  const file = path.join(folder, 'dcs.config.json');
  writeFileSync(file, JSON.stringify(at('eu-west-9')));
  expect(loadGivenSettings(file).destination?.region).toBe('eu-west-9');
  rmSync(folder, { recursive: true });
});
