import { expect } from 'chai';
import { duidOfClientId, isMacOnly, macOfDuid, parseDuid } from '../../../src/domain/names/duid.ts';

const LLT = '000100012c8f5a1b020000000001';
const LL = '00030001020000000002';

describe('a DUID', () => {
  it('stands in a client id behind ff and the number of an interface', () => {
    expect(duidOfClientId('ff:12:34:56:78:00:03:00:01:02:00:00:00:00:02')).to.equal(LL);
    expect(duidOfClientId(`FF12345678${LLT}`)).to.equal(LLT);
  });

  it('is in no other client id', () => {
    for (const id of [
      '',
      '*',
      'ff',
      'ff:12:34:56:78',
      'ff:12:34:56:78:00:03',
      '01:02:00:00:00:00:01',
      '00:61:62:63',
      'my laptop',
      `ff${'0'.repeat(600)}`,
    ])
      expect(duidOfClientId(id), id).to.equal(null);
  });

  it('a client id of 01 and a MAC says nothing more than that', () => {
    expect(isMacOnly('01:02:00:00:00:00:01')).to.equal(true);
    for (const id of ['01:02:00:00:00:00:01:05', '02:02:00:00:00:00:01', '', 'x']) expect(isMacOnly(id), id).to.equal(false);
  });

  it('of link-layer kind names the MAC that it was made from', () => {
    expect(macOfDuid(LLT)).to.equal('02:00:00:00:00:01');
    expect(macOfDuid(LL)).to.equal('02:00:00:00:00:02');
  });

  it('of another kind, of other hardware, or of another length names none', () => {
    for (const duid of ['0002000000090cc084d303000912', `0004${'ab'.repeat(16)}`, '00030006020000000002', `${LL}00`, ''])
      expect(macOfDuid(duid), duid).to.equal(null);
  });

  it('is read with and without colons, in small letters', () => {
    expect(parseDuid('00:03:00:01:02:00:00:00:00:0A')).to.equal('0003000102000000000a');
    for (const text of ['', '-', '00', 'zz:zz:zz:zz', '0'.repeat(7)]) expect(parseDuid(text), text).to.equal(null);
  });
});
