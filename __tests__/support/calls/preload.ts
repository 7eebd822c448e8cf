import { watchingCalls } from './httpCall';
import { expectKnown, type CommandRun } from './known';

/* Loaded before the dcs command, in its process. */
watchingCalls<CommandRun>(expectKnown).enter({ command: process.argv[2] ?? '' });
