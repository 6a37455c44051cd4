import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { thisMachine } from '../../../src/transports/exec.ts';
import type { Run } from '../../../src/transports/run.ts';
import { busyboxPath } from '../routers/busybox.ts';
import { someKey } from './peer-script.ts';

const STANDINS = resolve('test/fixtures/access/bin');

/** A server made of files, on which the real script runs under busybox; wg and uci are stand-ins. */
export interface AccessServer {
  readonly run: Run;
  /** Below it is what the script takes for `/`. */
  readonly root: string;
  /** The folder of the stand-ins, for a PATH. */
  readonly bin: string;
  readonly anna: string;
  readonly bert: string;
  readonly secrets: readonly string[];
  /** A file below the root; an empty text where there is none. */
  text(path: string): string;
  write(path: string, text: string): void;
  /** Public keys on the interface. */
  live(): string[];
  /** Takes the interface down, or brings it up with all peers in the file or uci. */
  down(): void;
  /** Lets a word of wg, or uci's commit, fail. */
  fails(word: string | null): void;
  remove(): void;
}

/** A server with the peers Anna and Bert, in wg-quick's file or in OpenWrt's configuration. */
export function accessServer(kind: 'file' | 'uci'): AccessServer {
  const folder = mkdtempSync(join(tmpdir(), 'wrtmeter-access-'));
  const [root, standin, bin] = [join(folder, 'root'), join(folder, 'standin'), join(folder, 'bin')];
  for (const path of [root, join(standin, 'wg0'), bin]) mkdirSync(path, { recursive: true });
  cpSync(join(STANDINS, 'wg'), join(bin, 'wg'));
  if (kind === 'uci') cpSync(join(STANDINS, 'uci'), join(bin, 'uci'));
  const [anna, bert, shared, own] = [someKey(), someKey(), someKey(), someKey()];
  const write = (path: string, text: string) => {
    mkdirSync(join(root, path, '..'), { recursive: true });
    writeFileSync(join(root, path), text);
  };
  writeFileSync(join(standin, 'private'), own);
  const put = (key: string, lines: string) => writeFileSync(join(standin, 'wg0', key.replaceAll('/', '_')), `PublicKey = ${key}\n${lines}`);
  put(anna, `PresharedKey = ${shared}\nAllowedIPs = 10.7.0.2/32, fd07::2/128\n`);
  put(bert, 'AllowedIPs = 10.7.0.3/32\n');
  if (kind === 'file') {
    write(
      'etc/wireguard/wg0.conf',
      `[Interface]\nPrivateKey = ${own}\nJc = 4\n\n# Name = Anna\n[Peer]\nPublicKey = ${anna}\nPresharedKey = ${shared}\nAllowedIPs = 10.7.0.2/32, fd07::2/128\n\n[Peer]\nPublicKey = ${bert}\nAllowedIPs = 10.7.0.3\n`,
    );
  } else {
    write(
      'etc/config/network',
      [
        "network.lan=interface\nnetwork.lan.proto='static'\nnetwork.wg0=interface\nnetwork.wg0.proto='wireguard'",
        `network.wg0.private_key='${own}'`,
        `network.cfg0a=wireguard_wg0\nnetwork.cfg0a.description='Anna'\nnetwork.cfg0a.public_key='${anna}'\nnetwork.cfg0a.preshared_key='${shared}'`,
        `network.cfg0a.allowed_ips='10.7.0.2/32' 'fd07::2/128'`,
        `network.bert=wireguard_wg0\nnetwork.bert.public_key='${bert}'\nnetwork.bert.allowed_ips='10.7.0.3/32'\n`,
      ].join('\n'),
    );
    write('lib/netifd/proto/wireguard.sh', 'config_get_bool disabled "$peer_config" "disabled" 0\n');
  }
  const shell = thisMachine({ PATH: `${bin}:/usr/bin:/bin`, WRTMETER_ROOT: root, STANDIN: standin }).run;
  return {
    run: (argv, stdin, signal) => shell([busyboxPath(), ...argv], stdin, signal),
    root,
    bin,
    anna,
    bert,
    secrets: [shared, own],
    text: (path) => (existsSync(join(root, path)) ? readFileSync(join(root, path), 'utf8') : ''),
    write,
    live: () => (existsSync(join(standin, 'wg0')) ? readdirSync(join(standin, 'wg0')).map((name) => name.replaceAll('_', '/')) : []),
    down: () => rmSync(join(standin, 'wg0'), { recursive: true }),
    fails: (word) => (word === null ? rmSync(join(standin, 'fails'), { force: true }) : writeFileSync(join(standin, 'fails'), word)),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}
