import type { Command } from 'commander';
import { sendTo } from '../app/notify/targets.ts';
import type { Config } from '../config/config.ts';
import type { CliOptions } from '../config/input.ts';
import { localText } from '../domain/calendar.ts';
import { didYouMean } from '../domain/names/nearest.ts';
import type { Notice } from '../domain/people/notice.ts';
import { quote, SourceError, UsageError } from '../errors.ts';
import { messageId, messageOf } from '../notify/message.ts';
import { placeOf, type TargetConfig } from '../notify/target.ts';
import type { DatedIo } from './common/command-io.ts';
import { type Start, withSettings } from './common/register.ts';
import { runCommand } from './common/run-command.ts';
import { printable } from './common/text.ts';

/** Milliseconds for one message. */
const PATIENCE_MS = 30_000;

export function register(program: Command, start: Start): void {
  const notify = program.command('notify').description('test where notices are sent');
  withSettings(notify.command('test [target]'), ['timezone'])
    .description('send a message to a target, or to each; works while the service runs')
    .action((target: string | undefined, options: CliOptions) => start((io) => testTargets(target, options, io)));
}

/** `wrtmeter notify test [TARGET]`: a line for each target with what became of its message. Returns the exit code: 1 if one failed. */
export function testTargets(name: string | undefined, options: CliOptions, io: DatedIo): Promise<number> {
  return runCommand(options, io, async ({ config }) => {
    const targets = chosen(config, name);
    const now = io.clock.now();
    const notice: Notice = {
      key: `test ${now}`,
      kind: 'test',
      subject: 'Test of wrtmeter',
      text: `If you can read this, notices arrive here. Sent on ${localText(now, config.timezone).slice(0, 16)}.`,
      at: now,
    };
    const failures = await Promise.all(targets.map((target) => failureOf(target, notice)));
    for (const [i, target] of targets.entries()) {
      const failure = failures[i] ?? null;
      io.stdout.write(
        `${printable(`${target.name}: ${failure === null ? 'sent' : 'failed'}, ${placeOf(target.service)}${failure === null ? '' : `: ${failure}`}`)}\n`,
      );
    }
    return failures.some((failure) => failure !== null) ? 1 : 0;
  });
}

function chosen({ targets }: Config, name: string | undefined): readonly TargetConfig[] {
  if (targets.length === 0) throw new UsageError('No target is configured: add one under notify, see docs/run/notices.md');
  if (name === undefined) return targets;
  const found = targets.filter((target) => target.name.toLowerCase() === name.toLowerCase());
  if (found.length > 0) return found;
  const names = targets.map((target) => target.name);
  throw new UsageError(
    `There is no target ${quote(name)}: ${didYouMean(name, names, `choose one of ${names.map((each) => quote(each)).join(', ')}`)}`,
  );
}

/** Why a message could not be sent, or null. */
async function failureOf(target: TargetConfig, notice: Notice): Promise<string | null> {
  try {
    await sendTo(target)(messageOf(messageId(target.name, [notice]), [notice], target.title), AbortSignal.timeout(PATIENCE_MS));
    return null;
  } catch (error) {
    if (!(error instanceof SourceError)) throw error;
    return error.message;
  }
}
