import { expect } from 'chai';
import { routes } from '../../../src/http/routes.ts';
import type { Listening } from '../../../src/http/server.ts';
import { openApi } from '../../../src/views/openapi/openapi.ts';
import { pagePaths } from '../../../src/views/openapi/pages.ts';
import { phpAnswers } from '../../../src/views/openapi/php.ts';
import type { Schema } from '../../../src/views/openapi/schema.ts';
import { schemas } from '../../../src/views/openapi/schemas.ts';
import { believableHome } from '../../support/homes/believable-home.ts';
import type { SmallHome } from '../../support/homes/small-home.ts';
import { readOldFormat } from '../../support/ledger/old-reader.ts';
import { violations } from '../../support/schema.ts';
import { ask, depsOf, serveApp } from '../../support/web/web.ts';

describe('the OpenAPI document', () => {
  let home: SmallHome;
  let server: Listening;
  before(async () => {
    const believable = await believableHome();
    home = believable.home;
    server = await serveApp(depsOf(home, believable.view));
  });
  after(async () => {
    await server.close();
    await home.close();
  });

  it('describes every route, and no other', () => {
    const served = routes(depsOf(home, () => home.view(0))).map(({ method, path }) => `${method} ${path.replace(/:(\w+)/g, '{$1}')}`);
    const described = Object.entries(openApi('0').paths).flatMap(([path, item]) =>
      Object.keys(item).map((method) => `${method.toUpperCase()} ${path}`),
    );
    expect(described.sort()).to.deep.equal(served.sort());
  });

  it('every reference resolves', () => {
    const references = [...JSON.stringify(openApi('0')).matchAll(/"\$ref":"#\/components\/schemas\/([^"]+)"/g)].map(
      (match) => match[1] ?? '',
    );
    expect(references).to.not.be.empty;
    for (const name of references) expect(Object.keys(openApi('0').components.schemas)).to.include(name);
  });

  it('finds its paths from where it is read, with and without a prefix', () => {
    const [{ url }] = openApi('0').servers as [{ url: string }];
    for (const root of ['http://board:9780/', 'https://meter.home.arpa/wrtmeter/'])
      expect(new URL(url, `${root}api/v1/openapi.json`).href).to.equal(root);
  });

  it('is served', async () => {
    const { status, text } = await ask(`${server.url}/api/v1/openapi.json`);
    expect(status).to.equal(200);
    expect(JSON.parse(text)).to.deep.include({ openapi: '3.1.0' }).and.nested.include({ 'info.version': '0.1.0' });
  });

  const ANSWERS: readonly (readonly [path: string, schema: Schema, status: number])[] = [
    ['/api/v1/', schemas.Index, 200],
    ['/api/v1/routers', schemas.Routers, 200],
    ['/api/v1/devices', schemas.Devices, 200],
    ['/api/v1/users', schemas.Users, 200],
    ['/api/v1/wan', schemas.Wan, 200],
    ['/api/v1/leases', schemas.Leases, 200],
    ['/api/v1/usage', schemas.Usage, 200],
    ['/api/v1/usage?by=hour&from=2026-11-19&to=2026-11-20', schemas.Usage, 200],
    ['/api/v1/usage?by=month&from=2026-10-01', schemas.Usage, 200],
    ['/api/v1/usage?from=now', schemas.Error, 400],
    ['/api/v1/usage?router=shed', schemas.Error, 404],
    ['/api/v1/reconciliation?router=shed', schemas.Error, 404],
    ['/api/v1/audit', schemas.Audit, 200],
    ['/api/v1/audit?kind=nonsense', schemas.Error, 400],
    ['/-/healthy', schemas.Health, 200],
    ['/api.php', schemas.Error, 400],
    ...Object.entries(phpAnswers).map(([action, schema]) => [`/api.php?action=${action}`, schema, 200] as const),
  ];
  for (const [path, schema, expected] of ANSWERS) {
    it(`${path} answers as described`, async () => {
      const { status, text } = await ask(server.url + path);
      expect(status).to.equal(expected);
      expect(violations(JSON.parse(text), schema, schemas)).to.deep.equal([]);
      expect(text.length).to.be.above(20);
    });
  }

  it('/api/v1/usage.csv answers as described', async () => {
    const { status, headers, text } = await ask(`${server.url}/api/v1/usage.csv?by=hour&from=2026-11-19&to=2026-11-20`);
    expect([status, headers['content-type']]).to.deep.equal([200, 'text/csv; charset=utf-8']);
    readOldFormat(text);
    const wrong = await ask(`${server.url}/api/v1/usage.csv?user=nobody`);
    expect([wrong.status, wrong.headers['content-type']]).to.deep.equal([404, 'application/json']);
  });

  for (const [path, { get }] of Object.entries(pagePaths)) {
    if (path.includes('{') || get === undefined) continue;
    const parameters = (get.parameters ?? []).map(({ name }) => name);
    it(`the page ${path} takes the parameters that are described`, async () => {
      const { status, text } = await ask(`${server.url}${path}?nonsense=1`);
      const [, used = ''] = /There is no parameter &quot;nonsense&quot;: use ([a-z, ]+)/.exec(text) ?? [];
      expect([status, used.split(', ')]).to.deep.equal(parameters.length === 0 ? [200, ['']] : [400, parameters]);
      expect(get.responses[400] !== undefined).to.equal(parameters.length > 0);
    });
    if (get.responses[404] !== undefined)
      it(`the page ${path} says what there is not`, async () => {
        const asked = (get.parameters ?? []).filter(({ name, required }) => required || name === 'router');
        const given = asked.map(({ name }) => `${name}=${name === 'mac' ? '02:00:00:00:00:fe' : 'none'}`);
        const { status, headers } = await ask(`${server.url}${path}?${given.join('&')}`);
        expect([status, headers['content-type']]).to.deep.equal([404, 'text/html; charset=utf-8']);
      });
  }

  it('the check of these tests finds what is wrong', () => {
    const { home: sum, uplinks } = { home: {}, uplinks: [{ router: 1 }] };
    expect(violations({ home: sum, uplinks, more: 1 }, schemas.Wan, schemas)).to.include.members([
      '$.home.month is missing',
      '$.uplinks[0].router: 1 is not string',
      '$.more is not described',
    ]);
  });
});
