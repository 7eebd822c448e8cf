import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { readSettings } from '../../settings/forCommands';
import { parseSettings } from '../../settings/load';
import { variants } from '../../stacks/variants';

let folder: string;
beforeAll(async () => (folder = await mkdtemp(path.join(tmpdir(), 'dcs-settings-'))));
afterAll(() => rm(folder, { recursive: true }));

test.each(Object.entries(variants))(
  'law: the commands read a settings file as the deployment does, defaults included (%s)',
  async (name, raw) => {
    const file = path.join(folder, `${name}.json`);
    await writeFile(file, JSON.stringify(raw));
    expect(parseSettings(raw)).toMatchObject(readSettings(file));
  },
);
