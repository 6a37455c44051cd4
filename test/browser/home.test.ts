import { expect } from 'chai';
import type { Browser, Page } from 'playwright-core';
import type { Listening } from '../../src/http/server.ts';
import type { View } from '../../src/views/view.ts';
import { believableHome } from '../support/homes/believable-home.ts';
import { leases, type SmallHome, stations, system, wan } from '../support/homes/small-home.ts';
import { writeAudit } from '../support/ledger/audit-rows.ts';
import { NOTE_FORBIDDEN, openBrowser, UNHEARD, WEAK_TEXTS } from '../support/web/browser.ts';
import { ask, depsOf, serveApp } from '../support/web/web.ts';

const SCRIPT = '<img src=x onerror="document.title=1"><script>document.title=2</script>';

describe('the home page in a browser', function () {
  this.timeout(60_000);
  let home: SmallHome;
  let view: (changes?: Partial<View>) => View;
  let browser: Browser;
  let server: Listening;
  before(async () => {
    browser = await openBrowser();
    ({ home, view } = await believableHome());
    const at = view().now - 7_200_000;
    await writeAudit(home.ledger.store, [
      { at, kind: 'gap', router: 'garden', source: 'stations', why: 'no reading for 5400 s' },
      {
        at,
        kind: 'rejected',
        router: 'gateway',
        source: 'wan',
        counter: 'wan pppoe-wan',
        download: 2 ** 42,
        why: 'more than 1000000000 bit/s could carry in 30 s',
      },
    ]);
    server = await serveApp(depsOf(home, () => view()));
  });
  after(async () => {
    await server?.close();
    await home?.close();
    await browser?.close();
  });

  async function open(options: { width?: number; colorScheme?: 'dark' | 'light' } = {}): Promise<Page> {
    const { width = 1100, colorScheme = 'light' } = options;
    const page = await browser.newPage({ viewport: { width, height: 800 }, colorScheme });
    await page.addInitScript(NOTE_FORBIDDEN);
    await page.goto(server.url);
    return page;
  }

  it('comes with a strict policy, runs nothing and loads nothing', async () => {
    const { headers, text } = await ask(server.url);
    expect(headers['content-security-policy']).to.match(
      /^default-src 'none'; style-src 'sha256-[\w+/]{43}='; img-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'$/,
    );
    expect(headers, 'nothing reloads under a reader').to.not.have.property('refresh');
    expect(headers).to.include({ 'referrer-policy': 'no-referrer', 'content-type': 'text/html; charset=utf-8' });
    expect(text).to.not.match(/<script|<link(?! rel="icon")|<img|<iframe|javascript:|style=|\son\w+=/i);
    const page = await browser.newPage();
    const loaded: string[] = [];
    page.on('request', (request) => loaded.push(request.url()));
    await page.addInitScript(NOTE_FORBIDDEN);
    await page.goto(server.url);
    expect(loaded).to.deep.equal([`${server.url}/`]);
    expect(await page.evaluate('window.forbidden')).to.deep.equal([]);
    await page.close();
  });

  for (const colorScheme of ['light', 'dark'] as const) {
    it(`is legible and can be heard, ${colorScheme} as the user prefers`, async () => {
      const page = await open({ colorScheme });
      const brightness = (await page.evaluate('parseInt(getComputedStyle(document.body).backgroundColor.slice(4))')) as number;
      expect(brightness > 127 ? 'light' : 'dark').to.equal(colorScheme);
      expect(await page.evaluate(WEAK_TEXTS)).to.deep.equal([]);
      expect(await page.evaluate(UNHEARD)).to.deep.equal([]);
      await page.close();
    });
  }

  for (const width of [320, 360, 768, 1920]) {
    it(`fits ${width} pixels without scrolling sideways`, async () => {
      const page = await open({ width });
      expect(await page.evaluate('document.documentElement.scrollWidth')).to.equal(width);
      await page.close();
    });
  }

  it('links lead to what is served', async () => {
    const page = await open();
    const links = (await page.evaluate('[...document.links].map((link) => link.href)')) as string[];
    expect(links).to.have.length.above(7);
    for (const link of links) expect((await ask(link)).status, link).to.equal(200);
    await page.close();
  });

  // Last, because the home is not the same afterwards.
  it('what strangers wrote is text, and too much of it breaks nothing', async () => {
    const mac = '02:00:00:00:00:66';
    const names = [SCRIPT, '"><svg onload=alert(1)>', 'W'.repeat(63), '&lt;b&gt;', 'שלום', '{{7*7}}'];
    const now = view().now;
    const radios = names.map((name, index) => [name, 2437 + index] as const);
    const macs = names.map((_, index) => mac.slice(0, -1) + index);
    const answers = (more: number) => ({
      gateway: {
        system: system({ model: SCRIPT, release: 'M'.repeat(200), time: now / 1000, uptime: now / 1000 - 1_700_000_000 + more }),
        sources: {
          stations: stations(
            macs.map((own, index) => ({ mac: own, interface: names[index] ?? '', bytes: { download: more * 1e12, upload: more } })),
            radios,
          ),
          wan: wan(names.map((name) => ({ name, bytes: { download: more * 10, upload: 0 } }))),
          leases: leases(macs.map((own, index) => ({ mac: own, ip: '192.168.1.66', hostname: names[index] ?? '' }))),
          neighbours: { reason: 'parse', message: `Line 3 is not a neighbour: ${SCRIPT}${'x'.repeat(300)}` } as const,
        },
      },
    });
    await writeAudit(home.ledger.store, [
      { at: now, kind: 'rejected', router: SCRIPT, source: 'peers', counter: SCRIPT + 'x'.repeat(300), why: SCRIPT },
    ]);
    await home.read(now + 1000, answers(1));
    await home.read(now + 200_000, answers(2));
    for (const width of [320, 1100]) {
      const page = await open({ width });
      const text = (await page.evaluate('document.body.innerText')) as string;
      for (const name of names) expect(text).to.include(name);
      expect(await page.title()).to.equal('wrtmeter');
      expect(await page.evaluate('window.forbidden')).to.deep.equal([]);
      expect(await page.evaluate('document.scripts.length + document.images.length')).to.equal(0);
      expect(await page.evaluate('document.documentElement.scrollWidth')).to.equal(width);
      expect(await page.evaluate(UNHEARD)).to.deep.equal([]);
      await page.close();
    }
  });
});
