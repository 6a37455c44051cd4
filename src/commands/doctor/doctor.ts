import type { Clock } from '../../collector/round.ts';
import type { CliOptions } from '../../config/input.ts';
import { loadConfig } from '../../config/load.ts';
import { localText } from '../../domain/calendar.ts';
import type { Finding } from '../../domain/finding.ts';
import { ConfigError } from '../../errors.ts';
import { formatAge, formatSeconds, rfc3339 } from '../../views/format.ts';
import type { CommandIo } from '../check.ts';
import { printable, safeJson } from '../common/text.ts';
import { count } from '../print/printed.ts';
import { findingsText, isSerious, verdictText, worstFirst } from './finding.ts';
import { hostFindings } from './hosts.ts';
import { ledgerFindings } from './ledger.ts';
import { routerFindings } from './routers.ts';
import { type Survey, takeSurvey } from './survey.ts';

export interface DoctorIo extends CommandIo {
  clock: Clock;
  version: string;
}

export type DoctorOptions = CliOptions & { json?: boolean };

/**
 * `wrtmeter doctor`: reads every router once, checks the ledger, and prints problems and what to do about them. Changes nothing.
 * Returns the exit code: 0 if nothing is wrong, 1 if something is, 2 for an invalid command line or configuration.
 */
export async function doctor({ json = false, ...cli }: DoctorOptions, io: DoctorIo): Promise<number> {
  try {
    const { config, warnings } = await loadConfig({ ...io, cli });
    for (const warning of warnings) io.stderr.write(`warning: ${warning}\n`);
    const survey = await takeSurvey(config, io);
    const findings = worstFirst([...ledgerFindings(survey), ...routerFindings(survey), ...hostFindings(survey)]);
    io.stdout.write(json ? `${safeJson(jsonOf(survey, findings))}\n` : textOf(survey, findings));
    return findings.some(isSerious) ? 1 : 0;
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    for (const line of error.errors) io.stderr.write(`${printable(line)}\n`);
    return 2;
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
  const since =
    startedAt === 0 ? 'is empty' : `since ${localText(startedAt, config.timezone).slice(0, 10)}, last posting ${formatAge(now - postedAt)}`;
  return `${read} in ${took}; ledger "${ledger.directory}" ${since}`;
}

function jsonOf(survey: Survey, findings: readonly Finding[]) {
  const { now, version, routers, ledger } = survey;
  return {
    at: rfc3339(now),
    version,
    routers: routers.map(({ status }) => ({ name: status.name, up: status.up, script: status.system?.script ?? null })),
    ledger:
      ledger === null
        ? null
        : { directory: ledger.directory, posted_at: ledger.books.postedAt === 0 ? null : rfc3339(ledger.books.postedAt) },
    verdict: verdictText(findings),
    findings,
  };
}
