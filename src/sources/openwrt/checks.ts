import { about, type Finding } from '../../domain/finding.ts';
import type { CheckedRouter } from '../kind.ts';

type Checked = CheckedRouter<{ url: string }>;

/** What the doctor says of routers that wrtmeter.cgi reads. */
export function checkOpenwrt(routers: readonly Checked[], version: string): Finding[] {
  return [...oneBox(routers), ...oldScripts(routers, version), ...routers.flatMap(hostsOff)];
}

/** Two addresses of one box look like two in a configuration; its boot id, which is random, shows it. */
function oneBox(routers: readonly Checked[]): Finding[] {
  const boxes = new Map<string, string[]>();
  for (const { name, status } of routers) {
    if (status.system === null || !status.up) continue;
    const { bootId } = status.system;
    boxes.set(bootId, [...(boxes.get(bootId) ?? []), name]);
  }
  const several = [...boxes.values()].filter((names) => names.length > 1);
  return several.map((names) => {
    const what = `${names.join(' and ')} are one box under two addresses, and all that it counts is counted twice`;
    return about(null, 'wrong', 'same_box', what, 'Take all of them but one out of the configuration.');
  });
}

/** Scripts report their version since they count hosts. Those of one version are one finding. */
function oldScripts(routers: readonly Checked[], version: string): Finding[] {
  const older = new Map<string, Checked[]>();
  for (const router of routers) {
    const { system, up } = router.status;
    if (system === null || !up) continue;
    if (system.script !== null && !isOlder(system.script, version)) continue;
    const which = system.script === null ? 'name no version' : `are ${system.script}`;
    older.set(which, [...(older.get(which) ?? []), router]);
  }
  return [...older].map(([which, some]) => {
    const what = `${some.map(({ name }) => name).join(', ')}: the scripts there ${which}, older than this program (${version})`;
    const commands = [...new Set(some.map(({ config }) => installCommand(config.url)))];
    const todo = `${commands.join(' and ')} ${commands.length > 1 ? 'bring' : 'brings'} the new ones; settings stay.`;
    return about(null, 'advice', 'old_script', what, todo);
  });
}

/** By the numbers of a version, one after the other. */
function isOlder(one: string, other: string): boolean {
  const [a, b] = [one, other].map((text) => (/^\d+(?:\.\d+)*/.exec(text)?.[0] ?? '0').split('.').map(Number));
  for (let i = 0; i < Math.max(a?.length ?? 0, b?.length ?? 0); i++) {
    const difference = (a?.[i] ?? 0) - (b?.[i] ?? 0);
    if (difference !== 0) return difference < 0;
  }
  return false;
}

/** A gateway whose script could count hosts and does not. */
function hostsOff({ name, config, status, hadHosts }: Checked): Finding[] {
  if ((status.system?.script ?? null) === null || status.sources.has('hosts')) return [];
  const wan = status.sources.get('wan')?.observation;
  if (wan?.source !== 'wan' || !wan.uplinks.some(({ up, overlay }) => up && !overlay)) return [];
  const what = `its hosts are not counted${hadHosts ? ' any more' : ''}: devices on a cable have no figures`;
  return [about(name, hadHosts ? 'wrong' : 'advice', 'hosts_off', what, `${installCommand(config.url, '--hosts ')} lets it count them.`)];
}

/** The command that installs the scripts on a router. */
const installCommand = (url: string, options = ''): string => `"openwrt-cgi/install.sh ${options}root@${new URL(url).hostname}"`;
