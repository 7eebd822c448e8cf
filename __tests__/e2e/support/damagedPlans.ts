import { readFile, writeFile } from 'node:fs/promises';

/** What may become of a plan on its way. Digits are those of its first write, and of its end. */
const DAMAGES: readonly ((lines: readonly string[]) => string)[] = [
  (lines) => withLine(lines, 1, (line) => line.replace(/\d/, another)),
  (lines) => withLine(lines, 1, (line) => line.replace(/\d(?=\D*$)/, another)),
  (lines) => withLine(lines, lines.length - 1, (line) => line.replace(/\d/, another)),
  (lines) => withLine(lines, lines.length - 1, (line) => line.replace(/\d(?=\D*$)/, another)),
  (lines) => lines.join('\n').slice(0, lines.join('\n').length / 2),
  (lines) => `${lines.slice(0, Math.ceil(lines.length / 2)).join('\n')}\n`,
  (lines) => `${lines.slice(0, -1).join('\n')}\n`,
];

/** Writes copies of a whole plan beside it: each has one digit that is another, or is cut. @returns their paths */
export async function damagedPlans(plan: string): Promise<string[]> {
  const lines = (await readFile(plan, 'utf8')).trimEnd().split('\n');
  return Promise.all(
    DAMAGES.map(async (damage, i) => {
      await writeFile(`${plan}.${i}`, damage(lines));
      return `${plan}.${i}`;
    }),
  );
}

const another = (digit: string) => String((Number(digit) + 1) % 10);

function withLine(lines: readonly string[], at: number, changed: (line: string) => string): string {
  return [...lines.slice(0, at), changed(lines[at]!), ...lines.slice(at + 1), ''].join('\n');
}
