import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import type { Watcher } from '../../../src/http/deps.ts';
import { type AccountName, accountKey } from '../../../src/ledger/account.ts';
import { schemas } from '../../../src/views/openapi/schemas.ts';
import { answerOf } from '../../support/routers/text-router.ts';
import { type Driven, drive } from '../../support/routers/tplink/driven.ts';
import { violations } from '../../support/schema.ts';
import { soon } from '../../support/web/soon.ts';

const PHONE = '02:00:00:00:00:01';
const TABLET = '02:00:00:00:00:02';
const DIARY = '02:00:00:00:00:03';

interface SeenEvent {
  name: string;
  // biome-ignore lint/suspicious/noExplicitAny: JSON that the test reads
  data: any;
}

describe('live', () => {
  let servers: Server[];
  let driven: Driven;
  beforeEach(() => {
    servers = [];
  });
  afterEach(async () => {
    await driven?.close();
    for (const server of servers) {
      server.closeAllConnections();
      server.close();
    }
  });

  /** A router with counters that the test moves; it answers after `delay` ms. */
  async function router() {
    const state = {
      download: 1_000_000,
      upload: 200_000,
      boot: 0,
      delay: 0,
      asked: 0,
      isDead: false,
      onAir: [PHONE],
      uptime: 0,
      before: 1000,
    };
    const server = createServer(async (_, response) => {
      state.asked += 1;
      if (state.isDead) return;
      await new Promise((done) => setTimeout(done, state.delay));
      state.uptime = Math.max(state.uptime + 0.01, driven.clock.tick() / 1000 + state.before);
      const text = answerOf({
        time: Math.floor(driven.clock.now() / 1000),
        bootId: `${String(state.boot).padStart(8, '0')}-5c0f-4b3e-9a55-6a2b7c1d9e10`,
        sections: {
          wan: [`uplink wan up eth1 7 dhcp ${state.download} ${state.upload}`, `uplink vpn up wg0 9 wireguard ${state.download >> 1} 0`],
          stations: [
            'radio phy0-ap0 ap 0 5180 Home',
            ...state.onAir.map(
              (mac, i) => `station phy0-ap0 ${mac} ${state.upload + i} ${state.download + i} -50 866.7 1083.3 3600 20 1000.000`,
            ),
          ],
        },
      });
      response.end(text.replace(/^uptime .*$/m, `uptime ${state.uptime.toFixed(2)}`));
    });
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    servers.push(server);
    return Object.assign(state, { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` });
  }

  /** Time is the test's, and passes by itself; a second of it is a second. */
  async function start(routers: Record<string, { url: string }>, more = '') {
    const yaml = (live: string) =>
      `timezone: UTC\nlive: ${live}\nmin_commit: 1h\n${more}routers: { ${Object.entries(routers)
        .map(([name, { url }]) => `${name}: { url: "${url}" }`)
        .join(', ')} }\n`;
    driven = await drive(yaml('1s'));
    const began = performance.now();
    driven.clock.now = () => 1_773_000_000_000 + driven.clock.ms + Math.round(performance.now() - began);
    driven.clock.tick = () => driven.clock.ms + performance.now() - began;
    return { off: () => driven.reconfigure(yaml('0')), again: () => driven.reconfigure(yaml('1s')) };
  }

  function watch() {
    const events: SeenEvent[] = [];
    const state = { ended: false };
    const watcher: Watcher = {
      send: (text) => {
        for (const part of text.toString().split('\n\n').filter(Boolean)) {
          const [, name = '', data = ''] = /^event: (\w+)\ndata: (.*)$/.exec(part) ?? expect.fail(part);
          events.push({ name, data: JSON.parse(data) });
        }
      },
      end: () => {
        state.ended = true;
      },
    };
    const leave = driven.service.live.watch(watcher);
    const named = (name: string) => events.filter((event) => event.name === name).map(({ data }) => data);
    return { leave, events, state, named, rates: () => named('rates') };
  }

  const total = (name: AccountName) => driven.service.ledger.books.accounts.get(accountKey(name))?.total;
  const uplink = () => total({ kind: 'wan', router: 'gateway', interface: 'wan', key: '' });
  const turns = (watched: ReturnType<typeof watch>, count: number) => soon(() => watched.rates().length >= count);

  it('reads once for two who watch, gives them the same, and stops with the last one', async () => {
    const gateway = await router();
    await start({ gateway });
    const [one, other] = [watch(), watch()];
    await turns(one, 1);
    gateway.download += 1_000_000;
    await turns(one, 3);
    expect(gateway.asked).to.be.within(3, 4);
    expect(one.rates().at(-1)).to.deep.equal(other.rates().at(-1));
    expect(driven.service.view).to.be.a('function');
    expect((await driven.service.view()).live).to.deep.equal({ watchers: 2, readings: gateway.asked - 1 });
    one.leave();
    const before = gateway.asked;
    await soon(() => gateway.asked > before);
    other.leave();
    other.leave();
    const [asked, seen] = [gateway.asked, one.events.length];
    await new Promise((done) => setTimeout(done, 1300));
    expect([gateway.asked, one.events.length]).to.deep.equal([asked, seen]);
    expect((await driven.service.view()).live?.watchers).to.equal(0);
  });

  it('says what moves, in the shape that is described', async () => {
    const gateway = await router();
    await start({ gateway }, `devices: { annas-phone: { macs: [${PHONE}], user: anna } }\n`);
    await driven.scrape(0);
    const one = watch();
    await turns(one, 1);
    gateway.download += 1_000_000;
    gateway.upload += 100_000;
    await turns(one, 2);
    const [first, event] = one.rates();
    expect(first.routers).to.deep.equal([{ router: 'gateway', seconds: null, late: false, failure: null }]);
    const { seconds } = event.routers[0];
    expect(seconds).to.be.within(0.7, 1.6);
    const near = (rate: number, bytes: number) => expect(rate * seconds).to.be.closeTo(bytes, bytes * 0.02);
    for (const row of [event.home, event.uplinks[0], event.devices[0]]) {
      near(row.download, 1_000_000);
      near(row.upload, 100_000);
    }
    expect(event.uplinks.map(({ interface: name, overlay }: { interface: string; overlay: boolean }) => [name, overlay])).to.deep.equal([
      ['wan', false],
      ['vpn', true],
    ]);
    expect([event.devices[0].name, event.devices[0].user, event.devices_moving]).to.deep.equal(['annas-phone', 'anna', 1]);
    for (const data of one.rates()) expect(violations(data, schemas.LiveRates, schemas)).to.deep.equal([]);
    one.leave();
  });

  it('the ledger has the same bytes as without it, over reboots and scrapes between', async () => {
    const gateway = await router();
    await start({ gateway });
    await driven.scrape(0);
    const one = watch();
    let moved = 0;
    for (let i = 0; i < 4; i++) {
      await turns(one, i + 1);
      gateway.download += 100_000 + i;
      moved += 100_000 + i;
      if (i === 1) await driven.scrape(0);
      if (i === 2) {
        await driven.scrape(0);
        // All until here is posted. Then the router boots again, and counts from zero.
        gateway.boot += 1;
        gateway.before = 0.5 - driven.clock.tick() / 1000;
        gateway.uptime = 0;
        Object.assign(gateway, { download: 5000, upload: 0 });
        moved += 5000;
      }
    }
    await turns(one, 6);
    await driven.scrape(0);
    expect(uplink()).to.deep.equal({ download: moved, upload: 0 });
    expect(total({ kind: 'device', router: '', interface: '', key: PHONE })?.download).to.equal(moved);
    for (const { home } of one.rates()) expect(home.download ?? 0).to.be.within(0, 150_000);
    one.leave();
  });

  it('a slow router says so and delays no other, nor a scrape', async () => {
    const [gateway, attic] = [await router(), await router()];
    attic.delay = 2500;
    await start({ gateway, attic });
    const one = watch();
    await turns(one, 5);
    const rows = one.rates().map(({ routers }) => Object.fromEntries(routers.map((row: { router: string }) => [row.router, row])));
    expect(rows.slice(1).every((row) => row.gateway.seconds < 1.5 && !row.gateway.late)).to.equal(true);
    const began = performance.now();
    await driven.scrape(0);
    expect(performance.now() - began, 'it shares the reading that runs').to.be.below(3000);
    await turns(one, 8);
    const last = one
      .rates()
      .at(-1)
      .routers.find((row: { router: string }) => row.router === 'attic');
    expect(last.late).to.equal(true);
    expect(attic.asked).to.be.below(6);
    one.leave();
  });

  it('a router that cannot be read has no rates, and no spike when it is back', async () => {
    const gateway = await router();
    await start({ gateway }, 'timeout: 1s\n');
    const one = watch();
    await turns(one, 2);
    gateway.isDead = true;
    await soon(() => one.rates().at(-1).routers[0].failure === 'timeout');
    expect([one.rates().at(-1).home, one.rates().at(-1).uplinks]).to.deep.equal([{ download: null, upload: null }, []]);
    gateway.download += 3_000_000;
    gateway.isDead = false;
    await soon(() => one.rates().at(-1).home.download !== null);
    expect(one.rates().at(-1).home.download).to.be.below(2_900_000);
    one.leave();
  });

  it('tells who came and who went, but nothing of who is private', async () => {
    const gateway = await router();
    gateway.onAir = [PHONE, TABLET, DIARY];
    await start({ gateway }, `devices: { diary: { macs: [${DIARY}], private: true } }\n`);
    // Known to the ledger from before.
    await driven.scrape(0);
    gateway.onAir = [PHONE];
    driven.clock.ms += 400_000;
    const one = watch();
    await turns(one, 2);
    gateway.onAir = [PHONE, TABLET, DIARY];
    await soon(() => one.named('came').length > 0);
    gateway.download += 5_000_000;
    await turns(one, one.rates().length + 2);
    gateway.onAir = [PHONE];
    await turns(one, one.rates().length + 1);
    driven.clock.ms += 31_000;
    await soon(() => one.named('went').length > 0);
    const ref = { mac: TABLET, name: TABLET, user: null };
    expect(one.named('came').map(({ devices, peers, more }) => ({ devices, peers, more }))).to.deep.equal([
      { devices: [ref], peers: [], more: 0 },
    ]);
    expect(one.named('went').map(({ devices }) => devices)).to.deep.equal([[ref]]);
    for (const data of [...one.named('came'), ...one.named('went')])
      expect(violations(data, schemas.LiveComings, schemas)).to.deep.equal([]);
    expect(JSON.stringify(one.events)).to.not.include(DIARY).and.not.include('diary');
    one.leave();
  });

  it('posts when there was no round for min_commit', async () => {
    const gateway = await router();
    await start({ gateway });
    const one = watch();
    await turns(one, 2);
    gateway.download += 7;
    await turns(one, 4);
    expect(uplink()?.download).to.equal(0);
    driven.clock.ms += 3_600_000;
    await soon(() => uplink()?.download === 7);
    one.leave();
  });

  it('ends its streams when it is off, goes on by another configuration, and ends at once with the program', async () => {
    const gateway = await router();
    const { off, again } = await start({ gateway });
    const one = watch();
    await turns(one, 1);
    await again();
    await turns(one, one.rates().length + 2);
    expect(one.state.ended).to.equal(false);
    await off();
    expect([one.state.ended, one.events.at(-1), driven.service.live.isOn()]).to.deep.equal([
      true,
      { name: 'end', data: { reason: 'live is off' } },
      false,
    ]);
    await again();
    const other = watch();
    await turns(other, 1);
    gateway.isDead = true;
    const began = performance.now();
    const drained = driven.service.drain();
    expect([other.state.ended, other.events.at(-1)?.data]).to.deep.equal([true, { reason: 'wrtmeter is shutting down' }]);
    await drained;
    expect(performance.now() - began).to.be.below(1000);
  });
});
