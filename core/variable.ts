/** A variable of the environment. An empty one is none: what starts programs often sets all that it knows of. */
export function variable(env: Readonly<Record<string, string | undefined>>, name: string): string | undefined {
  const value = env[name];
  return value === '' ? undefined : value;
}
