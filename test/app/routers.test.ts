import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import { pino } from 'pino';
import { LIMITS } from '../../src/app/limits.ts';
import { createRouters } from '../../src/app/routers.ts';
import { type Clock, readRound } from '../../src/collector/round.ts';
import { configOf, withText } from '../config/support.ts';

/** A large answer of this has two thirds of what all answers may have. No router answers like that. */
const server = createServer(({ url = '' }, response) =>
  response.end('a'.repeat(url.startsWith('/large') ? Math.floor((LIMITS.answerBytes * 2) / 3) : 1)),
);
const noLogins = { at: () => ({ worked: () => undefined, refused: async () => null }), keepOnly: () => undefined };

describe('the routers that are read', () => {
  const clock: Clock = { now: () => 0, tick: () => 0 };

  before((done) => void server.listen(0, '127.0.0.1', done));
  after(() => server.close());

  /** Why each of them failed, by name and path. */
  async function reasons(routers: ReturnType<typeof createRouters>, paths: Record<string, string>): Promise<Record<string, string[]>> {
    const { port } = server.address() as AddressInfo;
    const lines = Object.entries(paths).map(([name, path]) => `  ${name}: { url: "http://127.0.0.1:${port}/${path}" }`);
    const { routers: configured } = await configOf(withText(`routers:\n${lines.join('\n')}`));
    const round = await readRound(routers.configure(configured), new AbortController().signal, clock);
    return Object.fromEntries(
      round.routers.map(({ router, results }) => [
        router,
        [...new Set(results.map((result) => (result.status === 'failed' ? result.reason : 'ok')))],
      ]),
    );
  }

  it('do not compete with what they answered at an address before', async () => {
    const routers = createRouters(clock, pino({ enabled: false }), noLogins);
    for (const path of ['large/before', 'large/after'])
      expect(await reasons(routers, { gateway: path, attic: 'small' }), path).to.deep.equal({ gateway: ['parse'], attic: ['parse'] });
    expect(await reasons(routers, { gateway: 'large/after', attic: 'large' })).to.deep.equal({ gateway: ['parse'], attic: ['too_large'] });
  });
});
