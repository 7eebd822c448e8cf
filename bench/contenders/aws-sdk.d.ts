/*
 * What the benchmark uses of version 2 of the AWS SDK, which bench/package.json installs and the project does not have.
 */
interface V2Request {
  promise(): Promise<unknown>;
  send(callback: (error: Error | null) => void): void;
}
interface V2Settings {
  readonly endpoint: string;
  readonly s3ForcePathStyle?: boolean;
  readonly maxRetries?: number;
  readonly httpOptions?: { readonly agent?: unknown; readonly timeout?: number };
}
declare module 'aws-sdk/clients/s3' {
  class S3 {
    constructor(settings: V2Settings);
    putObject(request: Readonly<Record<string, unknown>>): V2Request;
  }
  export = S3;
}
declare module 'aws-sdk/clients/dynamodb' {
  class DynamoDB {
    constructor(settings: V2Settings);
    scan(request: Readonly<Record<string, unknown>>): V2Request;
    static readonly DocumentClient: new (settings: V2Settings) => DynamoDB;
    static readonly Converter: {
      unmarshall(item: unknown): Record<string, unknown>;
      marshall(item: Readonly<Record<string, unknown>>): Record<string, unknown>;
    };
  }
  export = DynamoDB;
}
