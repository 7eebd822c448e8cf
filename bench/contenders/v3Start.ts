import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import type { DynamoDBStreamEvent } from 'aws-lambda';

const client = new S3Client({});

/** The smallest function on version 3 of the SDK that writes a batch. */
export async function handler({ Records }: DynamoDBStreamEvent): Promise<void> {
  await Promise.all(
    Records.map(({ dynamodb = {} }) => {
      const Key = `items/${dynamodb.Keys?.id?.S ?? ''}/image.json`;
      const Body = JSON.stringify(dynamodb.NewImage);
      return client.send(new PutObjectCommand({ Bucket: process.env.DCS_BUCKET, Key, Body }));
    }),
  );
}
