import { expect } from 'chai';
import type { Scope } from '../../src/auth/token.ts';
import type { AppDeps } from '../../src/http/deps.ts';
import type { Listening } from '../../src/http/server.ts';
import { readAudit } from '../../src/ledger/storage/read-audit.ts';
import type { LimitsStatus } from '../../src/views/limits-status.ts';
import { schemas } from '../../src/views/openapi/schemas.ts';
import { openHome, type SmallHome } from '../support/homes/small-home.ts';
import { violations } from '../support/schema.ts';
import { ask, depsOf, serveApp } from '../support/web/web.ts';

const NOW = Date.UTC(2026, 10, 20, 18);
const TV = '02:00:00:00:00:03';

describe('limits over HTTP', () => {
  let home: SmallHome;
  let server: Listening;
  let settings: ReturnType<AppDeps['auth']['settings']>;
  let scope: Scope | null;
  let status: LimitsStatus | null;
  beforeEach(async () => {
    home = await openHome({ routers: { gateway: [] }, startedAt: NOW, aliases: new Map([[TV, { name: 'tv', mac: TV, user: 'kids' }]]) });
    [settings, scope, status] = [{ read: 'open', control: true }, 'control', { hand: [], decided: [], routers: [] }];
    const deps = depsOf(home, () => home.view(NOW));
    server = await serveApp({
      ...deps,
      view: async () => ({ ...home.view(NOW), limits: status === null ? null : { ...status, hand: await deps.limits.hand() } }),
      auth: {
        settings: () => settings,
        check: async () => (scope === null ? { kind: 'missing' } : { kind: 'known', name: 'phone', scope }),
      },
    });
  });
  afterEach(async () => {
    await server.close();
    await home.close();
  });

  const call = async (method: string, path: string) => {
    const { status: code, text } = await ask(server.url + path, { method });
    return { status: code, body: JSON.parse(text) };
  };
  const post = (query: string) => call('POST', `/api/v1/limits?${query}`);
  const audit = async () => (await readAudit(home.ledger.store, {}, 10)).map(({ kind, counter, why }) => `${kind}, ${counter}: ${why}`);

  it('are set and cleared, as documented, with who did it in the audit', async () => {
    const { status: code, body } = await post('of=user%20kids&action=slow&rate=1Mbit&down=8Mbit&for=2h');
    expect(code).to.equal(201);
    expect(violations(body, schemas.HandLimitAnswer, schemas)).to.deep.equal([]);
    const limit = {
      number: 1,
      ...{ of: 'user', id: 'kids', name: 'kids', action: 'slow', download_bytes_per_second: 1e6, upload_bytes_per_second: 125_000 },
      ...{ set_at: '2026-11-20T18:00:00Z', until: '2026-11-20T20:00:00Z', set_by: 'token "phone" over HTTP' },
    };
    expect(body).to.deep.equal({ limit });
    const { body: answer } = await call('GET', '/api/v1/limits');
    expect(violations(answer, schemas.Limits, schemas)).to.deep.equal([]);
    expect(answer).to.deep.equal({ enabled: true, limits: [], hand: [limit], routers: [] });
    expect(await call('DELETE', '/api/v1/limits/1')).to.deep.equal({ status: 200, body: { limit } });
    expect((await call('GET', '/api/v1/limits')).body.hand).to.deep.equal([]);
    expect((await audit())[1]).to.match(
      /^limit, user kids: slowed to 8 Mbit\/s down and 1 Mbit\/s up until 2026-11-20 2\d:00 by token "phone" over HTTP$/,
    );
    expect((await audit())[0]).to.equal('limit, user kids: cleared by token "phone" over HTTP');
  });

  it('show why they hold and what became of them on routers, as documented', async () => {
    const thing = { of: 'device', id: TV } as const;
    const quota = { by: 'quota', quota: 'kids', share: 1, action: { kind: 'pause' }, since: NOW, until: null } as const;
    const hand = { by: 'hand', number: 1, who: 'mum', action: { kind: 'allow' }, since: NOW, until: NOW + 1000 } as const;
    const on = { thing, effect: { kind: 'pause' }, reason: 'quota', state: 'refused', why: 'Flow offloading is on' } as const;
    status = {
      hand: [],
      decided: [
        { thing, effect: { kind: 'pause' }, reasons: [quota], overruled: [] },
        { thing: { of: 'others', id: '' }, effect: null, reasons: [hand], overruled: [quota] },
      ],
      routers: [{ router: 'gateway', limits: [on], askedAt: NOW, failure: null, left: 0, notes: ['a note'], dropped: [] }],
    };
    const { body } = await call('GET', '/api/v1/limits');
    expect(violations(body, schemas.Limits, schemas)).to.deep.equal([]);
    expect(body.limits.map(({ name, action, routers }: Record<string, unknown>) => ({ name, action, routers }))).to.deep.equal([
      { name: 'tv', action: 'pause', routers: [{ router: 'gateway', state: 'refused', why: 'Flow offloading is on' }] },
      { name: null, action: 'allow', routers: [] },
    ]);
    expect(body.limits[1].overruled[0]).to.include({ by: 'quota', name: 'kids', share: 1 });
  });

  it('need a token of scope control, control in the configuration, and a router that may be asked', async () => {
    const query = 'of=user%20kids&action=pause';
    scope = null;
    expect(await post(query)).to.deep.equal({ status: 401, body: { error: 'Missing authentication token' } });
    scope = 'read';
    expect((await post(query)).status).to.equal(403);
    expect((await call('DELETE', '/api/v1/limits/1')).status).to.equal(403);
    settings = { read: 'open', control: false };
    expect((await post(query)).status).to.be.oneOf([404, 405]);
    settings = { read: 'open', control: true };
    scope = 'control';
    status = null;
    expect(await post(query)).to.deep.equal({
      status: 409,
      body: { error: 'Nothing can be limited: no router of the configuration has "limits"' },
    });
    expect((await call('GET', '/api/v1/limits')).body).to.deep.equal({ enabled: false, limits: [], hand: [], routers: [] });
    expect(await audit()).to.deep.equal([]);
  });

  for (const [query, code, error] of [
    ['action=pause', 400, '"of" is missing; use for example "user kids" or "device tv"'],
    ['of=home&action=pause', 400, '"home" is not something to limit: use "user NAME", "device NAME", "peer NAME", guests or others'],
    ['of=user+kidz&action=pause', 404, 'There is no user "kidz": did you mean "kids"?'],
    ['of=device+vt&action=pause', 404, 'There is no device "vt": use the name or MAC of one that was seen'],
    ['of=peer+x&action=pause', 404, 'There is no peer "x": use the name or public key of one'],
    ['of=others', 400, '"action" is missing: use slow, pause, allow'],
    ['of=others&action=stop', 400, '"action" is "stop": use slow, pause, allow'],
    ['of=others&action=slow', 400, 'slow needs a rate; use for example 1Mbit'],
    ['of=others&action=slow&rate=1MB', 400, 'The rate "1MB" is not a rate; use for example 1Gbit or 300Mbit'],
    ['of=others&action=pause&up=1Mbit', 400, '"up" is for slow only'],
    ['of=others&action=pause&for=2h&until=21:00', 400, '"for" and "until" contradict each other: use one of them'],
    ['of=others&action=pause&for=5s', 400, '"for" is "5s": use a duration of at least a minute, for example 30m or 2h'],
    ['of=others&action=pause&until=25:00', 400, '"until" is "25:00": write a time of the day between 00:00 and 23:59'],
    ['of=others&action=pause&until=2026-11-20', 400, '"until" is "2026-11-20": that is over'],
    ['of=others&action=pause&for=401d', 400, '"for" is more than 400 days ahead: leave it out for a limit without an end'],
    ['of=others&action=pause&bits=1', 400, 'There is no parameter "bits": use of, action, rate, down, up, for, until'],
  ] as const) {
    it(`${query}: ${code}`, async () => {
      expect(await post(query)).to.deep.equal({ status: code, body: { error } });
      expect(await audit()).to.deep.equal([]);
    });
  }

  it('end at the next such time of the day', async () => {
    const until = async (text: string) => (await post(`of=others&action=pause&until=${text}`)).body.limit.until;
    const { timezone } = home.view(NOW);
    const local = (ms: number) => new Date(ms).toLocaleTimeString('en-GB', { timeZone: timezone, hour: '2-digit', minute: '2-digit' });
    expect(Date.parse(await until(local(NOW + 3_600_000)))).to.equal(NOW + 3_600_000);
    expect(Date.parse(await until(local(NOW)))).to.equal(NOW + 24 * 3_600_000);
  });

  it('that are not there cannot be cleared', async () => {
    const error = (number: string) => `Nothing was set by hand for "${number}": "wrtmeter limit list" and the page /limits show all`;
    for (const number of ['1', '01', 'x'])
      expect(await call('DELETE', `/api/v1/limits/${number}`)).to.deep.equal({ status: 404, body: { error: error(number) } });
  });
});
