import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { FunctionError, LocalFunction, type FunctionSettings } from '../../../local/function/localFunction';

let folder: string;
let deployed: LocalFunction[];
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'dcs-function-'));
  deployed = [];
});
afterEach(async () => {
  await Promise.all(deployed.map((each) => each.stop()));
  rmSync(folder, { recursive: true });
});

/** A function whose module starts with `module`, and whose handler has the body `body`. */
function deploy(body: string, { module = '', ...settings }: Partial<FunctionSettings> & { module?: string } = {}) {
  const codePath = path.join(folder, `function-${deployed.length}.js`);
  writeFileSync(codePath, `${module}\nexports.handler = async (event, context) => { ${body} };\n`);
  const made = new LocalFunction({ functionName: 'f', codePath, environment: {}, timeoutSeconds: 60, ...settings });
  deployed.push(made);
  return made;
}

const COUNTING = { module: 'let events = 0;' };

describe('an event and its answer', () => {
  test('travel as JSON: nothing is shared with the caller', async () => {
    const event = { list: [1], left: undefined };
    const answer = await deploy('event.list.push(2); return { event, nothing: undefined }').invoke(event);
    expect(answer).toEqual({ event: { list: [1, 2] } });
    expect(event.list).toEqual([1]);
  });

  test('an attribute called __proto__ arrives as one', async () => {
    const event = JSON.parse('{"__proto__":{"S":"own"}}') as unknown;
    expect(await deploy('return Object.keys(event)').invoke(event)).toEqual(['__proto__']);
  });

  test('no answer is null', async () => {
    expect(await deploy('').invoke({})).toBeNull();
  });

  test('a handler without a promise answers too', async () => {
    const codePath = path.join(folder, 'plain.js');
    writeFileSync(codePath, 'exports.handler = () => "at once";');
    expect(await deploy('', { codePath }).invoke({})).toBe('at once');
  });

  test('the function is told how much of its time is left', async () => {
    const body = 'return [context.getRemainingTimeInMillis(), context.getRemainingTimeInMillis()]';
    const [left, thenLeft] = (await deploy(body, { timeoutSeconds: 900 }).invoke({})) as [number, number];
    expect(left).toBeGreaterThan(800_000);
    expect(left).toBeLessThanOrEqual(900_000);
    expect(thenLeft).toBeLessThanOrEqual(left);
  });

  test('the time is the event’s own: loading the code takes none of it, as on Lambda', async () => {
    const slowStart = { module: 'Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1_000);' };
    await expect(deploy('return "in time"', { ...slowStart, timeoutSeconds: 1 }).invoke({})).resolves.toBe('in time');
  });
});

describe('an execution environment', () => {
  test('has the variables of the function, and none of this process', async () => {
    process.env.DCS_TEST_OF_OTHERS = 'set';
    try {
      const { environment } = { environment: { DCS_TABLE: 'users' } };
      const own = deploy('process.env.ADDED = "in there"; return process.env', { environment });
      expect(await own.invoke({})).toEqual({ DCS_TABLE: 'users', ADDED: 'in there' });
      expect(process.env.ADDED).toBeUndefined();
      expect(environment).toEqual({ DCS_TABLE: 'users' });
    } finally {
      delete process.env.DCS_TEST_OF_OTHERS;
    }
  });

  test('is used again while warm, and remembers', async () => {
    const counting = deploy('return ++events', COUNTING);
    for (const expected of [1, 2, 3]) expect(await counting.invoke({})).toBe(expected);
  });

  test('handles one event at a time: at the same time there are two, which do not know each other', async () => {
    const counting = deploy('await new Promise((r) => setTimeout(r, event.ms)); return ++events', COUNTING);
    expect(await Promise.all([counting.invoke({ ms: 20 }), counting.invoke({ ms: 20 })])).toEqual([1, 1]);
    expect(await Promise.all([counting.invoke({ ms: 20 }), counting.invoke({ ms: 20 })])).toEqual([2, 2]);
  });

  test('survives an error that the handler throws, as on Lambda', async () => {
    const counting = deploy('events++; if (event.fail) throw new TypeError("no"); return events', COUNTING);
    await expect(counting.invoke({ fail: true })).rejects.toThrow(FunctionError);
    await expect(counting.invoke({ fail: true })).rejects.toThrow('TypeError: no');
    expect(await counting.invoke({})).toBe(3);
  });

  test('starts cold after the function has been stopped', async () => {
    const counting = deploy('return ++events', COUNTING);
    await counting.invoke({});
    const stopped = counting.stop();
    expect(await counting.invoke({})).toBe(1); // none that is about to end is given an event
    await stopped;
  });
});

