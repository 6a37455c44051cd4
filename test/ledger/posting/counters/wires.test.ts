import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import fc from 'fast-check';
import type { Epoch } from '../../../../src/domain/counter.ts';
import type { Observation, Uplink } from '../../../../src/domain/observation.ts';
import { WAN_RULES } from '../../../../src/sources/openwrt/uplinks.ts';
import { parseWrtmeter } from '../../../../src/sources/openwrt/wrtmeter.ts';
import { ownUplinks } from '../../../../src/views/rows/wan.ts';
import { type Bench, openBench, system } from '../../../support/ledger/rounds.ts';

const BOOT = 'aaaaaaaa';
const BELOW = { 'pppoe-wan': ['eth1'], 'eth1.20': ['eth1'], eth1: [], eth2: [], 'br-wan': ['eth1'] } as const;
const IFINDEX = { 'pppoe-wan': 12, 'eth1.20': 7, eth1: 4, eth2: 5, 'br-wan': 6, wg0: 8 };
type Device = keyof typeof BELOW;

interface Line {
  name: string;
  device: Device | 'wg0';
  /** Downloaded and, ten times less, uploaded. */
  bytes: number;
  ifindex?: number;
  boot?: string;
  overlay?: boolean;
}

/** As a script that shows layers answers, or as one of before. */
function uplinks(lines: readonly Line[], script: 'new' | 'old' = 'new'): Observation {
  const each = ({ name, device, bytes, ifindex, boot = BOOT, overlay = false }: Line): Uplink => ({
    name,
    up: true,
    device,
    protocol: null,
    overlay,
    bytes: { download: bytes, upload: Math.floor(bytes / 10) },
    bits: 64,
    epoch: { boot, instance: ifindex ?? IFINDEX[device], began: null, margin: 0 } satisfies Epoch,
    ...(script === 'new' && device in BELOW ? { below: BELOW[device as Device] } : {}),
  });
  return { source: 'wan', rules: WAN_RULES, uplinks: lines.map(each) };
}

