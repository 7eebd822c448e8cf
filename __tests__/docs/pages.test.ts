import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

const ROOT = path.resolve(__dirname, '../..');
const read = (page: string) => readFileSync(path.join(ROOT, page), 'utf8');
const markdownIn = (folder: string) => readdirSync(path.join(ROOT, folder)).filter((name) => name.endsWith('.md'));
const pages = [...markdownIn('.'), ...markdownIn('docs').map((name) => `docs/${name}`)];
const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };

/** The anchors of a page: those of its headings as GitHub makes them, and those that it has itself. */
function anchorsOf(page: string): string[] {
  const headings = [...read(page).matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) => heading);
  const made = headings.map((heading) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );
  return [...made, ...[...read(page).matchAll(/<a id="([^"]+)">/g)].map(([, id = '']) => id)];
}

test.each(pages)('%s links to what is there', (page) => {
  const links = [...read(page).matchAll(/\]\((?!https?:)([^)#\s]*)(?:#([^)\s]+))?\)/g)];
  for (const [, file = '', anchor] of links) {
    const target = file === '' ? page : path.join(path.dirname(page), file);
    expect({ target, isThere: existsSync(path.join(ROOT, target)) }).toEqual({ target, isThere: true });
    if (anchor !== undefined) expect(anchorsOf(target)).toContain(anchor);
  }
});

test.each(pages)('%s names scripts that are there', (page) => {
  const named = [...read(page).matchAll(/npm run ([\w:-]+)/g)].map(([, script = '']) => script);
  expect(named.filter((script) => scripts[script] === undefined)).toEqual([]);
});

test('CONTRIBUTING.md says what every room is for, and of no other', () => {
  const isRoom = (name: string) =>
    readdirSync(path.join(ROOT, name), { recursive: true }).some((file) => String(file).endsWith('.ts'));
  const folders = readdirSync(ROOT, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && !/^(\.|node_modules$|dist$|cdktf\.out$)/.test(entry.name))
    .map(({ name }) => name);
  const described = [...read('CONTRIBUTING.md').matchAll(/^\| `(\w+)\/` +\|/gm)].map(([, room]) => room);
  expect(described.sort()).toEqual([...folders.filter(isRoom), 'docs'].sort());
});
