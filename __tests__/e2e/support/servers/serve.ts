import type { RequestListener } from 'node:http';
import { serveOnLoopback } from '../../../../local/parts/loopbackServer';
import type { CommandLine, Part } from '../../../../local/parts/processes';
import { startDynamoDbLocal, startMoto } from '../../../../local/parts/servers';
import { toolsOfTheRun } from '../../../support/toolsOfTheRun';
import { resetMoto } from './resetMoto';

/** What a test file is answered. */
export interface GivenServer {
  readonly endpoint: string;
  /** Of DynamoDB Local: nobody else is given the same. */
  readonly databasePrefix?: string;
}

export interface ServedServers {
  readonly endpoint: string;
  /** Stops every server. */
  stop(): Promise<void>;
}

/**
 * How many test files a DynamoDB Local serves. What it has made for a database it keeps to its end, six threads too, which
 * wake up some times a second: with a hundred databases it takes a sixteenth of a processor for nothing, and 350 MB.
 */
const FILES_PER_DYNAMODB = 8;

/**
 * Gives test files the servers of their run of Jest, in the process that lives as long as the run. A server is started when
 * it is asked for the first time: most of what a test file used to wait for was Java and Python warming up.
 *
 * `POST /dynamodb/WORKER` gives a share of that worker's DynamoDB Local; `POST /moto/WORKER/ACCOUNT` the moto that plays an
 * account in that worker, with nothing in it. A worker runs one file at a time.
 */
export async function serveServers(): Promise<ServedServers> {
  const parts = startedOnce();
  let shares = 0;
  const filesServed = new Map<string, number>();
  const giveDynamoDb = async (url: string, java: string): Promise<GivenServer> => {
    let files = filesServed.get(url) ?? 0;
    if (files === FILES_PER_DYNAMODB) {
      await parts.end(url);
      files = 0;
    }
    filesServed.set(url, files + 1);
    const { endpoint } = await parts.of(url, () => startDynamoDbLocal(java));
    return { endpoint, databasePrefix: `share${++shares}x` };
  };
  const giveMoto = async (url: string, motoServer: CommandLine): Promise<GivenServer> => {
    const { endpoint } = await parts.of(url, () => startMoto(motoServer, url));
    await resetMoto(endpoint);
    return { endpoint };
  };
  const give = async (url: string): Promise<GivenServer> => {
    const { java, motoServer } = await toolsOfTheRun();
    return url.startsWith('/dynamodb/') ? giveDynamoDb(url, java) : giveMoto(url, motoServer);
  };
  const answer: RequestListener = ({ url = '' }, response) => {
    give(url).then(
      (given) => response.end(JSON.stringify(given)),
      (error: unknown) => response.writeHead(500).end(String(error)),
    );
  };
  const server = await serveOnLoopback(answer);
  return {
    endpoint: `http://127.0.0.1:${server.port}`,
    async stop() {
      await server.stop();
      await parts.stop();
    },
  };
}

/** One that could not be started, or has died, is started anew for who asks next. */
function startedOnce() {
  const started = new Map<string, Promise<Part>>();
  return {
    of(name: string, start: () => Promise<Part>): Promise<Part> {
      const running = started.get(name);
      if (running) return running;
      const starting = start();
      started.set(name, starting);
      starting
        .then(({ died }) => died)
        .catch((error: unknown) => {
          started.delete(name);
          console.error(error);
        });
      return starting;
    },
    async end(name: string): Promise<void> {
      const part = await started.get(name)?.catch(() => undefined);
      started.delete(name);
      await part?.stop();
    },
    async stop(): Promise<void> {
      for (const each of await Promise.allSettled(started.values())) {
        if (each.status === 'fulfilled') await each.value.stop();
      }
    },
  };
}
