import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { open } from 'node:fs/promises';
import http2 from 'node:http2';
import net, { type AddressInfo } from 'node:net';
import { UNTIL_STDIN_ENDS } from '../../../local/parts/processes';
import { schemaOfTypes } from './providerSchema';

/** Processes of the AWS provider that outlive Terraform's commands. */
export interface ProviderPool {
  /** For TF_REATTACH_PROVIDERS. */
  readonly reattach: string;
  stop(): Promise<void>;
}

/** Of protocol 5 (terraform-plugin-go, tfprotov5/internal/tfplugin5/tfplugin5.proto). */
const CONFIGURE = '/tfplugin5.Provider/Configure';
/** What depends on the question alone. To prepare a configuration the provider looks at the schemas of all of its resources. */
const GET_SCHEMA = '/tfplugin5.Provider/GetSchema';
const ANSWERED_ONCE = [GET_SCHEMA, '/tfplugin5.Provider/PrepareProviderConfig'];
const WINDOW_BYTES = 1 << 24;

/**
 * Every command of Terraform starts the provider anew for each of its aliases, and again for each of its walks: two seconds of
 * computing each time, most of what a command takes. Here each configuration of the provider has one process, as it would
 * have within a command, and all commands come to it, through this address.
 *
 * @param cwd what the stack's paths are relative to: Terraform's current folder
 * @param types all that the stack has, or has had: Terraform is told the schemas of these alone
 * @param log file that the processes write into, a JSON object a line
 */
export async function startProviderPool(
  provider: string,
  cwd: string,
  env: NodeJS.ProcessEnv,
  log: string,
  types: () => Promise<ReadonlySet<string>>,
): Promise<ProviderPool> {
  // Each writes a line at once, and to the end of the file: through pipes, lines of one would be cut by those of another.
  const logFile = await open(log, 'a');
  const processes: Promise<ProviderProcess>[] = [];
  const start = () => {
    const started = startProvider(provider, cwd, env, logFile.fd);
    processes.push(started);
    return started;
  };
  const unconfigured = start();
  const configured = new Map<string, Promise<Configured>>();
  const answered = new Map<string, Promise<Answer>>();
  const configure = async (body: Buffer, headers: http2.IncomingHttpHeaders): Promise<Configured> => {
    const process = await start();
    return { process, answer: await process.ask(headers, body) };
  };
  const processOf = new WeakMap<http2.Http2Session, Promise<ProviderProcess>>();

  const serve = async (stream: http2.ServerHttp2Stream, headers: http2.IncomingHttpHeaders): Promise<void> => {
    const session = stream.session!;
    if (headers[':path'] === CONFIGURE) {
      const body = await bytesOf(stream);
      const key = body.toString('base64');
      const made = configured.get(key) ?? configure(body, headers);
      configured.set(key, made);
      processOf.set(
        session,
        made.then(({ process }) => process),
      );
      give(stream, (await made).answer);
    } else if (ANSWERED_ONCE.includes(headers[':path'] ?? '')) {
      const body = await bytesOf(stream);
      const key = `${headers[':path']} ${body.toString('base64')}`;
      const answer = answered.get(key) ?? unconfigured.then((process) => process.ask(headers, body));
      answered.set(key, answer);
      const whole = await answer;
      const isSchema = headers[':path'] === GET_SCHEMA;
      give(stream, isSchema ? { ...whole, body: schemaOfTypes(whole.body, await types()) } : whole);
    } else {
      (await (processOf.get(session) ?? unconfigured)).handOn(stream, headers);
    }
  };
  const server = http2.createServer({ settings: { initialWindowSize: WINDOW_BYTES } });
  server.on('session', (session) => session.on('error', () => undefined));
  server.on('stream', (stream, headers) => {
    stream.on('error', () => undefined); // Whoever asked has gone.
    serve(stream, headers).catch((error: unknown) => stream.destroy(error as Error));
  });
  server.listen(0, '127.0.0.1');
  await Promise.all([once(server, 'listening'), unconfigured]);
  const { port } = server.address() as AddressInfo;
  const address = { Network: 'tcp', String: `127.0.0.1:${port}` };
  const { pid } = process;
  return {
    reattach: JSON.stringify({
      'registry.terraform.io/hashicorp/aws': {
        Protocol: 'grpc',
        ProtocolVersion: 5,
        Pid: pid,
        Test: true,
        Addr: address,
      },
    }),
    async stop() {
      server.close();
      await Promise.all(processes.map(async (each) => (await each).stop()));
      await logFile.close();
    },
  };
}

