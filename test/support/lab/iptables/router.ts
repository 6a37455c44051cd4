import { mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Finished, finish } from '../../program/command.ts';
import { busyboxPath, cgiEnvironment, makeToolbox, scripts } from '../../routers/busybox.ts';
import { createHostsRouter, type HostsRouter } from '../hosts-router.ts';
import { inside, type Lab, within } from '../world.ts';
import { FIREWALL3 } from './firewall.ts';

/** A router as OpenWrt was before nftables: iptables, a firewall like firewall3, dnsmasq that reports each lease and neighbour. */
export interface IptablesRouter extends HostsRouter {
  /** Runs openwrt-cgi/hosts-iptables.sh under busybox ash, with other variables maybe, whatever its exit code. */
  script(words: readonly string[], env?: Record<string, string>): Promise<Finished>;
  /** Calls openwrt-cgi/host-event.sh as dnsmasq does. */
  event(...words: string[]): Promise<Finished>;
  /** `iptables-save` or `ip6tables-save` of the table in which hosts are counted. */
  saved(family: 4 | 6): Promise<string>;
  /** Adds rules by hand, in the form of iptables-restore. */
  restore(family: 4 | 6, text: string): Promise<void>;
  /** As `/etc/init.d/firewall restart` does, without the include that comes after it. */
  restartFirewall(): Promise<void>;
  /** Sets /proc/uptime to this many seconds after the machine's own, until it is called again; null: the machine's own. */
  age(seconds: number | null): void;
}

const TOOLS = ['iptables', 'ip6tables'].flatMap((tool) =>
  ['', '-save', '-restore'].map((end) => [`${tool}${end}`, `${tool}-legacy${end}`]),
);

export function createIptablesRouter(lab: Lab, internet: string): IptablesRouter {
  const hook = join(lab.folder, 'dhcp-script');
  const router = createHostsRouter(lab, internet, [`--dhcp-script=${hook}`, '--script-arp']);
  const { namespace } = router;
  const standins = join(lab.folder, 'standins');
  const lib = join(lab.folder, 'lib');
  // What Debian's iptables does by default, OpenWrt of that time did not; and busybox has no flock here.
  for (const [name = '', real = ''] of [...TOOLS, ['flock', 'flock']])
    writeFileSync(join(standins, name), `#!/bin/sh\nPATH=/usr/sbin:/sbin:/usr/bin:/bin exec ${real} "$@"\n`);
  rmSync(join(standins, 'nft'));
  const toolbox = makeToolbox(standins);
  lab.defer(async () => toolbox.remove());

  // Installed, as on a router; /bin/sh is another shell here.
  mkdirSync(lib);
  for (const name of ['hosts-iptables.sh', 'hosts-networks.sh', 'host-event.sh'])
    writeFileSync(join(lib, name), readFileSync(join(scripts, name), 'utf8').replace(/^#!.*/, `#!${toolbox.shell}`), { mode: 0o755 });
  const env = { ...cgiEnvironment({ root: join(lab.folder, 'root'), tools: join(lab.folder, 'tools') }), WRTMETER_LIB: lib };
  const variables = Object.entries(env).map(([name, value]) => `export ${name}='${value}'\n`);
  writeFileSync(hook, `#!${busyboxPath()} ash\nunset LD_PRELOAD\n${variables.join('')}exec "${lib}/host-event.sh" "$@"\n`, { mode: 0o755 });

  const tool = (family: 4 | 6) => (family === 4 ? 'iptables-legacy' : 'ip6tables-legacy');
  const firewall = async (what: keyof typeof FIREWALL3) => void (await inside(namespace, ['sh', '-c', `set -e\n${FIREWALL3[what]}`]));
  const run = (command: readonly string[], more: Record<string, string> = {}) =>
    finish([...within(namespace), ...command], { env: { ...env, PATH: process.env.PATH ?? '', ...more }, timeout: 60_000 });
  const script = (words: readonly string[], more?: Record<string, string>) => run([join(lib, 'hosts-iptables.sh'), ...words], more);

  return {
    ...router,
    script,
    event: (...words) => run([join(lib, 'host-event.sh'), ...words]),
    saved: (family) => inside(namespace, [`${tool(family)}-save`, '-c', '-t', 'mangle']),
    async restore(family, text) {
      await inside(namespace, ['sh', '-c', `${tool(family)}-restore -w --noflush <<'END'\n*mangle\n${text}COMMIT\nEND`]);
    },
    async boot() {
      await router.boot();
      await router.nft('delete', 'table', 'inet', 'fw4');
      await firewall('start');
    },
    reloadFirewall: () => firewall('reload'),
    restartFirewall: () => firewall('restart'),
    async counting(command) {
      const said = await script([command]);
      if (said.code !== 0) throw new Error(`"hosts-iptables.sh ${command}" ended with ${said.code}: ${said.stdout}${said.stderr}`);
      return said.stdout;
    },
    age(seconds) {
      const path = join(lab.folder, 'root/proc/uptime');
      rmSync(path, { force: true });
      if (seconds === null) return symlinkSync('/proc/uptime', path);
      const [uptime = '0'] = readFileSync('/proc/uptime', 'utf8').split(' ');
      writeFileSync(path, `${(Number(uptime) + seconds).toFixed(2)} 0.00\n`);
    },
  };
}
