import { spawn } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { answers, freePort } from '../web/port.ts';
import { busyboxPath, cgiEnvironment, fakeRouter, makeToolbox, scripts } from './busybox.ts';

export interface BusyboxRouterOptions {
  /** A router of test/fixtures/openwrt, copied; default `pppoe`. */
  readonly fixture?: string;
  /** Instead of a fixture: the folder below which /proc, /sys, /etc and /tmp are looked for (empty: the machine's own) … */
  readonly root?: string;
  /** … and the folder with what the stand-ins iw, ubus, uci, ip, uname and date print. */
  readonly tools?: string;
  /** A folder of stand-ins; default test/fixtures/openwrt/bin. */
  readonly standins?: string;
  /** Stand-ins and applets this router does not have. */
  readonly leaveOut?: readonly string[];
  /** Runs the server inside something: `['ip', 'netns', 'exec', 'rtr']`. Give host and port then, and wait for it yourself. */
  readonly within?: readonly string[];
  readonly host?: string;
  readonly port?: number;
  /** Runs the server, and so the scripts, as this user and group instead of as root. */
  readonly user?: number;
  /** More variables for the scripts. */
  readonly environment?: Readonly<Record<string, string>>;
}

export interface BusyboxRouter {
  /** http://HOST:PORT, the scripts are below /cgi-bin/. */
  readonly url: string;
  /** Change files in these to change the router while it runs. */
  readonly root: string;
  readonly tools: string;
  close(): Promise<void>;
}

/** Serves the scripts of openwrt-cgi/ with a real busybox httpd, under busybox ash and awk, on a router made of files. */
export async function startBusyboxRouter(options: BusyboxRouterOptions = {}): Promise<BusyboxRouter> {
  const host = options.host ?? '127.0.0.1';
  const port = options.port ?? (await freePort(host));
  const toolbox = makeToolbox(options.standins, options.leaveOut);
  const copy = options.root === undefined || options.tools === undefined ? fakeRouter(options.fixture ?? 'pppoe') : undefined;
  const root = options.root ?? copy?.root ?? '';
  const tools = options.tools ?? copy?.tools ?? '';
  const home = mkdtempSync(join(tmpdir(), 'wrtmeter-www-'));
  mkdirSync(join(home, 'cgi-bin'));
  for (const name of readdirSync(scripts).filter((file) => file.endsWith('.cgi'))) {
    // The same text, but for the first line: /bin/sh is another shell here.
    writeFileSync(join(home, 'cgi-bin', name), readFileSync(join(scripts, name), 'utf8').replace(/^#!.*/, `#!${toolbox.shell}`));
    chmodSync(join(home, 'cgi-bin', name), 0o755);
  }
  const [command = busyboxPath(), ...before] = [...(options.within ?? []), busyboxPath()];
  const { REQUEST_METHOD: _, ...env } = cgiEnvironment({ root, tools });
  const { user } = options;
  if (user !== undefined) for (const dir of [toolbox.dir, home, join(root, '..')]) chmodSync(dir, 0o755);
  const args = [...before, 'httpd', '-f', '-p', `${host}:${port}`, '-h', home];
  const server = spawn(command, args, {
    env: { ...env, PATH: process.env.PATH ?? '', ...options.environment },
    stdio: 'ignore',
    ...(user !== undefined && { uid: user, gid: user }),
  });
  const ended = new Promise<void>((resolve) => server.once('exit', () => resolve()).once('error', () => resolve()));
  const close = async (): Promise<void> => {
    server.kill();
    await ended;
    for (const dir of [home, toolbox.dir]) rmSync(dir, { recursive: true, force: true });
    copy?.remove();
  };
  if (!options.within) {
    for (let tries = 0; !(await answers(host, port)); tries++) {
      if (tries > 200 || server.exitCode !== null) {
        await close();
        throw new Error(`busybox httpd does not answer on ${host}:${port}`);
      }
      await sleep(10);
    }
  }
  return { url: `http://${host}:${port}`, root, tools, close };
}
