import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { type Exporter, startExporter } from '../../support/program/exporter.ts';
import { type FakedClock, fakedClock } from '../../support/program/faked-clock.ts';
import { answerOf, startTextRouter, type TextRouter } from '../../support/routers/text-router.ts';

const PHONE = '04:00:00:00:00:01';
const TABLET = '04:00:00:00:00:02';
/** The phone again, with a MAC that it made up. */
const MADE_UP = '02:00:00:00:00:03';
const NAMES: Record<string, string> = { [PHONE]: 'annas-phone', [TABLET]: 'bens-tablet', [MADE_UP]: 'annas-phone' };
const GiB = 1024 ** 3;

describe('notices of the running program, with its wall clock moved', () => {
  let directory: string;
  let clock: FakedClock;
  let router: TextRouter;
  let hook: http.Server;
  let running: Exporter | null = null;
  let told: { subject: string; text: string }[];
  /** What is on the air, and what the uplink has received. */
  let stations: string[];
  let bytes: number;
  let uptime: number;

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'wrtmeter-lab-notices-'));
    clock = fakedClock('2026-03-10T12:00:00+01:00');
    router = await startTextRouter('');
    [told, stations, bytes, uptime] = [[], [PHONE], GiB, 864_000];
    hook = http.createServer(async (request, response) => {
      let text = '';
      for await (const chunk of request) text += chunk;
      told.push(...JSON.parse(text).notices);
      response.end();
    });
    await new Promise<void>((done) => hook.listen(0, '127.0.0.1', done));
    const url = `http://127.0.0.1:${(hook.address() as AddressInfo).port}/`;
    const config = {
      ...{ timezone: 'Europe/Berlin', heartbeat: 0, routers: { gateway: { url: router.url } } },
      ...{ notify: { hook: { webhook: url } }, notices: { silent: '5m', away: '5m', watch: [TABLET] } },
    };
    await writeFile(join(directory, 'wrtmeter.yaml'), JSON.stringify(config));
  });
  afterEach(async () => {
    await running?.kill('SIGKILL');
    running = null;
    clock.remove();
    hook.closeAllConnections();
    hook.close();
    await router.close();
    await rm(directory, { recursive: true });
  });

  /** Reads at an instant, in a new process after kill -9 unless it is to be the same. */
  async function readAt(instant: string, how: 'again' | 'same' = 'again'): Promise<void> {
    if (how === 'again') await running?.kill('SIGKILL');
    clock.set(instant);
    uptime += 1000;
    if (router.answer !== 500) {
      router.answer = answerOf({
        time: Math.floor(clock.now() / 1000),
        sections: {
          wan: [`uplink wan up eth1 7 dhcp ${bytes} 1000`],
          stations: [
            'radio phy0-ap0 ap 0 5180 Home',
            ...stations.map((mac) => `station phy0-ap0 ${mac} 1000 1000 -50 866.7 1083.3 3600 20 1000.000`),
          ],
          leases: stations.map((mac, i) => `lease 0 ${mac} 192.168.1.${10 + i} ${NAMES[mac]} *`),
        },
      }).replace(/^uptime .*$/m, `uptime ${uptime}.00`);
    }
    if (how === 'again')
      running = await startExporter({
        args: ['--config', join(directory, 'wrtmeter.yaml')],
        dataDir: join(directory, 'data'),
        env: clock.env,
      });
    await running?.scrape();
  }

  /** What is told by then, and nothing else for a while after it. */
  async function tells(...subjects: string[]): Promise<void> {
    for (let i = 0; i < 100 && told.length < subjects.length; i++) await sleep(100);
    await sleep(500);
    expect(
      told.map(({ subject }) => subject),
      running?.logs.join('\n'),
    ).to.deep.equal(subjects);
    // Noted, so that what is killed now is not told again.
    for (let i = 0; i < 100 && (await pending()) > 0; i++) await sleep(100);
    told = [];
  }
  const pending = async () => (await running?.scrape())?.find(({ name }) => name === 'wrtmeter_notices_pending')?.value ?? 0;

  it('are each sent once, over kill -9 and a change of the local clock', async () => {
    await readAt('2026-03-10T12:00:00+01:00');
    // By then the tablet, which is watched, is known to be away.
    await readAt('2026-03-10T12:06:00+01:00', 'same');
    await tells();

    stations.push(TABLET);
    await readAt('2026-03-11T13:00:00+01:00');
    await tells('New device: bens-tablet', 'bens-tablet is here');
    await readAt('2026-03-11T13:01:00+01:00');
    await tells();

    stations = [MADE_UP, TABLET];
    await readAt('2026-03-12T13:00:00+01:00');
    await tells();

    stations = [PHONE];
    await readAt('2026-03-12T13:01:00+01:00');
    await readAt('2026-03-12T13:07:00+01:00', 'same');
    await tells('bens-tablet has left');

    router.answer = 500;
    await readAt('2026-03-20T13:00:00+01:00');
    await tells();
    await readAt('2026-03-20T13:06:00+01:00', 'same');
    await tells('No reading of gateway for 8 days');
    await readAt('2026-03-20T13:20:00+01:00');
    await tells();
    router.answer = '';
    bytes += 119 * GiB;
    await readAt('2026-03-20T13:30:00+01:00');
    await tells('Reading gateway again');

    await readAt('2026-03-31T23:59:00+02:00');
    await tells();
    await readAt('2026-04-01T00:01:00+02:00');
    for (let i = 0; i < 100 && told.length === 0; i++) await sleep(100);
    expect(told[0]?.text).to.match(/^The home: 119 GiB down, 0 B up\./);
    await tells('Month from 2026-03-01 to 2026-03-31: 119 GiB');
    await readAt('2026-04-01T00:03:00+02:00');
    await tells();
  });
});
