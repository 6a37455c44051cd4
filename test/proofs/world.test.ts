import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { createRandom } from '../../src/simulator/random.ts';
import { site } from '../support/homes/site.ts';
import { type Books, booksKnowable, booksShown, expectAtMost, expectEqual, expectNoFall } from '../support/ledger/books.ts';
import { startExporter } from '../support/program/exporter.ts';
import { ride } from '../support/proofs/drive.ts';
import { knowableEvents, wildEvents } from '../support/proofs/events.ts';
import { hostEvents } from '../support/proofs/host-events.ts';
import { Oracle } from '../support/simulator/oracle.ts';
import { type RoutersOptions, type RunningRouters, startRouters } from '../support/simulator/routers.ts';
import { createWorld, type World } from '../support/simulator/world.ts';

/** A new one each time, printed when something fails; set SEED to repeat it. */
const SEED = Number(process.env.SEED ?? Date.now() % 1_000_000);

/** Where it is about noon now, so that no month ends while a test runs. */
const noon = (() => {
  const ahead = 12 - new Date().getUTCHours();
  return `Etc/GMT${ahead > 0 ? '-' : '+'}${Math.abs(ahead)}`;
})();

describe(`the program among routers that fail, from outside (SEED=${SEED})`, function () {
  this.timeout(120_000);
  let directory: string;
  let world: World;
  let routers: RunningRouters;
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'wrtmeter-world-'));
    world = createWorld(site(SEED, Date.now()));
  });
  afterEach(async () => {
    await routers.close();
    await rm(directory, { recursive: true });
  });

  const start = (config: string) => () =>
    startExporter({
      args: ['--config', join(directory, config)],
      dataDir: join(directory, 'data'),
      env: { TZ: noon, WRTMETER_TIMEOUT: '2s' },
    });

  async function classicSite(onAnswer?: RoutersOptions['onAnswer']): Promise<() => ReturnType<typeof startExporter>> {
    routers = await startRouters(world, onAnswer && { onAnswer });
    const entries = routers.routers.map(({ name, urls }) => [
      name,
      { ap_stats: urls.stations, wan_stats: urls.wan ?? '', dhcp_leases: urls.leases ?? null },
    ]);
    await writeFile(join(directory, 'routers.json'), `// as published\n${JSON.stringify(Object.fromEntries(entries), null, 2)}\n`);
    return start('routers.json');
  }

  async function wrtmeterSite(more = ''): Promise<() => ReturnType<typeof startExporter>> {
    routers = await startRouters(world, { auth: { token: 'correct-horse' } });
    const entries = routers.routers.map(({ name, url }) => `  ${name}:\n    url: ${url}\n    token: correct-horse\n`);
    await writeFile(join(directory, 'wrtmeter.yaml'), `${more}routers:\n${entries.join('')}`);
    return start('wrtmeter.yaml');
  }

  for (const twins of [true, false]) {
    const which = twins ? 'of devices on two radios of a router too' : 'and that has lines which cannot be read';
    it(`shows everything that classic lists show, to the byte, ${which}`, async () => {
      const random = createRandom(SEED, 'classic');
      const events = knowableEvents(world, random, { twins });
      const terms = { world, random, events, format: 'classic', demand: 'equal', lies: !twins } as const;
      const { answers, failures, faults } = await ride({ ...terms, start: await classicSite(), routers, rounds: 200, kills: 6, waits: 4 });
      expect(answers).to.be.greaterThan(400);
      expect(failures).to.be.greaterThan(40);
      expect(faults.size).to.be.greaterThan(20);
    });
  }

  it('shows everything that wrtmeter.cgi shows, to the byte, whatever happens', async () => {
    const random = createRandom(SEED, 'wrtmeter');
    const events = wildEvents(world, random, 600);
    const terms = { world, random, events, format: 'wrtmeter', demand: 'equal' } as const;
    const { answers, failures } = await ride({ ...terms, start: await wrtmeterSite(), routers, rounds: 190, kills: 6, waits: 4 });
    expect(answers).to.be.greaterThan(400);
    expect(failures).to.be.greaterThan(40);
  });

  it('shows all that can be known of hosts and peers, to the byte, and goes over from stations to hosts', async () => {
    world = createWorld(site(SEED, Date.now(), { method: 'nftables' }));
    const random = createRandom(SEED, 'hosts');
    const events = hostEvents(world, random, 600);
    const terms = { world, random, events, format: 'wrtmeter', demand: 'equal', accounting: 'auto' } as const;
    const start = await wrtmeterSite('accounting: auto\n');
    const { answers, failures, shown } = await ride({ ...terms, start, routers, rounds: 110, kills: 4, waits: 2 });
    expect(answers).to.be.greaterThan(400);
    expect(failures).to.be.greaterThan(40);
    expect([...shown].filter(([account, bytes]) => /^(host|peer) /.test(account) && bytes > 0)).to.have.length.greaterThan(20);
  });

  it('never shows more than classic lists, whatever happens', async () => {
    const random = createRandom(SEED, 'wild');
    const events = wildEvents(world, random);
    const terms = { world, random, events, format: 'classic', demand: 'at most' } as const;
    await ride({ ...terms, start: await classicSite(), routers, rounds: 120, kills: 2, waits: 1 });
  });

  it('counts once what moves while several scrapers ask at once', async () => {
    const random = createRandom(SEED, 'scrapers');
    const oracle = new Oracle(world);
    const start = await classicSite((router, script) => {
      if (script === 'totalwifi') oracle.read(router, 'stations');
      if (script === 'wan') oracle.read(router, 'wan');
    });
    const exporter = await start();
    const move = () => {
      for (const { spec } of world.devices.values()) world.transfer(spec.mac, { download: random.int(9000), upload: random.int(900) });
    };
    const moving = setInterval(move, 1);
    let before: Books = new Map();
    try {
      for (let round = 0; round < 30; round++) {
        const pages = await Promise.all([0, 1, 2, 3].map(() => exporter.scrape()));
        const known = booksKnowable(world, oracle);
        for (const shown of pages.map(booksShown)) {
          expectNoFall(shown, before);
          expectAtMost(shown, known);
        }
        before = booksShown(pages[0] ?? []);
        await new Promise((resolve) => setTimeout(resolve, random.int(30)));
      }
      clearInterval(moving);
      expectEqual(booksShown(await exporter.scrape()), booksKnowable(world, oracle));
      expect((await exporter.kill()).code).to.equal(0);
    } finally {
      clearInterval(moving);
      await exporter.kill('SIGKILL');
    }
  });
});
