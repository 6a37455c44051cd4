import type { CounterRules, Epoch } from '../../../src/domain/counter.ts';
import type { HostCounter, Neighbour, Observation, OpenwrtMethod, Peer } from '../../../src/domain/observation.ts';
import type { Round, SourceResult } from '../../../src/domain/round.ts';
import { NOTHING, plus, type Traffic } from '../../../src/domain/traffic.ts';
import { PEER_RULES } from '../../../src/sources/openwrt/peers.ts';
import { complete, failed, lease, leases, ok, station, system } from '../ledger/rounds.ts';
import { type Accounting, type Asked, type Counter, HostsKnowledge, type Look, type Seen } from './hosts-knowledge.ts';

/** What happens in the world of a gateway that counts hosts. Numbers choose among what is there. */
export type HostEvent =
  /** Whoever has the address now moves bytes to and from the Internet. */
  | { do: 'route'; ip: number; download: number; upload: number }
  /** Bytes that stay in the home: an access point sees them, the gateway does not. */
  | { do: 'stay'; mac: number; download: number; upload: number }
  | { do: 'leave'; mac: number }
  | { do: 'hand over'; ip: number; mac: number }
  /** How the gateway reports the owner of an address. */
  | { do: 'tell'; ip: number; by: Telling }
  | { do: 'forget'; ip: number }
  | { do: 'begin anew' }
  | { do: 'write down' }
  | { do: 'new period' }
  | { do: 'reboot' }
  | { do: 'tunnel'; peer: number; download: number; upload: number }
  | { do: 'restart tunnel' }
  | { do: 'take off'; peer: number }
  | { do: 'wait'; seconds: number }
  /** Bit n of `fails` makes source n fail. `late`: the access points answer when the gateway has, and bytes have moved in between. */
  | { do: 'read'; fails: number; late: boolean }
  | { do: 'crash'; at: 'before' | 'amid' | 'after'; statement: number }
  | { do: 'restart' }
  /** The owner decides otherwise what makes up a device. */
  | { do: 'account'; by: Accounting }
  | { do: 'clock'; by: number }
  /** The gateway has another name in the configuration, with `was` for the previous one. */
  | { do: 'rename' }
  | { do: 'calm' };

export type Telling = 'neighbours' | 'leases' | 'two neighbours' | 'nobody';

const MACS = ['02:00:00:00:00:01', '02:00:00:00:00:02', '02:00:00:00:00:03'];
/** On a cable: no access point sees it. */
const WIRED = 2;
/** The last one is behind a tunnel, where there are no MACs. */
const IPS = ['192.168.1.10', '192.168.1.11', 'fd00::10', 'fd00::11', '10.7.0.2'];
const TUNNELLED = 4;
const KEYS = ['xTIBA5rboUvnH4htodjb6e697QjLERt1NAB4mZqp8Dg=', 'HIgo9xNzJMWLKASShiTqIybxZ0U3wGLiUeJ1PKf8ykw='];
/** Nobody has it but the access point's table, which is about another network. */
export const STRANGER = '02:00:00:00:00:99';

const SOURCES = ['hosts', 'peers', 'neighbours', 'leases', 'stations', 'stations of the attic'] as const;
export const ALL_FAIL = 2 ** SOURCES.length - 1;

const HOST_RULES: CounterRules = { directions: 'apart', absent: 'ended', unknown: 'began', fall: 'reset', refresh: 10 };
const RULES: Record<OpenwrtMethod, CounterRules> = {
  nftables: HOST_RULES,
  iptables: HOST_RULES,
  nlbwmon: { ...HOST_RULES, absent: 'kept', fall: 'lowers' },
};

export interface HostTerms {
  method: OpenwrtMethod;
  accounting: Accounting;
  /** nlbwmon does not report when it was started. */
  quiet?: boolean;
}

/** A gateway that counts hosts and has WireGuard peers, and an access point: a world that knows all its bytes. */
export class HostsModel {
  /** Seconds since the start, by a clock that never steps. */
  now = 0;
  /** By account, or by kind: all bytes that ever moved. */
  readonly moved = new Map<string, Traffic>();
  readonly #terms: HostTerms;
  readonly #knowledge: HostsKnowledge;
  readonly #owners = [0, 1, 0, 2];
  readonly #told: Telling[] = ['neighbours', 'neighbours', 'neighbours', 'nobody'];
  /** What the configuration calls the gateway. */
  gateway = 'gateway';
  #ids = 0;
  #boot = 1;
  #bootedAt = -100_000;
  #run = 1;
  #started = 1;
  #period = 20_261_001;
  #elements = new Map<string, { counts: HostCounter['counts']; mac: string | null; ip: string; counter: Counter }>();
  #writtenDown = new Map(this.#elements);
  #stations = new Map<string, Counter & { began: number }>();
  #tunnel = 1;
  #peers = new Map<string, Counter>();
  /** Unix ms at which the first sources of the round answer. */
  #roundAt = 0;
  #asked: Asked = { startedAt: 0, at: 0, looks: [], owners: new Map() };

