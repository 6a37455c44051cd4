import { expect } from 'chai';
import type { Browser } from 'playwright-core';
import { createPeople } from '../../src/domain/people/people.ts';
import type { Listening } from '../../src/http/server.ts';
import { htmlOf } from '../../src/views/summary/html.ts';
import type { View } from '../../src/views/view.ts';
import { hosts, leases, openHome, type SmallHome, stations, wan } from '../support/homes/small-home.ts';
import { writeAudit } from '../support/ledger/audit-rows.ts';
import { quota } from '../support/ledger/quota-view.ts';
import { openBrowser } from '../support/web/browser.ts';
import { depsOf, serveApp } from '../support/web/web.ts';

const NOW = Date.UTC(2026, 10, 20, 18);
const LAPTOP = '00:00:5e:00:53:01';
const DOCK = '00:00:5e:00:53:02';
const WORKSHOP = '00:00:5e:00:53:0c';
const NAMELESS = '02:00:00:00:00:68';
const PAUSE = { kind: 'pause' } as const;

/** MACs, and the name of a device, that continue on the next line. */
const BROKEN = `(() => {
  const broken = [];
  const walker = document.createTreeWalker(document.querySelector('main') ?? document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const node = walker.currentNode;
    for (const { 0: text, index } of node.data.matchAll(/[0-9a-f]{2}(?::[0-9a-f]{2}){5}|workshop-pc/g)) {
      const range = document.createRange();
      range.setStart(node, index);
      range.setEnd(node, index + text.length);
      if (new Set([...range.getClientRects()].map(({ top }) => Math.round(top))).size > 1) broken.push(text);
    }
  }
  return broken;
})()`;

/** What part of its card a text has, and in how many lines it is. */
const ROOM = `(() => {
  const note = [...document.querySelectorAll('[aria-labelledby=all] tbody small')].find((e) => e.textContent.startsWith('each-device'));
  const [own, card] = [note.closest('th'), note.closest('table')].map((e) => e.getBoundingClientRect());
  return { part: own.width / card.width, lines: note.getClientRects().length };
})()`;

describe('pages on a phone', function () {
  this.timeout(120_000);
  let home: SmallHome;
  let browser: Browser;
  let server: Listening;
  before(async () => {
    browser = await openBrowser();
    const own = { name: 'annas-laptop', mac: LAPTOP, user: null };
    home = await openHome({
      routers: { gateway: ['http://192.168.1.1'] },
      accounting: 'hosts',
      aliases: new Map([LAPTOP, DOCK].map((mac) => [mac, own])),
      people: createPeople({ users: [], devices: [{ name: own.name, macs: [LAPTOP, DOCK] }], peers: [] }),
      terms: { quotas: [quota('each-device', { kind: 'each device', user: null }, 20e9, { per: 'week' })] },
    });
    const macs = [LAPTOP, DOCK, WORKSHOP, NAMELESS];
    for (const [at, bytes] of [
      [NOW - 60_000, 0],
      [NOW - 1000, 19e9],
    ] as const) {
      const all = macs.map((mac, i) => ({ mac, ip: `192.168.1.${20 + i}`, bytes: { download: bytes, upload: bytes / 20 } }));
      const sources = {
        stations: stations(all, [['phy1-ap0', 5180]]),
        wan: wan([{ name: 'wan', bytes: { download: bytes * 4, upload: bytes / 5 } }]),
        leases: leases([{ mac: WORKSHOP, ip: '192.168.1.22', hostname: 'workshop-pc' }]),
        neighbours: { source: 'neighbours', neighbours: [] },
        hosts: hosts(all),
      } as const;
      await home.read(at, { gateway: { sources } });
    }
    await writeAudit(home.ledger.store, [
      {
        at: NOW,
        kind: 'rejected',
        router: 'gateway',
        source: 'stations',
        counter: NAMELESS,
        download: 2 ** 40,
        why: 'more than is possible',
      },
    ]);
    const deps = depsOf(home, view);
    server = await serveApp({
      ...deps,
      auth: { settings: () => ({ read: 'open', control: true }), check: async () => ({ kind: 'missing' }) },
      live: { isOn: () => true, watch: () => () => undefined },
    });
  });
  after(async () => {
    await server?.close();
    await home?.close();
    await browser?.close();
  });

  function view(): View {
    const reason = { by: 'schedule', rule: 'bedtime', action: PAUSE, since: NOW, until: NOW + 3_600_000 } as const;
    const things = [WORKSHOP, NAMELESS].map((id) => ({ of: 'device', id }) as const);
    const decided = things.map((thing) => ({ thing, effect: PAUSE, reasons: [reason], overruled: [] }));
    const hand = things.map((thing, i) => ({ ...thing, number: i + 1, action: PAUSE, at: NOW, until: null, by: 'user "mum"' }));
    return home.view(NOW, { limits: { hand, decided, routers: [] } });
  }

  async function open(address: string, width: number) {
    const page = await browser.newPage({ viewport: { width, height: 800 } });
    await page.goto(address);
    return page;
  }

  for (const path of ['', 'quotas', 'devices', 'limits', `device?mac=${LAPTOP}`, 'audit'])
    for (const width of [320, 360, 500])
      it(`break no MAC, and no short name, at ${width} pixels: /${path}`, async () => {
        const page = await open(`${server.url}/${path}`, width);
        expect(await page.evaluate(BROKEN)).to.deep.equal([]);
        expect(await page.evaluate('document.documentElement.scrollWidth')).to.be.at.most(width);
        await page.close();
      });

  it('give the text of a quota the whole width', async () => {
    const page = await open(`${server.url}/quotas`, 320);
    const { part, lines } = (await page.evaluate(ROOM)) as { part: number; lines: number };
    expect(part).to.equal(1);
    expect(lines).to.be.at.most(2);
    await page.close();
  });

  it('tell apart where the MACs of a device were counted', async () => {
    const page = await open(`${server.url}/device?mac=${LAPTOP}`, 320);
    const rows = await page.locator('[aria-labelledby=places] tbody th').allTextContents();
    expect(rows).to.have.length(4);
    expect(new Set(rows).size, rows.join(', ')).to.equal(4);
    await page.close();
  });

  it('the summary breaks no MAC', async () => {
    const columns = [
      { title: 'Device', is: 'name' },
      ...['Download', 'Upload'].map((title) => ({ title, is: 'detail' }) as const),
      ...['Total', 'Share'].map((title) => ({ title, is: 'figure' }) as const),
    ] as const;
    const table = { columns, rows: [[NAMELESS, '88.5 GiB', '1.47 GiB', '90.0 GiB', '21 %']] };
    const bars = [{ name: `${NAMELESS} (each-device)`, share: 5.62, isReached: true, text: 'limit reached' }];
    const page = await browser.newPage({ viewport: { width: 320, height: 800 } });
    await page.setContent(htmlOf({ title: 'November 2026', subtitle: '', sections: [{ title: 'By device', table, bars }], footer: '' }));
    expect(await page.evaluate(BROKEN)).to.deep.equal([]);
    expect(await page.evaluate('document.querySelector(".top span").getClientRects().length')).to.equal(1);
    expect(await page.evaluate('document.documentElement.scrollWidth')).to.be.at.most(320);
    await page.close();
  });
});
