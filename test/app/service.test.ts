import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import { dayOf } from '../../src/domain/calendar.ts';
import { addBonus } from '../../src/ledger/storage/people/bonuses.ts';
import { routersAnswer } from '../../src/views/api-v1/answers.ts';
import { joined } from '../support/metrics-text.ts';
import { answerOf } from '../support/routers/text-router.ts';
import { type Driven, drive } from '../support/routers/tplink/driven.ts';

describe('the service', () => {
  let server: Server;
  let driven: Driven;
  let yaml: string;
  let isDead = false;
  before(async () => {
    server = createServer((_, response) => {
      if (!isDead) response.end(answerOf({ time: Math.floor(driven.clock.now() / 1000) }));
    });
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    yaml = `timezone: UTC\nrouters: { gateway: { url: "http://127.0.0.1:${(server.address() as AddressInfo).port}" } }\n`;
    driven = await drive(yaml);
  });
  after(async () => {
    server.closeAllConnections();
    server.close();
    await driven.close();
  });

  const shown = (text: string) =>
    [...text.matchAll(/^wrtmeter_(router_up|source_success)\{.*\} (\d)$/gm)].map(([, name, value]) => `${name} ${value}`);

  it('what was read a moment ago is current, also while the clock is set back by years and nothing is posted', async () => {
    await driven.scrape();
    const { now } = driven.clock;
    driven.clock.now = () => Date.UTC(1970, 0, 1, 0, 1);
    expect(new Set(shown(await driven.scrape()))).to.deep.equal(new Set(['router_up 1', 'source_success 1']));
    const { sources, up } = routersAnswer(await driven.service.view()).routers[0] ?? expect.fail('no router');
    expect([up, ...sources.map(({ success }) => success)]).to.not.include(false);
    driven.clock.now = now;
  });

  it('looks up bonuses and the history of quotas beside the connection that posts rounds', async () => {
    await driven.reconfigure(`${yaml}quotas: { line: { of: home, limit: 1TB } }\n`);
    await driven.scrape();
    const { store } = driven.service.ledger;
    const { all } = store;
    const asked: string[] = [];
    store.all = async (sql, ...values) => {
      asked.push(sql);
      return all(sql, ...values);
    };
    await driven.service.view();
    store.all = all;
    expect(asked).to.deep.equal([]);
    await addBonus(store, { quota: 'line', day: dayOf(driven.clock.now(), 'UTC'), bytes: 5, at: driven.clock.now(), by: 'test' });
    expect((await driven.service.view()).quotas.map(({ bonus }) => bonus)).to.deep.equal([5]);
    await driven.reconfigure(yaml);
  });

  it('a scrape that does not wait for the round shows nothing as current that was read more than 15 minutes ago', async () => {
    expect(new Set(shown(await driven.scrape()))).to.deep.equal(new Set(['router_up 1', 'source_success 1']));
    isDead = true;
    driven.clock.ms += 1_200_000;
    expect(new Set(shown(joined(await driven.service.scrape(0.2))))).to.deep.equal(new Set(['router_up 0', 'source_success 0']));
  });
});
