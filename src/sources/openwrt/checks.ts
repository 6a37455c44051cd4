import { about, type Finding, INSTALL_SCRIPT } from '../../domain/finding.ts';
import { readTwice, readTwiceWords } from '../../domain/status.ts';
import type { CheckedRouter } from '../kind.ts';

type Checked = CheckedRouter<{ url: string }>;

/** Findings of the doctor about routers that wrtmeter.cgi reads. */
export function checkOpenwrt(routers: readonly Checked[], version: string): Finding[] {
  return [...sameRouter(routers), ...oldScripts(routers, version), ...routers.flatMap(hostsOff)];
}

/** One router under two addresses looks like two in the configuration. */
const sameRouter = (routers: readonly Checked[]): Finding[] =>
  readTwice(routers.map(({ status }) => status)).map((names) => {
    const { what, todo } = readTwiceWords(names);
    return about(null, 'wrong', 'same_box', what, todo);
  });

/** Scripts have reported their version since they can count hosts. One finding per version. */
function oldScripts(routers: readonly Checked[], version: string): Finding[] {
  const older = new Map<string, Checked[]>();
  for (const router of routers) {
    const { system, up } = router.status;
    if (system === null || !up) continue;
    if (system.script !== null && !isOlder(system.script, version)) continue;
    const which = system.script === null ? 'no version' : system.script;
    older.set(which, [...(older.get(which) ?? []), router]);
  }
  return [...older].map(([which, some]) => {
    const what = `${some.map(({ name }) => name).join(', ')}: the installed scripts (${which}) are older than this program (${version})`;
    const commands = [...new Set(some.map(({ config }) => installCommand(config.url)))];
    const todo = `Run ${commands.join(' and ')} to update them; settings are kept.`;
    return about(null, 'advice', 'old_script', what, todo);
  });
}

/** Compares version numbers part by part. */
function isOlder(one: string, other: string): boolean {
  const [a, b] = [one, other].map((text) => (/^\d+(?:\.\d+)*/.exec(text)?.[0] ?? '0').split('.').map(Number));
  for (let i = 0; i < Math.max(a?.length ?? 0, b?.length ?? 0); i++) {
    const difference = (a?.[i] ?? 0) - (b?.[i] ?? 0);
    if (difference !== 0) return difference < 0;
  }
  return false;
}

/** A gateway that could count hosts and does not. */
function hostsOff({ name, config, status, hadHosts }: Checked): Finding[] {
  if ((status.system?.script ?? null) === null || status.sources.has('hosts')) return [];
  const wan = status.sources.get('wan')?.observation;
  if (wan?.source !== 'wan' || !wan.uplinks.some(({ up, overlay }) => up && !overlay)) return [];
  const what = `hosts are ${hadHosts ? 'no longer' : 'not'} counted, so wired devices have no figures`;
  return [about(name, hadHosts ? 'wrong' : 'advice', 'hosts_off', what, `Run ${installCommand(config.url, '--hosts ')} to count them.`)];
}

/** The command that installs the scripts on a router. */
const installCommand = (url: string, options = ''): string => `"${INSTALL_SCRIPT} ${options}root@${new URL(url).hostname}"`;
