import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { once } from 'node:events';
import type { CommandContext } from '../../cli/context';
import type { RestoreOfTable } from '../../cli/restore/options';
import { thawJobsOf, usableThawJobs } from '../../cli/restore/thawJobs';
import { synthesizeTogether, resource } from '../stacks/support/synth';
import { variants } from '../../stacks/variants';

const deployed = { ...variants.engine, destination: { ...variants.engine.destination, rolePath: '/dcs/' } };

function asked(options: object = {}, engine: object = variants.engine.engine, endpoint?: string) {
  const said: string[] = [];
  const context = {
    settings: { name: 'dcs', prefix: '', ...deployed, engine, file: { path: 'dcs.config.json', isThere: true } },
    sides: { source: {}, target: {}, destination: { endpoints: { s3control: endpoint } } },
    ...{ output: { say: (words: string) => said.push(words) }, signal: new AbortController().signal },
  } as unknown as CommandContext;
  const given = { tableName: 'users', copy: { in: 'destination' }, thaw: { tier: 'Bulk', days: 4 }, ...options };
  return { options: given as unknown as RestoreOfTable, context, said };
}
const jobsOf = (...of: Parameters<typeof asked>) => {
  const { options, context } = asked(...of);
  return thawJobsOf(options, context);
};

test('jobs have the role that is deployed, in the bucket that it may use, for the copy that it may ask back', () => {
  const stack = synthesizeTogether(deployed);
  const role = resource(stack, 'aws_iam_role.destination_engine_thaw-role');
  expect(jobsOf()).toMatchObject({
    bucket: deployed.destination.bucketName,
    batch: {
      roleArn: `arn:aws:iam::222222222222:role${String(role.path)}${String(role.name)}`,
      files: { bucket: resource(stack, 'aws_s3_bucket.destination_engine_bucket').bucket },
      folder: 'thaws/users/',
      operation: { do: 'restore', days: 4, tier: 'Bulk' },
    },
  });
});

test('there are none for what jobs cannot do, or are not deployed for', () => {
  for (const options of [{ thaw: undefined }, { thaw: { tier: 'Expedited', days: 1 } }, { copy: { in: 'folder' } }])
    expect(jobsOf(options)).toBeUndefined();
  expect(jobsOf({ copy: { in: 'source' } })).toBeUndefined();
  expect(jobsOf({}, { enabled: false })).toBeUndefined();
});

test('the purpose of a job is its table and copy, and fits into a description', () => {
  const names = ['users', 'orders', 'x'.repeat(255), `${'x'.repeat(254)}y`];
  const purposes = names.map((tableName) => jobsOf({ tableName })?.batch.description);
  expect(new Set(purposes).size).toBe(4);
  for (const purpose of purposes) expect(purpose?.length).toBeLessThanOrEqual(256);
});

test('where they may not be looked at, this machine asks, and says why', async () => {
  const server = createServer((_, answer) =>
    answer
      .writeHead(403, { 'content-type': 'application/xml' })
      .end('<ErrorResponse><Error><Code>AccessDenied</Code><Message>not yours</Message></Error></ErrorResponse>'),
  ).listen(0, '127.0.0.1');
  await once(server, 'listening');
  process.env.AWS_ACCESS_KEY_ID = process.env.AWS_SECRET_ACCESS_KEY = 'test';
  const { options, context, said } = asked({}, undefined, `http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  expect(await usableThawJobs(options, context)).toBeUndefined();
  expect(said).toEqual([expect.stringContaining('cannot be looked at: not yours')]);
  server.closeAllConnections();
  server.close();
});
