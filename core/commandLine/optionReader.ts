import type { CommandLine } from './parse';
import { UsageError } from '../errors';
import { parseDuration } from './lengthOfTime';
import { parseMoment, type Moment } from './moment';

/** Reads what was given on the command line, and collects what is wrong with it. */
export class OptionReader {
  private readonly problems: string[];

  constructor(private readonly line: CommandLine) {
    this.problems = [...line.problems];
  }

  /** What stands at this place without an option; the frame has checked that it is there. */
  positional(index: number): string {
    return this.line.positionals[index] ?? '';
  }

  /** Everything that stands there without an option. */
  positionals(): readonly string[] {
    return this.line.positionals;
  }

  flag(name: string): boolean {
    return this.line.flags.has(name);
  }

  text(name: string): string | undefined {
    return this.line.values.get(name)?.[0];
  }

  texts(name: string): readonly string[] {
    return this.line.values.get(name) ?? [];
  }

  has(name: string): boolean {
    return this.line.flags.has(name) || this.line.values.has(name);
  }

  oneOf<const Word extends string>(name: string, words: readonly Word[]): Word | undefined {
    const given = this.text(name);
    if (given === undefined || words.includes(given as Word)) return given as Word | undefined;
    this.problem(`--${name} is ${JSON.stringify(given)}; write one of ${words.join(', ')}`);
    return undefined;
  }

  wholeNumber(name: string, minimum: number, maximum: number): number | undefined {
    const given = this.text(name);
    if (given === undefined) return undefined;
    const number = /^\d{1,15}$/.test(given) ? Number(given) : NaN;
    if (number >= minimum && number <= maximum) return number;
    this.problem(`--${name} is ${JSON.stringify(given)}; write a whole number from ${minimum} to ${maximum}`);
    return undefined;
  }

  /** A moment as it was written: what it is in time, a clock of the service says later. */
  moment(name: string): Moment | undefined {
    const given = this.text(name);
    if (given === undefined) return undefined;
    const moment = parseMoment(given);
    if (!('problem' in moment)) return moment;
    this.problem(`--${name} is ${JSON.stringify(given)}; ${moment.problem}`);
    return undefined;
  }

  /** A moment whose state is asked for; undefined for none and for "now", which is the newest there is. */
  stateMoment(name: string): Moment | undefined {
    return this.text(name)?.trim() === 'now' ? undefined : this.moment(name);
  }

  /** A length of time in milliseconds: 90s, 15m, 1h30m. */
  duration(name: string): number | undefined {
    const given = this.text(name);
    if (given === undefined) return undefined;
    const ms = parseDuration(given);
    if (typeof ms === 'number') return ms;
    this.problem(`--${name} is ${JSON.stringify(given)}; ${ms.problem}`);
    return undefined;
  }

  /** Options that exclude each other. */
  atMostOneOf(...names: string[]): void {
    const given = names.filter((name) => this.has(name)).map((name) => `--${name}`);
    if (given.length > 1) this.problem(`${given.join(' and ')} contradict each other; give one of them`);
  }

  /** Options that mean nothing without another one. */
  needs(name: string, ...others: string[]): void {
    if (!this.has(name) || others.some((other) => this.has(other))) return;
    this.problem(
      `--${name} means nothing without ${others.map((other) => `--${other}`).join(' or ')}; add it or leave --${name} out`,
    );
  }

  get hasProblems(): boolean {
    return this.problems.length > 0;
  }

  problem(text: string): void {
    this.problems.push(text);
  }

  /** @throws UsageError with every problem found */
  throwIfWrong(): void {
    if (this.problems.length > 0) throw new UsageError(this.problems);
  }
}
