import { chromium, type Locator, type Page } from 'playwright-core';
import path from 'node:path';
import { selectMigration } from './selectMigration';

/*
 * Makes the pictures of docs/ui.md: in the sandbox of a folder, of the page with an address, with a browser; these are the
 * arguments, the address first. `npm run docs:ui` does both.
 */

const FOLDER = path.resolve(__dirname, '../../docs/ui');

async function main([address = '', folder = '', executablePath = '']: string[]): Promise<void> {
  const browser = await chromium.launch({ executablePath });
  const page = await browser.newPage({ viewport: { width: 1000, height: 3000 } });
  await page.goto(address);
  await page.locator('.cards').waitFor();
  await picture(page, 'tables', page.getByRole('heading', { name: 'dcs' }), page.locator('.cards'));
  await selectMigration(page, folder);
  await page.locator('#command').waitFor();
  await picture(page, 'when', page.getByRole('heading', { name: /When did it break/ }), page.getByText(/^Window:/));
  const row = page.locator('.items .row', { hasText: 'plan' }).first();
  await row.click();
  const history = page.getByRole('region', { name: 'History of the item' });
  await history.waitFor();
  await picture(page, 'what', row, history);
  await picture(
    page,
    'plan',
    page.getByRole('heading', { name: /Put it back\?*$/, level: 3 }),
    page.locator('.command').last(),
  );
  await page.emulateMedia({ colorScheme: 'dark' });
  await page.setViewportSize({ width: 375, height: 760 });
  await page.getByRole('img', { name: /^Changes from/ }).scrollIntoViewIfNeeded();
  await page.screenshot({ path: path.join(FOLDER, 'phone.png') });
  await browser.close();
}

/** What is between the top of one thing and the bottom of another. */
async function picture(page: Page, name: string, top: Locator, bottom: Locator): Promise<void> {
  const [a, b] = [await top.boundingBox(), await bottom.boundingBox()];
  if (!a || !b) throw new Error(`${name}: what the picture is of is not on the page`);
  const scrolled = await page.evaluate(() => (globalThis as unknown as { scrollY: number }).scrollY);
  const clip = { x: 0, y: a.y + scrolled - 8, width: 1000, height: b.y + b.height - a.y + 20 };
  await page.screenshot({ path: path.join(FOLDER, `${name}.png`), clip, fullPage: true });
}

main(process.argv.slice(2)).catch((error: unknown) => {
  process.stderr.write(`${String(error)}\n`);
  process.exitCode = 1;
});
