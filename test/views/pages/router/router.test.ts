import { expect } from 'chai';
import { routerPage, routersPage } from '../../../../src/views/pages/router/page.ts';
import { hosts, openHome, type SmallHome, stations, wan } from '../../../support/homes/small-home.ts';
import { pageReaderOf } from '../../../support/web/web.ts';
import { words } from '../../../support/web/words.ts';

const NOW = Date.UTC(2026, 10, 20, 17);
const failure = { reason: 'connect', message: 'Cannot connect to 192.168.1.2:80: no route to host' } as const;

describe('the pages of routers', () => {
  let home: SmallHome;
  before(async () => {
    home = await openHome({ routers: { gateway: ['http://192.168.1.1'], attic: ['http://192.168.1.2'] } });
    const read = (at: number, uplink: number, host: number) =>
      home.read(at, {
        gateway: {
          sources: {
            wan: wan([{ name: 'wan', bytes: { download: uplink, upload: 0 } }]),
            hosts: hosts([{ mac: '00:00:5e:00:53:03', ip: '192.168.1.24', bytes: { download: host, upload: 0 } }]),
          },
        },
        attic: { sources: { stations: at === NOW ? failure : stations([]) } },
      });
    await read(NOW - 60_000, 0, 0);
    await read(NOW - 30_000, 10_240, 9216);
    await read(NOW, 10_240, 9216);
  });
  after(() => home.close());

  const router = (name: string): Promise<string> => {
    const view = home.view(NOW + 3000);
    return routerPage(view, { name }, pageReaderOf(home));
  };

  it('do not call well what nobody has read for long, as the API does not', async () => {
    const view = home.view(NOW + 3 * 3_600_000);
    expect(words(routersPage(view)))
      .to.include('gateway not read lately 3 h ago')
      .and.not.include('all ok');
    expect(words(await routerPage(view, { name: 'gateway' }, pageReaderOf(home))))
      .to.include('not read lately')
      .and.not.include('all ok');
  });

  it('show each in a line while it is well, and what to do where it is not', () => {
    const page = routersPage(home.view(NOW + 3000));
    expect(words(page)).to.include('gateway all ok 3 s ago').and.include('attic no answer 33 s ago');
    expect(words(page)).to.include('Cannot be reached. Check that the router is on');
    expect(page).to.include('<a href="router?name=gateway">');
  });

  it('show the sources of one, and why its uplinks and hosts may differ', async () => {
    const text = words(await router('gateway'));
    expect(text).to.include('The uplinks have 10.0 KiB, the hosts behind them 9.00 KiB: 1.00 KiB are unattributed (10 %).');
    expect(text).to.include('Possible reasons').and.include('Last rows of the audit All of this router');
    expect(words(await router('attic'))).to.not.include('Possible reasons');
  });

  it('refuse a router that there is not', async () => {
    const said = await router('<nowhere>').then(String, ({ status, message }) => `${status} ${message}`);
    expect(said).to.equal('404 There is no router "<nowhere>"');
  });
});
