import { DcsError, QuotingError } from '../core/errors';

/** A call to S3 that failed: `<method> s3://<bucket>/<key>`, S3's code, and what to look at. */
export class S3Error extends QuotingError {
  constructor(
    readonly code: string,
    readonly statusCode: number | undefined,
    message: string,
    options: ErrorOptions,
  ) {
    super(message, options);
  }
}

const NEXT_STEP: Readonly<Record<string, string>> = {
  NoSuchBucket: "the bucket does not exist in this endpoint's account or region; check its name",
  AccessDenied: 'the credentials in use lack the permission, or a bucket or key policy denies it',
  Forbidden: 'the credentials in use lack the permission, or a bucket or key policy denies it',
  InvalidAccessKeyId: 'the access key is not known; check the profile or role in use',
  ExpiredToken: 'the credentials have expired; get new ones and run again',
  SlowDown: 'S3 is limiting the request rate of this prefix; it can be tried again',
};

/** Where each of the two clients has the headers of an answer that is an error. */
interface Answered {
  readonly headers?: Pick<ReadonlyMap<string, string>, 'get'>;
  readonly $response?: { readonly headers?: Readonly<Record<string, string>> };
}

/** S3 says where a bucket is that was looked for in another region. Source: S3 user guide, "Redirects". */
function nextStepOf(code: string, cause: unknown): string | undefined {
  if (code !== 'PermanentRedirect') return NEXT_STEP[code];
  const { headers, $response } = cause as Answered;
  const region = $response ? $response.headers?.['x-amz-bucket-region'] : headers?.get('x-amz-bucket-region');
  return `the bucket is in ${region === undefined ? 'another region' : `the region ${region}`}; correct the region in the settings file, or give it as an option`;
}

/** Runs a call and names the object and the next step in what goes wrong. */
export function inS3<Answer>(
  method: string,
  bucket: string,
  objectKey: string,
  call: () => Promise<Answer>,
): Promise<Answer> {
  return call().catch((cause: unknown) => {
    const { name: code, message } = cause instanceof Error ? cause : { name: 'Error', message: String(cause) };
    // Both clients of S3 put the status here; an error of the network has none.
    const statusCode = (cause as { $metadata?: { httpStatusCode?: number } }).$metadata?.httpStatusCode;
    const next = nextStepOf(code, cause);
    throw new S3Error(
      code,
      statusCode,
      `${method} s3://${bucket}/${objectKey} failed: ${cause instanceof DcsError ? '' : `${code}: `}${message}${next === undefined ? '' : `; ${next}`}`,
      { cause },
    );
  });
}
