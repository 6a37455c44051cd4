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
});
