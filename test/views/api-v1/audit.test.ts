import { expect } from 'chai';
import { readAudit } from '../../../src/ledger/storage/read-audit.ts';
import { auditAnswer } from '../../../src/views/api-v1/audit.ts';
import type { QueryParameters } from '../../../src/views/api-v1/query.ts';
import { RequestError } from '../../../src/views/api-v1/request-error.ts';
import { AUDIT_KINDS } from '../../../src/views/audit-words.ts';
import { openHome, type SmallHome, stations, wan } from '../../support/homes/small-home.ts';
import { writeAudit } from '../../support/ledger/audit-rows.ts';

const NOW = Date.UTC(2026, 10, 20, 18);
const HOUR = 3_600_000;
const TV = '00:00:5e:00:53:03';

describe('api/v1/audit', () => {
  let home: SmallHome;
  beforeEach(async () => {
    const aliases = new Map([[TV, { name: 'living-room-tv', mac: TV, user: null }]]);
    home = await openHome({ routers: { gateway: [], attic: [] }, aliases });
  });
  afterEach(() => home.close());

  const audit = (query: QueryParameters = {}) =>
    auditAnswer(home.view(NOW), query, (rows, most) => readAudit(home.ledger.store, rows, most));
  const write = (...rows: Parameters<typeof writeAudit>[1]) => writeAudit(home.ledger.store, rows);
  const why = async () => (await audit()).rows.map((row) => row.why);

  it('a ledger that had nothing to say says nothing', async () => {
    expect(await audit()).to.deep.equal({ rows: [], next_before: null });
  });

  it('shows what the ledger booked and refused, newest first, devices by name', async () => {
    const tv = (download: number, upload: number) => stations([{ mac: TV, bytes: { download, upload } }]);
    const uplink = (download: number) => wan([{ name: 'wan', bytes: { download, upload: 0 } }]);
    await home.read(NOW - 3 * HOUR, { gateway: { sources: { stations: tv(5000, 900), wan: uplink(10) } } });
    await home.read(NOW - 2 * HOUR, { gateway: { sources: { stations: tv(700, 90), wan: uplink(20) } } });
    await home.read(NOW - HOUR, { gateway: { sources: { stations: tv(800, 95), wan: uplink(9e15) } } });
    expect((await audit({ kind: 'reset,rejected' })).rows.map(({ id: _, ...row }) => row)).to.deep.equal([
      {
        at: '2026-11-20T17:00:00Z',
        kind: 'rejected',
        outcome: 'refused',
        router: 'gateway',
        source: 'wan',
        what: 'uplink wan (pppoe-wan)',
        mac: null,
        interface: 'wan',
        download_bytes: 9e15 - 20,
        upload_bytes: 0,
        undirected_bytes: null,
        total_bytes: 9e15 - 20,
        why: 'More than 1.00 Tb/s could carry in 60 min',
      },
      {
        at: '2026-11-20T16:00:00Z',
        kind: 'reset',
        outcome: 'booked',
        router: 'gateway',
        source: 'stations',
        what: 'living-room-tv on phy1-ap0',
        mac: TV,
        interface: 'phy1-ap0',
        download_bytes: 700,
        upload_bytes: 90,
        undirected_bytes: null,
        total_bytes: 790,
        why: 'It was lower than before, so it had restarted at zero',
      },
    ]);
  });

  it('is chosen by time, kind, router and source', async () => {
    await write(
      { at: NOW - 3 * HOUR, kind: 'gap', router: 'gateway', source: 'wan', why: '1' },
      { at: NOW - 2 * HOUR, kind: 'reset', router: 'attic', source: 'stations', counter: TV, why: '2' },
      { at: NOW - HOUR, kind: 'rejected', router: 'gateway', source: 'stations', counter: TV, why: '3' },
      { at: NOW, kind: 'clock', why: '4' },
    );
    const chosen = async (query: QueryParameters) => (await audit(query)).rows.map((row) => row.why).join('');
    expect(await chosen({})).to.equal('4321');
    expect(await chosen({ router: 'gateway' })).to.equal('31');
    expect(await chosen({ source: 'stations' })).to.equal('32');
    expect(await chosen({ kind: 'clock,gap' })).to.equal('41');
    // From is inclusive, to is not.
    expect(await chosen({ from: '2026-11-20T16:00:00Z', to: '2026-11-20T18:00:00Z' })).to.equal('32');
    expect(await chosen({ from: '2026-11-21' })).to.equal('');
    expect(await chosen({ router: 'attic', kind: 'gap' })).to.equal('');
  });

  it('page after page shows every row once, also while new ones are written', async () => {
    await write(...Array.from({ length: 250 }, (_, i) => ({ at: NOW, kind: 'reset', why: String(i) })));
    const seen: string[] = [];
    for (let before: number | null | undefined; before !== null; ) {
      const { rows, next_before } = await audit({ limit: '40', ...(before && { before: String(before) }) });
      seen.push(...rows.map((row) => row.why));
      await write({ at: NOW, kind: 'reset', why: 'later' });
      before = next_before;
    }
    expect(seen).to.deep.equal(Array.from({ length: 250 }, (_, i) => String(249 - i)));
    expect((await audit()).rows).to.have.length(100);
  });

  it('says why in a sentence', async () => {
    for (const reason of ['fell', 'boot', 'new device', 'new association', 'line left over'])
      await write({ at: NOW, kind: 'reset', why: reason });
    await write(
      { at: NOW, kind: 'gap', why: 'no reading for 5400 s' },
      { at: NOW, kind: 'gap', why: 'no reading for 777600 s' },
      { at: NOW, kind: 'rejected', why: 'more than 10000000000 bit/s could carry in 15 s' },
      { at: NOW, kind: 'clock', why: 'the clock says 1970-01-01T00:00:09Z, which is before 2025' },
    );
    expect(await why()).to.deep.equal([
      'The clock says 1970-01-01T00:00:09Z, which is before 2025',
      'More than 10.0 Gb/s could carry in 15 s',
      'No reading for 9 days; the bytes since then are spread over that time',
      'No reading for 90 min; the bytes since then are spread over that time',
      'The list had one more line than the previous lines explain, so one had started at zero',
      'The device had left the Wi-Fi and returned',
      'What counts was created again: the network device, the firewall table, or the accounting period',
      'The router had rebooted, and its counters restarted',
      'It was lower than before, so it had restarted at zero',
    ]);
  });

  it('says what it is about, for any name of the counter', async () => {
    await write(
      { at: NOW, kind: 'gap', router: 'gateway', source: 'stations' },
      { at: NOW, kind: 'machine', router: 'gateway' },
      { at: NOW, kind: 'clock' },
      { at: NOW, kind: 'reset', source: 'stations', counter: TV },
      { at: NOW, kind: 'reset', source: 'stations', counter: '02:00:00:00:00:09' },
      { at: NOW, kind: 'reset', source: 'stations', counter: `a b ${TV}` },
      { at: NOW, kind: 'reset', source: 'wan', counter: 'wan ' },
      { at: NOW, kind: 'reset', source: 'wan', counter: 'my wan eth0.2' },
      { at: NOW, kind: 'reset', source: 'peers', counter: 'wg0 key=' },
    );
    expect((await audit()).rows.map(({ what, mac }) => [what, mac]).reverse()).to.deep.equal([
      ['all stations', null],
      ['the router', null],
      ['the ledger', null],
      ['living-room-tv', TV],
      ['02:00:00:00:00:09', '02:00:00:00:00:09'],
      ['living-room-tv on a b', TV],
      ['uplink wan', null],
      ['uplink my wan (eth0.2)', null],
      ['wg0 key=', null],
    ]);
  });

  it('a kind that a later program wrote is shown, and nothing is claimed of its bytes', async () => {
    await write({ at: NOW, kind: 'constructor', download: 5, why: 'something new' });
    expect((await audit()).rows[0]).to.include({ kind: 'constructor', outcome: 'noted', download_bytes: 5, why: 'Something new' });
  });

  const TIME = 'write a date like 2026-01-31, or a time like 2026-01-31T18:00:00Z';
  const WRONG: readonly [query: QueryParameters, status: number, message: string][] = [
    [{ by: 'day' }, 400, 'There is no parameter "by": use from, to, kind, router, source, limit, before'],
    [{ kind: 'resets' }, 400, `"kind" is "resets": use ${AUDIT_KINDS.join(', ')}`],
    [{ kind: ['reset', 'gap'] }, 400, '"kind" is given more than once'],
    [{ limit: '0' }, 400, '"limit" is "0": use a whole number from 1 to 1000'],
    [{ limit: '1001' }, 400, '"limit" is "1001": use a whole number from 1 to 1000'],
    [{ limit: '1e2' }, 400, '"limit" is "1e2": use a whole number from 1 to 1000'],
    [{ before: '-5' }, 400, '"before" is "-5": it must be the number of a row'],
    [{ from: 'yesterday' }, 400, `"from" is "yesterday": ${TIME}`],
    [{ from: '2026-11-20', to: '2026-11-20' }, 400, '"from" (2026-11-20) is not before "to" (2026-11-20)'],
    [{ router: 'shed' }, 404, 'There is no router "shed": the names are "gateway", "attic"'],
  ];
  for (const [query, status, message] of WRONG) {
    it(`refuses ${JSON.stringify(query)}`, async () => {
      const error = await audit(query).then(
        () => expect.fail('It was answered'),
        (reason) => reason,
      );
      expect(error).to.be.instanceOf(RequestError);
      expect([error.status, error.message]).to.deep.equal([status, message]);
    });
  }

  it('rows of a router that has another name now can still be asked for', async () => {
    await write({ at: NOW, kind: 'reset', router: 'old-name' });
    expect((await audit({ router: 'old-name' })).rows).to.have.length(1);
  });
});
