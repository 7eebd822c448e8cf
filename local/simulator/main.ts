import { play } from './run';
import { scheduleOf } from './schedule';

async function main(): Promise<void> {
  const [seed = 1, schedules = 100] = process.argv.slice(2).map(Number);
  const startedMs = Date.now();
  const found = new Map<string, number[]>();
  for (let at = seed; at < seed + schedules; at++) {
    const { violation } = await play(scheduleOf(at));
    if (violation) found.set(violation.promise, [...(found.get(violation.promise) ?? []), at]);
    if (violation && schedules === 1) console.log(violation.message);
  }
  console.log(`${schedules} in ${Date.now() - startedMs} ms`);
  for (const [promise, seeds] of found) console.log(promise, seeds.length, seeds.slice(0, 8).join(' '));
}
void main();
