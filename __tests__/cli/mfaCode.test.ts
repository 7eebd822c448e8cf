import { PassThrough } from 'node:stream';
import { askForMfaCode } from '../../cli/mfaCode';
import { CouldNotLookError } from '../../core/errors';

const SERIAL = 'arn:aws:iam::111111111111:mfa/somebody';

function terminal(...typed: string[]) {
  const [input, output] = [Object.assign(new PassThrough(), { isTTY: true }), new PassThrough()];
  for (const line of typed) input.write(line);
  return { input, output };
}

test('the code is asked for at the terminal, by the device', async () => {
  const at = terminal('123 456\n');
  await expect(askForMfaCode(SERIAL, at)).resolves.toBe('123456');
  expect(String(at.output.read())).toBe(`MFA code of ${SERIAL}: `);
});

test.each([['12345\n'], ['abcdef\n'], ['\n']])('%j is no code', async (line) => {
  await expect(askForMfaCode(SERIAL, terminal(line))).rejects.toThrow('has 6 digits; run this again');
});

test('the end of the input is no code', async () => {
  const at = terminal();
  at.input.end();
  await expect(askForMfaCode(SERIAL, at)).rejects.toThrow(CouldNotLookError);
});

test('without a terminal it says how to get keys', async () => {
  const at = { input: new PassThrough(), output: new PassThrough() };
  await expect(askForMfaCode(SERIAL, at)).rejects.toThrow(`aws sts get-session-token --serial-number ${SERIAL}`);
});
