import { expect } from 'chai';
import fc from 'fast-check';
import { createPresence } from '../../../src/views/live/presence.ts';

const START = 1_773_000_000_000;
const [PHONE, DESK] = ['02:00:00:00:00:01', '02:00:00:00:00:02'];
const moment = (seconds: number) => ({ at: START + seconds * 1000, tick: 7000 + seconds * 1000 });
const long = { firstSeen: START - 1e9, lastSeen: START - 1e8 };
const lately = { firstSeen: START - 1e9, lastSeen: START - 10_000 };

describe('who is there', () => {
  const made = () => {
    const presence = createPresence(START, 2);
    const air = (seconds: number, macs: readonly string[], router = 'attic') =>
      presence.seeStations(router, new Map(macs.map((mac) => [mac, long])), moment(seconds));
    const changes = (seconds: number) => {
      const { came, went } = presence.changes(moment(seconds));
      return [came.devices, went.devices];
    };
    return { presence, air, changes };
  };

  it('who was on the air before has not come; who is off it for half a minute has gone, and may come again', () => {
    const { air, changes } = made();
    air(0, [PHONE]);
    expect(changes(0)).to.deep.equal([[], []]);
    air(2, []);
    expect(changes(29)).to.deep.equal([[], []]);
    expect(changes(31)).to.deep.equal([[], [PHONE]]);
    expect(changes(33)).to.deep.equal([[], []]);
    air(40, [PHONE]);
    expect(changes(40)).to.deep.equal([[PHONE], []]);
  });

  it('a station that changes its access point stays, also to one that is read for the first time', () => {
    const { air, changes } = made();
    air(0, [PHONE]);
    changes(0);
    air(2, []);
    air(10, [PHONE], 'cellar');
    expect(changes(10)).to.deep.equal([[], []]);
    air(36, [PHONE], 'cellar');
    expect(changes(36)).to.deep.equal([[], []]);
  });

  it('stations of an access point that cannot be read stay for five minutes', () => {
    const { presence, air, changes } = made();
    air(0, [PHONE]);
    for (let seconds = 10; seconds < 310; seconds += 10) presence.missStations('attic', moment(seconds));
    expect(changes(310)).to.deep.equal([[], []]);
    presence.missStations('attic', moment(312));
    expect(changes(330)).to.deep.equal([[], [PHONE]]);
  });

  it('who moves bytes on a wire has come if it was silent before, and has gone after five minutes without any', () => {
    const { presence, changes } = made();
    presence.seeBytes(DESK, lately, moment(1));
    presence.seeBytes(PHONE, long, moment(1));
    expect(changes(1)).to.deep.equal([[PHONE], []]);
    presence.seeBytes(DESK, lately, moment(200));
    expect(changes(302)).to.deep.equal([[], [PHONE]]);
    expect(changes(501)).to.deep.equal([[], [DESK]]);
    // One that the ledger has never seen before is new, however late it was posted.
    presence.seeBytes('02:00:00:00:00:09', { firstSeen: START + 502_000, lastSeen: START + 502_000 }, moment(503));
    expect(changes(503)).to.deep.equal([['02:00:00:00:00:09'], []]);
  });

  it('who is in the first reading of a new ledger was there before', () => {
    const { presence, changes } = made();
    const first = { firstSeen: START + 300, lastSeen: START + 300 };
    presence.seeStations('attic', new Map(), moment(0.3));
    presence.seeStations('attic', new Map([[PHONE, first]]), moment(2));
    presence.seeBytes(DESK, first, moment(2));
    expect(changes(2)).to.deep.equal([[], []]);
  });

  it('packets to a station that has left do not bring it back', () => {
    const { presence, air, changes } = made();
    air(0, [PHONE]);
    changes(0);
    for (let seconds = 2; seconds < 40; seconds += 2) presence.seeBytes(PHONE, lately, moment(seconds));
    expect(changes(31)).to.deep.equal([[], [PHONE]]);
    presence.seeBytes(PHONE, lately, moment(50));
    expect(changes(50)).to.deep.equal([[], []]);
  });

  it('peers of a first answer were there before', () => {
    const { presence } = made();
    presence.seePeers('vpn', new Set(['a']));
    presence.seePeers('vpn', new Set(['a', 'b']));
    presence.seePeers('vpn', new Set(['b']));
    const { came, went } = presence.changes(moment(1));
    expect([came.peers, went.peers]).to.deep.equal([['b'], ['a']]);
    expect(presence.changes(moment(2)).came.peers).to.deep.equal([]);
  });

  it('nobody comes twice without going, nor goes without being there', () => {
    const step = fc.record({
      seconds: fc.integer({ min: 1, max: 400 }),
      kind: fc.constantFrom('air', 'bytes', 'miss', 'nothing'),
      macs: fc.subarray([PHONE, DESK]),
      router: fc.constantFrom('attic', 'cellar'),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const presence = createPresence(START, 2);
        const here = new Map<string, boolean>();
        let at = 0;
        for (const { seconds, kind, macs, router } of steps) {
          at += seconds;
          if (kind === 'air') presence.seeStations(router, new Map(macs.map((mac) => [mac, lately])), moment(at));
          if (kind === 'bytes') for (const mac of macs) presence.seeBytes(mac, lately, moment(at));
          if (kind === 'miss') presence.missStations(router, moment(at));
          const { came, went } = presence.changes(moment(at));
          for (const mac of came.devices) {
            expect(here.get(mac)).to.not.equal(true);
            here.set(mac, true);
          }
          for (const mac of went.devices) {
            expect(here.get(mac)).to.not.equal(false);
            here.set(mac, false);
          }
        }
      }),
    );
  });
});
