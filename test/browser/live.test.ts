import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import type { AppDeps, Watcher } from '../../src/http/deps.ts';
import type { Listening } from '../../src/http/server.ts';
import { eventText } from '../../src/views/live/events.ts';
import { believableHome } from '../support/homes/believable-home.ts';
import type { SmallHome } from '../support/homes/small-home.ts';
import { NOTE_FORBIDDEN, openBrowser, UNHEARD, WEAK_TEXTS } from '../support/web/browser.ts';
import { soon } from '../support/web/soon.ts';
import { depsOf, serveApp } from '../support/web/web.ts';

const PHONE = '92:1c:44:e8:06:b3';
const HOSTILE = '<img src=x onerror="document.title=1"><script>document.title=2</script>';
const GATEWAY = { router: 'gateway', seconds: 2, late: false, failure: null };

/** What the service sends, with 1 Mb/s for each of `times` of the home. */
const rates = (times: number, changes = {}) => ({
  ...{ at: new Date(1_795_000_000_000 + times * 2000).toISOString(), home: { download: times * 125_000, upload: 125 } },
  uplinks: [{ router: 'gateway', interface: 'wan', overlay: false, download: times * 125_000, upload: 125 }],
  devices: [{ mac: PHONE, name: HOSTILE, user: null, download: times * 125_000, upload: 0, undirected: null }],
  ...{ devices_moving: 1, peers: [], peers_moving: 0, routers: [GATEWAY] },
  ...changes,
});

