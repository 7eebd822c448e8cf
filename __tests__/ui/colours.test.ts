import { readFileSync } from 'node:fs';
import path from 'node:path';

/** What axe cannot judge: colours of drawings, and of pairs that are on no screen of a test. WCAG 2.2, 1.4.3 and 1.4.11. */
const CSS = readFileSync(path.resolve(__dirname, '../../ui/page/page.css'), 'utf8');
const [light = '', dark = ''] = [...CSS.matchAll(/:root \{([^}]*)\}/g)].map(([, body]) => body);

function colour(scheme: string, name: string): [number, number, number] {
  const hex = new RegExp(`--${name}: #([0-9a-f]{6}|[0-9a-f]{3});`).exec(scheme)?.[1] ?? '';
  const [r = '', g = '', b = ''] = hex.match(hex.length === 3 ? /./g : /../g) ?? [];
  return [r, g, b].map((part) => parseInt(part.length === 1 ? part + part : part, 16)) as [number, number, number];
}

function luminance(rgb: readonly number[]): number {
  const [r = 0, g = 0, b = 0] = rgb.map((part) => {
    const share = part / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function contrast(scheme: string, a: string, b: string): number {
  const [low = 0, high = 0] = [a, b].map((name) => luminance(colour(scheme, name))).sort((x, y) => x - y);
  return (high + 0.05) / (low + 0.05);
}

const TEXT: readonly (readonly string[])[] = [
  ...['ink', 'quiet', 'accent', 'good', 'bad', 'doubt'].flatMap((ink) => [
    [ink, 'paper'],
    [ink, 'card'],
  ]),
  ...['ink', 'quiet', 'doubt'].map((ink) => [ink, 'doubt-tint']),
  ...[
    ['good', 'good-tint'],
    ['bad', 'bad-tint'],
    ['on-accent', 'accent'],
    ['ink', 'field'],
    ['accent', 'field'],
  ],
];
const MARKS: readonly (readonly string[])[] = ['writes', 'deletes', 'edge', 'accent', 'ink'].flatMap((mark) => [
  [mark, 'paper'],
  [mark, 'card'],
]);

describe.each([
  ['light', light],
  ['dark', dark],
])('%s', (_, scheme) => {
  test.each(TEXT)('text in %s on %s: 4.5 to 1', (ink = '', paper = '') => {
    expect(contrast(scheme, ink, paper)).toBeGreaterThanOrEqual(4.5);
  });

  test.each(MARKS)('marks in %s on %s: 3 to 1', (mark = '', paper = '') => {
    expect(contrast(scheme, mark, paper)).toBeGreaterThanOrEqual(3);
  });
});

test('the measure is that of WCAG: black on white is 21, and #767676 on white 4.54', () => {
  const scheme = '--a: #000; --b: #fff; --c: #767676;';
  expect(contrast(scheme, 'a', 'b')).toBeCloseTo(21, 2);
  expect(contrast(scheme, 'c', 'b')).toBeCloseTo(4.54, 2);
});
