import { expect } from 'chai';
import { apiPhp } from '../../../src/views/api-php.ts';
import { wanAnswer } from '../../../src/views/api-v1/answers.ts';
import { homePage } from '../../../src/views/pages/home/page.ts';
import { uplinkPage } from '../../../src/views/pages/uplinks/page.ts';
import { tariffRows } from '../../../src/views/rows/tariffs.ts';
import { openHome, type SmallHome, wan } from '../../support/homes/small-home.ts';
import { pageReaderOf } from '../../support/web/web.ts';
import { words } from '../../support/web/words.ts';

const NOW = Date.UTC(2026, 10, 20, 18);
const DAY_MS = 86_400_000;

describe('the month of the home where an uplink has its own billing day (Rule: month)', () => {
  let home: SmallHome;
  afterEach(() => home.close());

  const tariffs = [{ name: 'off_peak', windows: [{ days: [0, 1, 2, 3, 4, 5, 6], from: 0, to: 48 }], counts: 0 }];
  const read = (at: number, bytes: number) =>
    home.read(at, { gateway: { sources: { wan: wan([{ name: 'wan', bytes: { download: bytes, upload: bytes } }]) } } });

  it("is the home's everywhere: in the API, on the home page and by tariff", async () => {
    home = await openHome({ routers: { gateway: [] }, routerBilling: { gateway: 15 }, terms: { tariffs } });
    await read(NOW - 11 * DAY_MS, 0);
    await read(NOW - 10 * DAY_MS, 20_000);
    await read(NOW - 3_600_000, 20_000);
    await read(NOW, 30_000);
    const view = home.view(NOW);
    const { home: sum, uplinks } = wanAnswer(view);
    expect(sum).to.deep.include({ month: { start: '2026-11-01', end: '2026-12-01' }, month_download_bytes: 30_000 });
    expect(uplinks[0]).to.deep.include({ month: { start: '2026-11-15', end: '2026-12-15' }, month_download_bytes: 10_000 });
    const [main] = (apiPhp(view, 'wan').body as { data: { rx_bytes: number }[] }).data;
    expect(main?.rx_bytes).to.equal(30_000);
    const byTariff = tariffRows(view).map(({ of, tariff, bytes }) => [of, tariff, bytes.download]);
    expect(byTariff).to.deep.equal([
      ['home', 'on_peak', 0],
      ['home', 'off_peak', 30_000],
      ['uplink', 'on_peak', 0],
      ['uplink', 'off_peak', 10_000],
    ]);
    const page = words(homePage(view, null));
    expect(page).to.include('1 Nov to 30 Nov').and.include('29.3 KiB').and.include('off peak 58.6 KiB');
  });
});

describe('the home where only an uplink inside another was counted', () => {
  it('has its bytes, and the page of the uplink says so', async () => {
    const home = await openHome({ routers: { gateway: [] } });
    const vpn = (bytes: number, more: Parameters<typeof wan>[0] = []) => ({
      gateway: { sources: { wan: wan([{ name: 'vpn', device: 'wg0', bytes: { download: bytes, upload: 0 }, overlay: true }, ...more]) } },
    });
    const said = async (at: number) => words(await uplinkPage(home.view(at), { router: 'gateway', interface: 'vpn' }, pageReaderOf(home)));
    await home.read(NOW - 3_600_000, vpn(0));
    await home.read(NOW, vpn(10_000));
    expect(wanAnswer(home.view(NOW)).home.month_download_bytes).to.equal(10_000);
    expect(await said(NOW)).to.include('its bytes are in the sum of the home');
    await home.read(NOW + 60_000, vpn(20_000, [{ name: 'wan', bytes: { download: 5, upload: 5 } }]));
    expect(wanAnswer(home.view(NOW + 60_000)).home.month_download_bytes).to.be.below(10_000);
    expect(await said(NOW + 60_000)).to.include('it runs inside another uplink, so its bytes are counted there already');
    await home.close();
  });
});
