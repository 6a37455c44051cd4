import { expect } from 'chai';
import type { AppDeps } from '../../../src/http/deps.ts';
import { pageRoutes } from '../../../src/http/pages/pages.ts';
import type { Listening } from '../../../src/http/server.ts';
import { LIVE_SCRIPT, SCRIPTS } from '../../../src/views/pages/live/scripts.ts';
import { openHome, type SmallHome } from '../../support/homes/small-home.ts';
import { ask, depsOf, serveApp } from '../../support/web/web.ts';

const NOW = Date.UTC(2026, 10, 20, 17);

describe('the pages over HTTP', () => {
  let home: SmallHome;
  let server: Listening;
  before(async () => {
    home = await openHome({ routers: { gateway: [] } });
  });
  after(() => home.close());
  afterEach(() => server.close());

  const start = async (changes: Partial<AppDeps> = {}) => {
    const deps = depsOf(home, () => home.view(NOW), changes);
    server = await serveApp(deps);
    return pageRoutes(deps).map(({ path }) => path);
  };

  it('come with a strict policy and no timer, also when they say what is wrong', async () => {
    for (const path of await start()) {
      const { status, headers, text } = await ask(server.url + path);
      expect(status, path).to.be.oneOf([200, 400, 404]);
      expect(headers['content-type'], path).to.equal('text/html; charset=utf-8');
      expect(headers['content-security-policy'], path).to.match(/^default-src 'none'; style-src 'sha256-[^']+'; .*form-action 'self'/);
      expect(headers['referrer-policy'], path).to.equal('no-referrer');
      expect(headers.refresh, path).to.equal(undefined);
      expect(text, path)
        .to.match(/^<!doctype html>\n/)
        .and.not.match(/<script|\bhref="\//);
    }
  });

  it('that show what moves now may run the scripts of the program and talk to it, and no others; none where live is off', async () => {
    const LIVE = ['/', '/devices', '/device', '/peers', '/peer', '/uplinks', '/uplink'];
    const paths = await start({ live: { isOn: () => true, watch: () => () => undefined } });
    for (const path of paths) {
      const { headers, text } = await ask(server.url + path);
      const policy = /^default-src 'none'; (script-src 'self'; connect-src 'self'; )?style-src/.exec(
        String(headers['content-security-policy']),
      );
      const scripts = [...text.matchAll(/<script[^>]*>/g)].map(([tag]) => tag);
      const isLive = LIVE.includes(path);
      expect([policy?.[1] !== undefined, scripts], path).to.deep.equal([
        isLive,
        isLive ? [`<script type="module" src="${LIVE_SCRIPT}">`] : [],
      ]);
    }
  });

  it('get their scripts as modules that browsers keep, under an address that changes with them', async () => {
    await start();
    for (const [name, script] of SCRIPTS) {
      const { status, headers, text } = await ask(`${server.url}/${LIVE_SCRIPT.replace('live.js', name)}`);
      expect([status, headers['content-type'], headers['cache-control'], headers['x-content-type-options']]).to.deep.equal([
        ...[200, 'text/javascript; charset=utf-8', 'public, max-age=31536000, immutable', 'nosniff'],
      ]);
      expect(text).to.equal(script);
      // Text of others must not become markup.
      expect(text).to.not.match(/innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(|DOMParser/);
      for (const [, other = ''] of text.matchAll(/from '\.\/([^']+)'/g)) expect([...SCRIPTS.keys()]).to.include(other);
    }
    for (const path of ['/scripts/0/live.js', `/${LIVE_SCRIPT}x`, `/${LIVE_SCRIPT.replace('live.js', '..%2fscripts.ts')}`]) {
      const { status, headers } = await ask(server.url + path);
      expect([status, headers['cache-control']], path).to.deep.equal([404, 'no-store']);
    }
  });

  it('say what is wrong with their address as a page, with a way back, and write nothing of it as markup', async () => {
    await start();
    const { status, text } = await ask(`${server.url}/devices?sort=%3Cb%3E`);
    expect(status).to.equal(400);
    expect(text).to.include('&quot;sort&quot; is &quot;&lt;b&gt;&quot;').and.include('<a href="devices">Back</a>').and.not.include('<b>');
  });

  it('with a slash at the end of their address lead to it, because their links are relative', async () => {
    for (const path of [...(await start()), '/limits']) {
      const asked = `${server.url}/prefix${path}/?q=%3Cb%3E%0A`;
      const { status, headers } = await ask(asked.replace('/prefix', ''));
      expect([status, new URL(String(headers.location), asked).href], path).to.deep.equal([
        302,
        `${server.url}/prefix${path}?q=%3Cb%3E%0A`,
      ]);
    }
    expect((await ask(`${server.url}/?q=1`)).status).to.equal(200);
  });

  it('need a token where reading does', async () => {
    const paths = await start({ auth: { settings: () => ({ read: 'token', control: false }), check: async () => ({ kind: 'missing' }) } });
    for (const path of paths) expect((await ask(server.url + path)).status, path).to.equal(401);
  });

  it('are made a few at a time, as all answers that grow with the home', async () => {
    await start();
    expect(pageRoutes(depsOf(home, () => home.view(NOW))).filter(({ large }) => large !== true)).to.deep.equal([]);
  });

  it('the home page works without what cannot be read', async () => {
    const said: string[] = [];
    const fails = async () => {
      throw new Error('no');
    };
    const deps = depsOf(home, () => home.view(NOW));
    await start({ pages: { ...deps.pages, history: fails }, audit: fails, log: (level, message) => said.push(`${level} ${message}`) });
    const { status, text } = await ask(server.url);
    expect([status, said]).to.deep.equal([200, Array(2).fill('warn Could not read a part of the home page')]);
    expect(text).to.include('This month so far').and.not.include('Today:');
  });
});
