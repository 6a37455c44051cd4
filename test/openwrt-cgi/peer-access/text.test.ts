import { expect } from 'chai';
import fc from 'fast-check';
import { callScript, shells, someKey } from '../../support/wireguard/peer-script.ts';

const [ANNA, BERT, CARL] = [1, 2, 3].map((byte) => someKey(Buffer.alloc(32, byte))) as [string, string, string];
const SECRET = someKey(Buffer.alloc(32, 9));

interface Peer {
  key: string;
  settings: string[];
}

/** A configuration as wg reads it, written down apart from the script: blanks count nowhere, `#` begins a comment, names in any case. */
function understood(text: string): { rest: string[]; peers: Peer[] } {
  const rest: string[] = [];
  const peers: Peer[] = [];
  let peer: Peer | null = null;
  for (const line of text.split('\n')) {
    const bare = line.replace(/#.*/, '').replace(/[ \t\r\v\f]/g, '');
    if (bare === '') continue;
    if (bare.startsWith('[')) {
      peer = bare.toLowerCase() === '[peer]' ? { key: '', settings: [] } : null;
      if (peer !== null) peers.push(peer);
      else rest.push(bare);
    } else if (peer === null) rest.push(bare);
    else if (bare.toLowerCase().startsWith('publickey=')) peer.key = bare.slice(10);
    else peer.settings.push(bare);
  }
  return { rest, peers };
}

const without = (text: string, key: string) => {
  const { rest, peers } = understood(text);
  return { rest, peers: peers.filter((peer) => peer.key !== key) };
};

const blank = fc.constantFrom('', '', ' ', '\t');
/** One letter in capitals or not, each by itself. */
const anyCase = (word: string) =>
  fc
    .array(fc.boolean(), { minLength: word.length, maxLength: word.length })
    .map((upper) => [...word].map((letter, i) => (upper[i] ? letter.toUpperCase() : letter.toLowerCase())).join(''));
const comment = fc.constantFrom(
  '# Name = Anna',
  '# friendly_name=Bärbel \u00ff',
  '### Client carl',
  '#[Peer]',
  `# PublicKey = ${ANNA}`,
  '  # === the [Peer] of somebody ===',
  '#',
  '# wrtmeter: revoked is what this line says',
  `#PostUp = x; PrivateKey = ${SECRET}`,
);
const behind = fc.constantFrom('', '', '  # a remark', `# PublicKey = ${BERT}`, '#[Interface]');
const setting = (name: string, value: string) =>
  fc.tuple(anyCase(name), blank, blank, blank, behind).map(([word, a, b, c, after]) => `${a}${word}${b}=${c}${value}${after}`);
const filler = fc.oneof(comment, fc.constantFrom('', '', '  ', '\t'));
const peerBlock = fc
  .tuple(
    fc.array(filler, { maxLength: 3 }),
    fc.tuple(anyCase('[peer]'), blank, behind).map(([head, a, after]) => `${a}${head}${after}`),
    fc.array(fc.oneof(filler, setting('AllowedIPs', '10.7.0.2/32, fd07::2'), setting('PresharedKey', SECRET)), { maxLength: 4 }),
    fc.constantFrom(ANNA, ANNA, BERT, CARL).chain((key) => setting('PublicKey', key)),
    fc.array(fc.oneof(filler, setting('PersistentKeepalive', '25'), setting('AdvancedSecurity', 'on')), { maxLength: 4 }),
  )
  .map(([above, head, first, key, last]) => [...above, head, ...first, key, ...last]);
const interfaceBlock = fc
  .array(
    fc.oneof(
      filler,
      setting('PrivateKey', SECRET),
      fc.constantFrom('Jc = 4', 'Jmin=40', 'S1 = 86', 'H1 = 1148623145', 'I1 = <b 0xf6ab3267fa><c><t>', 'SaveConfig = true'),
      fc.constantFrom(`PostUp = iptables -A FORWARD -i %i -j ACCEPT; echo "[Peer]"`, `PublicKey = ${ANNA}`),
    ),
    { maxLength: 6 },
  )
  .map((lines) => ['[Interface]', ...lines]);
const file = fc.tuple(interfaceBlock, fc.array(peerBlock, { maxLength: 5 }), fc.constantFrom('\n', '\r\n'), fc.boolean()).map(
  ([first, peers, end, open]) =>
    [first, ...peers]
      .flat()
      .map((line) => Buffer.from(line).toString('latin1'))
      .join(end) + (open ? '' : end),
);
/** Not even a configuration: pieces of one, and bytes that are no UTF-8. */
const hostile = fc
  .array(
    fc.constantFrom(
      '[',
      ']',
      'peer',
      '[Peer]',
      'PublicKey',
      '=',
      ANNA,
      '\n',
      '\n',
      '\r',
      '#',
      ' ',
      '\x01',
      '\xff\xfe',
      '\\',
      '%s',
      '$(id)',
      "'",
      '"',
      '`',
    ),
    {
      maxLength: 40,
    },
  )
  .map((parts) => parts.join(''));

const open = (text: string) => (text === '' || text.endsWith('\n') ? '' : 'open');

for (const [name, shell] of Object.entries(shells())) {
  const peers = (mode: string, key: string, text: string) => callScript(shell, 'peers "$@"', text, [mode, key, open(text)]).out;
  describe(`peer-access.sh, its function of text, under ${name}`, () => {
    it('takes one peer out of any file: all other settings stay, byte for byte and in their order', () => {
      fc.assert(
        fc.property(file, fc.constantFrom(ANNA, BERT), (text, key) => {
          // A block that is mixed up with a commented-out one is refused before anything is changed.
          const { status, out: kept } = callScript(shell, 'peers "$@"', text, ['keep', key, open(text)]);
          if (status === 4) return;
          expect(understood(kept)).to.deep.equal(without(text, key));
          // What was taken are whole lines, one after the other from a comment or a head on; the others are the very same bytes.
          const lines = text.split(/(?<=\n)/);
          const left = kept.split(/(?<=\n)/);
          let at = 0;
          for (const line of lines) if (at < left.length && line === left[at]) at += 1;
          expect(at === left.length || kept === '').to.equal(true);
        }),
        { numRuns: 30 },
      );
    });

    it('a file without the peer stays as it is, to the last byte', () => {
      fc.assert(
        fc.property(fc.oneof(file, hostile), (text) => {
          const key = someKey(Buffer.alloc(32, 77));
          expect(peers('keep', key, text)).to.equal(text);
          expect(peers('take', key, text)).to.equal('');
          expect(peers('count', key, text)).to.equal('0\n');
        }),
        { numRuns: 15 },
      );
    });

    it('gives the block of a peer whole, and of no other', () => {
      fc.assert(
        fc.property(file, (text) => {
          const { status, out } = callScript(shell, 'peers "$@"', text, ['take', ANNA, open(text)]);
          if (status === 4) return;
          const taken = understood(out);
          expect(taken.rest).to.deep.equal([]);
          expect(taken.peers).to.deep.equal(understood(text).peers.filter(({ key }) => key === ANNA));
        }),
        { numRuns: 15 },
      );
    });

    it('what was taken out can be put back behind the others', () => {
      fc.assert(
        fc.property(file, (text) => {
          const { status, out } = callScript(shell, 'peers "$@"', text, ['take', ANNA, open(text)]);
          if (status === 4) return;
          const block = out.replace(/\n$/, '');
          const kept = peers('keep', ANNA, text);
          if (block === '') return;
          const line = 'f=$(mktemp) && cat >"$f" && appended "$f" "$1"; rm -f "$f"';
          const back = callScript(shell, line, kept, [block]).out;
          expect(back.startsWith(kept)).to.equal(true);
          const before = understood(text);
          const order = (list: Peer[]) => list.map((peer) => JSON.stringify(peer)).sort();
          expect(understood(back).rest).to.deep.equal(before.rest);
          expect(order(understood(back).peers)).to.deep.equal(order(before.peers));
        }),
        { numRuns: 15 },
      );
    });

    it('no text makes it fail, and what is gone is gone', () => {
      fc.assert(
        fc.property(hostile, (text) => {
          const { status, out } = callScript(shell, 'peers "$@"', text, ['keep', ANNA, open(text)]);
          // A block with two keys, or one below a commented-out head, is refused before anything is changed.
          if (status === 3 || status === 4) return;
          expect(status).to.equal(0);
          expect(understood(out).peers.filter(({ key }) => key === ANNA)).to.deep.equal([]);
        }),
        { numRuns: 15 },
      );
    });

    it('comments above a peer, and the empty line after it, go with it', () => {
      const text = `[Interface]\nListenPort = 1\n\n# Name = Anna\n# her phone\n[Peer]\nPublicKey = ${ANNA}\n# AllowedIPs = 10.0.0.9/32\n\n# Name = Bert\n[Peer]\nPublicKey = ${BERT}\n`;
      expect(peers('keep', ANNA, text)).to.equal(`[Interface]\nListenPort = 1\n\n# Name = Bert\n[Peer]\nPublicKey = ${BERT}\n`);
      expect(peers('take', BERT, text)).to.equal(`# Name = Bert\n[Peer]\nPublicKey = ${BERT}\n`);
    });

    it('between blocks without an empty line a name is of the block above only if that has none', () => {
      const text = `[Peer]\nPublicKey = ${ANNA}\n# Name = Bert\n[Peer]\nPublicKey = ${BERT}\n# Name = Carl\n[Peer]\nPublicKey = ${CARL}\n`;
      expect(peers('take', ANNA, text)).to.equal(`[Peer]\nPublicKey = ${ANNA}\n# Name = Bert\n`);
      const named = `# Name = Anna\n${text}`;
      expect(peers('take', ANNA, named)).to.equal(`# Name = Anna\n[Peer]\nPublicKey = ${ANNA}\n`);
      expect(peers('take', BERT, named)).to.equal(`# Name = Bert\n[Peer]\nPublicKey = ${BERT}\n`);
    });

    it('other signs of comments are comments: wg does not know them, but owners write them', () => {
      for (const sign of [';', '//', '--']) {
        const text = `[Peer]\nPublicKey = ${ANNA}\n${sign}[Peer]\n${sign}PublicKey = ${BERT}\n${sign}AllowedIPs = 10.0.0.1/32\n`;
        expect(peers('keep', ANNA, text)).to.equal(text.split('\n').slice(2).join('\n'));
      }
    });

    it('a comment that may be of the interface stays in the file', () => {
      const text = `[Interface]\nListenPort = 1\n# PostUp = one day\n[Peer]\nPublicKey = ${ANNA}\n`;
      expect(peers('keep', ANNA, text)).to.equal('[Interface]\nListenPort = 1\n# PostUp = one day\n');
    });

    it('a peer that is there twice goes twice', () => {
      const text = `[Peer]\nPublicKey = ${ANNA}\nAllowedIPs = 10.0.0.1/32\n\n[Peer]\nPublicKey = ${BERT}\n\n[Peer]\nPublicKey=${ANNA}\nAllowedIPs = 10.0.0.2\n`;
      expect(peers('count', ANNA, text)).to.equal('2\n');
      expect(peers('keep', ANNA, text)).to.equal(`[Peer]\nPublicKey = ${BERT}\n\n`);
      // wg lets the last one count.
      expect(peers('addresses', '', text)).to.equal(`${ANNA}\t10.0.0.2/32\t10.0.0.2\n${BERT}\t-\t-\n`);
    });

    it('knows one address however it is written', () => {
      const canonical = (address: string) =>
        peers('addresses', '', `[Peer]\nPublicKey = ${ANNA}\nAllowedIPs = ${address}\n`).split('\t')[1];
      const same = [
        ['10.7.0.2', '10.7.0.2/32', ' 10.7.0.2 / 32 '],
        ['10.7.0.77/24', '10.7.0.0/24'],
        ['10.7.129.1/17', '10.7.128.0/17'],
        ['0.0.0.0/0', '255.1.2.3/0'],
        ['fd07::2', 'FD07:0:0:0:0:0:0:2/128', 'fd07:0000::0002/128'],
        ['fd07::1:2:3/100', 'fd07::1:0:0/100', 'fd07:0::1:fff:0/100'],
        ['::/0', '::1/0', 'ff::/0'],
        ['::ffff:10.7.0.2', '::ffff:a07:2'],
      ];
      for (const [first = '', ...others] of same) for (const other of others) expect(canonical(other), other).to.equal(canonical(first));
      const different = ['10.7.0.2', '10.7.0.3', '10.7.0.2/31', 'fd07::2', 'fd07::3', 'fd07::2/127', 'fd07:0:2::', '::/0', '0.0.0.0/0'];
      expect(new Set(different.map(canonical)).size).to.equal(different.length);
    });

    it('an address in the list is an address, and nothing else', () => {
      const text = `[Peer]\nPublicKey = ${ANNA}\nAllowedIPs = 10.0.0.1/32, ${SECRET}, fd00::1, $(id)\n`;
      expect(peers('list', '', text)).to.equal(`${ANNA}\t10.0.0.1/32,fd00::1\n`);
    });

    it('what a program complained of comes as one line without anything like a key', () => {
      const said = (text: string) => callScript(shell, 'complaint "$1"', '', [text]).out;
      expect(said('\nUnable to modify interface: Operation not permitted\nlast\n')).to.equal(
        'Unable to modify interface: Operation not permitted\n',
      );
      expect(said(`Key is not the correct length or format: \`${SECRET}'`)).to.equal('Key is not the correct length or format: (hidden)\n');
      expect(said(`Line unrecognized: \`PresharedKey=${SECRET}`)).not.to.contain(SECRET.slice(0, 20));
      expect(said(`x ${SECRET} y \x1b[31m`)).to.equal('x (hidden) y [31m\n');
    });
  });
}
