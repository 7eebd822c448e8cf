import { S3Error } from '../../aws/s3Error';
import type { Stopped } from '../../cli/stopped';
import { exitOf } from '../../cli/failure';
import { COMMANDS } from '../../cli/commands';
import { coloursFor } from '../../cli/output/colours';
import { outputTo } from '../../cli/output/output';
import { DcsError } from '../../core/errors';

function outcomeOf(
  error: unknown,
  signal = new AbortController().signal,
  stopped: Stopped = 'continues',
): { code: number; said: string } {
  const said: string[] = [];
  const sink = { write: (text: string) => said.push(text) };
  const output = outputTo({ stdout: sink, stderr: sink, json: false, colours: coloursFor({}, {}), nowMs: () => 0 });
  const code = exitOf(error, { signal, stopped }, output);
  return { code, said: said.join('') };
}

test.each([
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'CERT_HAS_EXPIRED',
  'ERR_TLS_CERT_ALTNAME_INVALID',
])('a certificate that is not trusted (%s) is exit code 4, and the settings for it are named', (code) => {
  const cause = Object.assign(new Error('of TLS'), { code });
  const { code: exit, said } = outcomeOf(new S3Error(code, undefined, 'GET s3://b/k failed', { cause }));
  expect(exit).toBe(4);
  expect(said).toMatch(/GET s3:\/\/b\/k failed\. .*AWS_CA_BUNDLE .*NODE_EXTRA_CA_CERTS/);
  expect(said).not.toContain('    at ');
});

test('an error of ours has no stack, one that nobody has thought of says where it happened', () => {
  expect(outcomeOf(new DcsError('said'))).toEqual({ code: 1, said: 'dcs: said\n' });
  expect(outcomeOf(new TypeError('defect')).said).toContain('    at ');
});

test.each([
  ['continues', 'the same command continues'],
  ['startsAnew', 'the same command starts anew'],
  ['goesOn', 'the run goes on by itself'],
  ['ends', 'ended'],
] as const)('stopped by Ctrl-C, what %s says no more than is so', (stopped, words) => {
  const { code, said } = outcomeOf(new Error('whatever a call rejects with'), AbortSignal.abort(), stopped);
  expect(code).toBe(130);
  expect(said).toContain(words);
  expect(said.includes('continues')).toBe(stopped === 'continues');
});

test.each(Object.entries(COMMANDS))('%s says of Ctrl-C what its help says', async (_, verb) => {
  const { description, whenStopped } = await verb.load();
  if (description.includes('same command continues')) expect(whenStopped({})).toBe('continues');
  if (description.includes('Ctrl-C (exit code 130)')) expect(whenStopped({ watchSeconds: 5 })).toBe('ends');
});