describe('live on the pages, in a browser', function () {
  this.timeout(120_000);
  let home: SmallHome;
  let browser: Browser;
  let server: Listening;
  let deps: AppDeps;
  let watchers: Set<Watcher>;
  let isOn: boolean;
  /** What a browser must send to read; null: nothing. */
  let login: string | null;
  before(async () => {
    browser = await openBrowser();
    const believable = await believableHome();
    home = believable.home;
    deps = depsOf(home, () => believable.view());
  });
  after(async () => {
    await home?.close();
    await browser?.close();
  });
  beforeEach(async () => {
    watchers = new Set();
    isOn = true;
    const live: AppDeps['live'] = {
      isOn: () => isOn,
      watch(watcher) {
        watchers.add(watcher);
        return () => void watchers.delete(watcher);
      },
    };
    login = null;
    const auth: AppDeps['auth'] = {
      settings: () => ({ read: login === null ? 'open' : 'token', control: false }),
      check: async ({ authorization }) =>
        authorization === login ? { kind: 'known', name: 'phone', scope: 'read' } : { kind: authorization === '' ? 'missing' : 'wrong' },
    };
    server = await serveApp({ ...deps, live, auth });
  });
  afterEach(async () => {
    for (const context of browser.contexts()) await context.close();
    await server.close();
  });

  async function open(path: string, options: BrowserContextOptions = {}): Promise<Page> {
    const page = await browser.newPage({ viewport: { width: 1200, height: 800 }, ...options });
    await page.addInitScript(NOTE_FORBIDDEN);
    await page.goto(`${server.url}/${path}`);
    return page;
  }
  const watched = async (path: string, options: BrowserContextOptions = {}) => {
    const page = await open(path, options);
    await soon(() => watchers.size > 0);
    return page;
  };
  const send = (name: string, data: object) => {
    for (const watcher of watchers) watcher.send(Buffer.from(eventText(name, data)));
  };
  /** Until an element has that text. */
  const shows = (page: Page, selector: string, text: string) =>
    holds(page, `document.querySelector(${JSON.stringify(selector)})?.textContent === ${JSON.stringify(text)}`);
  /** In a loop, because the policy of the pages forbids what the browser would need to wait by itself. */
  const holds = async (page: Page, condition: string) => {
    for (const deadline = performance.now() + 20_000; !(await page.evaluate(condition)); await page.waitForTimeout(20))
      if (performance.now() > deadline) throw new Error(`Not within 20 s: ${condition}; ${await page.evaluate('document.body.innerText')}`);
  };

  it('the numbers and the chart of the home move, what strangers wrote is text, and the policy is kept', async () => {
    const page = await watched('');
    const top = '.moving figcaption span:nth-child(2)';
    send('rates', rates(3));
    await shows(page, '[data-figure=download]', '3.00 Mb/s');
    await shows(page, top, 'up to 5.00 Mb/s');
    const before = await page.getAttribute('.down-line', 'd');
    send('rates', rates(8));
    await shows(page, '[data-figure=download]', '8.00 Mb/s');
    await shows(page, top, 'up to 10.0 Mb/s');
    expect(await page.getAttribute('.down-line', 'd'))
      .to.match(/^M290,[\d.]+L300,[\d.]+$/)
      .and.not.equal(before);
    await shows(page, '[data-live=busiest] a', HOSTILE);
    expect(await page.getAttribute('[data-live=busiest] a', 'href')).to.equal(`device?mac=${encodeURIComponent(PHONE)}`);
    send('came', { at: rates(1).at, devices: [{ mac: PHONE, name: HOSTILE, user: null }], peers: [{ name: 'anna' }], more: 2 });
    await holds(page, `document.querySelectorAll('[data-live=comings] li').length === 3`);
    expect(await page.locator('[data-live=comings]').innerText()).to.match(
      /^\d\d:\d\d:\d\d 2 more came\n[\d:]{8} peer anna came\n[\d:]{8} <img src=x.* came$/,
    );
    expect(await page.title()).to.equal('wrtmeter');
    expect(await page.evaluate('document.images.length + document.scripts.length')).to.equal(1);
    for (const found of [WEAK_TEXTS, UNHEARD, 'window.forbidden']) expect(await page.evaluate(found)).to.deep.equal([]);
  });

  it('nothing of the page moves when it begins and when rates come', async () => {
    for (const path of ['', `device?mac=${PHONE}`, 'uplinks']) {
      const page = await open(path, { viewport: { width: 390, height: 800 } });
      const places = `[...document.querySelectorAll('section')].map((e) => [Math.round(e.getBoundingClientRect().top), e.offsetHeight].join())`;
      const before = await page.evaluate(places);
      await soon(() => watchers.size > 0);
      const slow = { router: 'gateway', seconds: 15, late: true, failure: null };
      send('rates', rates(900, { routers: [slow] }));
      await shows(page, '[data-live=state]', 'gateway is slower: every 15 s');
      if (path === '') {
        send(
          'rates',
          rates(900, {
            routers: [
              { ...slow, router: 'living-room' },
              { ...slow, router: 'upper-floor' },
            ],
          }),
        );
        await shows(page, '[data-live=state]', 'living-room is slower: every 15 s, upper-floor is slower: every 15 s');
        const isCut = `(({ scrollWidth, clientWidth, scrollHeight, clientHeight }) => scrollWidth > clientWidth || scrollHeight > clientHeight)(document.querySelector('[data-live=state]'))`;
        expect(await page.evaluate(isCut), 'cut off').to.equal(false);
      }
      send('came', { at: rates(1).at, devices: [{ mac: PHONE, name: 'phone', user: null }], peers: [], more: 0 });
      send('rates', rates(1));
      await shows(page, '[data-live=state]', '');
      expect(await page.evaluate(places), path).to.deep.equal(before);
      expect(await page.evaluate('document.documentElement.scrollWidth')).to.equal(390);
      await page.close();
      await soon(() => watchers.size === 0);
    }
  });

  it('lists have a column of it, and a device, an uplink and a peer a card', async () => {
    for (const [path, selector, text] of [
      ['devices', `td[data-rate="device:${PHONE}"]`, '4.00 Mb/s'],
      ['uplinks', 'td[data-rate="uplink:gateway/wan"]', '4.00 Mb/s'],
      [`device?mac=${PHONE}`, '[data-figure=download]', '4.00 Mb/s'],
      ['uplink?router=gateway&interface=wan', '[data-figure=download]', '4.00 Mb/s'],
    ] as const) {
      const page = await watched(path);
      send('rates', rates(4));
      await shows(page, selector, text);
      for (const found of [WEAK_TEXTS, UNHEARD, 'window.forbidden']) expect(await page.evaluate(found)).to.deep.equal([]);
      await page.close();
      await soon(() => watchers.size === 0);
    }
  });

  it('a slow router is named where it matters', async () => {
    const slow = { ...GATEWAY, router: 'garden', seconds: 15, late: true };
    for (const [path, text] of [
      ['', 'garden is slower: every 15 s, attic cannot be read'],
      ['uplink?router=gateway&interface=wan', ''],
    ] as const) {
      const page = await watched(path);
      send('rates', rates(1, { routers: [{ ...GATEWAY, seconds: null }] }));
      await shows(page, '[data-live=state]', 'reading the routers');
      send('rates', rates(2, { routers: [GATEWAY, slow, { ...slow, router: 'attic', failure: 'timeout' }] }));
      await shows(page, '[data-live=state]', text);
      await page.close();
      await soon(() => watchers.size === 0);
    }
  });

  it('the stream ends when the page is left or hidden, and begins again', async () => {
    const page = await watched('');
    const hide = (hidden: boolean) =>
      page.evaluate(
        `Object.defineProperty(document, 'hidden', { value: ${hidden}, configurable: true }); document.dispatchEvent(new Event('visibilitychange'))`,
      );
    await hide(true);
    await soon(() => watchers.size === 0);
    await hide(false);
    await soon(() => watchers.size === 1);
    await page.goto(`${server.url}/audit`);
    await soon(() => watchers.size === 0);
    await page.goBack();
    await soon(() => watchers.size === 1);
    await page.close();
    await soon(() => watchers.size === 0);
  });

  it('a device does not leave under the pointer', async () => {
    const page = await watched('');
    const tv = { mac: '02:00:00:00:00:09', name: 'tv', user: null, download: 9e9, upload: 0, undirected: null };
    send('rates', rates(1));
    await shows(page, '[data-live=busiest] a', HOSTILE);
    await page.hover('[data-live=busiest] a');
    send('rates', rates(2, { devices: [tv, ...rates(2).devices], devices_moving: 2 }));
    await shows(page, '[data-live=busiest] td', '2.00 Mb/s');
    expect(await page.textContent('[data-live=busiest] a')).to.equal(HOSTILE);
    await page.mouse.move(0, 0);
    send('rates', rates(2, { devices: [tv, ...rates(2).devices], devices_moving: 2 }));
    await shows(page, '[data-live=busiest] a', 'tv');
  });

  it('the rates move in a browser that does not know the time zone', async () => {
    const page = await browser.newPage();
    // What a browser with an older list of zones does.
    await page.addInitScript(`{
      const Known = Intl.DateTimeFormat;
      Intl.DateTimeFormat = function (locale, options) {
        if (options?.timeZone) throw new RangeError('Invalid time zone specified: ' + options.timeZone);
        return new Known(locale, options);
      };
    }`);
    await page.goto(`${server.url}/`);
    await soon(() => watchers.size > 0);
    send('rates', rates(3));
    await shows(page, '[data-figure=download]', '3.00 Mb/s');
    send('came', { at: rates(1).at, devices: [{ mac: PHONE, name: 'phone', user: null }], peers: [], more: 0 });
    await holds(page, `/^[\\d:]{8} phone came$/.test(document.querySelector('[data-live=comings]').innerText)`);
  });

  it('too many watchers, a lost connection and a stream that ends are said, and tried again', async () => {
    const page = await open('');
    await soon(() => watchers.size === 1);
    send('rates', rates(3));
    await shows(page, '[data-figure=download]', '3.00 Mb/s');
    for (const watcher of [...watchers]) {
      watcher.send(Buffer.from(eventText('end', { reason: 'wrtmeter is shutting down' })));
      watcher.end();
    }
    await shows(page, '[data-live=state]', 'wrtmeter is shutting down: trying again');
    expect(await page.textContent('[data-figure=download]')).to.equal('–');
    await soon(() => watchers.size === 1);
    send('rates', rates(3));
    await shows(page, '[data-live=state]', '');
    for (const watcher of [...watchers]) watcher.end();
    await shows(page, '[data-live=state]', 'connection lost: trying again');
    await page.close();
    await soon(() => watchers.size === 0);
    const others = await Promise.all(Array.from({ length: 16 }, () => fetch(`${server.url}/api/v1/live`)));
    const late = await open('');
    await shows(late, '[data-live=state]', 'too many watch now: trying again soon');
    await Promise.all(others.map(({ body }) => body?.cancel()));
    await soon(() => watchers.size === 1);
  });

  it('where live is off, nothing of it is there, and it goes when it is switched off', async () => {
    const page = await watched('');
    isOn = false;
    for (const watcher of [...watchers]) watcher.end();
    await holds(page, `document.querySelector('.live').hidden`);
    expect(watchers.size).to.equal(0);
    const off = await open('');
    expect(await off.evaluate(`document.scripts.length + document.querySelectorAll('.live, [data-live]').length`)).to.equal(0);
  });

  it('works under the prefix of a proxy, where reading needs a login', async () => {
    login = `Basic ${Buffer.from('reader:secret').toString('base64')}`;
    const proxy = createServer((asked, answer) => {
      const path = /^\/meter(\/.*)$/.exec(asked.url ?? '')?.[1];
      if (path === undefined) return answer.writeHead(404).end();
      const passed = request(server.url + path, { method: asked.method, headers: asked.headers }, (from) => {
        answer.writeHead(from.statusCode ?? 500, from.headers);
        from.pipe(answer);
      });
      passed.on('error', () => answer.destroy());
      answer.on('close', () => passed.destroy());
      passed.end();
    });
    await new Promise<void>((listening) => proxy.listen(0, '127.0.0.1', listening));
    try {
      const context = await browser.newContext({ httpCredentials: { username: 'reader', password: 'secret' } });
      const page = await context.newPage();
      await page.goto(`http://127.0.0.1:${(proxy.address() as AddressInfo).port}/meter/devices`);
      await soon(() => watchers.size === 1);
      send('rates', rates(4));
      await shows(page, `td[data-rate="device:${PHONE}"]`, '4.00 Mb/s');
      await context.close();
      await soon(() => watchers.size === 0);
    } finally {
      proxy.closeAllConnections();
      proxy.close();
    }
  });

  it('without scripts the pages are whole, and nothing waits to be filled in', async () => {
    for (const path of ['', 'devices', `device?mac=${PHONE}`]) {
      const page = await open(path, { javaScriptEnabled: false });
      expect(await page.locator('.live:visible').count(), path).to.equal(0);
      expect(await page.locator('h2:visible').first().textContent()).to.be.oneOf([
        'This month so far',
        'This month',
        '15 devices',
        '14 devices',
      ]);
    }
    expect(watchers.size).to.equal(0);
  });

  it('people who want less motion get a chart that is drawn every ten seconds', async () => {
    const page = await watched('', { reducedMotion: 'reduce' });
    send('rates', rates(1));
    await shows(page, '[data-figure=download]', '1.00 Mb/s');
    const drawn = await page.getAttribute('.down-line', 'd');
    send('rates', rates(2));
    await shows(page, '[data-figure=download]', '2.00 Mb/s');
    expect(await page.getAttribute('.down-line', 'd')).to.equal(drawn);
    send('rates', rates(6));
    await shows(page, '[data-figure=download]', '6.00 Mb/s');
    expect(await page.getAttribute('.down-line', 'd')).to.not.equal(drawn);
  });
});
