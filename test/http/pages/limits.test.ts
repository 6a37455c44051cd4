import { expect } from 'chai';
import { createGate } from '../../../src/auth/gate.ts';
import { hashToken, newToken } from '../../../src/auth/token.ts';
import type { AppDeps } from '../../../src/http/deps.ts';
import type { Listening } from '../../../src/http/server.ts';
import { readAudit } from '../../../src/ledger/storage/read-audit.ts';
import type { LimitsStatus } from '../../../src/views/limits-status.ts';
import { openHome, type SmallHome } from '../../support/homes/small-home.ts';
import { type Asking, ask, depsOf, serveApp } from '../../support/web/web.ts';

const NOW = Date.UTC(2026, 10, 20, 18);
const TV = '02:00:00:00:00:03';
const HOSTILE = `"><script>alert(1)</script>'&amp;`;
const [CONTROL, READ] = [newToken(), newToken()];

describe('the page of limits', () => {
  let home: SmallHome;
  let server: Listening;
  let settings: ReturnType<AppDeps['auth']['settings']>;
  let status: LimitsStatus | null;
  let changes: number;
  beforeEach(async () => {
    const aliases = new Map([[TV, { name: HOSTILE, mac: TV, user: 'kids' }]]);
    home = await openHome({ routers: { gateway: [] }, timezone: 'UTC', startedAt: NOW, aliases });
    settings = { read: 'open', control: true };
    status = { hand: [], decided: [], routers: [] };
    changes = 0;
    const deps = depsOf(home, () => home.view(NOW));
    const { hand, set, clear } = deps.limits;
    const tokens = [
      { name: 'phone', scope: 'control', created: 0, hash: hashToken(CONTROL) },
      { name: 'prometheus', scope: 'read', created: 0, hash: hashToken(READ) },
    ] as const;
    const gate = createGate({ tokens: async () => tokens, tick: () => 0, log: () => undefined });
    server = await serveApp({
      ...deps,
      view: async () => ({ ...home.view(NOW), limits: status === null ? null : { ...status, hand: await hand() } }),
      auth: { settings: () => settings, check: gate.check },
      limits: {
        hand,
        set: (limit) => {
          changes += 1;
          return set(limit);
        },
        clear: (limit, by) => {
          changes += 1;
          return clear(limit, by);
        },
      },
    });
  });
  afterEach(async () => {
    await server.close();
    await home.close();
  });

  const get = (path = '/limits', options: Asking = {}) => ask(server.url + path, options);
  const send = (fields: Record<string, string>, headers: Record<string, string> = {}) =>
    ask(`${server.url}/limits`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/x-www-form-urlencoded', ...headers },
      body: new URLSearchParams(fields).toString(),
    });
  const audit = async () => (await readAudit(home.ledger.store, {}, 10)).map(({ kind, counter, why }) => `${kind}, ${counter}: ${why}`);
  const shownError = (text: string) => /<p class="notice error" role="alert">(.*?)<\/p>/.exec(text)?.[1] ?? null;

  it('has a form with a label for each field, sent to itself, under a policy that lets it be sent nowhere else', async () => {
    const { status: code, headers, text } = await get();
    expect([code, headers['content-type'], headers['referrer-policy']]).to.deep.equal([200, 'text/html; charset=utf-8', 'same-origin']);
    expect(headers['content-security-policy']).to.match(/^default-src 'none'; style-src 'sha256-[^']+'; .*; form-action 'self'; frame-/);
    expect(text).to.not.match(/<script|javascript:|\son\w+=|style=/i);
    expect(text).to.include('<form id="change" method="post" action="?">');
    const names = [...text.matchAll(/<(?:select|input) id="(\w+)" name="(\w+)"/g)].map(([, id, name]) => [id, name]);
    expect(names.map(([id]) => id)).to.deep.equal(['of', 'action', 'rate', 'for', 'until', 'token']);
    for (const [id, name] of names)
      expect(text)
        .to.include(`<label for="${id}">`)
        .and.satisfy(() => id === name);
    expect(text).to.include('<option value="user kids">kids</option>').and.include('<option value="others">');
    for (const [, href = ''] of text.matchAll(/href="([^"]*)"/g)) expect(href).to.not.match(/^\/|:/);
  });

  it('shows names that strangers chose as text', async () => {
    await send({ of: `device ${TV}`, action: 'pause', token: CONTROL });
    const { text } = await get();
    expect(text).to.not.include('<script');
    expect(text.match(/&quot;&gt;&lt;script&gt;/g)?.length).to.be.greaterThan(2);
  });

  it('sets and clears as the API does, with who did it in the audit, and leads back with a notice', async () => {
    const set = await send({ of: 'user kids', action: 'slow', rate: '1Mbit', for: '2h', until: '', token: CONTROL });
    expect([set.status, set.headers.location]).to.deep.equal([303, '?done=set']);
    expect((await get('/limits?done=set')).text).to.include('<p class="notice done" role="status">The limit is set.');
    const shown = (await get()).text;
    expect(shown).to.include('<small>slowed to 1 Mbit/s until 2026-11-20 20:00 by token &quot;phone&quot; over HTTP</small>');
    expect(shown).to.include('<button form="change" name="clear" value="1" aria-label="Clear the limit of kids">Clear</button>');
    const cleared = await send({ clear: '1', of: 'user kids', action: 'pause', token: CONTROL });
    expect([cleared.status, cleared.headers.location]).to.deep.equal([303, '?done=cleared']);
    expect((await get()).text).to.not.include('Clear</button>');
    expect(await audit()).to.deep.equal([
      'limit, user kids: cleared by token "phone" over HTTP',
      'limit, user kids: slowed to 1 Mbit/s until 2026-11-20 20:00 by token "phone" over HTTP',
    ]);
  });

  it('ends at the end of the day, at a time, or when it is cleared', async () => {
    for (const [fields, until] of [
      [{ for: 'day' }, ' until 2026-11-21 00:00'],
      [{ until: '21:30' }, ' until 2026-11-20 21:30'],
      [{}, ''],
    ] as const) {
      expect((await send({ of: 'others', action: 'pause', ...fields, token: CONTROL })).status).to.equal(303);
      expect((await audit())[0]).to.equal(`limit, others: paused${until} by token "phone" over HTTP`);
    }
  });

  for (const [fields, code, error] of [
    [{ of: 'user kidz', action: 'pause' }, 404, 'There is no user &quot;kidz&quot;: did you mean &quot;kids&quot;?'],
    [{ of: 'user kids', action: 'slow' }, 400, 'slow needs a rate; use for example 1Mbit'],
    [{ of: 'user kid', action: 'pause' }, 404, 'There is no user &quot;kid&quot;: did you mean &quot;kids&quot;?'],
    [{ of: 'user kids', action: 'pause', rate: '1Mbit' }, 400, '&quot;rate&quot; is for slow only'],
    [{ of: 'user kids', action: 'pause', for: 'day', until: '21:00' }, 400, 'Choose one end: the end of the day, or a time'],
    [
      { of: 'user kids', action: 'pause', for: '<b>' },
      400,
      '&quot;for&quot; is &quot;&lt;b&gt;&quot;: use a duration of at least a minute, for example 30m or 2h',
    ],
    [{ clear: '9' }, 404, 'Nothing was set by hand for &quot;9&quot;: &quot;wrtmeter limit list&quot; and the page /limits show all'],
  ] as const) {
    it(`says in a line why not: ${JSON.stringify(fields)}`, async () => {
      const { status: answered, text } = await send({ ...fields, token: CONTROL });
      expect([answered, shownError(text)]).to.deep.equal([code, error.endsWith('?') ? error : `${error}.`]);
      expect(text).to.not.include(CONTROL);
      if ('of' in fields && fields.of === 'user kids') expect(text).to.include('<option value="user kids" selected>');
      expect([changes, await audit()]).to.deep.equal([0, []]);
    });
  }

  it('refuses what has no token of scope control, in a sentence that shows nothing of the home', async () => {
    const fields = { of: 'user kids', action: 'pause' };
    for (const [token, code, error] of [
      ['', 401, 'Missing authentication token'],
      [newToken(), 401, 'Invalid or expired token'],
      [READ, 403, 'This token may only read: use a token of scope control'],
    ] as const) {
      const { status: answered, text } = await send({ ...fields, token });
      expect([answered, shownError(text)]).to.deep.equal([code, error.endsWith('?') ? error : `${error}.`]);
      expect(text).to.not.include('kids').and.not.include('<form');
    }
    const headers = { Authorization: `Bearer ${CONTROL}`, 'X-Api-Token': CONTROL };
    expect((await send(fields, headers)).status).to.equal(401);
    expect((await ask(`${server.url}/limits?of=user+kids&action=pause&token=${CONTROL}`, { method: 'POST' })).status).to.equal(401);
    expect(changes).to.equal(0);
  });

  it('counts wrong tokens as everywhere else', async () => {
    for (let i = 0; i < 10; i += 1) expect((await send({ token: newToken() })).status).to.equal(401);
    const { status: answered, headers, text } = await send({ of: 'others', action: 'pause', token: CONTROL });
    expect([answered, headers['retry-after']]).to.deep.equal([429, '6']);
    expect(shownError(text)).to.equal('Too many wrong tokens: try again in 6 s.');
    expect(changes).to.equal(0);
  });

  it('refuses forms of other sites', async () => {
    const fields = { of: 'user kids', action: 'pause', token: CONTROL };
    for (const headers of [{ Origin: 'https://evil.example' }, { Origin: 'null' }, { 'Sec-Fetch-Site': 'cross-site' }])
      expect((await send(fields, headers as Record<string, string>)).status).to.equal(403);
    expect(changes).to.equal(0);
    expect((await send(fields, { Origin: server.url, 'Sec-Fetch-Site': 'same-origin' })).status).to.equal(303);
  });

  it('refuses a form that is too long, with its length and without, and one that is no form', async () => {
    const fields = { of: 'user kids', action: 'pause', token: CONTROL, rate: 'x'.repeat(5000) };
    const long = await send(fields);
    expect([long.status, shownError(long.text)]).to.deep.equal([413, 'The form is longer than 4096 bytes.']);
    expect((await send(fields, { 'Transfer-Encoding': 'chunked' })).status).to.equal(413);
    expect((await send({ of: 'user kids', action: 'pause', token: CONTROL }, { 'Content-Type': 'text/plain' })).status).to.equal(401);
    expect(changes).to.equal(0);
  });

  it('changes nothing by GET, and answers HEAD without a body', async () => {
    expect((await get(`/limits?of=user+kids&action=pause&token=${CONTROL}&clear=1&done=%3Cb%3E`)).text).to.not.include('<b>');
    const { status: answered, headers, text } = await get('/limits', { method: 'HEAD' });
    expect([answered, text]).to.deep.equal([200, '']);
    expect(headers['content-security-policy']).to.include("form-action 'self'");
    expect((await get('/limits', { method: 'DELETE' })).headers.allow).to.equal('GET, HEAD or POST'.replace(' or', ','));
    expect(changes).to.equal(0);
  });

  it('says what is off, and has no form then', async () => {
    settings = { read: 'open', control: false };
    const off = 'Control is off: set &quot;control: true&quot; in the configuration (or WRTMETER_CONTROL=true) and reload it.';
    expect((await get()).text)
      .to.include(off)
      .and.not.include('<form');
    const sent = await send({ of: 'user kids', action: 'pause', token: CONTROL });
    expect([sent.status, shownError(sent.text)]).to.deep.equal([404, off]);
    settings = { read: 'open', control: true };
    status = null;
    expect((await get()).text)
      .to.include('no router of the configuration has &quot;limits&quot;.')
      .and.not.include('<form');
    expect((await send({ of: 'user kids', action: 'pause', token: CONTROL })).status).to.equal(409);
    expect(changes).to.equal(0);
  });

  it('needs a token to read where reading does', async () => {
    settings = { read: 'token', control: true };
    expect((await get()).status).to.equal(401);
    expect((await get('/limits', { headers: { 'X-Api-Token': READ } })).status).to.equal(200);
    expect((await send({ of: 'user kids', action: 'pause', token: CONTROL })).status).to.equal(303);
  });

  it('shows why each holds, since when and until when, and what became of it on each router', async () => {
    const reason = { by: 'schedule', rule: 'bedtime', action: { kind: 'pause' }, since: NOW, until: NOW + 3_600_000 } as const;
    const limit = { thing: { of: 'user', id: 'kids' }, effect: { kind: 'pause' } } as const;
    const on = { ...limit, reason: 'schedule', state: 'refused', why: 'Flow offloading is on' } as const;
    const router = { router: 'gateway', limits: [on], askedAt: NOW, failure: null, left: 0, notes: ['a <note>'], dropped: [] };
    status = { hand: [], decided: [{ ...limit, reasons: [reason], overruled: [] }], routers: [router] };
    expect((await get()).text)
      .to.include('<li>limit &quot;bedtime&quot; until 2026-11-20 19:00, since 2026-11-20 18:00</li>')
      .and.include('<span class="failed">refused</span> on <bdi>gateway</bdi>: Flow offloading is on</li>')
      .and.include('<bdi>gateway</bdi>: a &lt;note&gt;</li>');
  });
});
