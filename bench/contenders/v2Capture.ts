import DynamoDB from 'aws-sdk/clients/dynamodb';
import S3 from 'aws-sdk/clients/s3';
import { BUCKETS } from '../sink/items';
import { handling } from './batches';
import { measured } from './subject';

const s3 = new S3({ endpoint: process.env.AWS_ENDPOINT_URL ?? '', s3ForcePathStyle: true });

/**
 * The handler of 2018 ("Data Continuity Service for DynamoDB"): every record put at once by version 2 of the SDK, as plain
 * JSON. Whether connections are kept is up to AWS_NODEJS_CONNECTION_REUSE_ENABLED, as in Lambda.
 */
measured(
  handling((records) =>
    Promise.all(
      records.map(({ dynamodb = {} }) => {
        const key = Object.values(DynamoDB.Converter.unmarshall(dynamodb.Keys))[0];
        const Body = JSON.stringify(DynamoDB.Converter.unmarshall(dynamodb.NewImage));
        return s3.putObject({ Bucket: BUCKETS.source, Key: `items/${String(key)}/image.json`, Body }).promise();
      }),
    ),
  ),
);
