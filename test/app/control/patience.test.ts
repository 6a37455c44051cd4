import { expect } from 'chai';
import { patience } from '../../../src/app/control/patience.ts';

const MINUTE = 60_000;

describe('how often a router is asked', () => {
  it('what it shows causes ten requests at once, and then one in a minute', () => {
    const patient = patience();
    const taken = Array.from({ length: 240 }, (_, i) => patient.takes(i * 1000)).filter(Boolean);
    expect(taken.length).to.equal(10 + 3);
  });

  it('less and less often after trouble, which only ends if it keeps what it has for as long as the last pause', () => {
    const patient = patience();
    patient.troubled(0);
    expect([patient.takes(MINUTE - 1), patient.takes(MINUTE)]).to.deep.equal([false, true]);
    patient.kept(MINUTE + 1);
    patient.troubled(MINUTE + 2);
    expect([patient.takes(2 * MINUTE), patient.takes(4 * MINUTE)], 'two minutes').to.deep.equal([false, true]);
    patient.kept(6 * MINUTE);
    patient.troubled(7 * MINUTE);
    expect(patient.takes(8 * MINUTE), 'it was calm').to.equal(true);
    patient.troubled(8 * MINUTE);
    patient.ended();
    expect(patient.takes(8 * MINUTE)).to.equal(true);
  });
});
