import { readFile } from 'node:fs/promises';

/** A call that the aws provider made, as its log tells. */
export interface Call {
  readonly service: string;
  readonly method: string;
  /** Of Terraform; empty where the provider itself asked. */
  readonly resourceType: string;
  /** Whether it was made to look at what is there: a plan makes it too. */
  readonly isRead: boolean;
  readonly region: string;
  /** Of the endpoint: it tells the account. */
  readonly port: string;
  readonly path: string;
  readonly body: string;
}

/** Has the provider write each of its calls. */
export const RECORDING: NodeJS.ProcessEnv = { TF_LOG_PROVIDER: 'DEBUG' };

const READS = ['ReadResource', 'ReadDataSource', 'PlanResourceChange'];

/** Every call of the provider's log, a JSON object a line. */
export async function readCalls(file: string): Promise<Call[]> {
  const lines = (await readFile(file, 'utf8')).split('\n');
  return lines.filter((line) => line.includes('"@message":"HTTP Request Sent"')).map(callOf);
}

function callOf(line: string): Call {
  const entry = JSON.parse(line) as Readonly<Record<string, string | undefined>>;
  const url = new URL(entry['http.url'] ?? '');
  return {
    service: entry['rpc.service'] ?? '',
    method: entry['rpc.method'] ?? '',
    resourceType: entry.tf_resource_type ?? entry.tf_data_source_type ?? '',
    isRead: READS.includes(entry.tf_rpc ?? ''),
    region: entry['aws.region'] ?? '',
    port: url.port,
    path: url.pathname,
    body: entry['http.request.body']?.trim() ?? '',
  };
}
