import { sendTo } from '../../app/notify/targets.ts';
import type { Config } from '../../config/config.ts';
import { dayText } from '../../domain/calendar.ts';
import { didYouMean } from '../../domain/names/nearest.ts';
import type { Notice } from '../../domain/people/notice.ts';
import { quote, SourceError, UsageError } from '../../errors.ts';
import { messageId } from '../../notify/message.ts';
import { placeOf, type TargetConfig } from '../../notify/target.ts';
import { htmlOf } from '../../views/summary/html.ts';
import { pageOf } from '../../views/summary/page.ts';
import type { Summary } from '../../views/summary/summary.ts';
import type { CommandIo } from '../common/command-io.ts';
import { printable } from '../common/text.ts';
import { terminalOf } from './terminal.ts';

/** Milliseconds for one mail. */
const PATIENCE_MS = 30_000;
/** Characters in a line of the text of a mail. */
const ROOM = 76;

/** The mail targets of the configuration, or the one of that name. Throws a UsageError where there is none. */
export function mailTargets({ targets }: Config, name: string | undefined): TargetConfig[] {
  const mail = targets.filter(({ service }) => service.kind === 'mail');
  if (mail.length === 0) throw new UsageError('No mail target is configured: add one under notify, see docs/run/notices.md');
  if (name === undefined) return mail;
  const found = mail.filter((target) => target.name.toLowerCase() === name.toLowerCase());
  if (found.length > 0) return found;
  const names = mail.map((target) => target.name);
  throw new UsageError(
    `There is no mail target ${quote(name)}: ${didYouMean(name, names, `use one of ${names.map((each) => quote(each)).join(', ')}`)}`,
  );
}

/** Sends a summary as text and HTML; a line for each target says what became of it. Returns the exit code: 1 if one failed. */
export async function mailSummary(summary: Summary, targets: readonly TargetConfig[], io: Pick<CommandIo, 'stdout'>): Promise<number> {
  const page = pageOf(summary);
  const [text, html] = [(await terminalOf(page, ROOM)).trimEnd(), htmlOf(page)];
  // Each call sends a new mail: mail programs show one with the same id once.
  const key = `summary ${dayText(summary.period.days.start)} ${summary.madeAt}`;
  const notice: Notice = { key, kind: 'summary', subject: page.title, text, at: summary.madeAt };
  let failed = false;
  for (const target of targets) {
    const title = printable(`${target.title === null ? '' : `${target.title}: `}${page.title}`);
    const message = { id: messageId(target.name, [notice]), title, text, html, notices: [notice] };
    const failure = await sendTo(target)(message, AbortSignal.timeout(PATIENCE_MS)).then(() => null, failureOf);
    failed ||= failure !== null;
    const result = failure === null ? 'sent' : 'failed';
    io.stdout.write(`${printable(`${target.name}: ${result}, ${placeOf(target.service)}${failure === null ? '' : `: ${failure}`}`)}\n`);
  }
  return failed ? 1 : 0;
}

function failureOf(error: unknown): string {
  if (!(error instanceof SourceError)) throw error;
  return error.message;
}