describe('Rule: one wire', () => {
  let bench: Bench;
  let seconds: number;
  beforeEach(async () => {
    bench = await openBench();
    seconds = 0;
  });
  afterEach(() => bench.close());

  const read = (lines: readonly Line[], script: 'new' | 'old' = 'new', boot = BOOT, uptime = 1000 + seconds) => {
    const at = seconds;
    seconds += 60;
    return bench.readFrom('gateway', at, [uplinks(lines, script)], { system: system(boot, uptime) });
  };
  /** What the home's uplinks have downloaded, by name and together. */
  const home = (): Record<string, number> & { together: number } => {
    const own = ownUplinks([...bench.ledger.books.accounts.values()].filter(({ kind }) => kind === 'wan'));
    const sums = own.map(({ interface: name, total }) => [name, total.download] as const);
    return { ...Object.fromEntries(sums), together: sums.reduce((sum, [, bytes]) => sum + bytes, 0) };
  };
  const noted = async (): Promise<string[]> =>
    (await bench.store.all("SELECT counter, why FROM audit WHERE kind = 'wire' ORDER BY id")).map(
      ({ counter, why }) => `${counter}: ${why}`,
    );

  const wan = (bytes: number, ifindex = 12): Line => ({ name: 'wan', device: 'pppoe-wan', bytes, ifindex });
  const modem = (bytes: number): Line => ({ name: 'modem', device: 'eth1', bytes });

  it('an uplink that lies on another one is counted by the lower one, which carries the bytes of both', async () => {
    await read([wan(1000), modem(1500)]);
    await read([wan(11_000), modem(12_500)]);
    await read([wan(11_000), modem(13_500)]);
    expect(home()).to.deep.equal({ wan: 0, modem: 12_000, together: 12_000 });
    expect(await noted()).to.deep.equal([]);
  });
  it('of uplinks that lie on each other, which cannot be, the first is counted, and the audit says so once', async () => {
    const layers: Record<string, string[]> = { a: ['b'], b: ['c'], c: ['a'], d: [] };
    for (const [round, bytes] of [0, 1000, 2000, 3000].entries()) {
      const lines = uplinks(Object.keys(layers).map((name) => ({ name, device: 'eth2', bytes })));
      if (lines.source !== 'wan') throw new Error('no WAN');
      const each = lines.uplinks.map((uplink, i) => ({
        ...uplink,
        device: uplink.name,
        below: layers[uplink.name] ?? [],
        epoch: { boot: BOOT, instance: 20 + i, began: null, margin: 0 },
      }));
      await bench.readFrom('gateway', round * 60, [{ ...lines, uplinks: each }], { system: system(BOOT, 1000 + round * 60) });
    }
    expect(home()).to.deep.equal({ a: 3000, b: 0, c: 0, d: 3000, together: 6000 });
    expect(await noted()).to.deep.equal(
      ['b', 'c'].map(
        (name) => `${name} ${name}: it and the uplink a (a) cannot lie on each other, as the router says, so one of them is counted`,
      ),
    );
  });
  it('uplinks on different wires are added, VLANs of one port too', async () => {
    await read([{ name: 'a', device: 'eth1.20', bytes: 5 }, { name: 'b', device: 'eth2', bytes: 7 }, wan(10)]);
    await read([{ name: 'a', device: 'eth1.20', bytes: 105 }, { name: 'b', device: 'eth2', bytes: 1007 }, wan(10_010)]);
    expect(home()).to.deep.equal({ a: 100, b: 1000, wan: 10_000, together: 11_100 });
  });
  it('while the lower one has no reading to continue, the upper one is counted, and nothing twice', async () => {
    await read([wan(1000)]);
    await read([wan(2000), modem(50_000)]);
    await read([wan(3000), modem(51_100)]);
    await read([wan(4000)]);
    await read([wan(5000), modem(53_500)]);
    await read([wan(6000), modem(54_600)]);
    expect(home()).to.deep.equal({ wan: 1000 + 1000 + 1000, modem: 1100 + 1100, together: 5200 });
  });
  it('what a lower one gained while only an upper one was shown is not counted when it returns alone', async () => {
    await read([wan(1000), modem(1500)]);
    await read([wan(11_000)]);
    await read([modem(12_500)]);
    await read([modem(12_700)]);
    expect(home()).to.deep.equal({ wan: 10_000, modem: 200, together: 10_200 });
  });
  it('what an upper one gained while only the lower one was shown is not counted when it returns alone', async () => {
    await read([wan(1000), modem(1500)]);
    await read([modem(12_500)]);
    await read([wan(11_000)]);
    await read([wan(11_300)]);
    expect(home()).to.deep.equal({ wan: 300, modem: 11_000, together: 11_300 });
    expect(await noted()).to.deep.equal(['wan pppoe-wan: other uplinks of its wire were counted since it was read last']);
  });
  it('nor where the lower one was hidden behind a third one since', async () => {
    await read([wan(1000), modem(1500)]);
    await read([modem(12_500)]);
    await read([{ name: 'iptv', device: 'eth1.20', bytes: 7 }]);
    await read([{ ...wan(11_000), name: 'dsl' }]);
    expect(home().together).to.equal(11_000);
  });
  it('nor if it was dialled again in between', async () => {
    await read([wan(1000), modem(1500)]);
    await read([modem(12_500)]);
    await read([wan(9000, 13)]);
    await read([wan(9300, 13)]);
    expect(home().together).to.equal(11_000 + 300);
  });
  it('PPPoE that is dialled again on its wire posts all that the new session shows', async () => {
    await read([wan(1000)]);
    await read([]);
    await read([wan(700, 13)]);
    expect(home().together).to.equal(700);
  });
  it('the same device under a new name continues what the old name had', async () => {
    await read([{ name: 'wan', device: 'eth1', bytes: 5_000_000 }]);
    await read([{ name: 'modem', device: 'eth1', bytes: 5_200_000 }]);
    await read([{ name: 'wan', device: 'eth1', bytes: 5_300_000 }]);
    expect(home()).to.deep.equal({ modem: 200_000, wan: 100_000, together: 300_000 });
  });
  it('also after a restart of the router, and where its device got another name', async () => {
    await read([{ name: 'wan', device: 'eth1', bytes: 5000, ifindex: 3 }]);
    await read([{ name: 'modem', device: 'eth1', bytes: 400, ifindex: 4, boot: 'bbbbbbbb' }], 'new', 'bbbbbbbb', 30);
    await read([{ name: 'wan', device: 'eth1', bytes: 700, ifindex: 4, boot: 'bbbbbbbb' }], 'new', 'bbbbbbbb', 90);
    await read([{ name: 'wan', device: 'eth2', bytes: 750, ifindex: 4, boot: 'bbbbbbbb' }], 'new', 'bbbbbbbb', 150);
    expect(home()).to.deep.equal({ modem: 400, wan: 350, together: 750 });
  });
  it('of two names of one device one is counted, the one that was', async () => {
    const both = (bytes: number): Line[] => [
      { name: 'a', device: 'eth1', bytes },
      { name: 'wan', device: 'eth1', bytes },
    ];
    await read([{ name: 'wan', device: 'eth1', bytes: 10 }]);
    for (const bytes of [110, 210, 310]) await read(both(bytes));
    await read([{ name: 'a', device: 'eth1', bytes: 410 }]);
    await read(both(510));
    expect(home()).to.deep.equal({ wan: 300, a: 200, together: 500 });
  });
  it('the same line twice is one uplink', async () => {
    for (const bytes of [10, 110]) await read([wan(bytes), wan(bytes)]);
    expect(home().together).to.equal(100);
  });
  it('an uplink that was shown on another device since its reading does not count what passed meanwhile', async () => {
    const port = (bytes: number): Line => ({ name: 'wan', device: 'eth1', bytes });
    const other = (bytes: number): Line => ({ name: 'wan', device: 'eth2', bytes });
    for (const line of [port(100), other(7), other(57), port(6000), port(6100)]) await read([line]);
    expect(home().together).to.equal(50 + 100);
  });
  it('all of a new boot is counted once', async () => {
    await read([wan(1000), modem(1500)]);
    const boot = 'bbbbbbbb';
    await read(
      [
        { ...wan(300), boot },
        { ...modem(400), boot },
      ],
      'new',
      boot,
      30,
    );
    expect(home().together).to.equal(400);
  });
  it('a tunnel whose account is in the home’s sum does not count beside another uplink', async () => {
    const vpn = (bytes: number): Line => ({ name: 'vpn', device: 'wg0', bytes, overlay: true });
    await read([{ ...vpn(0), overlay: false }, modem(0)]);
    await read([vpn(900), modem(1000)]);
    await read([vpn(1800), modem(2000)]);
    expect(home()).to.deep.equal({ vpn: 0, modem: 2000, together: 2000 });
  });

  it('an answer with thousands of invented uplinks is read in bounded time and memory', async () => {
    const invented = (from: number): Line[] => [
      wan(from),
      ...Array.from({ length: 20_000 }, (_, i): Line => ({ name: `x${from + i}`, device: 'eth2', bytes: i, ifindex: 100 + from + i })),
    ];
    const start = performance.now();
    for (let round = 0; round < 20; round += 1) await read(invented(round * 20_000));
    expect(performance.now() - start).to.be.below(10_000);
    expect(bench.total({ kind: 'wan', router: 'gateway', interface: 'wan' })?.download).to.equal(19 * 20_000);
    const counters = bench.ledger.books.readers.get('gateway\nwan')?.counters.size;
    expect(counters).to.be.at.most(1000);
    expect(bench.ledger.state.counts.get('gateway\nwan')?.leftOut).to.be.at.least(20 * 19_000);
  });

  describe('where an older script does not show what lies on what', () => {
    it('a port that may be the one below PPPoE or a bridge is not counted beside it, and the audit says so once', async () => {
      for (const bytes of [0, 1000, 2000]) await read([wan(bytes), { name: 'second', device: 'eth2', bytes: bytes * 2 }], 'old');
      expect(home()).to.deep.equal({ wan: 2000, second: 0, together: 2000 });
      expect(await noted()).to.deep.equal([
        'second eth2: it may be what the uplink wan (pppoe-wan) lies on, so it is not counted beside it',
      ]);
    });
    it('the answers of a router with its modem’s page below PPPoE', async () => {
      for (const n of [0, 1]) {
        const text = readFileSync(`test/fixtures/one-wire/wrtmeter-${n}.txt`, 'utf8');
        const { system: router, sources } = parseWrtmeter({ text, framed: true });
        const found = sources.find(({ source }) => source === 'wan')?.observation;
        if (router === null || found === undefined || !('source' in found)) throw new Error('no uplinks');
        await bench.readFrom('gateway', n * 60, [found], { system: router });
      }
      expect(home()).to.deep.equal({ wan: 10_000_000, modem: 0, together: 10_000_000 });
    });
    it('a VLAN is known by its name, and what cannot be a port of PPPoE is counted', async () => {
      const lines = (bytes: number): Line[] => [
        { name: 'wan', device: 'eth1.20', bytes },
        { name: 'modem', device: 'eth1', bytes: bytes * 2 },
      ];
      await read(lines(0), 'old');
      await read(lines(1000), 'old');
      expect(home().together).to.equal(2000);
    });
  });

  it('the home never has more bytes than its wires carried, whatever is shown, hidden, renamed, dialled or restarted', async function () {
    this.timeout(120_000);
    const names = ['wan', 'modem', 'wan6'];
    const shownAs = fc.option(fc.constantFrom(...names), { nil: null });
    const step = fc.record({
      port: fc.nat(1000),
      ppp: fc.nat(1000),
      vlan: fc.nat(1000),
      show: fc.record({ 'pppoe-wan': shownAs, eth1: shownAs, 'eth1.20': shownAs }),
      script: fc.constantFrom('new' as const, 'new' as const, 'old' as const),
      event: fc.constantFrom('none', 'none', 'none', 'none', 'dial', 'boot'),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 3, maxLength: 14 }), async (steps) => {
        const fresh = await openBench();
        try {
          let boots = 0;
          let booted = 0;
          let dialled = 10;
          let wire = 0;
          let counters = { eth1: 50_000, 'pppoe-wan': 40_000, 'eth1.20': 9000 };
          for (const [i, { port, ppp, vlan, show, script, event }] of steps.entries()) {
            if (event === 'dial') [dialled, counters] = [dialled + 1, { ...counters, 'pppoe-wan': 0 }];
            if (event === 'boot' && i > 0)
              [boots, booted, dialled, counters] = [boots + 1, i * 60 - 30, 10, { eth1: 0, 'pppoe-wan': 0, 'eth1.20': 0 }];
            counters.eth1 += port + ppp + vlan;
            counters['pppoe-wan'] += ppp;
            counters['eth1.20'] += vlan;
            if (i > 0) wire += port + ppp + vlan;
            const boot = `${boots}aaaaaaa`;
            const lines = (['pppoe-wan', 'eth1', 'eth1.20'] as const).flatMap((device): Line[] => {
              const name = show[device];
              const ifindex = device === 'pppoe-wan' ? dialled : IFINDEX[device];
              return name === null ? [] : [{ name, device, bytes: counters[device], ifindex, boot }];
            });
            const uptime = 1000 * (boots === 0 ? 1 : 0) + i * 60 - booted;
            await fresh.readFrom('gateway', i * 60, [uplinks(lines, script)], { system: system(boot, uptime) });
            const own = [...fresh.ledger.books.accounts.values()].filter(({ kind }) => kind === 'wan');
            expect(own.reduce((sum, { total }) => sum + total.download, 0)).to.be.at.most(wire);
          }
        } finally {
          await fresh.close();
        }
      }),
      { numRuns: 30 },
    );
  });
});
