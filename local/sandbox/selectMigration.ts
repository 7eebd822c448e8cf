import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { Page } from 'playwright-core';

/**
 * Selects when the story's migration was, on the page of a table, by typing the times: the way without a drag.
 *
 * @param folder the sandbox's: its second thing to try tells them
 */
export async function selectMigration(page: Page, folder: string): Promise<void> {
  await page.getByRole('link', { name: 'customers', exact: true }).click();
  await page.getByRole('img', { name: /^Changes from/ }).waitFor();
  const told = readFileSync(path.join(folder, 'try/2.sh'), 'utf8');
  const [, from = '', to = ''] = /--from (\S+) --to (\S+)/.exec(told) ?? [];
  // An image is stored about a second after its change.
  const later = (text: string, ms: number) => new Date(Date.parse(text) + ms).toISOString().replace('.000', '');
  for (const [name, text] of [
    ['End', later(to, 2_000)],
    ['Start', later(from, 1_000)],
  ] as const) {
    const box = page.getByLabel(`${name}, as a time in UTC`);
    await box.fill(text);
    await box.press('Enter');
    const time = text.slice(11, 19);
    await page.getByRole('status').filter({ hasText: time }).first().waitFor();
  }
}
