import { printable } from '../../core/printable';
import { PAGE_STYLE } from './pageStyle';

/** A page in one file: no scripts, nothing loaded from elsewhere. */
export function htmlPage(title: string, body: readonly string[]): string {
  return [
    '<!doctype html>',
    '<html lang="en">',
    '<head>',
    '<meta charset="utf-8">',
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    `<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">`,
    `<title>${escaped(title)}</title>`,
    `<style>${PAGE_STYLE}</style>`,
    '</head>',
    '<body>',
    ...body,
    '</body>',
    '</html>',
    '',
  ].join('\n');
}

export function htmlSection(title: string, content: readonly string[]): string[] {
  return ['<section>', `<h2>${escaped(title)}</h2>`, ...content, '</section>'];
}

export function momentText(iso: string): string {
  return `${iso.slice(0, 10)} ${iso.slice(11).replace(/(\.\d+)?Z$/, '')} UTC`;
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

export function escaped(text: string): string {
  return printable(text).replace(/[&<>"']/g, (character) => ENTITIES[character] ?? '');
}
