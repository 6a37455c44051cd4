import type { Command } from 'commander';
import { namesOf, termsOf } from '../../app/from-config.ts';
import { readSummary } from '../../app/notify/read-summary.ts';
import type { Config } from '../../config/config.ts';
import type { CliOptions } from '../../config/input.ts';
import { dayOf } from '../../domain/calendar.ts';
import { didYouMean } from '../../domain/names/nearest.ts';
import type { People } from '../../domain/people/people.ts';
import { OTHERS } from '../../domain/people/user.ts';
import { quote, UsageError } from '../../errors.ts';
import { loadBooks } from '../../ledger/storage/load.ts';
import { openStoreToRead } from '../../ledger/storage/store.ts';
import type { TargetConfig } from '../../notify/target.ts';
import { htmlOf } from '../../views/summary/html.ts';
import { summaryJson } from '../../views/summary/json.ts';
import { markdownOf } from '../../views/summary/markdown.ts';
import { pageOf } from '../../views/summary/page.ts';
import { monthNamed, type SummaryPeriod, summaryMonth } from '../../views/summary/period.ts';
import type { Summary } from '../../views/summary/summary.ts';
import type { DatedIo } from '../common/command-io.ts';
import { LEDGER_SETTINGS, type Start, withSettings, wordOption } from '../common/register.ts';
import { runCommand } from '../common/run-command.ts';
import { chosenTargets, sendToEach } from '../common/targets.ts';
import { roomIn, safeJson } from '../common/text.ts';
import { summaryMail } from './mail.ts';
import { terminalOf } from './terminal.ts';

const FORMATS = ['text', 'markdown', 'html', 'json'] as const;
type Format = (typeof FORMATS)[number];

export type SummaryOptions = CliOptions & { month?: string; user?: string; format?: string; mail?: boolean; to?: string };

export function register(program: Command, start: Start): void {
  withSettings(program.command('summary'), LEDGER_SETTINGS)
    .description(
      'show a month on one page: what was used, by whom, what is left and what could not be counted; works while the service runs',
    )
    .option('--month <month>', 'the billing month that starts in it, like 2026-10, or "last" (default: the running one)')
    .option('--user <name>', 'one user, or "others"')
    .addOption(wordOption('--format <format>', 'how it is written', FORMATS, 'text'))
    .option('--mail', 'send it to the mail targets under notify')
    .option('--to <target>', 'with --mail: only to this one')
    .action((options: SummaryOptions) => start((io) => summary(options, io)));
}

/**
 * `wrtmeter summary`: a month of the home, or of one user, for people. Written to standard output, or sent by mail. Returns the exit code: 1
 * if there is no ledger to read or a mail could not be sent, 2 for a bad command line or configuration.
 */
export function summary(options: SummaryOptions, io: DatedIo): Promise<number> {
  const { month, user, format = 'text', mail = false, to, ...cli } = options;
  return runCommand(cli, io, async ({ config, directory }) => {
    const written = FORMATS.find((known) => known === format);
    if (written === undefined) throw new UsageError(`"format" is ${quote(format)}: use ${FORMATS.join(', ')}`);
    if (to !== undefined && !mail) throw new UsageError('--to is only for --mail: add it');
    if (mail && written !== 'text')
      throw new UsageError('--format cannot be used with --mail, which sends text and HTML: leave one of them out');
    const targets = mail ? chosenTargets(config.targets.filter(isMail), to, 'mail target') : [];
    const now = io.clock.now();
    const period = periodOf(month, config, now);
    const store = await openStoreToRead(directory);
    try {
      const names = namesOf(config);
      const sources = {
        ...{ store, books: await loadBooks(store), ...names, routers: [], now },
        ...{ timezone: config.timezone, units: config.units, terms: termsOf(config) },
      };
      const found = await readSummary(sources, period, user === undefined ? null : userNamed(user, names.people));
      if (targets.length > 0) return await sendToEach(targets, await summaryMail(found), io);
      io.stdout.write(await writtenAs(written, found, roomIn(io)));
      return 0;
    } finally {
      await store.close();
    }
  });
}

const isMail = ({ service }: TargetConfig): boolean => service.kind === 'mail';

function periodOf(month: string | undefined, { billing, timezone }: Config, now: number): SummaryPeriod {
  const today = dayOf(now, timezone);
  if (month === undefined) return summaryMonth(today, billing);
  if (month === 'last') return summaryMonth(summaryMonth(today, billing).days.start - 1, billing);
  const period = monthNamed(month, billing);
  if (period === null) throw new UsageError(`"month" is ${quote(month)}: use the year and the month, like 2026-10, or "last"`);
  if (period.days.start > today) throw new UsageError(`"month" is ${quote(month)}, which has not begun: use an earlier one`);
  return period;
}

/** The key of the user that a text means: its key or its name, in any case. */
function userNamed(text: string, { users, isConfigured }: People): string {
  const wanted = text.toLowerCase();
  const found = users.find(({ name }) => name.toLowerCase() === wanted) ?? users.find(({ title }) => title.toLowerCase() === wanted);
  if (found !== undefined) return found.name;
  if (wanted === OTHERS && isConfigured) return OTHERS;
  if (users.length === 0) throw new UsageError('The configuration has no users: add them under users, see docs/configuration.md');
  const names = [...users.map(({ name }) => name), ...(isConfigured ? [OTHERS] : [])];
  throw new UsageError(
    `There is no user ${quote(text)}: ${didYouMean(text, names, `use one of ${names.map((name) => quote(name)).join(', ')}`)}`,
  );
}

async function writtenAs(format: Format, found: Summary, room: number | null): Promise<string> {
  switch (format) {
    case 'text':
      return terminalOf(pageOf(found), room);
    case 'markdown':
      return markdownOf(pageOf(found));
    case 'html':
      return htmlOf(pageOf(found));
    case 'json':
      return `${safeJson(summaryJson(found))}\n`;
    default:
      return format satisfies never;
  }
}
