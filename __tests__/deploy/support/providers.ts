import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { terraformEnvironment } from './terraform';

/**
 * The provider that the deployments are made with, within what the stacks ask for: the lists of what moto forgets are
 * about this version.
 */
export const AWS_PROVIDER_VERSION = '5.100.0';

export const PLUGIN_CACHE = path.resolve(__dirname, '../../../dist/terraform-plugins');
const MISSING = 'DCS_TEST_PROVIDERS_MISSING';
const AWS_PROVIDER = 'DCS_TEST_AWS_PROVIDER';

/** Why Terraform and its providers cannot be had; undefined when they can. */
export const providersMissing = (): string | undefined => process.env[MISSING];

/** The AWS provider's executable. */
export function awsProvider(): string {
  const executable = process.env[AWS_PROVIDER];
  if (executable === undefined) throw new Error('the AWS provider has not been found');
  return executable;
}

/**
 * Before the tests of this project: has Terraform get the providers, once for all. Where it cannot, the tests are
 * skipped, and it is said why; whatever goes wrong later is a failure.
 */
export default function getProviders(): void {
  const folder = mkdtempSync(path.join(tmpdir(), 'dcs-providers-'));
  try {
    mkdirSync(PLUGIN_CACHE, { recursive: true });
    const required_providers = {
      aws: { source: 'hashicorp/aws', version: AWS_PROVIDER_VERSION },
    };
    writeFileSync(path.join(folder, 'providers.tf.json'), JSON.stringify({ terraform: { required_providers } }));
    const env = terraformEnvironment(PLUGIN_CACHE);
    execFileSync('terraform', ['init', '-input=false', '-no-color'], { cwd: folder, env, stdio: 'pipe' });
    process.env[AWS_PROVIDER] = executableBelow(path.join(folder, '.terraform/providers'));
  } catch (error) {
    const reason = reasonOf(error);
    process.env[MISSING] = reason.split('\n')[0];
    process.stderr.write(`\nSKIPPED, nothing is deployed: ${reason}\n\n`);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function executableBelow(folder: string): string {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  const found = files.filter((file) => path.basename(file).startsWith('terraform-provider-aws'));
  if (found.length !== 1) throw new Error(`Terraform has put ${found.length} AWS providers in ${folder}; expected one`);
  return realpathSync(path.join(folder, found[0]!));
}

function reasonOf(error: unknown): string {
  const { code, stderr, message } = error as NodeJS.ErrnoException & { stderr?: Buffer };
  if (code === 'ENOENT') return 'terraform is not on the PATH (1.10 or later is needed).';
  return `Terraform cannot get its providers from the registry, nor from a mirror (TF_CLI_CONFIG_FILE).\n${stderr?.toString().trim() ?? message}`;
}
