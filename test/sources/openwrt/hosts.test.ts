import { expect } from 'chai';
import fc from 'fast-check';
import { SourceError } from '../../../src/errors.ts';
import { hostsProbe, parseWrtmeter } from '../../../src/sources/openwrt/wrtmeter.ts';

const ANNA = '02:00:00:00:00:01';
const KEY = 'xTIBA5rboUvnH4htodjb6e697QjLERt1NAB4mZqp8Dg=';
const OTHER = 'HIgo9xNzJMWLKASShiTqIybxZ0U3wGLiUeJ1PKf8ykw=';

function answer(section: string, ...lines: string[]) {
  const facts = ['wrtmeter 1', 'script 0.1.0', 'boot_id 8d1f3b0e-5c0f-4b3e-9a55-6a2b7c1d9e10', 'uptime 1000.00', 'time 1763664918'];
  const text = [...facts, `begin ${section}`, ...lines, `end ${section}`, 'end wrtmeter', ''].join('\n');
  const observation = parseWrtmeter({ text, framed: true }).sources.find(({ source }) => source === section);
  if (observation === undefined) throw new Error(`No section ${section}`);
  return observation;
}

function observed(section: 'hosts' | 'peers', ...lines: string[]) {
  const { observation } = answer(section, ...lines);
  if (observation instanceof SourceError) throw observation;
  return observation;
}

const hosts = (...lines: string[]) => {
  const observation = observed('hosts', ...lines);
  if (observation.source !== 'hosts') throw new Error(observation.source);
  return observation;
};

const peers = (...lines: string[]) => {
  const observation = observed('peers', ...lines);
  if (observation.source !== 'peers') throw new Error(observation.source);
  return observation;
};

