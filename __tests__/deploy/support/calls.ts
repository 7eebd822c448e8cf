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

/** Has the provider write each of its calls into a file. */
export const recordingTo = (file: string): NodeJS.ProcessEnv => ({ TF_LOG_PROVIDER: 'DEBUG', TF_LOG_PATH: file });

/**
 * Every call of a log that can be read. Beyond 64 KB an entry is cut off: that of a function with much code, which is made
 * as the smaller ones are.
 */
export async function readCalls(file: string): Promise<Call[]> {
  const entries = (await readFile(file, 'utf8')).split(/\n(?=\d{4}-\d\d-\d\dT)/);
  return entries.filter((entry) => entry.includes('HTTP Request Sent:')).map(callOf);
}

const READS = ['ReadResource', 'ReadDataSource', 'PlanResourceChange'];

function callOf(entry: string): Call {
  const value = (key: string) => {
    const [, word = ''] = new RegExp(`(?<![\\w.])${key}=("(?:[^"\\\\]|\\\\.)*"|\\S+)`).exec(entry) ?? [];
    return word.replace(/^"|"$/g, '');
  };
  const url = new URL(value('http\\.url'));
  return {
    service: value('rpc\\.service'),
    method: value('rpc\\.method'),
    resourceType: value('tf_resource_type') || value('tf_data_source_type'),
    isRead: READS.includes(value('tf_rpc')),
    region: value('aws\\.region'),
    port: url.port,
    path: url.pathname,
    // Of several lines, each behind a bar.
    body:
      /http\.request\.body=\n((?: +\|.*\n?)+)/
        .exec(entry)?.[1]
        ?.replace(/^ +\| ?/gm, '')
        .trim() ?? '',
  };
}
