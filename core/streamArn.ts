/** DynamoDB's labels have 23 characters. */
export const LONGEST_STREAM_LABEL = 64;
/** A label is a time, becomes a header of S3's, and is repeated by each line of a run of a journal. */
const STREAM_ARN = /^arn:[^:]+:dynamodb:[^:]*:[^:]*:table\/([^/]+)\/stream\/([\w.:-]{1,64})$/;

/** Table name and stream label of `arn:aws:dynamodb:<region>:<account>:table/<table>/stream/<label>`. */
export function parseStreamArn(arn: unknown): { tableName: string; streamLabel: string } | undefined {
  // Stryker disable next-line ArrayDeclaration: what it puts there instead is at the place that nobody reads
  const [, tableName, streamLabel] = (typeof arn === 'string' ? STREAM_ARN.exec(arn) : undefined) ?? [];
  // Stryker disable next-line ConditionalExpression,LogicalOperator: for the compiler; an ARN has both, or is none
  return tableName === undefined || streamLabel === undefined ? undefined : { tableName, streamLabel };
}
