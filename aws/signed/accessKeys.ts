import type { AccessKeys } from './signature';

/** Gives the keys to sign with. `again`: those given before were refused as expired. */
export type AccessKeySource = (again: boolean) => AccessKeys | Promise<AccessKeys>;

/** The keys of a function's role, which Lambda puts into its environment. Read once, and again when they have expired. */
export function accessKeysFrom(environment: Readonly<Record<string, string | undefined>>): AccessKeySource {
  let kept: AccessKeys | undefined;
  return (again) => {
    if (kept && !again) return kept;
    const { AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN } = environment;
    if (!AWS_ACCESS_KEY_ID || !AWS_SECRET_ACCESS_KEY) throw new CredentialsProviderError();
    kept = {
      accessKeyId: AWS_ACCESS_KEY_ID,
      secretAccessKey: AWS_SECRET_ACCESS_KEY,
      ...(AWS_SESSION_TOKEN && { sessionToken: AWS_SESSION_TOKEN }),
    };
    return kept;
  };
}

/** Named as the SDK names it. */
class CredentialsProviderError extends Error {
  override readonly name = 'CredentialsProviderError';
  constructor() {
    super('AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY are not both set');
  }
}
