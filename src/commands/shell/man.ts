import type { Command } from 'commander';
import { settings } from '../../config/settings.ts';
import type { DoctorIo } from '../common/command-io.ts';
import { EXAMPLES } from '../common/examples.ts';
import type { Start } from '../common/register.ts';
import { allOf, type CommandEntry, type OptionEntry, treeOf } from './tree.ts';

/** `wrtmeter man`: the manual page, written from all commands of the program, which main.ts has loaded. */
export function register(program: Command, start: Start): void {
  program
    .command('man')
    .description('print the manual page; read it with "wrtmeter man | man -l -"')
    .action(() =>
      start(async (io: Pick<DoctorIo, 'stdout' | 'version'>) => {
        io.stdout.write(manual(treeOf(program), io.version));
        return 0;
      }),
    );
}

/** The manual page in troff, with the macros of man(7). */
export function manual(program: CommandEntry, version: string): string {
  const [, ...commands] = allOf(program);
  const lines = [
    `.TH WRTMETER 1 "" "wrtmeter ${escaped(version)}" "User Commands"`,
    '.SH NAME',
    `wrtmeter \\- ${lowered(escaped(program.description))}`,
    '.SH SYNOPSIS',
    '.B wrtmeter',
    '.RI [ COMMAND ]',
    '.RI [ OPTIONS ]',
    '.SH DESCRIPTION',
    'Reads the byte counters of OpenWrt routers, access points and WireGuard servers, and keeps totals in a ledger that survive reboots.',
    'Without a command, it runs the service: see',
    '.B wrtmeter serve',
    'below.',
    '.SH COMMANDS',
    // A family of commands is described by its members.
    ...commands.filter((command) => command.commands.length === 0).flatMap(section),
    '.SH ENVIRONMENT',
    'Each setting has a variable. An option counts before the variable, and the variable before the file.',
    ...Object.values(settings).flatMap(({ variable, help }) => term(variable, help)),
    '.SH EXIT STATUS',
    ...term('0', 'done; nothing is wrong'),
    ...term('1', 'something is wrong, or the ledger, the disk or a server cannot be used'),
    ...term('2', 'bad command line or configuration'),
    '.SH EXAMPLES',
    ...EXAMPLES.flatMap(([command, does]) => term(command, does)),
  ];
  return `${lines.join('\n')}\n`;
}

function section({ path, usage, description, options }: CommandEntry): string[] {
  return [`.SS wrtmeter ${escaped([...path, usage].join(' '))}`, text(description), ...options.flatMap(optionLines)];
}

function optionLines({ flags, description, value }: OptionEntry): string[] {
  return term(flags, value.kind === 'word' ? `${description}: ${value.words.join(', ')}` : description);
}

const term = (what: string, means: string): string[] => ['.TP', `.B ${escaped(what)}`, text(means)];

/** A line of text, which must not begin like a macro. */
const text = (line: string): string => escaped(line).replace(/^(?=[.'])/, '\\&');

/** What troff would interpret, and hyphens that are to be copied. */
const escaped = (line: string): string => line.replaceAll('\\', '\\e').replaceAll('-', '\\-');

const lowered = (sentence: string): string => sentence.charAt(0).toLowerCase() + sentence.slice(1);
