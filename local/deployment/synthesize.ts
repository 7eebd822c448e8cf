import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { DcsError } from '../../core/errors';
import { readDeployment, type Deployment, type TerraformJson } from './synthesized';

const PROJECT = path.resolve(__dirname, '../..');

/**
 * Synthesizes the stack of a settings file, in a process of its own as `cdktf synth` does, and reads the Terraform JSON.
 *
 * @throws DcsError when the settings are refused, with what main.ts says, and when they make several stacks
 */
export async function synthesize(configPath: string): Promise<Deployment> {
  const outputDirectory = await mkdtemp(path.join(tmpdir(), 'dcs-synth-'));
  try {
    await run(outputDirectory, configPath);
    const stacks = path.join(outputDirectory, 'stacks');
    const [stackName = '', ...others] = await readdir(stacks);
    if (others.length > 0) {
      throw new DcsError(
        `the local run plays one stack with both accounts, and ${configPath} makes ${[stackName, ...others].join(', ')}: ` +
          `set deployment.way to "together"`,
      );
    }
    const text = await readFile(path.join(stacks, stackName, 'cdk.tf.json'), 'utf8');
    return readDeployment(JSON.parse(text) as TerraformJson);
  } finally {
    await rm(outputDirectory, { recursive: true, force: true });
  }
}

async function run(outputDirectory: string, configPath: string): Promise<void> {
  try {
    await promisify(execFile)(process.execPath, ['--import', 'tsx', 'main.ts'], {
      cwd: PROJECT,
      env: { ...process.env, CDKTF_OUTDIR: outputDirectory, DCS_CONFIG: configPath },
    });
  } catch (cause) {
    const { stderr = '', message } = cause as Error & { stderr?: string };
    throw new DcsError(`the stack of ${configPath} cannot be synthesized: ${stderr.trim() || message}`, { cause });
  }
}
