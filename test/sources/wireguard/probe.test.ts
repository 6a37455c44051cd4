import { inspect } from 'node:util';
import { expect } from 'chai';
import fc from 'fast-check';
import type { Observation } from '../../../src/domain/observation.ts';
import { ExitError, SourceError } from '../../../src/errors.ts';
import type { ProbeResult } from '../../../src/sources/source.ts';
import { type WireguardOptions, wireguardProbe } from '../../../src/sources/wireguard/probe.ts';
import type { RunEach } from '../../../src/transports/request.ts';
import { anyKey, holdsKey, makeWireguardKey } from '../../support/wireguard/keys.ts';

const SIGNAL = new AbortController().signal;
const [ANNA = '', BERT = '', PRIVATE = '', SHARED = ''] = Array.from({ length: 4 }, makeWireguardKey);
const FACTS =
  'boot_id 8d1f3b0e-5c0f-4b3e-9a55-6a2b7c1d9e10\nuptime 100.50 200.00\nbtime 1763664900\nhostname vpn\nrelease "Debian 12"\nifindex wg0 14\nend\n';
const EPOCH = { boot: '8d1f3b0e', instance: 14, began: null, margin: 0 };
const NO_FILES = 'end\n';

const own = (name: string) => `${name}\t${PRIVATE}\tx\t51820\toff\n`;
const peer = (name: string, key = ANNA, rx = 5, tx = 7) => `${name}\t${key}\t${SHARED}\t(none)\t10.7.0.2/32\t0\t${rx}\t${tx}\toff\n`;

/** The answer of each command, by program, and for wg and awg by what they show. */
type Server = Record<string, string | SourceError>;

const keyOf = (argv: readonly string[]): string => {
  const [program = '', first = '', second = ''] = argv[0] === 'sudo' ? argv.slice(3) : argv;
  if (program === 'awk') return first.includes('boot_id') ? 'facts' : 'files';
  return `${program} ${second}`;
};

function answering(server: Server, asked: (readonly string[])[] = []): RunEach {
  return async (argvs) =>
    argvs.map((argv) => {
      asked.push(argv);
      const tool = argv.find((word) => word === 'wg' || word === 'awg') ?? '';
      return server[keyOf(argv)] ?? new ExitError(127, `"${tool}" is not installed on the machine that runs wrtmeter`);
    });
}

function probe(server: Server, more: Partial<WireguardOptions> = {}) {
  const terms = {
    place: 'here',
    asRoot: (argv: readonly string[]) => argv,
    tool: 'auto',
    interfaces: [],
    configFile: null,
    readsSystem: true,
  } as const;
  return wireguardProbe({ ...terms, run: answering(server), ...more });
}

type PeersObservation = Extract<Observation, { source: 'peers' }>;

function peersIn({ sources }: ProbeResult): PeersObservation {
  const [only] = sources;
  if (only === undefined || only.observation instanceof SourceError || only.observation.source !== 'peers') throw new Error('No peers');
  return only.observation;
}

async function failure(collect: Promise<ProbeResult>): Promise<string> {
  const error: unknown = await collect.then(
    () => null,
    (why: unknown) => why,
  );
  if (!(error instanceof SourceError)) throw new Error(`Not a SourceError: ${inspect(error)}`);
  return `${error.reason}: ${error.message}`;
}

