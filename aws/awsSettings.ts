interface StaticCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
  readonly expiration?: Date;
}

/** Keys, or a function that gets them again when they have expired. */
export type Credentials = StaticCredentials | (() => Promise<StaticCredentials>);

/** How a service of one account is reached. What is left out comes from the SDK's own environment variables and files. */
export interface AwsSettings {
  readonly region?: string;
  readonly endpoint?: string;
  readonly credentials?: Credentials;
}

/** How long a client waits for a connection, and from there while nothing moves in either direction. */
export const CONNECTION_TIMEOUT_MS = 3_000;
export const SILENCE_TIMEOUT_MS = 15_000;