interface Configured {
  readonly process: ProviderProcess;
  readonly answer: Answer;
}

/** A whole answer of gRPC. */
interface Answer {
  readonly headers: http2.IncomingHttpHeaders;
  readonly body: Buffer;
  readonly trailers: http2.IncomingHttpHeaders;
}

interface ProviderProcess {
  ask(headers: http2.IncomingHttpHeaders, body: Buffer): Promise<Answer>;
  handOn(stream: http2.ServerHttp2Stream, headers: http2.IncomingHttpHeaders): void;
  stop(): Promise<void>;
}

async function startProvider(
  provider: string,
  cwd: string,
  env: NodeJS.ProcessEnv,
  log: number,
): Promise<ProviderProcess> {
  // They stay: garbage that is seldom collected may not become all of the memory.
  const child = spawn('/bin/sh', ['-c', UNTIL_STDIN_ENDS, 'sh', provider, '-debug'], {
    ...{ cwd, env: { ...env, GOMEMLIMIT: '700MiB' } },
    stdio: ['pipe', 'pipe', log],
    detached: true,
  });
  const ended = once(child, 'close');
  child.stdin!.on('error', () => undefined); // It has ended already.
  const socket = await socketOf(child);
  const client = http2.connect('http://provider', {
    createConnection: () => net.connect(socket),
    settings: { initialWindowSize: WINDOW_BYTES },
  });
  client.on('connect', () => client.setLocalWindowSize(WINDOW_BYTES));
  client.on('error', () => undefined); // Each of its requests fails by itself.
  return {
    async ask(headers, body) {
      const request = client.request(headers);
      request.end(body);
      let trailers: http2.IncomingHttpHeaders = {};
      request.on('trailers', (those: http2.IncomingHttpHeaders) => {
        trailers = those;
      });
      const [answered] = (await once(request, 'response')) as [http2.IncomingHttpHeaders];
      return { headers: answered, body: await bytesOf(request), trailers };
    },
    handOn(stream, headers) {
      const request = client.request(headers);
      stream.pipe(request);
      request.on('error', () => stream.close(http2.constants.NGHTTP2_INTERNAL_ERROR));
      stream.on('close', () => request.close());
      request.on('response', (answered) => {
        stream.respond(answered, { waitForTrailers: true });
        let trailers: http2.IncomingHttpHeaders = {};
        request.on('trailers', (those: http2.IncomingHttpHeaders) => {
          trailers = those;
        });
        stream.on('wantTrailers', () => stream.sendTrailers(trailers));
        request.pipe(stream);
      });
    },
    async stop() {
      client.destroy();
      child.stdin!.end();
      await ended;
    },
  };
}

function give(stream: http2.ServerHttp2Stream, { headers, body, trailers }: Answer): void {
  stream.respond(headers, { waitForTrailers: true });
  stream.on('wantTrailers', () => stream.sendTrailers(trailers));
  stream.end(body);
}

/** Where it listens, as it says to whoever attaches it. */
function socketOf(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let said = '';
    // Read to its end: a pipe that is closed ends who writes into it.
    child.stdout!.on('data', (text: Buffer) => {
      said += text.toString();
      const [, reattach] = /TF_REATTACH_PROVIDERS='([^']*)'/.exec(said) ?? [];
      if (reattach === undefined) return;
      const [attached] = Object.values(JSON.parse(reattach) as Record<string, { Addr: { String: string } }>);
      resolve(attached!.Addr.String);
    });
    child.on('error', reject);
    child.on('exit', (code) => reject(new Error(`the provider ended with ${code} before it listened: ${said}`)));
  });
}

async function bytesOf(stream: NodeJS.ReadableStream): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of stream) parts.push(part as Buffer);
  return Buffer.concat(parts);
}
