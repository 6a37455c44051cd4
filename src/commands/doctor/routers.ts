import { EARLIEST_NOW } from '../../domain/calendar.ts';
import { about, type Finding, INSTALL_SCRIPT } from '../../domain/finding.ts';
import { answeredWith, remedyOf, type SourceStatus } from '../../domain/status.ts';
import { readerKey } from '../../ledger/books.ts';
import { KIND_NAMES, type KindName, kindOf } from '../../sources/registry.ts';
import { FAILURE_WORDS } from '../../views/failure-words.ts';
import { formatSpan } from '../../views/format.ts';
import type { RouterSurvey, Survey } from './survey.ts';

/** A router's clock may be off by this much. */
const CLOCK_MS = 60_000;

/** Findings about the routers and how they are read. */
export function routerFindings(survey: Survey): Finding[] {
  const { routers } = survey;
  return [
    ...(nobody(survey) ?? routers.flatMap(failures)),
    ...routers.flatMap(clock),
    ...routers.flatMap(skipped),
    ...KIND_NAMES.flatMap((kind) => kindFindings(kind, survey)),
    ...tokens(routers),
  ];
}

/** No router is configured, and none answers at the usual address. */
function nobody({ config, routers }: Survey): Finding[] | null {
  if (!config.implied || routers.some(({ status }) => status.up || answeredWith(status) !== null)) return null;
  const where = routers.flatMap(({ status }) => status.addresses.map(placeOf)).join(', ');
  const what = `No router is configured, and none answers at ${where}`;
  const todo = `Give its address: "wrtmeter doctor http://192.168.1.1", or a configuration with --config. "${INSTALL_SCRIPT} root@192.168.1.1" installs the scripts on it.`;
  return [about(null, 'failing', 'no_router', what, todo)];
}

/** Sources with the same error make one finding: usually it was one request. */
function failures({ config, status }: RouterSurvey): Finding[] {
  const groups = new Map<string, SourceStatus[]>();
  for (const source of status.sources.values()) {
    if (source.error === null) continue;
    const key = `${source.error.reason}\n${source.error.message}`;
    groups.set(key, [...(groups.get(key) ?? []), source]);
  }
  return [...groups.values()].flatMap((group) => {
    const [first] = group;
    if (!first?.error) return [];
    const { source, error } = first;
    const names = group.map(({ source }) => source).join(', ');
    const quoted = wordsOfRouter(error.message);
    if (quoted !== null) {
      const [why = quoted, ...rest] = quoted.split('; ');
      const todo = rest.length > 0 ? `On the router: ${rest.join('; ')}.` : 'Run /www/cgi-bin/wrtmeter.cgi on the router to see why.';
      return [about(config.name, 'failing', 'section_failed', `cannot read its ${names}: ${why}`, todo)];
    }
    const [what, todo] = [FAILURE_WORDS[error.reason], remedyOf(status, source, error)];
    const whose = status.up ? `${names}: ` : '';
    return [
      about(
        config.name,
        'failing',
        `source_${error.reason}`,
        `${whose}${what.charAt(0).toLowerCase()}${what.slice(1)}: ${error.message}`,
        todo,
      ),
    ];
  });
}

/** The reason, quoted in the message, why the router itself could not read a section. */
function wordsOfRouter(message: string): string | null {
  const [, quoted] = /^the router could not read it: (".*")$/.exec(message) ?? [];
  return quoted === undefined ? null : String(JSON.parse(quoted));
}

function clock({ config, status, read }: RouterSurvey): Finding[] {
  const at = read.results.find((result) => result.status === 'ok')?.at;
  if (status.system === null || at === undefined) return [];
  const shown = status.system.time * 1000;
  const off = shown - at;
  if (Math.abs(off) <= CLOCK_MS) return [];
  const todo = "Counting does not depend on it. Set its time server (on OpenWrt, system.ntp), or this machine's if its clock is wrong.";
  if (shown < EARLIEST_NOW) return [about(config.name, 'wrong', 'router_clock', 'its clock has not been set since boot', todo)];
  const what = `its clock is ${formatSpan(Math.abs(off) / 1000)} ${off > 0 ? 'ahead of' : 'behind'} this machine's`;
  return [about(config.name, 'wrong', 'router_clock', what, todo)];
}

const MOST_REASONS = 3;

function skipped({ config, status }: RouterSurvey): Finding[] {
  const lines = [...status.sources.values()].filter(({ success, skipped }) => success && skipped > 0);
  if (lines.length === 0) return [];
  const text = lines.map(({ source, skipped }) => `${skipped} of ${source}`).join(', ');
  const todo = 'What they name or count is missing, and nothing else. If this persists, look at the answer by hand.';
  const reasons = lines.flatMap(({ skippedBecause }) => skippedBecause);
  const why = reasons.length === 0 ? '' : ` (${reasons.slice(0, MOST_REASONS).join('; ')})`;
  return [about(config.name, 'advice', 'skipped_lines', `lines of its answer make no sense and were skipped: ${text}${why}`, todo)];
}

/** Findings of the router kind itself. */
function kindFindings(kind: KindName, { routers, ledger, version, now }: Survey): Finding[] {
  const checked = routers.flatMap(({ config: { name, kinds, lineRate }, status, warnings }) => {
    const config = kinds.find((each) => each.kind === kind);
    const hadHosts = ledger?.books.readers.has(readerKey(name, 'hosts')) ?? false;
    const readAt = ledger?.books.readers.get(readerKey(name, 'statistics'))?.readAt;
    const sinceRead = readAt === undefined ? null : (now - readAt) / 1000;
    return config === undefined ? [] : [{ name, config, status, hadHosts, lineRate, sinceRead, warnings }];
  });
  return kindOf(kind).check(checked, version);
}

/** Without a token, anyone who can reach the router's web server can read it. A loopback address is usually a tunnel. */
function tokens(routers: readonly RouterSurvey[]): Finding[] {
  const open = routers.filter(
    ({ config: { kinds, credentials }, status }) =>
      kinds.some(({ kind }) => kindOf(kind).http !== null && !kindOf(kind).logsIn) &&
      credentials.kind === 'none' &&
      status.up &&
      !/^(127\.|localhost$|\[::1\]$)/.test(hostOf(status.addresses[0] ?? '')),
  );
  if (open.length === 0) return [];
  const what = `${open.map(({ config }) => config.name).join(', ')}: read without a token: anyone on the LAN can read who uses how much`;
  const todo = `"${INSTALL_SCRIPT} --token auto root@ROUTER" creates one and writes it to a file for token_file.`;
  return [about(null, 'advice', 'no_token', what, todo)];
}

const hostOf = (url: string): string => (URL.canParse(url) ? new URL(url).hostname : 'ROUTER');

const placeOf = (url: string): string => (URL.canParse(url) ? new URL(url).origin : url);
