import { newVersions } from '../../../local/parts/newVersions';
import { parseS3Request } from '../../../local/parts/s3Request';

const added = { statusCode: 200, headers: { 'x-amz-version-id': 'v1' } };
const marked = { statusCode: 204, headers: { 'x-amz-version-id': 'm1', 'x-amz-delete-marker': 'true' } };
const request = (method: string, url: string) => parseS3Request({ method, url, headers: {} });
const version = { bucket: 'images', objectKey: 'users/1', versionId: 'v1', isDeleteMarker: false };

test.each([
  ['PutObject', 'PUT', '/images/users/1?x-id=PutObject'],
  ['PutObject of another client', 'PUT', '/images/users/1'],
  ['CopyObject', 'PUT', '/images/users/1?x-id=CopyObject'],
  ['a presigned PutObject', 'PUT', '/images/users/1?X-Amz-Signature=s&X-Amz-Expires=60'],
  ['CompleteMultipartUpload', 'POST', '/images/users/1?uploadId=u'],
])('%s adds a version', (_, method, url) => {
  expect(newVersions(request(method, url), added)).toEqual([version]);
});

test('DeleteObject without a version adds a delete marker', () => {
  const marker = { ...version, versionId: 'm1', isDeleteMarker: true };
  expect(newVersions(request('DELETE', '/images/users/1?x-id=DeleteObject'), marked)).toEqual([marker]);
});

test.each([
  ['a refused PutObject', 'PUT', '/images/users/1', { ...added, statusCode: 412 }],
  ['PutObject into a bucket without versions', 'PUT', '/images/users/1', { statusCode: 200, headers: {} }],
  ['a read', 'GET', '/images/users/1', added],
  ['the deletion of a version', 'DELETE', '/images/users/1?versionId=v1', added],
  ['the deletion of a delete marker', 'DELETE', '/images/users/1?versionId=m1', marked],
  ['a change of tags', 'PUT', '/images/users/1?tagging=', added],
  ['a change of the lock', 'PUT', '/images/users/1?retention=', added],
  ['the removal of tags', 'DELETE', '/images/users/1?tagging=', added],
  ['a part of an upload', 'PUT', '/images/users/1?partNumber=1&uploadId=u', added],
  ['a setting of the bucket', 'PUT', '/images?versioning=', added],
])('%s adds nothing', (_, method, url, answer) => {
  expect(newVersions(request(method, url), answer)).toEqual([]);
});

test('DeleteObjects adds a delete marker for each entry that says so, with its key as it is', () => {
  const body = `<?xml version="1.0" encoding="utf-8"?>
    <DeleteResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/">
      <Deleted><Key>a&amp;b &lt;&#xFC;&#128190;&gt;</Key><DeleteMarker>true</DeleteMarker>
        <DeleteMarkerVersionId>m1</DeleteMarkerVersionId></Deleted>
      <Deleted><Key>a version taken away</Key><VersionId>v1</VersionId></Deleted>
      <Deleted><Key>a marker taken away</Key><VersionId>m0</VersionId><DeleteMarker>true</DeleteMarker>
        <DeleteMarkerVersionId>m0</DeleteMarkerVersionId></Deleted>
      <Deleted><Key>not there</Key></Deleted>
      <Error><Key>locked</Key><Code>AccessDenied</Code></Error>
    </DeleteResult>`;
  expect(newVersions(request('POST', '/images?delete='), { statusCode: 200, headers: {} }, body)).toEqual([
    { bucket: 'images', objectKey: 'a&b <ü💾>', versionId: 'm1', isDeleteMarker: true },
  ]);
});

test('object keys come decoded: slashes that are part of a name, spaces, what is not ASCII, question marks', () => {
  expect(request('GET', '/images/users/a%2Fb%20c/%C3%BC%25?versionId=a?b')).toMatchObject({
    bucket: 'images',
    objectKey: 'users/a/b c/ü%',
  });
  expect(request('GET', '/images/k?versionId=a?b').query.get('versionId')).toBe('a?b');
});
