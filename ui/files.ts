import type { PageFile } from './serve';

/** The page as it was built: `cli/bundle.ts` puts it into the command. */
export interface BuiltPage {
  readonly script: string;
  readonly style: string;
}

const HTML = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>dcs</title>
<link rel="icon" href="/icon.svg">
<link rel="stylesheet" href="/page.css">
<script src="/page.js" defer></script>
<a class="skip" href="#main">To the content</a>
<div id="root"></div>
<noscript><p>This page needs JavaScript. The same at a terminal: dcs status, dcs timeline TABLE, dcs diff TABLE, dcs history TABLE, dcs revert TABLE.</p></noscript>
</html>
`;

const ICON =
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16"><rect width="16" height="16" rx="3" fill="#0a6ebd"/><path d="M3 12h2V7H3zm4 0h2V3H7zm4 0h2V9h-2z" fill="#fff"/></svg>';

/** Every file of the page by its path. */
export function pageFiles({ script, style }: BuiltPage): ReadonlyMap<string, PageFile> {
  return new Map([
    ['/', { type: 'text/html; charset=utf-8', text: HTML }],
    ['/page.js', { type: 'text/javascript; charset=utf-8', text: script }],
    ['/page.css', { type: 'text/css; charset=utf-8', text: style }],
    ['/icon.svg', { type: 'image/svg+xml', text: ICON }],
  ]);
}
