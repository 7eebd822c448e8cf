import type { Command } from '../command';
import { EXIT } from '../exitCodes';
import { SCRIPTS } from './scripts';
import { SHELLS } from './shells';

interface CompletionOptions {
  readonly shell: (typeof SHELLS)[number];
}

export const completion: Command<CompletionOptions> = {
  usage: 'SHELL',
  description:
    'Prints what makes a shell (bash, zsh or fish) complete commands, options, their values, and the tables of the settings file. The shell asks dcs itself, so it knows the options of the version that is installed.',
  examples: [
    { does: 'bash, in ~/.bashrc', command: 'source <(dcs completion bash)' },
    { does: 'zsh, in ~/.zshrc behind compinit', command: 'source <(dcs completion zsh)' },
    {
      does: 'fish, in ~/.config/fish/config.fish',
      command: 'dcs completion fish | source',
    },
  ],
  positionals: ['SHELL'],
  options: {},
  read(given) {
    const word = given.positional(0);
    const shell = SHELLS.find((each) => each === word);
    if (!shell && word !== '') given.problem(`SHELL is ${JSON.stringify(word)}; write one of ${SHELLS.join(', ')}`);
    return { shell: shell ?? 'bash' };
  },
  whenStopped: () => 'startsAnew',
  run({ shell }, { output }) {
    output.result({ type: 'completion', shell, script: SCRIPTS[shell] }, SCRIPTS[shell].trimEnd());
    return Promise.resolve(EXIT.done);
  },
};
