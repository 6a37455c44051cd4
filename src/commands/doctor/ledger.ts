import { dayOf } from '../../domain/calendar.ts';
import { about, type Finding } from '../../domain/finding.ts';
import { judgeClock } from '../../ledger/posting/clock.ts';
import { mergeSuggestions } from '../../views/device-suggestions/suggestions.ts';
import { formatBytes } from '../../views/format.ts';
import { formatSpan } from './format.ts';
import type { LedgerSurvey, Survey } from './survey.ts';

/** Seconds without a posting that are too many, however seldom the service reads by itself. */
const LEAST_SILENCE = 900;
const LITTLE_SPACE = 64 * 1024 * 1024;
const DAY_MS = 86_400_000;

/** What is to be said of the ledger, of the service that writes it, and of this machine. */
export function ledgerFindings(survey: Survey): Finding[] {
  const { ledger, ledgerError } = survey;
  if (ledgerError !== null) {
    const todo =
      'docs/care.md tells what to do with a ledger that is damaged or newer than this program; "wrtmeter check --data DIR" looks through it.';
    return [...clockFindings(survey), about(null, 'failing', 'ledger', ledgerError, todo)];
  }
  const service = serviceFindings(survey);
  if (ledger === null) return [...clockFindings(survey), ...service, none(survey)];
  return [
    ...clockFindings(survey),
    ...service,
    ...silence(survey, ledger),
    ...space(ledger),
    ...backups(survey, ledger),
    ...suggestions(survey, ledger),
  ];
}

/** By the rules of the service: whether it would post now. */
function clockFindings({ round, ledger }: Survey): Finding[] {
  const verdict = judgeClock(round, ledger?.books.postedAt ?? 0, 0);
  if (verdict.trusted) return [];
  const todo =
    'Set the clock of this machine and give it a time server. No byte is lost until then: counting goes on when the time is right.';
  return [about(null, 'failing', 'clock', `Nothing is posted while ${verdict.why}`, todo)];
}

function serviceFindings({ service, ledger }: Survey): Finding[] {
  // What answers there may belong to another ledger.
  if (service === null || ledger === null) return [];
  const todo = 'The log of the service says more. No byte is lost while the routers stay on.';
  return service.problems.map((line) => about(null, 'failing', 'service', line.charAt(0).toUpperCase() + line.slice(1), todo));
}

function none({ config, service }: Survey): Finding {
  const where = `There is no ledger in "${config.data}"`;
  return service === null
    ? about(
        null,
        'advice',
        'no_ledger',
        `${where}, so only the routers were looked at`,
        'Start wrtmeter once, or name its data directory with --data.',
      )
    : about(
        null,
        'advice',
        'no_ledger',
        `${where}, though a wrtmeter runs here`,
        'Name its data directory with --data, or its file with --config.',
      );
}

function silence({ config, now, service }: Survey, { books }: LedgerSurvey): Finding[] {
  const allowed = Math.max(LEAST_SILENCE, config.heartbeat * 3) * 1000;
  if (books.postedAt === 0 || now - books.postedAt <= allowed) return [];
  const what = `Nothing was posted for ${formatSpan((now - books.postedAt) / 1000)}`;
  const todo =
    service === null
      ? 'No wrtmeter answers at the address of the configuration: start it ("systemctl start wrtmeter", "docker compose up -d").'
      : 'A wrtmeter runs: does it use this data directory, and do its routers answer? Its log says what keeps it.';
  return [about(null, 'failing', 'silence', what, todo)];
}

function space({ directory, free, size }: LedgerSurvey): Finding[] {
  if (free === null || free >= Math.max(LITTLE_SPACE, 2 * size)) return [];
  const what = `The disk of "${directory}" has ${formatBytes(free)} left`;
  return [
    about(
      null,
      'wrong',
      'disk',
      what,
      'Make room: backups end first, then nothing can be posted. Routers keep the bytes as long as they stay on.',
    ),
  ];
}

/** One is made with the first posting of a day. */
function backups({ config, now }: Survey, { books, backups: [newest] }: LedgerSurvey): Finding[] {
  const { startedAt, postedAt } = books;
  if (postedAt - startedAt < 2 * DAY_MS) return [];
  const age = newest === undefined ? null : dayOf(Math.min(now, postedAt), config.timezone) - newest.day;
  if (age !== null && age <= 1) return [];
  const what = age === null ? 'The ledger has no backup' : `The newest backup of the ledger is ${age} days old`;
  return [
    about(null, 'wrong', 'backup', what, 'The service makes one a day: its log says why it could not. "wrtmeter backup" makes one now.'),
  ];
}

function suggestions({ routers, now }: Survey, { books, aliases }: LedgerSurvey): Finding[] {
  const sure = mergeSuggestions({ books, aliases, routers: routers.map(({ status }) => status), now }).filter(
    ({ confidence }) => confidence !== 'low',
  );
  if (sure.length === 0) return [];
  const names = sure.slice(0, 3).map(({ name }) => name);
  const what = `Several MACs may be one device: ${names.join(', ')}${sure.length > 3 ? ` and ${sure.length - 3} more` : ''}`;
  const todo =
    '/api/v1/device-suggestions says why, and has the lines for the configuration that make them one. Nothing is merged by itself.';
  return [about(null, 'advice', 'device_suggestions', what, todo)];
}
