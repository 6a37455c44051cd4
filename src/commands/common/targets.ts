import { sendTo } from '../../app/notify/targets.ts';
import { didYouMean } from '../../domain/names/nearest.ts';
import { quote, SourceError, UsageError } from '../../errors.ts';
import type { Message } from '../../notify/message.ts';
import { placeOf, type TargetConfig } from '../../notify/target.ts';
import type { CommandIo } from './command-io.ts';
import { printable } from './text.ts';

/** Milliseconds for one message. */
const PATIENCE_MS = 30_000;

/** All of these targets, or the one of that name. `what` they are is for messages. Throws a UsageError where there is none. */
export function chosenTargets(targets: readonly TargetConfig[], name: string | undefined, what = 'target'): readonly TargetConfig[] {
  if (targets.length === 0) throw new UsageError(`No ${what} is configured: add one under notify, see docs/run/notices.md`);
  if (name === undefined) return targets;
  const found = targets.filter((target) => target.name.toLowerCase() === name.toLowerCase());
  if (found.length > 0) return found;
  const names = targets.map((target) => target.name);
  throw new UsageError(
    `There is no ${what} ${quote(name)}: ${didYouMean(name, names, `choose one of ${names.map((each) => quote(each)).join(', ')}`)}`,
  );
}

/** Sends a message to each target; a line for each says what became of it. Returns the exit code: 1 if one failed. */
export async function sendToEach(
  targets: readonly TargetConfig[],
  messageFor: (target: TargetConfig) => Message,
  { stdout }: Pick<CommandIo, 'stdout'>,
): Promise<number> {
  const failures = await Promise.all(targets.map((target) => failureOf(target, messageFor(target))));
  for (const [i, { name, service }] of targets.entries()) {
    const failure = failures[i] ?? null;
    const result = failure === null ? `sent, ${placeOf(service)}` : `failed, ${placeOf(service)}: ${failure}`;
    stdout.write(`${printable(`${name}: ${result}`)}\n`);
  }
  return failures.some((failure) => failure !== null) ? 1 : 0;
}

/** Why a message could not be sent, or null. */
async function failureOf(target: TargetConfig, message: Message): Promise<string | null> {
  try {
    await sendTo(target)(message, AbortSignal.timeout(PATIENCE_MS));
    return null;
  } catch (error) {
    if (!(error instanceof SourceError)) throw error;
    return error.message;
  }
}
