/** Names and codes of errors that say: credentials, permission, network or the thing itself is missing. */
const CODES = new Set([
  'AccessDenied',
  'AccessDeniedException',
  'AuthorizationErrorException',
  'CredentialsProviderError',
  'ECONNREFUSED',
  'ECONNRESET',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EPIPE',
  'EAI_AGAIN',
  'EPROXY',
  'ETIMEDOUT',
  'ExpiredToken',
  'ExpiredTokenException',
  'Forbidden',
  'IncompleteSignature',
  'InternalError',
  'InternalServerError',
  'InvalidAccessKeyId',
  'InvalidClientTokenId',
  'InvalidSignatureException',
  'MissingAuthenticationTokenException',
  'NoSuchBucket',
  'PermanentRedirect',
  'ProvisionedThroughputExceededException',
  'RequestLimitExceeded',
  'ResourceNotFoundException',
  'ServiceUnavailable',
  'SignatureDoesNotMatch',
  'SlowDown',
  'ThrottlingException',
  'TimeoutError',
  'TokenProviderError',
  'UnrecognizedClientException',
]);

/** Whether the answer was that the identity in use may not do this. An answer to HEAD has no more to it than its status. */
export function isDenied(error: unknown): boolean {
  for (let at = error; at instanceof Error; at = at.cause) {
    const { name, statusCode, $metadata } = at as Error & Denial;
    if (DENIED.has(name) || statusCode === 403 || $metadata?.httpStatusCode === 403) return true;
  }
  return false;
}

interface Denial {
  readonly statusCode?: number;
  readonly $metadata?: { readonly httpStatusCode?: number };
}
const DENIED = new Set(['AccessDenied', 'AccessDeniedException', 'AuthorizationErrorException', 'Forbidden']);

/**
 * Whether an error means that an account could not be looked at: no valid credentials, no permission, no network, no
 * such bucket or table, or a service that stayed unavailable through all retries. Looks through the chain of causes.
 */
export function couldNotLook(error: unknown): boolean {
  if (isDenied(error)) return true;
  for (let at = error; at instanceof Error; at = at.cause) {
    const { name, code } = at as Error & { code?: unknown };
    if (CODES.has(name) || (typeof code === 'string' && CODES.has(code))) return true;
    if (at instanceof AggregateError && at.errors.some(couldNotLook)) return true;
  }
  return false;
}
