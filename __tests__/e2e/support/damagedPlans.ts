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
async function damagedPlans(plan: string): Promise<string[]> {
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

/** What a command that carries out a plan answers where it refuses to. */
export const refusedBecause = (words: string) => ({ code: 5, stderr: expect.stringContaining(words) as string });

/** Every way in which a plan file can be damaged is refused, with the next step. */
export async function expectDamagedRefused(
  plan: string,
  carriedOut: (file: string) => Promise<{ code: number | null; stderr: string }>,
): Promise<void> {
  for (const damaged of await damagedPlans(plan)) {
    expect(await carriedOut(damaged)).toEqual({
      code: 2,
      stderr: expect.stringContaining('Make the plan again') as string,
    });
  }
}
