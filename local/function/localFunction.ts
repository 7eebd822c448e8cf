import path from 'node:path';
import { createInterface } from 'node:readline';
import { Worker } from 'node:worker_threads';
import { DcsError } from '../../core/errors';

/** A deployed function: its bundle, and the settings it gets in its environment. */
export interface FunctionSettings {
  readonly functionName: string;
  /** The bundle that is deployed, an absolute path. */
  readonly codePath: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly timeoutSeconds: number;
  /** Told of each line that the function logs. */
  readonly onLog?: (line: string) => void;
}

/** The function threw, crashed, or ran out of time: what Lambda calls a function error. */
export class FunctionError extends DcsError {}

/** How long code may take to load; Lambda's limit. */
const INIT_LIMIT_SECONDS = 10;

/** What an environment sends: that it is ready, then what came of each event. */
interface Answer {
  answerText?: string;
  errorName?: string;
  errorMessage?: string;
}

/**
 * Runs a deployed bundle as Lambda does: each execution environment has the function's own process.env, starts cold,
 * handles one event at a time, is used again while warm, and is thrown away when it crashes or runs out of time.
 */
export class LocalFunction {
  private readonly idle: Worker[] = [];
  private readonly all = new Set<Worker>();

  /** Under way since before the last {@link deploy}. */
  private readonly outdated = new Set<Worker>();

  constructor(private current: FunctionSettings) {}

  /** As a deployment of other variables: what is under way ends as it began, and the next event starts a cold environment. */
  deploy(variables: FunctionSettings['environment']): void {
    this.current = { ...this.current, environment: { ...this.current.environment, ...variables } };
    for (const idle of this.idle.splice(0)) void idle.terminate();
    for (const busy of this.all) this.outdated.add(busy);
  }

  /** @throws FunctionError */
  async invoke(event: unknown): Promise<unknown> {
    const environment = this.idle.pop() ?? (await this.coldStart());
    const { timeoutSeconds } = this.current;
    environment.postMessage({ eventText: JSON.stringify(event), deadlineMs: Date.now() + timeoutSeconds * 1000 });
    const answer = await this.nextMessage(environment, timeoutSeconds);
    if (this.outdated.delete(environment)) void environment.terminate();
    else if (this.all.has(environment)) this.idle.push(environment);
    if (answer.answerText === undefined)
      throw new FunctionError(`${answer.errorName ?? ''}: ${answer.errorMessage ?? ''}`);
    return JSON.parse(answer.answerText) as unknown;
  }

  /** Ends every environment, whatever it is doing. The next event starts a cold one. */
  async stop(): Promise<void> {
    const environments = [...this.all];
    this.all.clear();
    this.idle.length = 0;
    await Promise.all(environments.map((environment) => environment.terminate()));
  }

  /** An environment that has loaded the code. That takes none of an event's time, as on Lambda. */
  private async coldStart(): Promise<Worker> {
    const { codePath, environment: env, onLog } = this.current;
    const environment = new Worker(path.join(__dirname, 'runtime.cjs'), {
      env: { ...env },
      execArgv: [], // plain JavaScript: no need of what compiles this process's own code
      workerData: { codePath },
      stdout: true,
      stderr: true,
    });
    for (const input of [environment.stdout, environment.stderr])
      createInterface({ input }).on('line', (line) => onLog?.(line));
    this.all.add(environment);
    // A crash in the middle of an event is told by nextMessage; one while idle only means a cold start next time.
    environment.on('error', () => undefined);
    environment.once('exit', () => this.forget(environment));
    await this.nextMessage(environment, INIT_LIMIT_SECONDS);
    return environment;
  }

  private forget(environment: Worker): void {
    this.all.delete(environment);
    if (this.idle.includes(environment)) this.idle.splice(this.idle.indexOf(environment), 1);
  }

  private nextMessage(environment: Worker, limitSeconds: number): Promise<Answer> {
    const { functionName } = this.current;
    return new Promise((resolve, reject) => {
      const over = new AbortController();
      const fail = (reason: string) => {
        over.abort();
        clearTimeout(timer);
        void environment.terminate();
        reject(new FunctionError(`${functionName} ${reason}`));
      };
      const timer = setTimeout(() => fail(`timed out after ${limitSeconds} s`), limitSeconds * 1000);
      const once = (name: 'message' | 'error' | 'exit', listener: (value: never) => void) => {
        const listen = listener as (value: unknown) => void;
        environment.once(name, listen);
        over.signal.addEventListener('abort', () => environment.off(name, listen));
      };
      once('message', (answer: Answer) => {
        over.abort();
        clearTimeout(timer);
        resolve(answer);
      });
      once('error', (error: Error) => fail(`crashed: ${error.message}`));
      once('exit', (code: number) => fail(`ended with the exit code ${code} before it answered`));
    });
  }
}
