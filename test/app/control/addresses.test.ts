import { expect } from 'chai';
import { lastingAddresses } from '../../../src/app/control/addresses.ts';

const [ANNA, BERT] = ['02:00:00:00:00:01', '02:00:00:00:00:02'];
const MINUTE = 60_000;

describe('addresses from round to round', () => {
  it('stay for half an hour after they were shown, and while the router is not read', () => {
    const lasting = lastingAddresses();
    const at = (minute: number, shown: [string, string[]][] | null) => [
      ...lasting.of(shown === null ? null : new Map(shown), minute * MINUTE),
    ];
    expect(at(0, [[ANNA, ['192.168.1.2', '2001:db8::2']]])).to.deep.equal([[ANNA, ['192.168.1.2', '2001:db8::2']]]);
    expect(at(29, [[ANNA, ['192.168.1.2']]])).to.deep.equal([[ANNA, ['192.168.1.2', '2001:db8::2']]]);
    expect(at(30, [[ANNA, ['192.168.1.2']]])).to.deep.equal([[ANNA, ['192.168.1.2']]]);
    expect(at(300, null)).to.deep.equal([[ANNA, ['192.168.1.2']]]);
    expect(at(301, [])).to.deep.equal([]);
  });

  it('go to another MAC at once', () => {
    const lasting = lastingAddresses();
    lasting.of(new Map([[ANNA, ['192.168.1.2']]]), 0);
    expect([...lasting.of(new Map([[BERT, ['192.168.1.2']]]), MINUTE)]).to.deep.equal([[BERT, ['192.168.1.2']]]);
  });

  it('stay with nobody while another is reached at them', () => {
    const lasting = lastingAddresses();
    const contested = new Set(['192.168.1.2']);
    lasting.of(new Map([[ANNA, ['192.168.1.2', '192.168.1.5']]]), 0);
    expect([...lasting.of(new Map(), MINUTE, new Set(), contested)]).to.deep.equal([[ANNA, ['192.168.1.5']]]);
  });

  it('are the newest of each MAC, and those of MACs that people name before those of invented ones', () => {
    const lasting = lastingAddresses();
    for (let round = 0; round < 70; round += 1) {
      const ips = Array.from({ length: 16 }, (_, i) => `fd00:${round}::${i.toString(16)}`);
      const found = lasting.of(new Map([[ANNA, ips]]), round * 1000);
      expect([...found.values()]).to.deep.equal([[...ips].sort()]);
    }
    const mac = (i: number) => `06:00:00:00:${(i >> 8).toString(16).padStart(2, '0')}:${(i & 255).toString(16).padStart(2, '0')}`;
    const invented = Array.from({ length: 5000 }, (_, i): [string, string[]] => [mac(i), [`10.0.${i >> 8}.${i & 255}`]]);
    const all = lasting.of(new Map([...invented, [BERT, ['192.168.1.3']]]), 71_000, new Set([ANNA, BERT]));
    expect([all.size, all.get(ANNA)?.length, all.get(BERT)]).to.deep.equal([4096 - 15, 16, ['192.168.1.3']]);
  });

  it('take no more time with many neighbours than they must', () => {
    const lasting = lastingAddresses();
    const began = process.cpuUsage();
    for (let round = 0; round < 70; round += 1) {
      const one = Array.from({ length: 1000 }, (_, i) => `10.${round}.${i >> 8}.${i & 255}`);
      lasting.of(new Map([[ANNA, one]]), round);
    }
    expect(process.cpuUsage(began).user / 1000).to.be.below(1000);
  });
});