describe('hosts of wrtmeter.cgi', () => {
  it('sets of nftables: upload by MAC and address, download by address, in the epoch of the table', () => {
    const observation = hosts(
      'counting nftables 12 -',
      'network lan br-lan',
      `up ${ANNA} 192.168.1.10 500`,
      'up - 10.7.0.2 7',
      'down 192.168.1.10 9000',
    );
    const epoch = { boot: '8d1f3b0e', instance: 12, began: null, margin: 0 };
    expect(observation.hosts).to.deep.equal([
      {
        counts: 'upload',
        mac: ANNA,
        ip: '192.168.1.10',
        counter: `up ${ANNA} 192.168.1.10`,
        bytes: { download: 0, upload: 500 },
        bits: 64,
        epoch,
      },
      { counts: 'upload', mac: null, ip: '10.7.0.2', counter: 'up 10.7.0.2', bytes: { download: 0, upload: 7 }, bits: 64, epoch },
      {
        counts: 'download',
        mac: null,
        ip: '192.168.1.10',
        counter: 'down 192.168.1.10',
        bytes: { download: 9000, upload: 0 },
        bits: 64,
        epoch,
      },
    ]);
    expect(observation.devices).to.deep.equal(['br-lan']);
    expect(observation.networks).to.deep.equal([{ name: 'lan', device: 'br-lan' }]);
  });

  it('rules of iptables prove no epoch, and two rules for one address are one counter', () => {
    const observation = hosts(
      'counting iptables - -',
      'up - 192.168.1.10 500',
      'up - 192.168.1.10 500',
      'down fd00::10 9000',
      'uncounted 3 4',
    );
    expect(observation.hosts.map(({ counts, ip, bytes, epoch }) => [counts, ip, bytes.upload + bytes.download, epoch])).to.deep.equal([
      ['upload', '192.168.1.10', 500, null],
      ['download', 'fd00::10', 9000, null],
    ]);
    expect(observation.uncounted).to.deep.equal({ download: 3, upload: 4 });
  });

  it('rules of other families are another origin: those that could not be read have not ended', () => {
    const originOf = (families: string) => answer('hosts', `counting iptables ${families} -`, 'up - fd00::10 5').origin;
    expect(['46', '-', '4', '6'].map(originOf)).to.deep.equal(['iptables', 'iptables', 'iptables 4', 'iptables 6']);
    expect(answer('hosts', 'counting iptables 64 -').observation).to.be.instanceOf(SourceError);
  });

  it('figures of nlbwmon have its accounting period as epoch, and another run is another origin', () => {
    const one = answer(
      'hosts',
      'counting nlbwmon 2026-11-01 4711',
      `both ${ANNA} 192.168.1.10 9000 500`,
      'both 00:00:00:00:00:00 10.7.0.2 1 2',
    );
    for (const [period, reader] of [
      ['2026-11-01', 'nlbwmon 8d1f3b0e 2026-11-01'],
      ['2026-10-01', 'nlbwmon 8d1f3b0e 2026-10-01'],
    ]) {
      // If it may have restarted with a wrong clock, an older period is not new.
      expect(answer('hosts', `counting nlbwmon ${period} -`).origin).to.equal(reader);
    }
    const other = answer('hosts', 'counting nlbwmon 2026-11-01 99999');
    expect(one.origin).to.equal('nlbwmon 8d1f3b0e 4711');
    expect(other.origin).not.to.equal(one.origin);
    if (one.observation instanceof SourceError || one.observation.source !== 'hosts') throw new Error('hosts expected');
    expect(one.observation.rules).to.include({ fall: 'lowers', absent: 'kept' });
    expect(one.observation.hosts[0]).to.deep.equal({
      counts: 'both',
      counter: `${ANNA} 192.168.1.10`,
      mac: ANNA,
      ip: '192.168.1.10',
      bytes: { download: 9000, upload: 500 },
      bits: 64,
      epoch: { boot: 'nlbwmon', instance: 20_261_101, began: null, margin: 0 },
    });
    expect(one.observation.hosts[1]?.mac).to.equal(null);
  });

  for (const lines of [
    [],
    ['counting magic 1 -'],
    ['counting nftables x -'],
    ['counting nlbwmon november -'],
    ['counting nftables 1 -', 'up nonsense 192.168.1.10 5'],
    ['counting nftables 1 -', 'down 192.168.1.300 5'],
    ['counting nftables 1 -', 'sideways 192.168.1.3 5'],
  ]) {
    it(`refuses the whole list: ${lines.join('; ') || 'an empty one'}`, () => {
      expect(answer('hosts', ...lines).observation)
        .to.be.instanceOf(SourceError)
        .with.property('reason', 'parse');
    });
  }

  it('Rule: isolation: a line that makes no sense costs itself only', () => {
    for (const [line, unread] of [
      ['down 192.168.1.3 -5', ['down 192.168.1.3']],
      [`up ${ANNA} 192.168.1.10 9007199254740993`, [`up ${ANNA} 192.168.1.10`]],
      ['sideways 192.168.1.3 5', []],
      ['up nonsense 192.168.1.10 5', []],
      ['uncounted 1', ['']],
    ] as const) {
      const { observation, skipped, unread: found } = answer('hosts', 'counting nftables 1 -', line, 'down 192.168.1.4 7');
      if (observation instanceof SourceError || observation.source !== 'hosts') throw new Error(line);
      expect(
        observation.hosts.map(({ ip }) => ip),
        line,
      ).to.deep.equal(['192.168.1.4']);
      expect([skipped, found], line).to.deep.equal([1, unread]);
    }
  });

  it('throws nothing but a SourceError, whatever it contains', () => {
    const field = fc.oneof(
      fc.constantFrom('up', 'down', 'both', 'network', 'uncounted', ANNA, '192.168.1.10', '-', '12', 'fd00::1'),
      fc.string(),
    );
    fc.assert(
      fc.property(
        fc.array(
          fc.array(field).map((fields) => fields.join(' ').replaceAll('\n', ' ')),
          { maxLength: 6 },
        ),
        (lines) => {
          answer('hosts', 'counting nftables 1 -', ...lines.filter((line) => line.trimEnd() !== 'end hosts'));
        },
      ),
    );
  });
});

describe('hostsProbe', () => {
  const collect = (...sections: string[]) => {
    const text = ['wrtmeter 1', 'boot_id 8d1f3b0e-5c0f', 'uptime 1.00', 'time 1763664918', ...sections, 'end wrtmeter', ''].join('\n');
    return hostsProbe('http://router/hosts.cgi', async () => ({ text, framed: true })).collect(new AbortController().signal);
  };

  it('keeps only hosts and neighbours', async () => {
    const observation = await collect(
      ...['begin hosts', 'counting iptables - -', 'end hosts', 'begin neighbours', 'end neighbours', 'begin wan', 'end wan'],
    );
    expect(observation.sources.map(({ source }) => source)).to.have.members(['hosts', 'neighbours']);
  });

  it('an answer without hosts is a failure', async () => {
    const error = await collect('begin wan', 'end wan').catch((error: unknown) => error);
    expect(error).to.be.instanceOf(SourceError).with.property('message').that.includes('the router does not count them');
  });
});

