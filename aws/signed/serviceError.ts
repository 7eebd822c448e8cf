/** What a service refused, in the shape that the AWS SDK gives it: `name` is AWS's code. */
export class ServiceError extends Error {
  readonly $metadata: {
    readonly httpStatusCode: number;
    readonly requestId?: string;
    readonly extendedRequestId?: string;
  };

  constructor(
    code: string,
    message: string,
    httpStatusCode: number,
    /** Of the answer, names in lower case. */
    readonly headers: Pick<ReadonlyMap<string, string>, 'get'>,
  ) {
    super(message);
    this.name = code;
    // A long header of S3's, which its support asks for; not to be printed with every error.
    Object.defineProperty(this, 'headers', { enumerable: false });
    this.$metadata = {
      httpStatusCode,
      requestId: headers.get('x-amz-request-id') ?? headers.get('x-amzn-requestid'),
      extendedRequestId: headers.get('x-amz-id-2'),
    };
  }
}
