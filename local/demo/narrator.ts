import { styleText } from 'node:util';

type Style = Parameters<typeof styleText>[0];

/** Tells the story of the demo, a line at a time. Colours only where a person watches. */
export class Narrator {
  private readonly startedAtMs = Date.now();

  constructor(
    private readonly stream: NodeJS.WriteStream,
    private readonly hasColours = stream.isTTY && process.env.NO_COLOR === undefined,
  ) {}

  title(text: string): void {
    this.line(`\n${this.styled('bold', text)}`);
  }

  /** `label` stands in a column of its own. */
  fact(label: string, text: string): void {
    this.line(`  ${this.styled('cyan', label.padEnd(14))} ${text}`);
  }

  note(text: string): void {
    this.line(`  ${this.styled('dim', text)}`);
  }

  good(text: string): void {
    this.line(`\n${this.styled('green', text)}`);
  }

  bad(text: string): void {
    this.line(`\n${this.styled('red', text)}`);
  }

  /** Does a stage, says what it did and how long it took. Answers the result and the seconds. */
  async stage<Result>(
    label: string,
    work: () => Promise<Result>,
    told: (result: Result) => string,
  ): Promise<[Result, number]> {
    const beganAtMs = Date.now();
    if (this.stream.isTTY) this.stream.write(`  ${label} …`);
    const result = await work();
    const seconds = (Date.now() - beganAtMs) / 1000;
    if (this.stream.isTTY) this.stream.write('\r\u001b[K');
    this.line(
      `  ${this.styled('cyan', label.padEnd(14))} ${told(result)} ${this.styled('dim', `${seconds.toFixed(1)} s`)}`,
    );
    return [result, seconds];
  }

  totalSeconds(): number {
    return (Date.now() - this.startedAtMs) / 1000;
  }

  private line(text: string): void {
    this.stream.write(`${text}\n`);
  }

  private styled(style: Style, text: string): string {
    return this.hasColours ? styleText(style, text) : text;
  }
}
