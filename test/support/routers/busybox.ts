import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

/** What runs on a router, and the routers whose tools' output is kept as fixtures. */
export const scripts = resolve('openwrt-cgi');
export const fixtures = resolve('test/fixtures/openwrt');
/** Stand-ins for what many a router lacks: what counts hosts, and WireGuard's tools. */
export const moreTools = resolve('test/fixtures/openwrt-more-tools');

/** The applets OpenWrt's busybox has by default and a script may want; Debian's has many more. */
const allowed = new Set(
  (
    '[ [[ ash awk basename cat chgrp chmod chown chroot clear cmp cp cut date dd df dirname du echo egrep env expr false fgrep find flock ' +
    'grep gunzip gzip head hexdump id ip kill less ln logger ls md5sum mkdir mkfifo mktemp mount mv nc netstat nslookup pgrep pidof ping ' +
    'printf ps pwd readlink rm rmdir sed seq sh sha256sum sleep sort strings sync sysctl tail tar tee test time touch tr true umount ' +
    'uname uniq uptime vi wc wget which xargs yes zcat'
  ).split(' '),
);

/** Finds busybox, or says which package has it. */
export function busyboxPath(): string {
  for (const path of ['/bin/busybox', '/usr/bin/busybox']) if (existsSync(path)) return path;
  throw new Error('busybox is not installed: apt-get install busybox-static');
}

export interface Toolbox {
  /** The only folder on a script's PATH: allowed applets and stand-ins. */
  readonly dir: string;
  /** An ash that knows what OpenWrt's knows: what it runs is its first argument. */
  readonly shell: string;
  remove(): void;
}

/**
 * Makes a folder of tools as a router has them. Debian's ash runs its own applets before it looks at PATH, so what OpenWrt lacks, and
 * what a stand-in replaces, is shadowed by a function.
 */
export function makeToolbox(standins: string | readonly string[] = join(fixtures, 'bin'), leaveOut: readonly string[] = []): Toolbox {
  const busybox = busyboxPath();
  const dir = mkdtempSync(join(tmpdir(), 'wrtmeter-toolbox-'));
  // A copy: a test that writes over an applet's name writes to where its link leads.
  const copy = join(dir, '.busybox');
  cpSync(busybox, copy);
  const applets = spawnSync(busybox, ['--list'], { encoding: 'utf8' }).stdout.trim().split('\n');
  const folders = typeof standins === 'string' ? [standins] : standins;
  const files = folders.flatMap((folder) => readdirSync(folder).map((name) => [name, join(folder, name)] as const));
  const texts = new Map(files.filter(([name]) => !leaveOut.includes(name)));
  let prelude = `#!${busybox} ash\n`;
  for (const applet of applets) {
    if (texts.has(applet)) prelude += `${applet}() { "${join(dir, applet)}" "$@"; }\n`;
    else if (allowed.has(applet) && !leaveOut.includes(applet)) symlinkSync(copy, join(dir, applet === 'sh' ? 'sh.busybox' : applet));
    else if (/^[a-z_][a-z0-9_]*$/.test(applet)) prelude += `${applet}() { echo "${applet}: not found" >&2; return 127; }\n`;
  }
  for (const [name, path] of texts) {
    writeFileSync(join(dir, name), readFileSync(path, 'utf8').replace(/^#!.*/, `#!${busybox} ash`));
    chmodSync(join(dir, name), 0o755);
  }
  const shell = join(dir, 'sh');
  writeFileSync(shell, `${prelude}PATH="${dir}"\ncase $1 in /*) script=$1 ;; *) script=./$1 ;; esac\nshift\n. "$script"\n`);
  chmodSync(shell, 0o755);
  return { dir, shell, remove: () => rmSync(dir, { recursive: true, force: true }) };
}

/** A router's files (/proc, /sys, /etc, /tmp) below `root`, and in `tools` what its iw, ubus, uci and ip print. */
export interface FakeRouter {
  readonly root: string;
  readonly tools: string;
  remove(): void;
}

/** Copies a router of test/fixtures/openwrt, so that a test may change it. */
export function fakeRouter(fixture: string): FakeRouter {
  const dir = mkdtempSync(join(tmpdir(), 'wrtmeter-router-'));
  cpSync(join(fixtures, fixture), dir, { recursive: true });
  mkdirSync(join(dir, 'root/etc/config'), { recursive: true });
  return { root: join(dir, 'root'), tools: join(dir, 'tools'), remove: () => rmSync(dir, { recursive: true, force: true }) };
}

/** For a suite: tools for all of its tests, and a new router for each. Both are there once a test runs. */
export function routerForEach(fixture: string, ...tools: Parameters<typeof makeToolbox>): { toolbox: Toolbox; router: FakeRouter } {
  let toolbox: Toolbox;
  let router: FakeRouter;
  before(() => {
    toolbox = makeToolbox(...tools);
  });
  after(() => toolbox.remove());
  beforeEach(() => {
    router = fakeRouter(fixture);
  });
  afterEach(() => router.remove());
  return {
    toolbox: {
      get dir() {
        return toolbox.dir;
      },
      get shell() {
        return toolbox.shell;
      },
      remove: () => toolbox.remove(),
    },
    router: {
      get root() {
        return router.root;
      },
      get tools() {
        return router.tools;
      },
      remove: () => router.remove(),
    },
  };
}

/** The environment a script gets from a web server on that router. */
export function cgiEnvironment(router: Pick<FakeRouter, 'root' | 'tools'>, more: Record<string, string> = {}): Record<string, string> {
  return {
    PATH: '/nonexistent',
    GATEWAY_INTERFACE: 'CGI/1.1',
    REQUEST_METHOD: 'GET',
    WRTMETER_ROOT: router.root,
    STANDIN: router.tools,
    ...more,
  };
}

export interface CgiAnswer {
  readonly status: number;
  readonly headers: Record<string, string>;
  readonly body: string;
  readonly stderr: string;
}

/** Runs a script of openwrt-cgi/ as a web server would, and takes its answer apart. */
export function runCgi(
  toolbox: Toolbox,
  script: string,
  router: Pick<FakeRouter, 'root' | 'tools'>,
  more: Record<string, string> = {},
): CgiAnswer {
  const run = spawnSync(toolbox.shell, [join(scripts, script)], {
    encoding: 'latin1',
    env: cgiEnvironment(router, { SCRIPT_FILENAME: join(scripts, script), ...more }),
    maxBuffer: 1 << 26,
  });
  const end = run.stdout.indexOf('\r\n\r\n');
  if (end < 0) throw new Error(`${script} answered without headers: ${JSON.stringify(run.stdout.slice(0, 200))} ${run.stderr}`);
  const headers: Record<string, string> = {};
  for (const line of run.stdout.slice(0, end).split('\r\n')) {
    const colon = line.indexOf(': ');
    headers[line.slice(0, colon).toLowerCase()] = line.slice(colon + 2);
  }
  return { status: Number(headers.status?.slice(0, 3) ?? 200), headers, body: run.stdout.slice(end + 4), stderr: run.stderr };
}
