import { DAY_MS, dayOf } from '../../domain/calendar.ts';
import { about, type Finding } from '../../domain/finding.ts';
import type { LedgerError } from '../../errors.ts';
import { judgeClock } from '../../ledger/posting/clock.ts';
import { DriverError } from '../../ledger/storage/driver/choose.ts';
import { mergeSuggestions } from '../../views/device-suggestions/suggestions.ts';
import { bytesIn, formatSpan } from '../../views/format.ts';
import type { LedgerSurvey, Survey } from './survey.ts';

/** Seconds without a posting that are always acceptable, even with a short heartbeat. */
const LEAST_SILENCE = 900;
const LITTLE_SPACE = 64 * 1024 * 1024;

/** Findings about the ledger, the service that writes it, and this machine. */
export function ledgerFindings(survey: Survey): Finding[] {
  const { ledger, ledgerError } = survey;
  if (ledgerError !== null) return [...clockFindings(survey), unreadable(ledgerError)];
  const service = serviceFindings(survey);
  if (ledger === null) return [...clockFindings(survey), ...service, none(survey)];
  return [
    ...clockFindings(survey),
    ...service,
    ...silence(survey, ledger),
    ...space(survey, ledger),
    ...backups(survey, ledger),
    ...suggestions(survey, ledger),
  ];
}

function unreadable(error: LedgerError): Finding {
  if (error instanceof DriverError)
    return about(null, 'failing', 'driver', error.what, `${error.advice.charAt(0).toUpperCase()}${error.advice.slice(1)}.`);
  const todo = 'See docs/run/care.md for a ledger that is damaged or newer than this program. "wrtmeter check --data DIR" checks it.';
  return about(null, 'failing', 'ledger', error.message, todo);
}

/** Whether the service would post now, by its own rules. */
function clockFindings({ round, ledger }: Survey): Finding[] {
  const verdict = judgeClock(round, ledger?.books.postedAt ?? 0, 0);
  if (verdict.trusted) return [];
  const todo = 'Set the clock of this machine and configure a time server. No bytes are lost: counting continues when the time is right.';
  return [about(null, 'failing', 'clock', `Nothing is posted while ${verdict.why}`, todo)];
}

function serviceFindings({ service, ledger }: Survey): Finding[] {
  // The service at that address may use another ledger.
  if (service === null || ledger === null) return [];
  const todo = 'See the log of the service. No bytes are lost while the routers stay on.';
  return service.problems.map((line) => about(null, 'failing', 'service', line.charAt(0).toUpperCase() + line.slice(1), todo));
}

function none({ config, service }: Survey): Finding {
  const where = `No ledger found in "${config.data}"`;
  return service === null
    ? about(
        null,
        'advice',
        'no_ledger',
        `${where}, so only the routers were checked`,
        'Start wrtmeter once, or set its data directory with --data.',
      )
    : about(
        null,
        'advice',
        'no_ledger',
        `${where}, but a wrtmeter is running here`,
        'Set its data directory with --data, or its configuration with --config.',
      );
}

function silence({ config, now, service }: Survey, { books }: LedgerSurvey): Finding[] {
  const allowed = Math.max(LEAST_SILENCE, config.heartbeat * 3) * 1000;
  if (books.postedAt === 0 || now - books.postedAt <= allowed) return [];
  const what = `Nothing was posted for ${formatSpan((now - books.postedAt) / 1000)}`;
  const todo =
    service === null
      ? 'No wrtmeter answers at the configured address: start it ("systemctl start wrtmeter", "docker compose up -d").'
      : 'A wrtmeter is running: does it use this data directory, and do its routers answer? See its log.';
  return [about(null, 'failing', 'silence', what, todo)];
}

function space({ config }: Survey, { directory, free, size }: LedgerSurvey): Finding[] {
  if (free === null || free >= Math.max(LITTLE_SPACE, 2 * size)) return [];
  const what = `The disk of "${directory}" has ${bytesIn(config.units)(free)} left`;
  return [
    about(
      null,
      'wrong',
      'disk',
      what,
      'Free some space: first backups stop, then nothing can be posted. Routers keep the bytes as long as they stay on.',
    ),
  ];
}

/** The first posting of a day creates a backup. */
function backups({ config, now }: Survey, { books, backups: [newest] }: LedgerSurvey): Finding[] {
  const { startedAt, postedAt } = books;
  if (postedAt - startedAt < 2 * DAY_MS) return [];
  const age = newest === undefined ? null : dayOf(Math.min(now, postedAt), config.timezone) - newest.day;
  if (age !== null && age <= 1) return [];
  const what = age === null ? 'The ledger has no backup' : `The newest backup of the ledger is ${age} days old`;
  return [
    about(
      null,
      'wrong',
      'backup',
      what,
      'The service creates one a day: see its log for why it could not. "wrtmeter backup" creates one now.',
    ),
  ];
}

function suggestions({ routers, now }: Survey, { books, aliases, people }: LedgerSurvey): Finding[] {
  const sure = mergeSuggestions({ books, aliases, people, routers: routers.map(({ status }) => status), now }).filter(
    ({ confidence }) => confidence !== 'low',
  );
  if (sure.length === 0) return [];
  const names = sure.slice(0, 3).map(({ name }) => name);
  const what = `Several MACs may be one device: ${names.join(', ')}${sure.length > 3 ? ` and ${sure.length - 3} more` : ''}`;
  const todo =
    'See /api/v1/device-suggestions for the evidence and the configuration that makes them one. Nothing is merged automatically.';
  return [about(null, 'advice', 'device_suggestions', what, todo)];
}
