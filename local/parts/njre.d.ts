/** The package has no types of its own. */
declare module 'njre' {
  /**
   * Fetches a Java of Eclipse Temurin, compares its SHA-256 and unpacks it.
   *
   * @returns the folder `jre` beside `installPath`, which holds the folder of the release
   */
  export function install(version: number, options: { installPath: string; type: 'jre' | 'jdk' }): Promise<string>;
}
