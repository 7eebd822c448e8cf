import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { synthesize } from '../../../local/deployment/synthesize';
import { variants } from '../../../stacks/variants';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'dcs-settings-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

function settingsFile(settings: unknown): string {
  const file = path.join(folder, 'dcs.config.json');
  writeFileSync(file, JSON.stringify(settings));
  return file;
}

test('settings that are refused: what main.ts says is told, with the file', async () => {
  const file = settingsFile({ ...variants.minimal, tables: [] });
  const synthesizing = synthesize(file);
  await expect(synthesizing).rejects.toThrow(`the stack of ${file} cannot be synthesized: `);
  await expect(synthesizing).rejects.toThrow('at least one table');
});

test('a deployment in two stacks is refused by name', async () => {
  await expect(synthesize(settingsFile(variants.apart))).rejects.toThrow(
    /makes \S+, \S+: set deployment\.way to "together"/,
  );
});
