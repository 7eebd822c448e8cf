import { S3Error } from '../../../aws/s3Error';
import { importCheck } from '../../../operations/check/importChecks';

const denied = () => Promise.reject(new S3Error('AccessDenied', 403, 'simulated', {}));
const look = async (put: () => Promise<unknown>) => {
  const [finding] = await importCheck('destination', 'imports', {
    's3:ListBucket': () => Promise.resolve(),
    's3:PutObject': put,
  })();
  return finding;
};

test('who may do all that can be tried may import, as far as that shows it', async () => {
  const finding = await look(() => Promise.resolve('refused'));
  expect(finding).toMatchObject({ id: 'import-rights', side: 'destination', subject: 'import bucket imports' });
  expect(finding).toMatchObject({ verdict: 'ok', found: expect.stringContaining('only an import itself') as string });
});

test('a right that is refused is named, and is never taken for good', async () => {
  expect(await look(denied)).toMatchObject({ verdict: 'cannotTell', found: 'not allowed: needs s3:PutObject' });
});

test('a bucket that is not there, or cannot be reached, cannot be told either', async () => {
  const missing = () => Promise.reject(new S3Error('NoSuchBucket', 404, 'there is no such bucket', {}));
  expect(await look(missing)).toMatchObject({ verdict: 'cannotTell', found: 'there is no such bucket' });
});
