import { inspect } from 'node:util';
import { expect } from 'chai';
import fc from 'fast-check';
import { SourceError } from '../../../src/errors.ts';
import { parseDump, parseInterfaceDump } from '../../../src/sources/wireguard/dump.ts';
import { anyKey, holdsKey, makeWireguardKey } from '../../support/wireguard/keys.ts';

const [ANNA, BERT, CARL, SERVER, PRIVATE, SHARED] = Array.from({ length: 6 }, makeWireguardKey);

const lines = (...rows: (string | number | undefined)[][]) => rows.map((row) => `${row.join('\t')}\n`).join('');
const anna = (name: string) => [name, ANNA, SHARED, '203.0.113.9:51820', '10.7.0.2/32,fd07::2/128', 1763664900, 4321, 8765, 25];

function failure(parse: () => unknown): SourceError {
  try {
    parse();
  } catch (error) {
    if (error instanceof SourceError) return error;
    throw error;
  }
  throw new Error('It was accepted');
}

describe('a dump of WireGuard interfaces', () => {
  it('returns each peer with its directions: what the server received is the peer’s upload', () => {
    expect(parseDump(lines(['wg0', PRIVATE, SERVER, 51820, 'off'], anna('wg0')))).to.deep.equal(
      new Map([
        [
          'wg0',
          [
            {
              publicKey: ANNA,
              endpoint: '203.0.113.9:51820',
              allowedIps: ['10.7.0.2/32', 'fd07::2/128'],
              latestHandshake: 1763664900,
              bytes: { download: 8765, upload: 4321 },
            },
          ],
        ],
      ]),
    );
  });

  it('reads peers that never connected: no handshake, endpoint, shared key, address or keepalive', () => {
    const dump = parseDump(lines(['wg0', PRIVATE, SERVER, 51820, 'off'], ['wg0', ANNA, '(none)', '(none)', '(none)', 0, 0, 0, 'off']));
    expect(dump.get('wg0')).to.deep.equal([
      { publicKey: ANNA, endpoint: null, allowedIps: [], latestHandshake: 0, bytes: { download: 0, upload: 0 } },
    ]);
  });

  it('reads IPv6 endpoints, with and without a scope', () => {
    for (const endpoint of ['[2001:db8::9]:51820', '[fe80::1%eth0]:1024', '[::ffff:192.0.2.1]:80']) {
      const dump = parseDump(lines(['wg0', PRIVATE, SERVER, 51820, 'off'], ['wg0', ANNA, SHARED, endpoint, '(none)', 0, 0, 0, 'off']));
      expect(dump.get('wg0')?.[0]?.endpoint).to.equal(endpoint);
    }
  });

  it('skips an invalid endpoint or address', () => {
    const row = ['wg0', ANNA, SHARED, '<b>here</b>', '10.7.0.2/32,<i>,10.7.0.3/32', 0, 0, 0, 'off'];
    const [peer] = parseDump(lines(['wg0', PRIVATE, SERVER, 51820, 'off'], row)).get('wg0') ?? [];
    expect([peer?.endpoint, peer?.allowedIps]).to.deep.equal([null, ['10.7.0.2/32', '10.7.0.3/32']]);
  });

  it('recognizes interfaces by position: the first line of each name, with any number of columns', () => {
    const amnezia = ['awg0', PRIVATE, SERVER, 34567, 4, 40, 70, 51, 128, 1148823423, 2010298281, 1482318124, 1763451337, 'off'];
    const like = ['wg1', PRIVATE, SERVER, 51821, 'off', 0, 1, 2, 3];
    const dump = parseDump(lines(['wg0', PRIVATE, SERVER, 51820, 'off'], anna('wg0'), amnezia, anna('awg0'), like));
    expect([...dump].map(([name, peers]) => [name, peers.length])).to.deep.equal([
      ['wg0', 1],
      ['awg0', 1],
      ['wg1', 0],
    ]);
  });

  it('accepts additional columns of a peer', () => {
    expect(parseDump(lines(['awg0', PRIVATE, SERVER, 1, 'off'], [...anna('awg0'), 'on', 'x'])).get('awg0')).to.have.length(1);
  });

  it('reads an interface without a key', () => {
    expect([...parseDump(lines(['wg0', '(none)', '(none)', 0, 'off'])).keys()]).to.deep.equal(['wg0']);
  });

  it('is empty without interfaces', () => expect(parseDump('').size).to.equal(0));

  it('of one interface has no interface column', () => {
    const text = lines([PRIVATE, SERVER, 51820, 'off'], anna('').slice(1));
    expect(parseInterfaceDump('wg0', text)).to.deep.equal(parseDump(lines(['wg0', PRIVATE, SERVER, 51820, 'off'], anna('wg0'))));
  });

  for (const [what, value] of [
    ['below zero', -1],
    ['too large to be exact', '9007199254740993'],
  ]) {
    it(`Rule: isolation: a counter ${what} costs that peer its bytes only`, () => {
      const dump = parseDump(
        lines(['wg0', PRIVATE, SERVER, 1, 'off'], ['wg0', BERT, SHARED, '(none)', '(none)', 0, value ?? '', 2, 'off'], anna('wg0')),
      );
      expect(dump.get('wg0')?.map(({ bytes }) => bytes === null)).to.deep.equal([true, false]);
      expect(holdsKey(inspect(dump, { depth: 9 }), SHARED ?? '')).to.equal(false);
    });
  }

  const bad: [string, string][] = [
    ['a peer of an invalid key', lines(['wg0', PRIVATE, SERVER, 1, 'off'], ['wg0', 'AAAA', SHARED, '(none)', '(none)', 0, 1, 2, 'off'])],
    ['a counter that is none', lines(['wg0', PRIVATE, SERVER, 1, 'off'], ['wg0', ANNA, SHARED, '(none)', '(none)', 0, SHARED, 2, 'off'])],
    ['a peer twice', lines(['wg0', PRIVATE, SERVER, 1, 'off'], anna('wg0'), anna('wg0'))],
    ['too few columns', lines(['wg0', PRIVATE, SERVER, 1, 'off'], ['wg0', ANNA, SHARED, '(none)'])],
    ['no names of interfaces', lines([PRIVATE, SERVER, 1, 'off', 'x'], anna('').slice(1))],
    ['an empty line', `${lines(['wg0', PRIVATE, SERVER, 1, 'off'])}\n${lines(anna('wg0'))}`],
    ['a last line that was cut', lines(['wg0', PRIVATE, SERVER, 1, 'off'], anna('wg0')).slice(0, -3)],
  ];
  for (const [what, text] of bad) {
    it(`with ${what} is refused as a whole, and no key is shown`, () => {
      const shown = inspect(
        failure(() => parseDump(text)),
        { depth: 9 },
      );
      for (const key of [PRIVATE, SHARED, ANNA]) expect(holdsKey(shown, key ?? '')).to.equal(false);
    });
  }

  it('never shows a private or shared key, complete or garbled, in results or errors', () => {
    const field = fc.oneof(fc.constantFrom('(none)', 'off', '0', '17', '', 'wg0', ANNA, BERT, CARL), fc.string({ maxLength: 12 }));
    const garbage = fc.array(fc.array(field, { maxLength: 12 }), { maxLength: 4 });
    const secrets = fc.tuple(anyKey, anyKey);
    const cut = fc.oneof(fc.constant(1), fc.double({ min: 0, max: 1, noNaN: true }));
    fc.assert(
      fc.property(secrets, garbage, fc.nat(4), cut, fc.boolean(), ([mine, shared], rows, at, part, one) => {
        const own = [['wg0', mine, SERVER, 51820, 'off'], anna('wg0').map((text) => (text === SHARED ? shared : text)), ...rows];
        own.splice(at, 0, ['wg0', BERT, shared, '(none)', '(none)', 0, 5, 6, 'off']);
        const whole = lines(...(one ? own.map((row) => row.slice(1)) : own));
        const text = whole.slice(0, Math.ceil(whole.length * part));
        let thrown: unknown;
        try {
          thrown = one ? parseInterfaceDump('wg0', text) : parseDump(text);
        } catch (error) {
          if (!(error instanceof SourceError)) throw error;
          thrown = error;
        }
        const shown = inspect(thrown, { depth: 9, showHidden: true });
        expect(holdsKey(shown, mine)).to.equal(false);
        expect(holdsKey(shown, shared)).to.equal(false);
      }),
      { numRuns: 1000 },
    );
  });
});