describe('peers of wrtmeter.cgi', () => {
  it('what the router received is the peer’s upload; a recreated interface is another epoch', () => {
    const observation = peers(
      'interface wg0 wireguard 14',
      `peer wg0 ${KEY} [2001:db8::9]:51820 10.7.0.2/32,fd07::2/128 1763664900 4321 8765 anna phone`,
      `disabled wg0 ${OTHER} 10.7.0.3/32 -`,
    );
    expect(observation.interfaces).to.deep.equal(['wg0']);
    const epoch = { boot: '8d1f3b0e', instance: 14, began: null, margin: 0 };
    expect(observation.peers).to.deep.equal([
      {
        interface: 'wg0',
        publicKey: KEY,
        name: 'anna phone',
        endpoint: '[2001:db8::9]:51820',
        allowedIps: ['10.7.0.2/32', 'fd07::2/128'],
        state: 'active',
        latestHandshake: 1_763_664_900,
        bytes: { download: 8765, upload: 4321 },
        bits: 64,
        epoch,
      },
      {
        interface: 'wg0',
        publicKey: OTHER,
        name: null,
        endpoint: null,
        allowedIps: ['10.7.0.3/32'],
        state: 'revoked',
        latestHandshake: 0,
        bytes: null,
        bits: 64,
        epoch,
      },
    ]);
  });

  it('Rule: isolation: a line that makes no sense costs itself only, and no peer counts as removed', () => {
    for (const line of ['peer wg0 nokey - - 0 0 0 -', 'something else']) {
      const { observation, skipped } = answer('peers', 'interface wg0 wireguard 14', line, `peer wg0 ${KEY} - - 0 1 2 -`);
      if (observation instanceof SourceError || observation.source !== 'peers') throw new Error(line);
      expect([observation.interfaces, observation.peers.length, skipped], line).to.deep.equal([[], 1, 1]);
    }
  });

  it('Rule: isolation: a value that makes no sense costs itself only', () => {
    for (const [line, bytes] of [
      [`peer wg0 ${KEY} - - never 5 6 -`, { download: 6, upload: 5 }],
      [`peer wg0 ${KEY} - - 0 x 0 -`, null],
      [`peer wg0 ${KEY} - - 0 9007199254740993 0 -`, null],
    ] as const) {
      const { observation, skipped } = answer('peers', 'interface wg0 wireguard 14', line);
      if (observation instanceof SourceError || observation.source !== 'peers') throw new Error(line);
      expect([observation.interfaces, observation.peers[0]?.bytes, skipped], line).to.deep.equal([['wg0'], bytes, 1]);
    }
  });
});

describe('the hosts of one answer after another', () => {
  const FACTS = ['wrtmeter 1', 'boot_id 8d1f3b0e-5c0f-4b3e-9a55-6a2b7c1d9e10', 'uptime 1000.00', 'time 1763664918'];
  // The first two are of one counter, and so are the next two.
  const heads = ['up 02:00:00:00:00:0a 10.0.0.1', 'up 02:00:00:00:00:0A 10.0.0.1', 'down 10.0.0.1', 'down 10.0.0.1', 'both - 10.0.0.2'];

  it('are those that each answer alone has: what is known of lines hides no counter, and shows none twice', async () => {
    const line = fc.tuple(fc.constantFrom(...heads), fc.constantFrom('7', '12', 'x', '9 9'));
    const list = fc.array(line, { minLength: 1, maxLength: 4 });
    await fc.assert(
      fc.asyncProperty(list, list, fc.array(fc.constantFrom(0, 0, 1, 2), { maxLength: 10 }), async (first, second, answers) => {
        let text = '';
        const read = async () => ({ text, framed: true });
        const lasting = hostsProbe('http://router', read);
        for (const answer of answers) {
          const lines = ([[], first, second][answer] ?? []).map(([head, figures]) => `${head} ${figures}`);
          text = [...FACTS, 'begin hosts', 'counting nftables 7', ...lines, 'end hosts', 'end wrtmeter', ''].join('\n');
          const found = await Promise.all(
            [lasting, hostsProbe('http://router', read)].map((probe) => probe.collect(new AbortController().signal)),
          );
          expect(found[0]).to.deep.equal(found[1]);
          for (const { observation } of found[0]?.sources ?? [])
            if ('method' in observation)
              expect(new Set(observation.hosts.map(({ counter }) => counter)).size).to.equal(observation.hosts.length);
        }
      }),
      { numRuns: 400 },
    );
  });
});
