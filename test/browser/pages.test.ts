import { expect } from 'chai';
import type { Browser, Page } from 'playwright-core';
import { createPeople } from '../../src/domain/people/people.ts';
import { plainUser } from '../../src/domain/people/user.ts';
import type { Listening } from '../../src/http/server.ts';
import { believableHome } from '../support/homes/believable-home.ts';
import type { SmallHome } from '../support/homes/small-home.ts';
import { NOTE_FORBIDDEN, openBrowser, UNHEARD, WEAK_TEXTS } from '../support/web/browser.ts';
import { ask, depsOf, serveApp } from '../support/web/web.ts';

const PAGES = [
  'devices',
  'devices?q=phone&sort=name',
  'device?mac=3e:5b:0f:91:c2:7d',
  'device?mac=nonsense',
  'users',
  'user?name=ben',
  'peers',
  'uplinks',
  'uplink?router=gateway&interface=wan',
  'routers',
  'router?name=gateway',
  'router?name=garden',
  'audit',
  'quotas',
  'developer',
];

const people = createPeople({
  users: [
    { ...plainUser('anna'), title: 'Anna', hostnames: ['annas-*'] },
    { ...plainUser('ben'), hostnames: ['ben-*'] },
  ],
  devices: [{ name: 'Ben’s phone', macs: ['92:1c:44:e8:06:b3'], user: 'ben' }],
  peers: [],
});

/** Fields without a label. */
const NAMELESS = `[...document.querySelectorAll('input:not([type=hidden]), select')].filter((e) => e.labels.length !== 1).map((e) => e.id)`;

describe('the pages in a browser', function () {
  this.timeout(120_000);
  let home: SmallHome;
  let browser: Browser;
  let server: Listening;
  before(async () => {
    browser = await openBrowser();
    const believable = await believableHome();
    home = believable.home;
    server = await serveApp(depsOf(home, () => believable.view({ people })));
  });
  after(async () => {
    await server?.close();
    await home?.close();
    await browser?.close();
  });

  async function open(path: string, options: { width?: number; colorScheme?: 'dark' | 'light' } = {}): Promise<Page> {
    const { width = 1200, colorScheme = 'light' } = options;
    const page = await browser.newPage({ viewport: { width, height: 800 }, colorScheme });
    await page.addInitScript(NOTE_FORBIDDEN);
    await page.goto(`${server.url}/${path}`);
    return page;
  }

  for (const path of PAGES)
    it(`${path} fits phones and desks, is legible light and dark, and can be heard`, async () => {
      for (const [width, colorScheme] of [
        [320, 'light'],
        [360, 'dark'],
        [1200, 'light'],
        [1200, 'dark'],
      ] as const) {
        const page = await open(path, { width, colorScheme });
        for (const details of await page.locator('summary').all()) await details.click();
        expect(await page.evaluate('document.documentElement.scrollWidth'), `${width}`).to.be.at.most(width);
        for (const found of [WEAK_TEXTS, UNHEARD, NAMELESS, 'window.forbidden']) expect(await page.evaluate(found)).to.deep.equal([]);
        await page.close();
      }
    });

  it('their links lead to what is served', async () => {
    for (const path of PAGES.filter((each) => !each.includes('nonsense'))) {
      const page = await open(path);
      const links = (await page.evaluate('[...document.links].map((link) => link.href)')) as string[];
      expect(links.length).to.be.above(3);
      for (const link of new Set(links)) expect((await ask(link)).status, link).to.equal(200);
      await page.close();
    }
  });

  it('lead by the keyboard alone from the home to a device, past the navigation', async () => {
    const page = await open('');
    await page.keyboard.press('Tab');
    expect(await page.evaluate('document.activeElement.textContent')).to.equal('Skip to the content');
    await page.keyboard.press('Enter');
    await page.keyboard.press('Tab');
    expect(await page.evaluate("document.activeElement.closest('main') !== null")).to.equal(true);
    await page.locator('a[href^="device?"]').first().focus();
    await Promise.all([page.waitForEvent('load'), page.keyboard.press('Enter')]);
    expect(await page.title()).to.equal('living-room-tv · wrtmeter');
    await page.close();
  });

  it('search without scripts, and keep the search in the address', async () => {
    const page = await (await browser.newContext({ javaScriptEnabled: false })).newPage();
    await page.goto(`${server.url}/devices`);
    await page.fill('#q', 'laptop');
    await Promise.all([page.waitForEvent('load'), page.keyboard.press('Enter')]);
    expect(page.url()).to.match(/\/devices\?q=laptop&user=&router=/);
    expect(await page.locator('tbody tr').count()).to.equal(1);
    await page.close();
  });
});
