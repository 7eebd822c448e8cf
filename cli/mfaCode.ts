import { createInterface } from 'node:readline';
import { CouldNotLookError } from '../core/errors';

/** Where somebody can be asked: in the process, its own input and stderr, since stdout is data. */
export interface Terminal {
  readonly input: NodeJS.ReadableStream & { readonly isTTY?: boolean };
  readonly output: NodeJS.WritableStream;
}

/**
 * Asks for the code of a device, for a profile with `mfa_serial`.
 *
 * @throws CouldNotLookError when there is no terminal to ask at, or no code was written
 */
export async function askForMfaCode(
  serialNumber: string,
  { input, output }: Terminal = { input: process.stdin, output: process.stderr },
): Promise<string> {
  if (!input.isTTY) {
    throw new CouldNotLookError(
      `it asks for an MFA code of ${serialNumber}, and there is no terminal to ask at. Run this in a terminal, or get keys first ` +
        `(aws sts get-session-token --serial-number ${serialNumber} --token-code CODE) and set AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN`,
    );
  }
  // Not in raw mode: Ctrl-C then ends the command as ever.
  const lines = createInterface({ input, output, terminal: false });
  const stop = () => lines.close();
  process.once('SIGINT', stop);
  try {
    const line = await new Promise<string>((resolve) => {
      lines.once('close', () => resolve(''));
      lines.question(`MFA code of ${serialNumber}: `, resolve);
    });
    const code = line.replace(/\s/g, '');
    if (/^\d{6}$/.test(code)) return code;
    throw new CouldNotLookError(`the MFA code of ${serialNumber} has 6 digits; run this again`);
  } finally {
    process.off('SIGINT', stop);
    lines.close();
  }
}
