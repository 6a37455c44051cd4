import type { Config } from '../../config/config.ts';
import { dayText, instantText, localText } from '../../domain/calendar.ts';
import type { Units } from '../../domain/people/units.ts';
import { NOTHING, plus } from '../../domain/traffic.ts';
import { count } from '../../errors.ts';
import { type AccountName, hasRouter, macOf, subjectOf } from '../../ledger/account.ts';
import type { LeftOut } from '../../ledger/import/figures.ts';
import type { Plan, PlannedAccount } from '../../ledger/import/plan.ts';
import { bytesIn, knownIn } from '../../views/format.ts';
import { type Column, left, name, printable, prose, right, textTable } from '../common/text.ts';

/** Limit on the lines of a table; `--json` shows all. */
const MOST_LINES = 100;

/** What an import does, or would do, for a person: accounts, what is left out and why, and a summary line. */
export async function planText(
  plan: Plan,
  { timezone, units }: Pick<Config, 'timezone' | 'units'>,
  dryRun: boolean,
  width: number | null,
): Promise<string> {
  const accounts = [...plan.accounts].sort((a, b) => sum(b) - sum(a));
  const known = knownIn(units);
  const parts: string[] = [];
  if (accounts.length > 0) {
    const columns = [name('Account'), left('From'), left('To'), right('Days'), right('Download'), right('Upload'), right('In ledger')];
    parts.push(
      await shortTable(
        columns,
        accounts.map((account) => accountRow(account, units)),
        width,
      ),
    );
  }
  const leftOut = allLeftOut(plan);
  if (leftOut.length > 0) {
    const rows = leftOut.map(({ account, what, bytes, why }) => [
      account,
      what,
      known(bytes?.download ?? null),
      known(bytes?.upload ?? null),
      why,
    ]);
    const columns = [name('Account'), prose('What'), right('Download'), right('Upload'), prose('Why')];
    parts.push(`Left out:\n${await shortTable(columns, rows, width)}`);
  }
  for (const { router, source, readAt, counters } of plan.readers) {
    parts.push(
      `Counting of ${source} on ${router} continues from the reading at ${localText(readAt, timezone)} (${count(counters.size, 'counter')})`,
    );
  }
  parts.push(summary(plan, units, dryRun));
  return `${printableLines(parts.join('\n\n'))}\n`;
}

async function shortTable(columns: readonly Column[], rows: readonly string[][], width: number | null): Promise<string> {
  const table = await textTable(columns, rows.slice(0, MOST_LINES), width);
  return rows.length > MOST_LINES ? `${table}\n… and ${rows.length - MOST_LINES} more; --json shows all` : table;
}

const printableLines = (text: string): string => text.split('\n').map(printable).join('\n');

function accountRow({ account, days, bytes, before }: PlannedAccount, units: Units): string[] {
  const size = bytesIn(units);
  const [from, to] = days.size === 0 ? ['', ''] : [dayText(Math.min(...days.keys())), dayText(Math.max(...days.keys()))];
  return [nameOf(account), from, to, String(days.size), size(bytes.download), size(bytes.upload), size(before.download + before.upload)];
}

/** Groups what was left out of an account by reason. */
function allLeftOut({ accounts, leftOut }: Plan): (LeftOut & { account: string })[] {
  const of = accounts.flatMap(({ account, leftOut: list }) => {
    const reasons = new Map<string, LeftOut[]>();
    for (const one of list) reasons.set(one.why, [...(reasons.get(one.why) ?? []), one]);
    return [...reasons].map(([why, ones]) => ({
      account: nameOf(account),
      what: ones.length === 1 ? (ones[0]?.what ?? '') : `${ones.length} times, ${ones.at(-1)?.what.slice(0, 10)} and later`,
      bytes: ones.reduce((all, { bytes }) => plus(all, bytes ?? NOTHING), NOTHING),
      why,
    }));
  });
  return [...of, ...leftOut.map((one) => ({ account: '', ...one }))];
}

function summary(plan: Plan, units: Units, dryRun: boolean): string {
  const size = bytesIn(units);
  const accounts = plan.accounts.filter(({ days }) => days.size > 0);
  const bytes = accounts.reduce((all, account) => plus(all, account.bytes), NOTHING);
  const days = accounts.reduce((all, account) => all + account.days.size, 0);
  const names = plan.names.filter(({ name }) => name !== null).length;
  const what = [
    accounts.length > 0 &&
      `${size(bytes.download)} down and ${size(bytes.upload)} up on ${count(days, 'day')} of ${count(accounts.length, 'account')}`,
    names > 0 && count(names, 'name'),
    plan.readers.length > 0 && count(plan.readers.length, 'reading'),
  ].filter((part) => part !== false);
  if (what.length === 0) return 'Nothing to import: the ledger already has everything it can take';
  return dryRun ? `Would import ${what.join(', ')}; nothing was written` : `Imported ${what.join(', ')}`;
}

/** The same for programs, with exact bytes and everything left out one by one. */
export function planJson(plan: Plan, dryRun: boolean): unknown {
  const leftOut = ({ what, bytes, why }: LeftOut) => ({
    what,
    download_bytes: bytes?.download ?? null,
    upload_bytes: bytes?.upload ?? null,
    why,
  });
  return {
    program: plan.program,
    dry_run: dryRun,
    accounts: plan.accounts.map(({ account, days, bytes, before, leftOut: list }) => ({
      kind: account.kind,
      router: account.router || null,
      interface: account.interface || null,
      mac: macOf(account),
      days: days.size,
      from: days.size === 0 ? null : dayText(Math.min(...days.keys())),
      to: days.size === 0 ? null : dayText(Math.max(...days.keys()) + 1),
      download_bytes: bytes.download,
      upload_bytes: bytes.upload,
      there_before_bytes: before.download + before.upload,
      left_out: list.map(leftOut),
    })),
    names: plan.names.filter(({ name }) => name !== null),
    readings: plan.readers.map(({ router, source, readAt, counters }) => ({
      router,
      source,
      time: instantText(readAt),
      counters: counters.size,
    })),
    left_out: plan.leftOut.map(leftOut),
  };
}

const nameOf = (account: AccountName): string => (hasRouter(account.kind) ? `${account.router} ` : '') + subjectOf(account);
const sum = ({ bytes }: PlannedAccount): number => bytes.download + bytes.upload;
