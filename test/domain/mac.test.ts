import { expect } from 'chai';
import { isRandomized, macOfDevice, macOfPeople, parseMac } from '../../src/domain/mac.ts';

/** MACs that no single device has: unknown, broadcast, multicast of IPv4 and IPv6. */
const NONSENSE = ['00:00:00:00:00:00', 'ff:ff:ff:ff:ff:ff', '01:00:5e:00:00:fb', '33:33:00:00:00:01', '03:00:00:00:00:01'];

describe('MACs', () => {
  it('are read in any case, with colons or dashes', () => {
    expect(parseMac('02-00-00-00-00-AB')).to.equal('02:00:00:00:00:ab');
    for (const text of ['', '02:00:00:00:00', '02:00:00:00:00:0g', '020000000001']) expect(parseMac(text), text).to.equal(null);
  });

  it('are read without colons, or with dots, where people write them', () => {
    for (const text of ['02-00-00-00-00-AB', '0200.0000.00aB', '0200000000AB'])
      expect(macOfPeople(text), text).to.equal('02:00:00:00:00:ab');
    for (const text of ['', '02000000000', '0200.000000ab', '02.00.00.00.00.ab', 'tv']) expect(macOfPeople(text), text).to.equal(null);
  });

  it('of devices are neither all zeros nor those of groups', () => {
    for (const mac of NONSENSE) expect(macOfDevice(mac), mac).to.equal(null);
    expect(macOfDevice('FE-FF-FF-FF-FF-FF')).to.equal('fe:ff:ff:ff:ff:ff');
    expect(macOfDevice('00:00:00:00:00:01')).to.equal('00:00:00:00:00:01');
  });

  it('that devices make up are locally administered', () => {
    expect(['02:00:00:00:00:01', '00:00:5e:00:53:01'].map(isRandomized)).to.deep.equal([true, false]);
  });
});
