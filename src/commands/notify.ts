import type { Command } from 'commander';
import type { CliOptions } from '../config/input.ts';
import { minuteText } from '../domain/calendar.ts';
import type { Notice } from '../domain/people/notice.ts';
import { messageId, messageOf } from '../notify/message.ts';
import type { DatedIo } from './common/command-io.ts';
import { type Start, withSettings } from './common/register.ts';
import { runCommand } from './common/run-command.ts';
import { chosenTargets, sendToEach } from './common/targets.ts';

export function register(program: Command, start: Start): void {
  const notify = program.command('notify').description('test where notices are sent');
  withSettings(notify.command('test [target]'), ['timezone'])
    .description('send a message to a target, or to each; works while the service runs')
    .action((target: string | undefined, options: CliOptions) => start((io) => testTargets(target, options, io)));
}

/** `wrtmeter notify test [TARGET]`: a line for each target with what became of its message. Returns the exit code: 1 if one failed. */
export function testTargets(name: string | undefined, options: CliOptions, io: DatedIo): Promise<number> {
  return runCommand(options, io, async ({ config }) => {
    const targets = chosenTargets(config.targets, name);
    const now = io.clock.now();
    const notice: Notice = {
      key: `test ${now}`,
      kind: 'test',
      subject: 'Test of wrtmeter',
      text: `If you can read this, notices arrive here. Sent on ${minuteText(now, config.timezone)}.`,
      at: now,
    };
    return sendToEach(targets, (target) => messageOf(messageId(target.name, [notice]), [notice], target.title), io);
  });
}
