import { expect } from 'chai';
import { createAttempts } from '../../src/auth/attempts.ts';

const S = 1000;

describe('attempts with a wrong token', () => {
  /** Fails as often as it can at one moment. */
  function failAll(attempts: ReturnType<typeof createAttempts>, address: string, tick: number): number {
    let count = 0;
    for (; attempts.wait(address, tick) === 0 && count < 1000; count += 1) attempts.failed(address, tick);
    return count;
  }

  it('an address has ten at once, then one in six seconds', () => {
    const attempts = createAttempts();
    expect(failAll(attempts, 'a', 0)).to.equal(10);
    expect(attempts.wait('a', 0)).to.equal(6);
    expect(attempts.wait('a', 5.5 * S)).to.equal(1);
    expect(failAll(attempts, 'a', 6 * S)).to.equal(1);
    expect(failAll(attempts, 'a', 6 * S + 60 * S)).to.equal(10);
  });

  it('waiting for the returned time is enough', () => {
    const attempts = createAttempts();
    for (let tick = 0.25; tick < 200 * S; ) {
      failAll(attempts, 'a', tick);
      tick += attempts.wait('a', tick) * S;
      expect(attempts.wait('a', tick)).to.equal(0);
    }
  });

  it('in a day an address has at most one in six seconds plus the ten', () => {
    const attempts = createAttempts();
    let failures = 0;
    for (let tick = 0; tick < 86_400 * S; tick += 500) failures += failAll(attempts, 'a', tick);
    expect(failures).to.be.within(14_400, 14_410);
  });

  it('an address that did not fail never waits, whatever others do', () => {
    const attempts = createAttempts();
    for (let i = 0; i < 5000; i += 1) failAll(attempts, `attacker ${i}`, i);
    expect(attempts.wait('prometheus', 5000)).to.equal(0);
  });

  it('an address that failed once does not wait either', () => {
    const attempts = createAttempts();
    attempts.failed('owner', 0);
    for (let i = 0; i < 100; i += 1) failAll(attempts, `attacker ${i}`, 0);
    expect(attempts.wait('owner', 0)).to.equal(0);
  });

  it('while many addresses fail, each has three at once', () => {
    const attempts = createAttempts();
    for (let i = 0; i < 6; i += 1) expect(failAll(attempts, `attacker ${i}`, 0)).to.equal(10);
    expect(failAll(attempts, 'attacker 6', 0)).to.equal(3);
    expect(failAll(attempts, 'attacker 7', 60 * S)).to.equal(10);
  });

  it('while many addresses keep failing as fast as they may, each still has three at once', () => {
    const attempts = createAttempts();
    for (let tick = 0; tick < 60 * S; tick += 10) failAll(attempts, `attacker ${tick % 500}`, tick);
    // A moment after a failure less than a whole one is forgiven: the limit holds all the same.
    expect(failAll(attempts, 'next', 60 * S + 1)).to.equal(3);
  });

  it('remembers a limited number of addresses, the latest ones', () => {
    const attempts = createAttempts();
    for (let i = 0; i < 3; i += 1) attempts.failed('first', 0);
    for (let i = 0; i < 100; i += 1) attempts.failed('busy', i);
    for (let i = 0; i < 1023; i += 1) attempts.failed(`address ${i}`, 1);
    expect(attempts.wait('busy', 1)).to.be.above(0);
    expect(attempts.wait('first', 1)).to.equal(0);
    for (let i = 0; i < 100_000; i += 1) attempts.failed(`more ${i}`, 2);
    expect(attempts.wait('busy', 2)).to.equal(0);
  });
});
