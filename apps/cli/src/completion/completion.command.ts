import { Argument, Command } from 'commander';

const SHELLS = ['bash', 'zsh', 'fish'] as const;
type Shell = (typeof SHELLS)[number];

/** `soma completion`: prints what makes a shell complete commands and flags. */
export function completionCommand(): Command {
  return new Command('completion')
    .description('print what makes a shell complete commands and flags')
    .addArgument(new Argument('<shell>', 'which').choices(SHELLS))
    .addHelpText(
      'after',
      [
        '\nExamples:',
        '  $ source <(soma completion bash)',
        '  $ source <(soma completion zsh)',
        '  $ soma completion fish > ~/.config/fish/completions/soma.fish',
      ].join('\n'),
    )
    .action(async (shell: Shell, _flags: object, command: Command) => {
      const { completionScript } = await import('./completion-script.js');
      console.log(completionScript(shell, command.parent ?? command));
    });
}