describe('what goes wrong is a function error, and the next event finds a cold environment', () => {
  const NEVER = 'await new Promise((r) => setTimeout(r, 1_000_000));';
  test.each([
    ['the process ends', `process.exit(7); ${NEVER}`, /^f ended with the exit code 7 before it answered$/],
    ['an error is thrown outside', `setTimeout(() => { throw new Error("loose") }); ${NEVER}`, /^f crashed: loose$/],
    ['a rejection is not handled', `void Promise.reject(new Error("loose")); ${NEVER}`, /^f crashed: loose$/],
    ['the answer is no JSON', 'return 1n', /^f crashed: .*BigInt/],
  ])('%s', async (_, body, message) => {
    const failing = deploy(`events++; if (event.fail) { ${body} } return events`, COUNTING);
    await failing.invoke({});
    const failure = failing.invoke({ fail: true });
    await expect(failure).rejects.toThrow(FunctionError);
    await expect(failure).rejects.toThrow(message);
    expect(await failing.invoke({})).toBe(1);
  });

  test.each([
    ['waits for ever', NEVER],
    ['never lets go of the processor', 'for (;;);'],
  ])('its time is up: it %s', async (_, body) => {
    const late = deploy(`events++; if (event.late) { ${body} } return events`, { ...COUNTING, timeoutSeconds: 0.5 });
    const failure = late.invoke({ late: true });
    await expect(failure).rejects.toThrow(FunctionError);
    await expect(failure).rejects.toThrow('f timed out after 0.5 s');
    expect(await late.invoke({})).toBe(1);
  });

  test('it is stopped in the middle of an event', async () => {
    const lines: string[] = [];
    let started: () => void = () => undefined;
    const hasStarted = new Promise<void>((resolve) => (started = resolve));
    const onLog = (line: string) => {
      lines.push(line);
      started();
    };
    const waiting = deploy(`console.log("here"); ${NEVER}`, { onLog });
    const failure = expect(waiting.invoke({})).rejects.toThrow('f ended with the exit code 1 before it answered');
    await hasStarted;
    await waiting.stop();
    await failure;
  });

  test('something that is no error is thrown', async () => {
    await expect(deploy('throw "words"').invoke({})).rejects.toThrow('Error: words');
    await expect(deploy('throw undefined').invoke({})).rejects.toThrow('Error: undefined');
  });
});

describe('code that cannot be loaded', () => {
  test('fails every event, with the reason', async () => {
    const wrong = deploy('', { module: 'throw new RangeError("DCS_BUCKET is missing")' });
    for (let i = 0; i < 2; i++) await expect(wrong.invoke({})).rejects.toThrow('f crashed: DCS_BUCKET is missing');
  });

  test('or is not there: its path is named', async () => {
    const missing = deploy('', { codePath: '/no/such/bundle.js' });
    await expect(missing.invoke({})).rejects.toThrow(/f crashed: Cannot find module '\/no\/such\/bundle\.js'/);
  });

  test('or has no handler', async () => {
    const codePath = path.join(folder, 'empty.js');
    writeFileSync(codePath, '');
    await expect(deploy('', { codePath }).invoke({})).rejects.toThrow(`${codePath} exports no handler`);
  });
});

test('what is logged is told line by line, of both outputs, however it was written', async () => {
  const expected = ['one', 'two  ', 'x'.repeat(100_000), '{"half":"line"}'];
  const lines: string[] = [];
  const all = new Promise<void>((resolve) => {
    const body = `
      process.stdout.write('{"half":'); await new Promise((r) => setTimeout(r, 20)); process.stdout.write('"line"}\\n');
      console.error('one\\ntwo  '); console.log('x'.repeat(100_000));`;
    const onLog = (line: string) => {
      if (lines.push(line) === expected.length) resolve();
    };
    void deploy(body, { onLog }).invoke({});
  });
  await all;
  expect(lines.sort()).toEqual(expected.sort());
});
