import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { shellChannel } from '../../../src/control/limits/channel.ts';
import { thisMachine, within } from '../../../src/transports/exec.ts';
import {
  cgiEnvironment,
  type FakeRouter,
  fakeRouter,
  fixtures,
  makeToolbox,
  moreTools,
  scripts,
  type Toolbox,
} from '../../support/routers/busybox.ts';
import { type LimitsRouter, startLimitsRouter, TABLET } from '../../support/routers/limits-router.ts';

const SPACE = 'wrtmeter-limits-service';
const TABLE = ['inet', 'wrtmeter_limits'];
const QUOTA = 'quotas: { kids: { of: user kids, limit: 1MB, per: day, steps: { 100%: slow 1Mbit, 200%: block } } }\n';

/** The whole service with a faked clock, the script that it sends, and what wrtmeter.cgi shows, with the kernel's own nftables. */
describe('limits from a quota to the kernel and back', () => {
  let files: FakeRouter;
  let toolbox: Toolbox;
  let router: LimitsRouter;

  const inSpace = (...argv: string[]) => spawnSync('ip', ['netns', 'exec', SPACE, ...argv], { encoding: 'utf8' });
  const table = () => inSpace('nft', 'list', 'table', ...TABLE).stdout;

  before(async () => {
    spawnSync('ip', ['netns', 'delete', SPACE]);
    expect(spawnSync('ip', ['netns', 'add', SPACE]).status).to.equal(0);
    for (const words of ['link add br-lan type bridge', 'addr add 192.168.1.1/24 dev br-lan', 'link set br-lan up'])
      expect(inSpace('ip', ...words.split(' ')).status, words).to.equal(0);
    files = fakeRouter('gateway');
    const tools = mkdtempSync(join(tmpdir(), 'wrtmeter-nft-'));
    writeFileSync(join(tools, 'nft'), '#!/bin/sh\nexec /usr/sbin/nft "$@"\n');
    toolbox = makeToolbox([join(fixtures, 'bin'), moreTools, tools]);
    rmSync(tools, { recursive: true });
    const env = { PATH: process.env.PATH, WRTMETER_ROOT: files.root };
    const { run } = within(thisMachine(env), (argv) => ['ip', 'netns', 'exec', SPACE, ...argv, 'for-tests']);
    router = await startLimitsRouter(QUOTA, { channel: shellChannel(run), section });
    await router.round();
  });

  after('nothing is left over', async () => {
    await router?.close();
    toolbox?.remove();
    files?.remove();
    spawnSync('ip', ['netns', 'delete', SPACE]);
  });

  /** The section of the real wrtmeter.cgi, with the real nft. */
  function section(): string[] | null {
    const env = cgiEnvironment(files, { PATH: '/usr/sbin:/usr/bin:/sbin:/bin' });
    const { stdout } = spawnSync('ip', ['netns', 'exec', SPACE, toolbox.shell, join(scripts, 'wrtmeter.cgi')], { encoding: 'utf8', env });
    const [, lines] = /^begin limits\n(.*?)^end limits$/ms.exec(stdout) ?? [];
    return lines === undefined
      ? null
      : lines
          .trim()
          .split('\n')
          .filter((line) => line !== '');
  }
  const uses = (bytes: number) => (router.received[TABLET] = (router.received[TABLET] ?? 0) + bytes);

  it('a step slows, the next one pauses, what is deleted or lost with a boot is set again, and the new day is free', async () => {
    uses(1_100_000);
    await router.round();
    expect(section()?.map((line) => line.split(' ').slice(0, 5).join(' '))).to.deep.equal(['limit user_kids slow 125000 125000']);
    expect(table()).to.include(TABLET).and.include('192.168.1.2');
    uses(1_000_000);
    await router.round();
    expect(section()?.map((line) => line.split(' ').slice(0, 3).join(' '))).to.deep.equal(['limit user_kids pause']);
    await router.round();
    const asked = router.asked.length;
    await router.round();
    expect(router.asked.length, 'all is as wanted').to.equal(asked);

    inSpace('nft', 'delete', 'table', ...TABLE);
    await router.round();
    expect(section(), 'deleted by hand').to.have.length(1);
    await router.round();
    inSpace('nft', 'flush', 'ruleset');
    rmSync(join(files.root, 'var/run/wrtmeter-limits'), { recursive: true });
    router.bootId = '11111111-5c0f-4b3e-9a55-6a2b7c1d9e10';
    // A row of a kind is written once in half an hour.
    await router.round(2000);
    expect(section(), 'a reboot').to.have.length(1);

    await router.round(4 * 3600);
    expect([section(), table()]).to.deep.equal([null, '']);
    const gone = 'gateway, 1 of 1 limit had gone (a reboot, a restart of the firewall, or by hand), and was set again';
    expect(await router.audit()).to.deep.equal([
      'gateway, user kids, slowed to 1 Mbit/s by quota "kids" at 100 % until 2026-03-09 00:00',
      'gateway, user kids, paused by quota "kids" at 100 % until 2026-03-09 00:00; quota "kids" at 200 % until 2026-03-09 00:00',
      gone,
      gone,
      'gateway, user kids, free again',
    ]);
  });
});
