import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { selectMigration } from '../../local/sandbox/selectMigration';
import { startBrowser } from './support/browser';

const PROJECT = path.resolve(__dirname, '../..');
const AXE = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');

/** Of somebody else, and leads here. */
const REBOUND = 'rebound.example';

let sandbox: ChildProcess;
let folder = '';
let address = '';
let browser: Browser;
beforeAll(async () => {
  sandbox = spawn(
    process.execPath,
    ['--import', 'tsx', 'local/sandbox/main.ts', '--run', 'pwd; exec npx dcs ui --no-open'],
    {
      cwd: PROJECT,
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  const lines = createInterface({ input: sandbox.stdout! })[Symbol.asyncIterator]();
  folder = String((await lines.next()).value);
  address = String((await lines.next()).value);
  browser = await startBrowser([REBOUND]);
});
afterAll(async () => {
  await browser.close();
  sandbox.kill('SIGTERM');
  if (sandbox.exitCode === null && sandbox.signalCode === null) await once(sandbox, 'exit');
});

/** A page, and what went wrong on it: errors, and whatever the policy has refused. */
async function open(where: Parameters<Browser['newPage']>[0] | BrowserContext = {}): Promise<[Page, string[]]> {
  const isContext = 'newPage' in where;
  // The policy is for the page; what the test puts in is not.
  const page = await (isContext
    ? where.newPage()
    : browser.newPage({ viewport: { width: 1100, height: 900 }, ...where }));
  const problems: string[] = [];
  page.on('pageerror', (error) => problems.push(error.message));
  page.on('console', (message) => message.type() === 'error' && problems.push(message.text()));
  page.on('request', (request) => {
    if (!request.url().startsWith(new URL(address).origin)) problems.push(`asked ${request.url()}`);
  });
  await page.goto(address);
  return [page, problems];
}

async function findings(page: Page): Promise<string[]> {
  await page.evaluate(AXE);
  return page.evaluate(async () => {
    const { axe } = globalThis as unknown as {
      axe: { run(): Promise<{ violations: { id: string; nodes: { html: string }[] }[] }> };
    };
    return (await axe.run()).violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`);
  });
}

/** What it prints, whatever it ends with: where traffic goes on, something may be left. */
async function dcs(line: string): Promise<string> {
  const command = `. ./env.sh; npx dcs ${line} || true`;
  const { stdout } = await promisify(execFile)('/bin/sh', ['-c', command], { cwd: folder });
  return stdout;
}

async function stillBad(): Promise<string[]> {
  const listed = await dcs(`ls customers --items --json`);
  const bad = listed.split('\n').filter((each) => each.includes('undefined'));
  expect(listed).toContain('customer-');
  return evenOnes(bad.join('\n'));
}

function evenOnes(text: string): string[] {
  return [...new Set(text.match(/customer-\d*[02468]\b/g))].sort();
}

test('the errand: find the burst, select it, see the plan, copy the command; and the command does it', async () => {
  const context = await browser.newContext({ permissions: ['clipboard-read', 'clipboard-write'] });
  const [page, problems] = await open(context);
  await page.getByRole('link', { name: 'customers', exact: true }).waitFor();
  expect(page.url()).not.toContain(new URL(address).hash.slice(1));
  expect(await findings(page)).toEqual([]);

  await selectMigration(page, folder);
  await page.getByText(/^Window: .* changes$/).waitFor();
  const items = page.locator('.items .row');
  await items.first().waitFor();
  const command = await page.locator('#command').innerText();
  expect(command).toMatch(/^npx dcs revert customers --from \S+Z --to \S+Z$/);
  const plan = page.locator('.plan');
  expect(await plan.innerText()).toMatch(/[1-9]\d*\s+changed back/);

  const bar = page.getByRole('region', { name: 'Selection' });
  await bar.getByRole('button', { name: 'Copy the command' }).click();
  await bar.getByText('Copied').waitFor();
  expect(await page.evaluate('navigator.clipboard.readText()')).toBe(command);

  await items.first().click();
  await page.getByRole('region', { name: 'History of the item' }).waitFor();
  const slider = page.getByRole('slider', { name: 'History' });
  await slider.press('Home');
  await page.getByText(/^1 of \d+ · .* · INSERT · by a user/).waitFor();
  expect(await findings(page)).toEqual([]);
  await page.keyboard.press('Escape');
  expect(await page.getByRole('region', { name: 'History of the item' }).count()).toBe(0);

  // On paper there is the window and the command, and nothing to press.
  await page.emulateMedia({ media: 'print' });
  expect(await page.locator('#command').isVisible()).toBe(true);
  expect(await page.getByText(/^Window: /).isVisible()).toBe(true);
  expect(await bar.isVisible()).toBe(false);
  expect(await page.getByRole('button', { name: 'Copy' }).count()).toBe(0);
  await page.emulateMedia({ media: null });

  // The page lists what the command lists. Odd customers go on buying, and even ones stay as they are.
  while (await page.getByRole('button', { name: /^Show more/ }).count())
    await page.getByRole('button', { name: /^Show more/ }).click();
  const onPage = evenOnes((await items.allInnerTexts()).join('\n'));
  const line = command.replace('npx dcs ', '');
  expect(onPage.length).toBeGreaterThan(0);
  expect(evenOnes((await dcs(`${line} --dry-run`)).replaceAll(/^ .*/gm, ''))).toEqual(onPage);
  await dcs(`${line} --yes`);
  // ls reads the destination bucket, where what was written now comes after its capture and replication.
  while ((await stillBad()).some((each) => onPage.includes(each)));

  await page.goBack();
  expect(problems).toEqual([]);
  await context.close();
});

test('without a pointer: a table, a window, an item and back, the command', async () => {
  const [page, problems] = await open({ viewport: { width: 375, height: 700 } });
  await page.getByRole('link', { name: 'customers', exact: true }).waitFor();
  await page.keyboard.press('Tab');
  expect(await page.evaluate('document.activeElement.textContent')).toBe('To the content');
  await page.getByRole('link', { name: 'customers', exact: true }).focus();
  await page.keyboard.press('Enter');
  const start = page.getByRole('slider', { name: 'Start' });
  await start.focus();
  const first = Number(await start.inputValue());
  await page.keyboard.press('ArrowRight');
  await page.waitForURL(/from=/);
  const near = Number(await start.inputValue());
  await page.keyboard.press('Shift+ArrowRight');
  await page.waitForURL((url) => !url.href.includes(`from=${encodeURIComponent(iso(near))}`));
  expect(Number(await start.inputValue()) - near).toBe(10 * (near - first));
  const row = page.locator('.items .row').first();
  await row.focus();
  await page.keyboard.press('Enter');
  await page.getByRole('slider', { name: 'History' }).focus();
  await page.keyboard.press('Escape');
  expect(await page.evaluate('document.activeElement.textContent')).toBe(await row.textContent());
  expect(problems).toEqual([]);
  await page.close();
});

const iso = (ms: number) => new Date(ms).toISOString().replace('.000', '');

test('a drag over the chart selects what it went over, and so do the keys of the sliders', async () => {
  const [page, problems] = await open();
  await page.getByRole('link', { name: 'orders', exact: true }).click();
  const chart = page.getByRole('img', { name: /^Changes from/ });
  // The batch that waits in the source bucket is a time of which not all is recorded.
  await page.getByText(/capture gave up 1 change|capture gave up \d+ changes/).waitFor();
  const { x, y, width } = (await chart.boundingBox())!;
  await page.mouse.move(x + width * 0.25, y + 40);
  await page.mouse.down();
  await page.mouse.move(x + width * 0.5, y + 60, { steps: 5 });
  await page.mouse.up();
  const start = page.getByRole('slider', { name: 'Start' });
  const place = async (name: string) => {
    const slider = page.getByRole('slider', { name });
    const [value, min, max] = await Promise.all([
      slider.inputValue(),
      slider.getAttribute('min'),
      slider.getAttribute('max'),
    ]);
    return (Number(value) - Number(min)) / (Number(max) - Number(min));
  };
  const bar = 1000 / (Number(await start.getAttribute('max')) - Number(await start.getAttribute('min')));
  expect(Math.abs((await place('Start')) - 0.25)).toBeLessThan(2 * bar + 0.01);
  expect(Math.abs((await place('End')) - 0.5)).toBeLessThan(2 * bar + 0.01);
  const before = await place('Start');
  await start.press('ArrowLeft');
  expect(await place('Start')).toBeLessThan(before);
  expect(problems).toEqual([]);
  await page.close();
});

test('a drill is on the page of its table', async () => {
  expect(await dcs('drill customers')).toContain('Same: ');
  const [page, problems] = await open();
  await page.getByRole('link', { name: 'customers', exact: true }).click();
  await page.getByRole('link', { name: 'Drills', exact: true }).click();
  await page.getByText(/^1 drill: the same; no target is set/).waitFor();
  expect(await page.getByRole('table').getByText('same').count()).toBe(1);
  expect(problems).toEqual([]);
  await page.close();
});

test.each([
  ['a phone', { viewport: { width: 375, height: 700 } }],
  ['the narrowest', { viewport: { width: 320, height: 640 } }],
  ['dark', { colorScheme: 'dark' as const }],
  ['forced colours', { forcedColors: 'active' as const }],
])('nothing is wrong, and nothing scrolls sideways: %s', async (_, options) => {
  const [page, problems] = await open(options);
  await page.getByRole('link', { name: 'customers', exact: true }).click();
  await page.getByRole('img', { name: /^Changes from/ }).waitFor();
  expect(await findings(page)).toEqual([]);
  expect(await isAsWideAsItsWindow(page)).toBe(true);
  await page.getByRole('link', { name: 'Drills', exact: true }).click();
  await page.getByText(/^1 drill: the same/).waitFor();
  expect(await findings(page)).toEqual([]);
  expect(await isAsWideAsItsWindow(page)).toBe(true);
  expect(problems).toEqual([]);
  await page.close();
});

function isAsWideAsItsWindow(page: Page): Promise<boolean> {
  return page.evaluate(() => {
    const { documentElement } = (
      globalThis as unknown as { document: { documentElement: { clientWidth: number; scrollWidth: number } } }
    ).document;
    return documentElement.clientWidth === documentElement.scrollWidth;
  });
}

test('a name of somebody else that leads here is given nothing, and what it serves can read nothing', async () => {
  const page = await browser.newPage();
  const { port, hash, origin } = new URL(address);
  const answer = await page.goto(`http://${REBOUND}:${port}/`);
  expect(answer?.status()).toBe(421);
  const asked = `fetch('${origin}/api/tables', { headers: { 'x-dcs-token': '${hash.slice(1)}' } }).then(() => 'read', () => 'refused')`;
  expect(await page.evaluate(asked)).toBe('refused');
  await page.close();
});

test('without its token the page says so', async () => {
  const page = await browser.newPage();
  await page.goto(new URL(address).origin);
  await page.getByText('this page has lost its token; run dcs ui again').waitFor();
  await page.close();
});
