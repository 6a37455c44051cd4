import { expect } from 'chai';
import fc from 'fast-check';
import { parseListing, parseResult } from '../../src/control/result.ts';
import { anyKey } from '../support/wireguard/keys.ts';

describe('parseResult', () => {
  it('reads a completed change', () => {
    expect(parseResult('begin\nresult ok revoked changed both\n')).to.deep.equal({
      ok: true,
      state: 'revoked',
      changed: true,
      place: 'both',
      notes: [],
    });
    expect(parseResult('begin\nresult ok deleted unchanged record\n')).to.deep.include({ state: 'gone', changed: false, place: 'record' });
  });

  it('reads a failure, and whether trying again may help', () => {
    expect(parseResult('begin\nresult failed config Cannot write "/etc/wireguard/wg0.conf": No space left on device\n')).to.deep.equal({
      ok: false,
      step: 'config',
      conflict: false,
      reason: 'Cannot write "/etc/wireguard/wg0.conf": No space left on device',
    });
    expect(parseResult('result failed find The peer is not on "wg0"\n')).to.deep.include({ ok: false, conflict: true });
  });

  it('turns notes into sentences', () => {
    const answer = 'waiting\nbegin\nnote settled restore\nnote no-route 10.9.0.0/24\nnote other x\nresult ok active changed both\n';
    expect(parseResult(answer))
      .to.have.property('notes')
      .that.deep.equals([
        'An interrupted restore was rolled back first',
        'The interface has no route to 10.9.0.0/24: restart the interface to add it',
      ]);
  });

  it('an answer without a complete last line is incomplete', () => {
    const whole = 'begin\nresult ok revoked changed both\n';
    for (let length = 0; length < whole.length; length += 1) expect(parseResult(whole.slice(0, length)), String(length)).to.equal(null);
    for (const odd of [
      'result ok gone changed both\n',
      'result ok revoked changed everywhere\n',
      'result failed\n',
      `${whole}more\n`,
      'RESULT ok\n',
    ])
      expect(parseResult(odd), odd).to.equal(null);
  });

  it('never throws, and never returns a key, a control character or a second line', () => {
    const piece = fc.oneof(
      anyKey,
      fc.string(),
      fc.constantFrom('\n', '\x1b[31m', '\u2028', '\u202e', 'result failed x ', 'note changed-since ', 'result ok '),
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 12 }), anyKey, (pieces, key) => {
        const text = `${pieces.join('')}\nresult failed config ${pieces.join('')} ${key}\n`;
        for (const result of [parseResult(text), parseListing(text)]) {
          if (result === null || !('reason' in result)) continue;
          expect(result.reason).not.to.match(/\p{Cc}|\u2028|\u202e/u);
          expect(result.reason).not.to.contain(key);
          expect(result.reason.length).to.be.below(302);
        }
      }),
    );
  });
});

describe('parseListing', () => {
  it('reads valid peers, and nothing else', () => {
    const key = 'xTIBA5rboUvnH4htodjb6e697QjLERt1NAB4mZqp8Dg=';
    const lines = [
      `peer ${key} active both 10.7.0.2/32,fd07::2/128`,
      `peer ${key} revoked record -`,
      `peer ${key} lost record -`,
      `peer no-key active both -`,
      `peer ${key} active both <b>,10.0.0.1/32,${'9'.repeat(60)}`,
      'result ok listed unchanged down',
    ];
    expect(parseListing(`begin\n${lines.join('\n')}\n`)).to.deep.equal({
      up: false,
      notes: [],
      peers: [
        { publicKey: key, state: 'active', place: 'both', allowedIps: ['10.7.0.2/32', 'fd07::2/128'] },
        { publicKey: key, state: 'revoked', place: 'record', allowedIps: [] },
        { publicKey: key, state: 'active', place: 'both', allowedIps: ['10.0.0.1/32'] },
      ],
    });
    expect(parseListing(`${lines.join('\n')}`)).to.equal(null);
  });
});
