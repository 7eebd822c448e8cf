import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { recordObjectKey } from '../../core/streamRecord';
import { BUCKETS, TABLE } from '../sink/items';
import { handling } from './batches';
import { measured } from './subject';

const client = new S3Client({});

/** The handler one writes first: every record put at once, with the client's defaults. */
measured(
  handling((records) =>
    Promise.all(
      records.map((record) =>
        client.send(
          new PutObjectCommand({
            Bucket: BUCKETS.source,
            Key: recordObjectKey(TABLE, record),
            Body: JSON.stringify(record.dynamodb?.NewImage),
          }),
        ),
      ),
    ),
  ),
);
