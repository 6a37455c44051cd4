import { expect } from 'chai';
import type { Scope } from '../../src/auth/token.ts';
import type { AppDeps } from '../../src/http/deps.ts';
import type { Listening } from '../../src/http/server.ts';
import { loadBonuses } from '../../src/ledger/storage/people/bonuses.ts';
import { readAudit } from '../../src/ledger/storage/read-audit.ts';
import { schemas } from '../../src/views/openapi/schemas.ts';
import { openHome, type SmallHome } from '../support/homes/small-home.ts';
import { quota } from '../support/ledger/quota-view.ts';
import { violations } from '../support/schema.ts';
import { ask, depsOf, serveApp } from '../support/web/web.ts';

const NOW = Date.UTC(2026, 10, 20, 18);

describe('bonuses over HTTP', () => {
  let home: SmallHome;
  let server: Listening;
  let settings: ReturnType<AppDeps['auth']['settings']>;
  let scope: Scope | null;
  beforeEach(async () => {
    const quotas = [quota('line', { kind: 'home' }, 1e12), quota('guest', { kind: 'others' }, 1e9, { per: '24h' })];
    home = await openHome({ routers: { gateway: [] }, terms: { quotas }, startedAt: NOW });
    [settings, scope] = [{ read: 'open', control: true }, 'control'];
    const deps = depsOf(home, () => home.view(NOW));
    server = await serveApp({
      ...deps,
      async view() {
        home.ledger.books.bonuses = await loadBonuses(home.ledger.store);
        return home.view(NOW);
      },
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
    const { status, text } = await ask(server.url + path, { method });
    return { status, body: JSON.parse(text) };
  };
  const post = (path: string) => call('POST', `/api/v1/quotas/${path}`);
  const audit = async () => (await readAudit(home.ledger.store, {}, 10)).map(({ kind, why }) => `${kind}: ${why}`);

  it('are added and removed, as documented, and are in the answer of quotas at once', async () => {
    const { status, body } = await post('line/bonus?amount=20GB');
    expect(status).to.equal(201);
    expect(violations(body, schemas.BonusAnswer, schemas)).to.deep.equal([]);
    const bonus = {
      id: 1,
      quota: 'line',
      day: '2026-11-20',
      bytes: 2e10,
      added_at: '2026-11-20T18:00:00Z',
      added_by: 'token "phone" over HTTP',
    };
    expect(body).to.deep.equal({ bonus });
    const { body: answer } = await call('GET', '/api/v1/quotas');
    expect(violations(answer, schemas.Quotas, schemas)).to.deep.equal([]);
    expect(answer.bonuses).to.deep.equal([bonus]);
    expect(answer.quotas[0]).to.include({ limit_bytes: 1.02e12, bonus_bytes: 2e10 });
    expect(await call('DELETE', '/api/v1/quotas/line/bonus/1')).to.deep.equal({ status: 200, body: { bonus } });
    expect((await call('GET', '/api/v1/quotas')).body.bonuses).to.deep.equal([]);
    expect(await audit()).to.deep.equal([
      'bonus: 20 GB for the period of 2026-11-20, taken back by token "phone" over HTTP',
      'bonus: 20 GB for the period of 2026-11-20, bought by token "phone" over HTTP',
    ]);
  });

  it('need a token of scope control, and control in the configuration', async () => {
    scope = null;
    expect(await post('line/bonus?amount=20GB')).to.deep.equal({ status: 401, body: { error: 'Missing authentication token' } });
    scope = 'read';
    expect((await post('line/bonus?amount=20GB')).status).to.equal(403);
    expect((await call('DELETE', '/api/v1/quotas/line/bonus/1')).status).to.equal(403);
    settings = { read: 'open', control: false };
    expect((await post('line/bonus?amount=20GB')).body.error).to.match(/^Not found/);
    scope = 'control';
    expect((await post('line/bonus?amount=20GB')).body.error).to.match(/^Control is off: set "control: true"/);
    expect(await audit()).to.deep.equal([]);
  });

  for (const [path, status, error] of [
    ['lnie/bonus?amount=20GB', 404, 'There is no quota "lnie": did you mean "line"?'],
    ['line/bonus', 400, 'The amount is missing; use for example 20GB'],
    ['line/bonus?amount=20', 400, 'The amount "20" is not a size; use for example 500MB, 1.5TB or 1GiB'],
    ['line/bonus?amount=1GB&day=x', 400, 'The day "x" is not a date; use for example 2026-11-20'],
    ['line/bonus?amount=1GB&days=x', 400, 'There is no parameter "days": use amount, day'],
    ['guest/bonus?amount=1GB', 409, 'Quota "guest" is rolling: a bonus is for one period of a quota per day, week or month'],
  ] as const) {
    it(`${path}: ${status}`, async () => {
      expect(await post(path)).to.deep.equal({ status, body: { error } });
      expect(await audit()).to.deep.equal([]);
    });
  }

  it('are removed under their own quota only', async () => {
    await post('line/bonus?amount=20GB');
    for (const [path, error] of [
      ['guest/bonus/1', 'There is no bonus "1" of quota "guest": "wrtmeter bonus list" and /api/v1/quotas show all'],
      ['line/bonus/01', 'There is no bonus "01" of quota "line": "wrtmeter bonus list" and /api/v1/quotas show all'],
    ])
      expect(await call('DELETE', `/api/v1/quotas/${path}`)).to.deep.equal({ status: 404, body: { error } });
  });
});
