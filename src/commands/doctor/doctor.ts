import { writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Command } from 'commander';
import type { Exchange } from '../../app/from-config.ts';
import type { CliOptions } from '../../config/input.ts';
import { instantText, localText } from '../../domain/calendar.ts';
import type { Finding } from '../../domain/finding.ts';
import { count, fileWords, quote, UsageError } from '../../errors.ts';
import { formatAge, formatSeconds } from '../../views/format.ts';
import type { DoctorIo } from '../common/command-io.ts';
import { LEDGER_SETTINGS, type Start, withRouters, withSettings } from '../common/register.ts';
import { runCommand } from '../common/run-command.ts';
import { printable, safeJson } from '../common/text.ts';
import { captureText } from './capture.ts';
import { findingsText, isSerious, verdictText, worstFirst } from './finding.ts';
import { hostFindings } from './hosts.ts';
import { ledgerFindings } from './ledger.ts';
import { limitFindings } from './limits.ts';
import { routerFindings } from './routers.ts';
import { type Survey, takeSurvey } from './survey.ts';

export type DoctorOptions = CliOptions & { json?: boolean; capture?: string };

export function register(program: Command, start: Start): void {
  withSettings(program.command('doctor [routers...]'), ['listen', ...LEDGER_SETTINGS])
    .description('read every router once, check the ledger, and report what is wrong and what to do; changes nothing')
    .option('--json', 'as JSON')
    .option('--capture <file>', "write what TP-Link routers answered, without what is the home's, to send with a report")
    .addHelpText('after', '\nExit code: 0 where nothing is wrong, 1 where something is, 2 for a bad command line or configuration.')
    .action((routers: string[], options: DoctorOptions) => start((io) => doctor(withRouters(routers, options), io)));
}

/**
 * `wrtmeter doctor`: reads every router once, checks the ledger, and prints problems and what to do about them. Changes nothing.
 * Returns the exit code: 0 if nothing is wrong, 1 if something is, 2 for an invalid command line or configuration.
 */
export function doctor({ json = false, capture, ...cli }: DoctorOptions, io: DoctorIo): Promise<number> {
  return runCommand(cli, io, async ({ config }) => {
    const exchanges: Exchange[] = [];
    const seen = await takeSurvey(config, io, capture === undefined ? null : (exchange) => exchanges.push(exchange));
    if (capture !== undefined) await writeCapture(resolve(io.cwd, capture), captureText(exchanges, io.version));
    const findings = worstFirst([...ledgerFindings(seen), ...routerFindings(seen), ...hostFindings(seen), ...limitFindings(seen)]);
    io.stdout.write(json ? `${safeJson(jsonOf(seen, findings))}\n` : textOf(seen, findings));
    return findings.some(isSerious) ? 1 : 0;
  });
}

async function writeCapture(path: string, text: string): Promise<void> {
  try {
    // A file that is there may be open to others, or be needed.
    await writeFile(path, text, { mode: 0o600, flag: 'wx' });
  } catch (error) {
    if (!(error instanceof Error && 'code' in error)) throw error;
    const why = error.code === 'EEXIST' ? 'the file exists; give the name of a new one' : fileWords(error);
    throw new UsageError(`Cannot write ${quote(path, 200)}: ${why}`);
  }
}

function textOf(survey: Survey, findings: readonly Finding[]): string {
  const found = findings.length === 0 ? '' : `${findingsText(findings)}\n`;
  return `${printable(introduction(survey))}\n\n${found}${verdictText(findings)}\n`;
}

/** What was checked, so that the reader sees whether it was the right thing. */
function introduction({ config, routers, round, ledger, now }: Survey): string {
  const answered = routers.filter(({ status }) => status.up).length;
  const read = `${answered === routers.length ? count(routers.length, 'router') : `${answered} of ${count(routers.length, 'router')}`} answered`;
  const took = formatSeconds((round.finishedAt - round.startedAt) / 1000);
  if (ledger === null) return `${read} in ${took}`;
  const { postedAt, startedAt } = ledger.books;
  const unread = ledger.books.accounts.size === 0 ? 'is empty' : 'has only what was imported';
  const since =
    startedAt === 0 ? unread : `since ${localText(startedAt, config.timezone).slice(0, 10)}, last posting ${formatAge(now - postedAt)}`;
  return `${read} in ${took}; ledger "${ledger.directory}" ${since}`;
}

function jsonOf(survey: Survey, findings: readonly Finding[]) {
  const { now, version, routers, ledger } = survey;
  return {
    at: instantText(now),
    version,
    routers: routers.map(({ status }) => ({ name: status.name, up: status.up, script: status.system?.script ?? null })),
    ledger:
      ledger === null
        ? null
        : { directory: ledger.directory, posted_at: ledger.books.postedAt === 0 ? null : instantText(ledger.books.postedAt) },
    verdict: verdictText(findings),
    findings,
  };
}
