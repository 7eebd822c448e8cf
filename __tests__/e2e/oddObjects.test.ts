import path from 'node:path';
import { s3BytesStore } from '../../aws/bytesStore';
import { printable } from '../../core/printable';
import { s3ImageStore } from '../../aws/imageStore';
import { s3TextStore } from '../../aws/textStore';
import { commandPartsOfFile, deploy, itemsOf, LOCATION, records, type Deployment } from './support/commandParts';
import { oddImages } from './support/oddImages';
import { oddBatches, oddLines, oddManifests } from './support/oddJournals';

const parts = commandPartsOfFile();

async function plant({ bucket, env, dynamoDb }: Deployment): Promise<string[]> {
  const s3 = { bucket, endpoint: env.AWS_ENDPOINT_URL_S3, region: 'eu-west-1', credentials: dynamoDb.credentials };
  const images = s3ImageStore({ ...s3, largeImageStorageClass: 'STANDARD' });
  const odd = oddImages();
  const keys = odd.map((_, i) => `users/odd-${i}/image.json`);
  for (const [i, image] of odd.entries()) await images.put(keys[i]!, image);
  await s3TextStore(s3).write('users/table.json', '{"format":"1","tableName":"users"');
  return keys;
}

/** @returns keys of what cannot be read as a whole, and of the items of which a line cannot be read */
async function plantInJournal({ bucket, env, dynamoDb }: Deployment): Promise<{ planted: string[]; lines: string[] }> {
  const { credentials } = dynamoDb;
  const bytes = s3BytesStore({ bucket, endpoint: env.AWS_ENDPOINT_URL_S3, region: 'eu-west-1', credentials });
  const [lines, others] = [oddLines(LOCATION), [...oddBatches(LOCATION), ...oddManifests(LOCATION)]];
  await Promise.all(
    [...lines, ...others].map(({ objectKey, body }) =>
      bytes.putOnce(objectKey, { bytes: Buffer.from(body), contentType: 'application/gzip' }),
    ),
  );
  return { planted: others.map(({ objectKey }) => objectKey), lines: lines.map(({ item }) => item) };
}

const GOOD = ['a', 'b', 'c'].map((id) => ({ id: { S: id }, name: { S: 'good' } }));

test('no odd object stops a command, shows a stack, or keeps a good item from coming through', async () => {
  const deployment = await deploy(parts, 'odd');
  await deployment.store(GOOD.map((after) => ({ after, atMs: Date.UTC(2026, 0, 5) })));
  const keys = await plant(deployment);
  expect(keys.length).toBeGreaterThan(55);
  const copy = path.join(deployment.folder, 'copy');
  const commands: [number, string[]][] = [
    [3, ['restore', 'users', '--into', 'restored']],
    [3, ['restore', 'users', '--into', 'restored', '--merge', '--dry-run']],
    [3, ['diff', 'users', '--from', '2020-01-01T00:00:00Z']],
    [3, ['verify', 'users', '--in', 'destination', '--wait', '0s']],
    [3, ['drill', 'users', '--without-live', '--report-folder', path.join(deployment.folder, 'reports')]],
    [3, ['download', 'users', '--folder', copy]],
    [3, ['restore', 'users', '--into', 'from-copy', '--copy', `folder:${copy}`]],
    ...keys.map((_, i): [number, string[]] => [-1, ['history', 'users', '--key', `{"id":"odd-${i}"}`]]),
    ...keys
      .map((_, i): [number, string[]] => [-1, ['history', 'users', '--show', '1', '--key', `{"id":"odd-${i}"}`]])
      .filter((_, i) => i % 6 === 0),
  ];
  const wrong: unknown[] = [];
  for (const [expected, args] of commands) {
    const { code, stdout, stderr } = await deployment.run([...args, '--json'], {
      AWS_ENDPOINT_URL_STS: parts.s3.endpoint,
    });
    const isRight = expected === -1 ? [0, 1, 3].includes(code ?? -1) : code === expected;
    if (!isRight || stderr.includes('    at ')) wrong.push({ args, code, stderr: stderr.slice(0, 600) });
    if (args[0] === 'restore') {
      const named = records(stdout).flatMap(({ type, objectKey }) => (type === 'left' ? [objectKey] : []));
      expect(named).toContain('users/table.json');
      expect(named.length).toBeGreaterThan(40);
    }
  }
  expect(wrong).toEqual([]);
  for (const name of ['restored', 'from-copy'])
    expect(await itemsOf(deployment.table(name))).toEqual(expect.arrayContaining(GOOD));
});

test('no odd object of a journal stops a command, shows a stack, or keeps a good item from coming through', async () => {
  const deployment = await deploy(parts, 'oddjournal');
  await deployment.store(GOOD.map((after) => ({ after, atMs: Date.UTC(2026, 0, 5) })));
  const { planted, lines } = await plantInJournal(deployment);
  const copy = path.join(deployment.folder, 'copy');
  const commands: [number, string[]][] = [
    [3, ['restore', 'users', '--into', 'restored']],
    [3, ['diff', 'users', '--from', '2020-01-01T00:00:00Z']],
    [3, ['verify', 'users', '--in', 'destination', '--wait', '0s']],
    [3, ['ls', 'users']],
    [0, ['timeline', 'users']],
    [3, ['history', 'users', '--key', '{"id":"a"}']],
    [3, ['drill', 'users', '--without-live', '--report-folder', path.join(deployment.folder, 'reports')]],
    [3, ['download', 'users', '--folder', copy]],
    [3, ['restore', 'users', '--into', 'from-copy', '--copy', `folder:${copy}`]],
  ];
  const wrong: unknown[] = [];
  for (const [expected, args] of commands) {
    const { code, stdout, stderr } = await deployment.run([...args, '--json'], {
      AWS_ENDPOINT_URL_STS: parts.s3.endpoint,
    });
    if (code !== expected || stderr.includes('    at ')) wrong.push({ args, code, stderr: stderr.slice(0, 600) });
    if (args[0] !== 'restore') continue;
    const left = records(stdout).filter(({ type }) => type === 'left');
    const keys = new Set(left.map(({ objectKey }) => objectKey));
    expect(lines.filter((objectKey) => !keys.has(objectKey))).toEqual([]);
    const reasons = left.map(({ reason }) => String(reason)).join('\n');
    expect(planted.filter((objectKey) => !reasons.includes(printable(objectKey)))).toEqual([]);
  }
  expect(wrong).toEqual([]);
  for (const name of ['restored', 'from-copy'])
    expect(await itemsOf(deployment.table(name))).toEqual(expect.arrayContaining(GOOD));
});
