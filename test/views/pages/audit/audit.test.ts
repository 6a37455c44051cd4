import { expect } from 'chai';
import { auditPage } from '../../../../src/views/pages/audit/page.ts';
import { openHome, type SmallHome } from '../../../support/homes/small-home.ts';
import { writeAudit } from '../../../support/ledger/audit-rows.ts';
import { pageReaderOf } from '../../../support/web/web.ts';
import { words } from '../../../support/web/words.ts';

const NOW = Date.UTC(2026, 10, 20, 17);
const HOSTILE = '<b onclick=x>';

describe('the page of the audit', () => {
  let home: SmallHome;
  before(async () => {
    home = await openHome({ routers: { gateway: [], attic: [] } });
    const row = { router: 'gateway', source: 'wan', counter: 'wan pppoe-wan' };
    await writeAudit(home.ledger.store, [
      ...Array.from({ length: 250 }, (_, i) => ({ ...row, at: NOW - 1e6 + i, kind: 'gap' as const, why: 'no reading for 5400 s' })),
      { at: NOW - 60_000, kind: 'rejected', router: 'attic', source: 'stations', counter: HOSTILE, download: 2048, why: HOSTILE },
    ]);
  });
  after(() => home.close());

  const page = (query: Record<string, string> = {}): Promise<string> => {
    const view = home.view(NOW);
    return auditPage(view, query, pageReaderOf(home));
  };
  const rowsOf = (text: string) => text.split('<tr>').length - 2;
  const next = (text: string) => /<a href="([^"]+)" rel="next">/.exec(text)?.[1]?.replaceAll('&amp;', '&');

  it('shows rows a hundred at a time, the newest first, with a link to the older ones that keeps the filter', async () => {
    let text = await page({ kind: 'gap', router: 'gateway' });
    const counts = [rowsOf(text)];
    for (let address = next(text); address !== undefined; address = next(text)) {
      expect(address).to.match(/^audit\?kind=gap&router=gateway&before=\d+$/);
      text = await page(Object.fromEntries(new URLSearchParams(address.slice('audit?'.length))));
      counts.push(rowsOf(text));
    }
    expect(counts).to.deep.equal([100, 100, 50]);
    expect(text).to.include('<a href="audit?kind=gap&amp;router=gateway">Newest rows</a>');
  });

  it('filters by kind and by router, and says so in its form', async () => {
    const text = await page({ kind: '', router: 'attic' });
    expect(rowsOf(text)).to.equal(1);
    expect(text).to.include('<option value="attic" selected>attic</option>');
    expect(words(text)).to.include('Rejected:').and.include('2.00 KiB refused');
    expect(words(await page({ kind: 'reset' }))).to.include('The audit has no such row. Show all');
    expect(await page({ kind: 'gap,rejected' })).to.include('<option value="gap,rejected" selected>Several kinds</option>');
  });

  it('shows what strangers wrote as text', async () => {
    expect(await page())
      .to.include('&lt;b onclick=x&gt;')
      .and.not.include(HOSTILE);
  });

  it('refuses what it does not know', async () => {
    const failure = (query: Record<string, string>) => page(query).then(String, ({ status, message }) => `${status} ${message}`);
    expect(await failure({ kind: 'nonsense' })).to.match(/^400 "kind" is "nonsense": use reset, dip/);
    expect(await failure({ router: 'nowhere' })).to.equal('404 There is no router "nowhere": the names are "gateway", "attic"');
    expect(await failure({ limit: '5' })).to.match(/^400 There is no parameter "limit"/);
  });
});
