import type { Command } from 'commander';
import type { CommandIo } from '../common/command-io.ts';
import type { Start } from '../common/register.ts';
import { bashCompletion } from './bash.ts';
import { fishCompletion } from './fish.ts';
import { type CommandEntry, treeOf } from './tree.ts';
import { zshCompletion } from './zsh.ts';

const SHELLS: Record<string, (program: CommandEntry) => string> = { bash: bashCompletion, zsh: zshCompletion, fish: fishCompletion };

/** `wrtmeter completion bash|zsh|fish`: written from all commands of the program, which main.ts has loaded. */
export function register(program: Command, start: Start): void {
  const family = program.command('completion').description('print what completes commands and options in a shell');
  for (const [shell, write] of Object.entries(SHELLS)) {
    family
      .command(shell)
      .description(`print the completion for ${shell}`)
      .action(() =>
        start(async (io: CommandIo) => {
          io.stdout.write(write(treeOf(program)));
          return 0;
        }),
      );
  }
}
