import { readdirSync, readFileSync } from 'node:fs';
import { appendFile, cp, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { type BareRoot, makeBareRoot } from '../../support/program/bare-root.ts';
import { output } from '../../support/program/command.ts';
import { type Exporter, type ExporterOptions, startExporter } from '../../support/program/exporter.ts';
import { memoryCgroup } from '../../support/program/memory-cgroup.ts';
import { madeRelease, type Release, repackAs } from '../../support/program/release.ts';
import { sampleValue } from '../../support/prometheus/text.ts';
import { type RunningRouters, startRouters } from '../../support/simulator/routers.ts';
import { bytes, PHONE, SMALL } from '../../support/simulator/small.ts';
import { createWorld, type World } from '../../support/simulator/world.ts';
import { standOnEachOther } from '../../support/steps.ts';

const SMALL_BOARD = 512 * 2 ** 20;

describe('a release', () => {
  let folder: string;
  let release: Release;
  let making: Promise<BareRoot> | undefined;
  let root: BareRoot;
  let world: World;
  let routers: RunningRouters;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'wrtmeter-bare-'));
    making = makeBareRoot(join(folder, 'root'));
    [release, root] = await Promise.all([madeRelease(), making]);
    world = createWorld({ ...SMALL, start: Date.now() });
    routers = await startRouters(world);
  });

  after(async () => {
    await routers?.close();
    await (await making?.catch(() => null))?.remove();
    await rm(folder, { recursive: true });
  });

  /** The download of the phone, after it moved a MiB and was read. */
  async function metered(exporter: Exporter): Promise<number | undefined> {
    world.advance(1);
    world.transfer(PHONE, bytes(2 ** 20, 0));
    return sampleValue(await exporter.scrape(), 'wrtmeter_device_download_bytes_total', { mac: PHONE });
  }

  async function withExporter(options: Partial<ExporterOptions>, use: (exporter: Exporter) => Promise<void>): Promise<void> {
    const args = [...(options.args ?? []), `gateway=${routers.router('gateway').url}`];
    const exporter = await startExporter({
      env: { WRTMETER_HEARTBEAT: '0' },
      dataDir: '/var/lib/wrtmeter',
      startsWithin: 60,
      ...options,
      args,
    });
    try {
      await use(exporter);
    } finally {
      expect(await exporter.kill()).to.deep.equal({ code: 0, signal: null });
    }
  }

  it('is an archive and a package for each architecture, below 100 MB, packages for routers, and checksums', async () => {
    const { version, folder } = release;
    const names = ['amd64', 'arm64'].flatMap((one) => [`wrtmeter-${version}-linux-${one}.tar.gz`, `wrtmeter_${version}_${one}.deb`]);
    const routers = [`wrtmeter-openwrt_${version}_all.ipk`, `wrtmeter-openwrt-${version}.apk`];
    const all = [...names, ...routers, `wrtmeter-${version}.cdx.json`, 'SHA256SUMS'];
    expect(readdirSync(folder)).to.have.members(all);
    for (const name of names) expect(readFileSync(join(folder, name)).length).to.be.lessThan(100_000_000);
    await output(['sha256sum', '--check', '--strict', 'SHA256SUMS'], { cwd: folder });
  });

  it('has a bill that names each package in it, and Node', async () => {
    const bill = JSON.parse(readFileSync(join(release.folder, `wrtmeter-${release.version}.cdx.json`), 'utf8'));
    const named = (bill.components as { name: string; version: string }[]).map(({ name, version: of }) => `${name} ${of}`);
    const files = (await output(['tar', '-tzf', release.archive('amd64')])).split('\n');
    const packages = files.filter((path) => /node_modules\/(@[^/]+\/)?[^/]+\/package\.json$/.test(path));
    await output(['tar', '-xzf', release.archive('amd64'), '-C', folder, ...packages]);
    const contained = packages.map((path) => JSON.parse(readFileSync(join(folder, path), 'utf8')) as { name: string; version: string });
    expect(contained).not.to.deep.equal([]);
    for (const { name, version: of } of contained) expect(named).to.include(`${name} ${of}`);
    expect(named.filter((name) => name.startsWith('node '))).to.have.length(2);
  });

  it('is a package that lintian has nothing to say about', async () => {
    expect(await output(['lintian', '--allow-root', release.deb('amd64')])).to.equal('');
  });

  it('meters on arm64 too, from its archive', async () => {
    await output(['tar', '-xzf', release.archive('arm64'), '-C', folder]);
    const home = join(folder, `wrtmeter-${release.version}-linux-arm64`);
    const program = [
      'qemu-aarch64-static',
      '-L',
      '/usr/aarch64-linux-gnu',
      join(home, 'node/bin/node'),
      join(home, 'dist/main.js'),
      'serve',
    ];
    const env = { WRTMETER_HEARTBEAT: '0', WRTMETER_LEDGER_DRIVER: 'node' };
    await withExporter({ program, env, dataDir: join(folder, 'arm64'), startsWithin: 120 }, async (exporter) => {
      const before = await metered(exporter);
      expect(await metered(exporter)).to.equal((before ?? Number.NaN) + 2 ** 20);
    });
  });

  // Debian 13 is in package.test.ts.
  describe('on a bare Debian 12', () => {
    standOnEachOther();

    it('meters from the unpacked archive, with 512 MB of memory and nothing else installed', async () => {
      await mkdir(join(root.folder, 'opt'), { recursive: true });
      await output(['tar', '-xzf', release.archive('amd64'), '-C', join(root.folder, 'opt')]);
      const group = memoryCgroup('wrtmeter-release', SMALL_BOARD);
      const program = ['chroot', root.folder, `/opt/wrtmeter-${release.version}-linux-amd64/bin/wrtmeter`];
      try {
        await withExporter({ program, within: group.within, dataDir: '/opt/data' }, async (exporter) => {
          const before = await metered(exporter);
          expect(await metered(exporter)).to.equal((before ?? Number.NaN) + 2 ** 20);
          expect(exporter.logs.join('\n')).to.contain("Node's own");
        });
        expect(group.kills()).to.equal(0);
      } finally {
        group.remove();
      }
    });

    const asService: Partial<ExporterOptions> = {
      get program() {
        return ['chroot', '--userspec=wrtmeter:wrtmeter', root.folder, '/usr/bin/wrtmeter', 'serve'];
      },
    };
    let total = 0;

    it('installs with its account, its configuration and a place for secrets', async () => {
      await repackAs('0.0.1', release.deb('amd64'), join(root.folder, 'root/earlier.deb'));
      await cp(release.deb('amd64'), join(root.folder, 'root/now.deb'));
      await root.run('dpkg --install /root/earlier.deb');
      expect(await root.run('getent passwd wrtmeter')).to.contain('/var/lib/wrtmeter:');
      expect(await root.run("stat -c '%a %U' /etc/wrtmeter/secrets")).to.equal('700 root\n');
      expect(await root.run('wrtmeter check'))
        .to.contain('configuration is valid')
        .and.to.contain('/etc/wrtmeter/wrtmeter.yaml');
      expect(await root.run('readlink /etc/systemd/system/multi-user.target.wants/wrtmeter.service')).to.contain(
        'systemd/system/wrtmeter.service',
      );
      // As the unit's StateDirectory does.
      await root.run('install -d -m 0700 -o wrtmeter -g wrtmeter /var/lib/wrtmeter');
      await withExporter(asService, async (exporter) => {
        await metered(exporter);
        total = (await metered(exporter)) ?? 0;
      });
      expect(total).to.be.greaterThan(0);
    });

    it('keeps the ledger and a changed configuration over an upgrade, and over the way back', async () => {
      await appendFile(join(root.folder, 'etc/wrtmeter/wrtmeter.yaml'), 'timezone: Europe/Berlin\n');
      for (const deb of ['now', 'earlier', 'now']) {
        await root.run(`dpkg --install /root/${deb}.deb`);
        await withExporter(asService, async (exporter) => {
          expect(await metered(exporter)).to.equal(total + 2 ** 20);
          total += 2 ** 20;
        });
      }
      expect(await root.run('wrtmeter check')).to.contain('Europe/Berlin');
    });

    it('leaves ledger and configuration when it is removed, and nothing when it is purged', async () => {
      await root.run('dpkg --remove wrtmeter');
      await root.run('test -s /var/lib/wrtmeter/ledger.db && test -s /etc/wrtmeter/wrtmeter.yaml && test ! -e /usr/lib/wrtmeter');
      await root.run('dpkg --purge wrtmeter');
      expect(await root.run('find / -xdev -name "*wrtmeter*" -not -path "/opt/*" -not -path "/proc/*"')).to.equal('');
      expect((await root.finish('getent passwd wrtmeter')).code).not.to.equal(0);
    });
  });
});
