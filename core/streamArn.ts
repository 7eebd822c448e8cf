const STREAM_ARN = /^arn:[^:]+:dynamodb:[^:]*:[^:]*:table\/([^/]+)\/stream\/(.+)$/;

/** Table name and stream label of `arn:aws:dynamodb:<region>:<account>:table/<table>/stream/<label>`. */
export function parseStreamArn(arn: string): { tableName: string; streamLabel: string } | undefined {
  const [, tableName, streamLabel] = STREAM_ARN.exec(arn) ?? [];
  return tableName === undefined || streamLabel === undefined ? undefined : { tableName, streamLabel };
}
