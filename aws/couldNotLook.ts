/** Names and codes of errors that say: credentials, permission, network or the thing itself is missing. */
const CODES = new Set([
  'AccessDenied',
  'AccessDeniedException',
  'AuthorizationErrorException',
  'CouldNotLookError',
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

/**
 * What Node.js says of a certificate that it does not trust. Source: Node.js documentation, TLS, "X509 certificate error
 * codes", and ERR_TLS_CERT_ALTNAME_INVALID.
 */
const UNTRUSTED = new Set([
  'CERT_CHAIN_TOO_LONG',
  'CERT_HAS_EXPIRED',
  'CERT_NOT_YET_VALID',
  'CERT_REJECTED',
  'CERT_REVOKED',
  'CERT_SIGNATURE_FAILURE',
  'CERT_UNTRUSTED',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'ERR_TLS_CERT_ALTNAME_INVALID',
  'HOSTNAME_MISMATCH',
  'INVALID_CA',
  'INVALID_PURPOSE',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
]);

/** Whether an error means that the other side's certificate is not trusted. */
export function isUntrusted(error: unknown): boolean {
  return anyCause(error, ({ name, code }) => UNTRUSTED.has(name) || UNTRUSTED.has(String(code)));
}

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
  return (
    isDenied(error) ||
    isUntrusted(error) ||
    anyCause(error, ({ name, code }) => CODES.has(name) || CODES.has(String(code)))
  );
}

function anyCause(error: unknown, is: (cause: Error & { readonly code?: unknown }) => boolean): boolean {
  for (let at = error; at instanceof Error; at = at.cause) {
    if (is(at)) return true;
    if (at instanceof AggregateError && at.errors.some((each) => anyCause(each, is))) return true;
  }
  return false;
}
