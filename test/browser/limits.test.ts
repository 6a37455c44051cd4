import { expect } from 'chai';
import type { Browser, Page } from 'playwright-core';
import type { Listening } from '../../src/http/server.ts';
import { believableHome } from '../support/homes/believable-home.ts';
import type { SmallHome } from '../support/homes/small-home.ts';
import { NOTE_FORBIDDEN, openBrowser, UNHEARD, WEAK_TEXTS } from '../support/web/browser.ts';
import { depsOf, serveApp } from '../support/web/web.ts';

/** Fields without a label. */
const NAMELESS = `[...document.querySelectorAll('input, select')].filter((e) => e.labels.length !== 1).map((e) => e.id)`;

describe('the page of limits in a browser', function () {
  this.timeout(60_000);
  let home: SmallHome;
  let browser: Browser;
  let server: Listening;
  before(async () => {
    browser = await openBrowser();
    const believable = await believableHome();
    home = believable.home;
    const deps = depsOf(home, () => believable.view());
    server = await serveApp({
      ...deps,
      view: async () => ({ ...believable.view(), limits: { hand: await deps.limits.hand(), decided: [], routers: [] } }),
      auth: {
        settings: () => ({ read: 'open', control: true }),
        check: async ({ xApiToken }) => (xApiToken === 'secret' ? { kind: 'known', name: 'phone', scope: 'control' } : { kind: 'wrong' }),
      },
    });
  });
  after(async () => {
    await server?.close();
    await home?.close();
    await browser?.close();
  });

  async function open(options: { width?: number; colorScheme?: 'dark' | 'light' } = {}): Promise<Page> {
    const { width = 1200, colorScheme = 'light' } = options;
    const page = await browser.newPage({ viewport: { width, height: 800 }, colorScheme });
    await page.addInitScript(NOTE_FORBIDDEN);
    await page.goto(`${server.url}/limits`);
    return page;
  }
  const loads = (page: Page, act: () => Promise<unknown>) => Promise.all([page.waitForEvent('load'), act()]);

  it('sets a limit with the keyboard alone, and clears it', async () => {
    const page = await open();
    await page.selectOption('#of', 'others');
    await page.focus('#action');
    await page.keyboard.press('s');
    await page.keyboard.press('Tab');
    await page.keyboard.type('2Mbit');
    await page.focus('#token');
    await page.keyboard.type('secret');
    await loads(page, () => page.keyboard.press('Enter'));
    expect(page.url()).to.match(/\/limits\?done=set$/);
    expect(await page.textContent('[aria-labelledby=hand] tbody')).to.include('slowed to 2 Mbit/s by token "phone" over HTTP');
    await page.fill('#token', 'secret');
    await loads(page, () => page.click('button[name=clear]'));
    expect(page.url()).to.match(/\/limits\?done=cleared$/);
    expect(await page.locator('button[name=clear]').count()).to.equal(0);
    expect(await page.evaluate('window.forbidden')).to.deep.equal([]);
    await page.close();
  });

  it('works without scripts', async () => {
    const page = await (await browser.newContext({ javaScriptEnabled: false })).newPage();
    await page.goto(`${server.url}/limits`);
    await page.selectOption('#of', 'others');
    await page.fill('#token', 'wrong');
    await loads(page, () => page.click('.main-button'));
    expect(await page.textContent('[role=alert]')).to.equal('Invalid or expired token.');
    await page.close();
  });

  for (const width of [360, 1200])
    for (const colorScheme of ['light', 'dark'] as const)
      it(`fits into ${width} pixels, is legible and has its labels, ${colorScheme}`, async () => {
        const page = await open({ width, colorScheme });
        expect(await page.evaluate('document.documentElement.scrollWidth')).to.be.at.most(width);
        for (const found of [WEAK_TEXTS, UNHEARD, NAMELESS]) expect(await page.evaluate(found)).to.deep.equal([]);
        await page.close();
      });
});