describe('the peers of a WireGuard server', () => {
  it('are told with their names, directions and the life of their interface', async () => {
    const files = `file wg0\npeer ${ANNA}\nname anna-phone\nend\n`;
    const result = await probe({ 'wg all': own('wg0') + peer('wg0'), facts: FACTS, files }).collect(SIGNAL);
    expect(peersIn(result)).to.deep.include({ interfaces: ['wg0'] });
    expect(peersIn(result).peers).to.deep.equal([
      {
        interface: 'wg0',
        publicKey: ANNA,
        name: 'anna-phone',
        endpoint: null,
        allowedIps: ['10.7.0.2/32'],
        state: 'active',
        latestHandshake: 0,
        bytes: { download: 7, upload: 5 },
        bits: 64,
        epoch: EPOCH,
      },
    ]);
    expect(result.system).to.include({ bootId: '8d1f3b0e-5c0f-4b3e-9a55-6a2b7c1d9e10', uptime: 100.5, time: 1763665000, hostname: 'vpn' });
    expect(result.system).to.have.property('flowOffload', null);
  });

  it('have their own origin and rules', async () => {
    const result = await probe({ 'wg all': own('wg0'), facts: FACTS, files: NO_FILES }).collect(SIGNAL);
    expect(peersIn(result).rules).to.include({ directions: 'together', absent: 'kept', unknown: 'began', fall: 'reset' });
  });

  it('are read with argument lists, each as root, facts before and after counters', async () => {
    const asked: (readonly string[])[] = [];
    const run = answering({ 'wg all': own('wg0'), facts: FACTS, files: NO_FILES }, asked);
    await probe({}, { run, asRoot: (argv) => ['sudo', '-n', '--', ...argv], tool: 'wg' }).collect(SIGNAL);
    expect(asked.map((argv) => argv.filter((word) => word.length < 16))).to.deep.equal([
      ['awk', ''],
      ['sudo', '-n', '--', 'wg', 'show', 'all', 'dump'],
      ['awk', ''],
      ['sudo', '-n', '--', 'awk', ''],
    ]);
    expect(asked[3]?.slice(-4)).to.include('/etc/wireguard/%i.conf');
  });

  it('have no epoch where their interface was recreated while they were read: they may be of the one before', async () => {
    let facts = FACTS;
    const run: RunEach = async (argvs, signal) => {
      const outputs: (string | SourceError)[] = [];
      for (const argv of argvs) {
        const server = { 'wg all': own('wg0') + peer('wg0') + own('wg1') + peer('wg1'), facts, files: NO_FILES };
        outputs.push(...(await answering(server)([argv], signal)));
        if (argv.includes('dump')) facts = facts.replace('ifindex wg0 14', 'ifindex wg0 15');
      }
      return outputs;
    };
    facts = facts.replace('end', 'ifindex wg1 16\nend');
    const reads = probe({}, { run, tool: 'wg' });
    const epochs = async () => peersIn(await reads.collect(SIGNAL)).peers.map(({ epoch }) => epoch?.instance ?? null);
    expect(await epochs()).to.deep.equal([null, 16]);
    expect(await epochs(), 'once it stays').to.deep.equal([15, 16]);
  });

  it('count even without facts and files', async () => {
    const lost = new SourceError('truncated', 'x');
    for (const [facts, files] of [
      [lost, lost],
      ['garbage', 'garbage'],
      ['', ''],
    ] as const) {
      const result = await probe({ 'wg all': own('wg0') + peer('wg0'), facts, files }).collect(SIGNAL);
      expect(peersIn(result).peers[0]).to.deep.include({ name: null, epoch: null, bytes: { download: 7, upload: 5 } });
      expect(result.system).to.equal(null);
    }
  });

  it('need no file with config_file: none', async () => {
    const asked: (readonly string[])[] = [];
    const run = answering({ 'wg all': own('wg0'), facts: FACTS }, asked);
    expect(peersIn(await probe({}, { run, configFile: 'none' }).collect(SIGNAL)).interfaces).to.deep.equal(['wg0']);
    expect(asked.map(keyOf)).to.not.include('files');
  });

  it('report no system if another kind does', async () => {
    const server = { 'wg all': own('wg0'), facts: FACTS, files: NO_FILES };
    expect((await probe(server, { readsSystem: false }).collect(SIGNAL)).system).to.equal(null);
  });

  describe('that were revoked', () => {
    const files = `file wg0\nrevoked wg0\npeer ${BERT}\nname bert\nallowed 10.7.0.3/32\npeer ${ANNA}\nend\n`;
    const server = { 'wg all': own('wg0') + peer('wg0'), facts: FACTS, files };

    it('are reported as revoked, unless they are on the interface', async () => {
      const { peers } = peersIn(await probe(server).collect(SIGNAL));
      expect(peers.map(({ publicKey, state }) => [publicKey, state])).to.deep.equal([
        [ANNA, 'active'],
        [BERT, 'revoked'],
      ]);
      expect(peers[1]).to.deep.include({ name: 'bert', allowedIps: ['10.7.0.3/32'], bytes: null, epoch: null });
    });

    it('do not count as removed if the record cannot be read once', async () => {
      const changing: Server = { ...server };
      const same = probe(changing);
      expect(peersIn(await same.collect(SIGNAL)).interfaces).to.deep.equal(['wg0']);
      changing.files = new SourceError('timeout', 'x');
      expect(peersIn(await same.collect(SIGNAL)).interfaces).to.deep.equal([]);
    });
  });

  describe('if an interface is missing', () => {
    it('that was there before, nothing is reported', async () => {
      const changing: Server = { 'wg all': own('wg0') + own('wg1'), facts: FACTS, files: NO_FILES };
      const same = probe(changing);
      await same.collect(SIGNAL);
      changing['wg all'] = own('wg1');
      expect(await failure(same.collect(SIGNAL))).to.equal('exec: interface "wg0" no longer exists; bring it up, or restart wrtmeter');
    });

    it('that is configured, nothing is reported', async () => {
      const gone = new ExitError(1, '"wg" failed with 1: Unable to access interface: No such device');
      const server = { 'wg wg0': own('').slice(1) + peer('').slice(1), 'wg wg1': gone, facts: FACTS, files: NO_FILES };
      const expected = 'exec: interface "wg1" does not exist; bring it up, or correct interfaces';
      for (const tool of ['wg', 'auto'] as const)
        expect(await failure(probe(server, { interfaces: ['wg0', 'wg1'], tool }).collect(SIGNAL)), tool).to.equal(expected);
    });

    it('and no other exists, the error says so', async () => {
      expect(await failure(probe({ 'wg all': '', facts: FACTS, files: NO_FILES }).collect(SIGNAL))).to.equal(
        'exec: no WireGuard interface found: bring one up, or correct this entry',
      );
    });
  });

  describe('of wg and awg', () => {
    const both = { 'wg all': own('wg0') + peer('wg0'), 'awg all': own('awg0') + peer('awg0', BERT), facts: FACTS, files: NO_FILES };

    it('are merged, and the tools are part of the origin', async () => {
      const result = await probe(both).collect(SIGNAL);
      expect(peersIn(result).interfaces).to.deep.equal(['wg0', 'awg0']);
      expect(result.sources[0]?.origin).to.equal('wg awg');
    });

    it('are not doubled if both are the same program', async () => {
      const result = await probe({ ...both, 'awg all': both['wg all'] }).collect(SIGNAL);
      expect(peersIn(result).peers).to.have.length(1);
    });

    it('are never reported in part: a peer seen later would count as new', async () => {
      const server = { ...both, 'awg all': new SourceError('timeout', 'no complete answer in time') };
      expect(await failure(probe(server).collect(SIGNAL))).to.equal('timeout: no complete answer in time');
    });

    it('are read with the installed one, however a missing one is reported', async () => {
      const absences = [
        new ExitError(127, '"awg" is not installed on the machine that runs wrtmeter'),
        new ExitError(127, '"awg" failed with 127: sh: 1: awg: not found'),
        new ExitError(1, '"sudo" failed with 1: sudo: awg: command not found'),
        new ExitError(
          126,
          '"docker" failed with 126: OCI runtime exec failed: exec failed: unable to start container process: exec: "awg": executable file not found in $PATH: unknown',
        ),
        new ExitError(
          127,
          '"docker" failed with 127: OCI runtime exec failed: exec failed: unable to start container process: exec: "awg": executable file not found in $PATH',
        ),
      ];
      for (const absent of absences) {
        const result = await probe({ ...both, 'awg all': absent }).collect(SIGNAL);
        expect([peersIn(result).interfaces, result.sources[0]?.origin]).to.deep.equal([['wg0'], 'wg']);
      }
    });

    it('of a named interface come from the tool that knows it', async () => {
      const no = new ExitError(1, '"wg" failed with 1: Unable to access interface: Protocol not supported');
      const server = { 'wg awg0': no, 'awg awg0': own('').slice(1) + peer('').slice(1), facts: FACTS, files: NO_FILES };
      expect(peersIn(await probe(server, { interfaces: ['awg0'] }).collect(SIGNAL)).peers).to.have.length(1);
    });
  });

  describe('that cannot be read', () => {
    const cases: [string, SourceError, string][] = [
      [
        'for want of rights',
        new ExitError(1, '"wg" failed with 1: Unable to access interface wg0: Operation not permitted'),
        'auth: only root can read WireGuard interfaces: set sudo: true, or log in as root',
      ],
      [
        'for want of rights to its socket',
        new ExitError(1, '"wg" failed with 1: Unable to access interface wg0: Permission denied'),
        'auth: only root can read WireGuard interfaces: set sudo: true, or log in as root',
      ],
      [
        'for want of a password',
        new ExitError(1, '"sudo" failed with 1: sudo: a password is required'),
        'auth: sudo does not allow the command without a password: allow it in sudoers, and set tool to the allowed one',
      ],
      [
        'for want of a container',
        new ExitError(1, '"docker" failed with 1: Error response from daemon: No such container: x'),
        'exec: "docker" failed with 1: Error response from daemon: No such container: x',
      ],
      [
        'for want of docker',
        new ExitError(127, '"docker" is not installed on the machine that runs wrtmeter'),
        'exec: "docker" is not installed on the machine that runs wrtmeter',
      ],
      [
        'for want of sudo',
        new ExitError(127, '"sudo" failed with 127: sh: 1: sudo: not found'),
        'exec: "sudo" failed with 127: sh: 1: sudo: not found',
      ],
      ['in time', new SourceError('timeout', 'no complete answer in time'), 'timeout: no complete answer in time'],
    ];
    for (const [why, error, expected] of cases) {
      it(`${why}: the error says so`, async () => {
        for (const tool of ['wg', 'auto'] as const)
          expect(await failure(probe({ 'wg all': error, 'awg all': error }, { tool }).collect(SIGNAL))).to.equal(expected);
      });
    }

    it('without a tool: the error says so', async () => {
      expect(await failure(probe({}).collect(SIGNAL))).to.equal(
        'exec: neither "wg" nor "awg" is installed on the server: install wireguard-tools',
      );
      expect(await failure(probe({}, { tool: 'awg' }).collect(SIGNAL))).to.equal('exec: "awg" is not installed on the server: install it');
    });

    it('without a connection: the error is passed on', async () => {
      const run: RunEach = () => Promise.reject(new SourceError('connect', 'ssh connection to vpn failed'));
      expect(await failure(probe({}, { run }).collect(SIGNAL))).to.equal('connect: ssh connection to vpn failed');
    });
  });

  it('have another origin on another server, or with other interfaces', () => {
    const reader = (more: Partial<WireguardOptions>) => probe({}, more).origin;
    const readers = [reader({}), reader({ place: 'vpn:22' }), reader({ tool: 'wg' }), reader({ interfaces: ['wg0'] })];
    expect(new Set(readers).size).to.equal(4);
    expect(reader({ interfaces: ['b', 'a'] })).to.equal(reader({ interfaces: ['a', 'b'] }));
    expect(reader({ configFile: '/x/%i' })).to.equal(reader({}));
  });

  it('never include a key other than the public one, whatever the server answers', async () => {
    const piece = (mine: string, shared: string) =>
      fc.constantFrom(
        'wg0',
        '\t',
        '\n',
        ' ',
        mine,
        shared,
        ANNA,
        BERT,
        '0',
        '5',
        'off',
        '(none)',
        '10.0.0.1/32',
        '#',
        'peer ',
        'name ',
        'file wg0',
        'peer',
        own('wg0'),
        peer('wg0'),
        'end\n',
      );
    const hostile = fc.tuple(anyKey, anyKey).chain(([mine, shared]) => {
      const text = fc.array(piece(mine, shared), { maxLength: 30 }).map((parts) => parts.join(''));
      const dump = text.map((rest) => `wg0\t${mine}\tx\t1\toff\nwg0\t${BERT}\t${shared}\t(none)\t(none)\t0\t1\t2\toff\n${rest}`);
      return fc.record({
        keys: fc.constant([mine, shared]),
        dump: fc.oneof(dump, text),
        facts: fc.oneof(text, fc.constant(FACTS)),
        record: fc.constant(NO_FILES),
      });
    });
    await fc.assert(
      fc.asyncProperty(hostile, async ({ keys, dump, facts, record }) => {
        let result: unknown;
        try {
          result = await probe({ 'wg all': dump, facts, files: record }).collect(SIGNAL);
        } catch (error) {
          if (!(error instanceof SourceError)) throw error;
          result = error;
        }
        const shown = inspect(result instanceof Error ? result : peersIn(result as ProbeResult), { depth: 9, showHidden: true });
        for (const key of keys) if (holdsKey(shown, key)) expect(isPublic(dump, key), shown).to.equal(true);
      }),
      { numRuns: 500 },
    );
  });
});

/** Whether the server itself showed a key in the place of public keys. */
const isPublic = (dump: string, key: string): boolean =>
  dump.split('\n').some((line) => line.split('\t')[1] === key && line.split('\t').length >= 8);
