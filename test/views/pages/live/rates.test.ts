import { expect } from 'chai';
import fc from 'fast-check';
import { formatBitRate } from '../../../../src/views/format.ts';
import { roundUp } from '../../../../src/views/pages/live/browser/chart.js';
import { clockOf } from '../../../../src/views/pages/live/browser/clock.js';
import { ratesById, rateText, slowText, sumOf } from '../../../../src/views/pages/live/browser/rates.js';
import { rateId } from '../../../../src/views/pages/live/parts.ts';

const MAC = '02:00:00:00:00:01';
const READ = { router: 'gateway', seconds: 2, late: false, failure: null };
const event = (changes = {}) => ({
  ...{
    at: '2026-11-20T17:00:00Z',
    home: { download: 9, upload: 1 },
    uplinks: [{ router: 'gateway', interface: 'wan', download: 9, upload: 1 }],
  },
  ...{ devices: [{ mac: MAC, name: 'tv', download: 8, upload: 1, undirected: null }], devices_moving: 1 },
  ...{ peers: [], peers_moving: 0, routers: [READ] },
  ...changes,
});

describe('the rates on pages', () => {
  it('are written as everywhere else', () => {
    fc.assert(fc.property(fc.integer({ min: 0, max: 2 ** 45 }), (rate) => rateText(rate) === formatBitRate(rate)));
  });

  it('are found by the ids of things; what is not listed does not move', () => {
    const rateOf = ratesById(event());
    expect(rateOf('home')).to.deep.equal({ download: 9, upload: 1 });
    expect(rateOf('uplink:gateway/wan')).to.include({ download: 9, upload: 1 });
    expect(rateOf(`device:${MAC}`)).to.include({ download: 8, upload: 1 });
    expect(rateOf('device:02:00:00:00:00:02')).to.deep.equal({ download: 0, upload: 0 });
    expect(rateOf('peer:gateway/wg0/key')).to.deep.equal({ download: 0, upload: 0 });
    const key = { router: 'gateway', interface: 'wg0' };
    const peers = [{ ...key, public_key: 'K=', name: 'anna', download: 5, upload: 6 }];
    expect(ratesById(event({ peers, peers_moving: 1 }))(rateId.peer({ ...key, publicKey: 'K=' }))).to.include({ download: 5, upload: 6 });
    expect(rateOf(rateId.uplink({ ...key, interface: 'wan' }))).to.equal(rateOf('uplink:gateway/wan'));
    expect(rateOf(rateId.device({ mac: MAC }))).to.equal(rateOf(`device:${MAC}`));
    expect(rateOf('uplink:gateway/wan6')).to.deep.equal({ download: null, upload: null });
  });

  it('are unknown where more move than are listed, or a router could not be read', () => {
    const other = 'device:02:00:00:00:00:02';
    const unknown = { download: null, upload: null };
    expect(ratesById(event({ devices_moving: 51 }))(other)).to.deep.equal(unknown);
    expect(ratesById(event({ routers: [READ, { ...READ, seconds: null }] }))(other)).to.deep.equal(unknown);
    expect(ratesById(event({ routers: [{ ...READ, failure: 'timeout' }] }))(other)).to.deep.equal(unknown);
    expect(ratesById(event({ routers: [] }))(other)).to.deep.equal(unknown);
  });

  it('of both directions alone count once', () => {
    expect(sumOf({ download: 3, upload: 4, undirected: null })).to.equal(7);
    expect(sumOf({ download: null, upload: null, undirected: 5 })).to.equal(5);
    expect(sumOf({ download: null, upload: null })).to.equal(0);
  });

  it('say which routers are slow or cannot be read, at most two', () => {
    const slow = { router: 'attic', seconds: 7.2, late: true, failure: null };
    expect(slowText([READ])).to.equal('');
    expect(slowText([READ, slow])).to.equal('attic is slower: every 7 s');
    expect(slowText([{ ...slow, failure: 'timeout' }])).to.equal('attic cannot be read');
    expect(slowText([{ ...slow, seconds: null }]), 'it was read once').to.equal('');
    expect(slowText(Array(5).fill({ ...slow, failure: 'connect' }))).to.match(/^attic cannot be read, attic cannot be read and 3 more$/);
  });

  it('come and go by the clock of the meter, or by the own one of a browser that does not know its zone', () => {
    const at = new Date('2026-11-20T17:00:05Z');
    expect(clockOf('Asia/Tokyo').format(at)).to.equal('02:00:05');
    const own = new Intl.DateTimeFormat('en-GB', { timeStyle: 'medium' }).format(at);
    expect([clockOf('Mars/Olympus'), clockOf(undefined)].map((clock) => clock.format(at))).to.deep.equal([own, own]);
  });

  it('are drawn on a scale that seldom changes', () => {
    expect([0, 1000, 1001, 13e6 / 8, 999e6 / 8].map(roundUp)).to.deep.equal([1250, 1250, 1250, 20e6 / 8, 1e9 / 8]);
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 2 ** 45 }), (rate) => roundUp(rate) >= rate && roundUp(rate) <= Math.max(1250, rate * 2.5)),
    );
  });
});
