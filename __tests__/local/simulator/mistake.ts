/**
 * Mistakes that this project has made, or that others of its kind have: each is put back where it was or could have been, by
 * replacing one function. The simulator has to find every one of them.
 */
export interface PutBack {
  readonly mistake: string;
  /** Seed of a schedule that breaks a promise with it: looked for when left out, which takes long. */
  readonly shownBy?: number;
  /** Which schedules show it: those of tables that have images alone, or all as they are drawn. Default: images. */
  readonly layouts?: 'images' | 'drawn';
  readonly putBack: () => void;
}

/** Replaces an exported function by one that is given the real one. */
export function replace<Module extends object, Name extends keyof Module>(
  module: Module,
  name: Name,
  by: (real: Module[Name]) => Module[Name],
): void {
  const real = module[name];
  jest.spyOn(module, name as never).mockImplementation(by(real) as never);
}
