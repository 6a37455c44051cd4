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
 * `wrtmeter doctor`: reads every router once, looks into the ledger, and says what is wrong and what to do about it. Changes nothing.
 * Returns the exit code: 0 where nothing is wrong, 1 where something is, 2 for a bad command line or configuration.
 */
export async function doctor({ json = false, ...cli }: DoctorOptions, io: DoctorIo): Promise<number> {
  try {
    const { config, warnings } = await loadConfig({ ...io, cli });
    for (const warning of warnings) io.stderr.write(`warning: ${warning}\n`);
    const seen = await takeSurvey(config, io);
    const findings = worstFirst([...ledgerFindings(seen), ...routerFindings(seen), ...hostFindings(seen)]);
    io.stdout.write(json ? `${safeJson(jsonOf(seen, findings))}\n` : textOf(seen, findings));
    return findings.some(isSerious) ? 1 : 0;
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    for (const line of error.errors) io.stderr.write(`${printable(line)}\n`);
    return 2;
  }
}

function textOf(seen: Survey, findings: readonly Finding[]): string {
  const found = findings.length === 0 ? '' : `${findingsText(findings)}\n`;
  return `${printable(introduction(seen))}\n\n${found}${verdictText(findings)}\n`;
}

/** What was looked at, so that one can tell whether it was the right thing. */
function introduction({ config, routers, round, ledger, now }: Survey): string {
  const answered = routers.filter(({ status }) => status.up).length;
  const read = `${answered === routers.length ? count(routers.length, 'router') : `${answered} of ${count(routers.length, 'router')}`} answered`;
  const took = formatSeconds((round.finishedAt - round.startedAt) / 1000);
  if (ledger === null) return `${read} in ${took}`;
  const { postedAt, startedAt } = ledger.books;
  const since =
    startedAt === 0
      ? 'still empty'
      : `since ${localText(startedAt, config.timezone).slice(0, 10)}, last posting ${formatAge(now - postedAt)}`;
  return `${read} in ${took}; ledger "${ledger.directory}" ${since}`;
}

function jsonOf(seen: Survey, findings: readonly Finding[]) {
  const { now, version, routers, ledger } = seen;
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