  constructor(terms: HostTerms) {
    this.#terms = terms;
    this.#knowledge = new HostsKnowledge(terms.accounting);
  }

  /** By account: all bytes that the answers have made known. */
  get known(): ReadonlyMap<string, Traffic> {
    return this.#knowledge.known;
  }

  happen(event: HostEvent): void {
    switch (event.do) {
      case 'route':
        this.#route(event.ip % IPS.length, event);
        break;
      case 'stay':
        if (event.mac % MACS.length !== WIRED) this.#onAir(event.mac % MACS.length, event);
        break;
      case 'leave':
        for (const router of ['gateway', 'attic']) this.#stations.delete(`${router} ${MACS[event.mac % MACS.length]}`);
        break;
      case 'hand over':
        this.#owners[event.ip % TUNNELLED] = event.mac % MACS.length;
        break;
      case 'tell':
        this.#told[event.ip % TUNNELLED] = event.by;
        break;
      case 'forget':
        if (this.#terms.method === 'nlbwmon') break;
        for (const [key, { ip }] of this.#elements) if (ip === IPS[event.ip % IPS.length]) this.#elements.delete(key);
        break;
      case 'begin anew':
        this.#beginAnew();
        break;
      case 'write down':
        this.#writtenDown = new Map([...this.#elements].map(([key, e]) => [key, { ...e, counter: { ...e.counter } }]));
        break;
      case 'new period':
        if (this.#terms.method !== 'nlbwmon') break;
        this.#period += 100;
        this.#elements.clear();
        this.#writtenDown.clear();
        break;
      case 'reboot':
        this.#boot += 1;
        this.#bootedAt = this.now;
        this.#stations.clear();
        this.#peers.clear();
        this.#tunnel = 1;
        this.#beginAnew();
        this.#run = 1;
        break;
      case 'tunnel': {
        const key = KEYS[event.peer % KEYS.length] ?? '';
        this.#peers.set(key, this.#add(this.#peers.get(key), event));
        this.#note(`peer ${key}`, event);
        break;
      }
      case 'restart tunnel':
        this.#tunnel += 1;
        this.#peers.clear();
        break;
      case 'take off':
        this.#peers.delete(KEYS[event.peer % KEYS.length] ?? '');
        break;
      case 'rename':
        this.gateway = this.gateway === 'gateway' ? 'main' : 'gateway';
        break;
      case 'account':
        this.#knowledge.accounting = event.by;
        break;
      case 'wait':
        this.now += event.seconds;
        break;
      default:
        break;
    }
  }

  #add(counter: Counter | undefined, { download, upload }: Traffic): Counter {
    const { id, bytes } = counter ?? { id: ++this.#ids, bytes: NOTHING };
    return { id, bytes: plus(bytes, { download, upload }) };
  }

  #note(account: string, { download, upload }: Traffic): void {
    this.moved.set(account, plus(this.moved.get(account) ?? NOTHING, { download, upload }));
  }

  #route(index: number, { download, upload }: Traffic): void {
    const ip = IPS[index] ?? '';
    const owner = index === TUNNELLED ? null : (this.#owners[index] ?? 0);
    const mac = owner === null ? null : (MACS[owner] ?? '');
    const count = (counts: HostCounter['counts'], from: string | null, bytes: Traffic) => {
      if (bytes.download === 0 && bytes.upload === 0) return;
      const key = `${counts} ${from} ${ip}`;
      this.#elements.set(key, { counts, mac: from, ip, counter: this.#add(this.#elements.get(key)?.counter, bytes) });
    };
    if (this.#terms.method === 'nlbwmon') count('both', mac, { download, upload });
    else {
      count('upload', this.#terms.method === 'nftables' ? mac : null, { download: 0, upload });
      count('download', null, { download, upload: 0 });
    }
    this.#note('routed', { download, upload });
    if (owner !== null && owner !== WIRED) this.#onAir(owner, { download, upload });
    else this.#note('device', { download, upload });
  }

  /** Through the gateway's radio, or the attic's. */
  #onAir(owner: number, { download, upload }: Traffic): void {
    const key = `${owner === 0 ? 'gateway' : 'attic'} ${MACS[owner]}`;
    const station = this.#stations.get(key);
    this.#stations.set(key, { ...this.#add(station, { download, upload }), began: station?.began ?? this.now - this.#bootedAt });
    this.#note('device', { download, upload });
  }

  /** A table or rules at zero; nlbwmon goes back to what it wrote down. */
  #beginAnew(): void {
    this.#run += 1;
    this.#started += 1;
    const loaded = this.#terms.method === 'nlbwmon' ? this.#writtenDown : [];
    this.#elements = new Map([...loaded].map(([key, e]) => [key, { ...e, counter: { id: ++this.#ids, bytes: e.counter.bytes } }]));
  }

  readonly #tickAt = (at: number): number => this.now * 1000 + at - this.#roundAt;

  /** What the routers answer now. `at` is Unix ms by the wall clock. */
  answer(at: number, { fails, late }: Extract<HostEvent, { do: 'read' }>): Round {
    const answers = (source: (typeof SOURCES)[number]) => !((fails >> SOURCES.indexOf(source)) & 1);
    this.#roundAt = at;
    const looks: Look[] = [];
    const result = (source: (typeof SOURCES)[number], observation: () => Observation, then: number, look?: Look): SourceResult => {
      if (!answers(source)) return failed(source === 'stations of the attic' ? 'stations' : source, then);
      if (look !== undefined) looks.push(look);
      return ok(observation(), then, look?.name ?? 'test');
    };
    const ownerOf = this.#ownerOf(answers);
    const boot = this.#boot;
    const uptime = this.now - this.#bootedAt;
    const first = [
      result('hosts', () => this.#hosts(), at, this.#lookAtHosts(at, ownerOf)),
      result('peers', () => this.#peersShown(), at, this.#lookAtPeers(at)),
      result('neighbours', () => this.#neighbours(), at),
      result('leases', () => leases(this.#owned('leases').map(([ip, mac]) => lease(mac, null, ip))), at),
    ];
    if (late) for (let ip = 0; ip < TUNNELLED; ip += 1) this.#route(ip, { download: 1000 + ip, upload: 10 + ip });
    const then = at + (late ? 10 : 0);
    const air = (router: string, source: (typeof SOURCES)[number]) =>
      result(source, () => this.#air(router, boot), then, this.#lookAtAir(router, then, boot));
    const strange: Observation = { source: 'neighbours', neighbours: IPS.map((ip) => neighbour(ip, STRANGER)) };
    const routers = [
      { router: this.gateway, system: system(bootName(boot), uptime), results: [...first, air('gateway', 'stations')] },
      { router: 'attic', system: system(bootName(boot), uptime), results: [air('attic', 'stations of the attic'), ok(strange, then)] },
    ];
    const owners = new Map(IPS.flatMap((ip) => pairs(ip, ownerOf(ip))));
    this.#asked = { startedAt: at, at: then, looks, owners };
    return { routers, startedAt: at, finishedAt: then };
  }

  /** Pairs that the gateway reports, by the way it reports them. */
  #owned(by: Telling): [ip: string, mac: string][] {
    return this.#owners.flatMap((owner, i) => (this.#told[i] === by ? [[IPS[i] ?? '', MACS[owner] ?? ''] as [string, string]] : []));
  }

  /** Owner of an address by the answers of this round: neighbours before leases, leases before senders. */
  #ownerOf(answers: (source: (typeof SOURCES)[number]) => boolean): (ip: string) => string | null {
    const senders = new Map<string, Set<string>>();
    for (const { mac, ip } of answers('hosts') ? this.#elements.values() : []) {
      if (mac !== null) senders.set(ip, (senders.get(ip) ?? new Set()).add(mac));
    }
    return (ip) => {
      const index = IPS.indexOf(ip);
      const told = this.#told[index];
      const owner = MACS[this.#owners[index] ?? -1] ?? null;
      if (told === 'two neighbours' && answers('neighbours')) return null;
      if (told === 'neighbours' && answers('neighbours')) return owner;
      if (told === 'leases' && answers('leases')) return owner;
      const [only, ...others] = senders.get(ip) ?? [];
      return only !== undefined && others.length === 0 ? only : null;
    };
  }

  #neighbours(): Observation {
    const list = [
      ...this.#owned('neighbours').map(([ip, mac]) => neighbour(ip, mac)),
      ...this.#owned('two neighbours').flatMap(([ip, mac]) => [neighbour(ip, mac), neighbour(ip, STRANGER)]),
    ];
    return { source: 'neighbours', neighbours: list };
  }

  #hostEpoch(): Epoch | null {
    switch (this.#terms.method) {
      case 'nftables':
        return { boot: bootName(this.#boot), instance: this.#run, began: null, margin: 0 };
      case 'iptables':
        return null;
      case 'nlbwmon':
        return { boot: 'nlbwmon', instance: this.#period, began: null, margin: 0 };
      default:
        return this.#terms.method satisfies never;
    }
  }

  #hosts(): Observation {
    const { method } = this.#terms;
    const epoch = this.#hostEpoch();
    const hosts = [...this.#elements.values()].map(
      ({ counts, mac, ip, counter }): HostCounter => ({ counts, mac, ip, bytes: counter.bytes, bits: 64, epoch }),
    );
    return { source: 'hosts', rules: RULES[method], method, hosts, devices: ['br-lan'], uncounted: null };
  }

  #lookAtHosts(at: number, ownerOf: (ip: string) => string | null): Look {
    const { method, quiet } = this.#terms;
    const epoch = this.#hostEpoch();
    const seen = [...this.#elements].map(([key, { mac, ip, counter }]): [string, Seen] => {
      const owner = mac ?? ownerOf(ip);
      return [
        key,
        { ...counter, epoch, accounts: owner === null ? [`host ${ip}`, `address ${ip}`] : [`host ${owner}`, `device ${owner}`] },
      ];
    });
    const name = method === 'nlbwmon' && !quiet ? `nlbwmon ${this.#started}` : method;
    return { source: 'hosts', name, at, tick: this.#tickAt(at), rules: RULES[method], seen: new Map(seen) };
  }

  #peerEpoch = (): Epoch => ({ boot: bootName(this.#boot), instance: this.#tunnel, began: null, margin: 0 });

  #peersShown(): Observation {
    const peers = KEYS.map((publicKey): Peer => {
      const counter = this.#peers.get(publicKey);
      const known = { interface: 'wg0', publicKey, name: null, endpoint: null, allowedIps: [], latestHandshake: 0, bits: 64 as const };
      return counter === undefined
        ? { ...known, state: 'revoked', bytes: null, epoch: this.#peerEpoch() }
        : { ...known, state: 'active', bytes: counter.bytes, epoch: this.#peerEpoch() };
    });
    return { source: 'peers', rules: PEER_RULES, interfaces: ['wg0'], peers };
  }

  #lookAtPeers(at: number): Look {
    const epoch = this.#peerEpoch();
    const seen = [...this.#peers].map(([key, counter]): [string, Seen] => [key, { ...counter, epoch, accounts: [`peer ${key}`] }]);
    return { source: 'peers', name: 'test', at, tick: this.#tickAt(at), rules: PEER_RULES, seen: new Map(seen) };
  }

  #onRouter = (router: string) => [...this.#stations].filter(([key]) => key.startsWith(router));

  #air(router: string, boot: number): Observation {
    const list = this.#onRouter(router).map(([key, { bytes, began, id }]) => {
      // A separate association each time, even if very short.
      const epoch = { boot: bootName(boot), instance: id, began, margin: 0 };
      return station(key.split(' ')[1] ?? '', bytes.download, bytes.upload, { interface: 'phy0-ap0', epoch });
    });
    return complete(...list);
  }

  #lookAtAir(router: string, at: number, boot: number): Look {
    const seen = this.#onRouter(router).map(([key, { id, bytes, began }]): [string, Seen] => {
      const mac = key.split(' ')[1];
      const epoch = { boot: bootName(boot), instance: id, began, margin: 0 };
      return [key, { id, bytes, epoch, accounts: [`station ${mac}`, `device ${mac}`] }];
    });
    return {
      source: `air of ${router}`,
      name: 'test',
      at,
      tick: this.#tickAt(at),
      rules: { ...HOST_RULES, directions: 'together' },
      seen: new Map(seen),
    };
  }

  /** Notes what the last answers showed, once they are posted. */
  learn(): void {
    this.#knowledge.learn(this.#asked);
  }
}

const pairs = (ip: string, mac: string | null): [string, string][] => (mac === null ? [] : [[ip, mac]]);

const neighbour = (ip: string, mac: string): Neighbour => ({ ip, mac, interface: 'br-lan', state: 'REACHABLE' });

const bootName = (boot: number): string => `b007${String(boot).padStart(4, '0')}`;
