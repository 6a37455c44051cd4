import { NOTHING, plus, type Traffic } from '../../../src/domain/traffic.ts';

/** What machines have moved to and from the Internet, known because the test had them do it. Bytes of layer 3. */
export interface HostsTruth {
  moved(mac: string, ip: string, bytes: Traffic): void;
  /** The firewall's counters restarted at zero; what the devices have moved stays. */
  countersGone(): void;
  /** The counters of one address restarted. */
  ended(mac: string, ip: string): void;
  /** What the firewall's counters must show: sent by "MAC ADDRESS", received by address. */
  readonly sent: ReadonlyMap<string, number>;
  readonly received: ReadonlyMap<string, number>;
  /** By MAC. */
  readonly devices: ReadonlyMap<string, Traffic>;
}

export function createHostsTruth(): HostsTruth {
  const [sent, received] = [new Map<string, number>(), new Map<string, number>()];
  const devices = new Map<string, Traffic>();
  const add = (to: Map<string, number>, key: string, bytes: number) => {
    if (bytes > 0) to.set(key, (to.get(key) ?? 0) + bytes);
  };
  return {
    sent,
    received,
    devices,
    moved(mac, ip, bytes) {
      add(sent, `${mac} ${ip}`, bytes.upload);
      add(received, ip, bytes.download);
      devices.set(mac, plus(devices.get(mac) ?? NOTHING, bytes));
    },
    ended(mac, ip) {
      sent.delete(`${mac} ${ip}`);
      received.delete(ip);
    },
    countersGone() {
      sent.clear();
      received.clear();
    },
  };
}

/** The counters of hosts in an answer of wrtmeter.cgi. */
export interface HostFigures {
  /** What distinguishes one run of the counters from the next. */
  handle: string;
  networks: string[];
  sent: Map<string, number>;
  received: Map<string, number>;
  uncounted: { sent: number; received: number };
}

/** Reads them line by line, as docs/formats/wrtmeter-cgi.md has it. */
export function hostFigures(text: string): HostFigures {
  const block = /^begin hosts\n([\s\S]*?)^end hosts$/m.exec(text)?.[1];
  if (block === undefined) throw new Error(`The answer has no hosts: ${/^failed .*$/m.exec(text)?.[0] ?? text}`);
  const figures: HostFigures = {
    handle: '',
    networks: [],
    sent: new Map(),
    received: new Map(),
    uncounted: { sent: Number.NaN, received: Number.NaN },
  };
  for (const line of block.trimEnd().split('\n')) {
    const [word, ...fields] = line.split(' ');
    const [one = '', two = '', three = ''] = fields;
    if (word === 'counting') figures.handle = two;
    else if (word === 'network') figures.networks.push(`${one} ${two}`);
    else if (word === 'up') enter(figures.sent, `${one} ${two}`, Number(three));
    else if (word === 'down') enter(figures.received, one, Number(two));
    else if (word === 'uncounted') figures.uncounted = { received: Number(one), sent: Number(two) };
    else throw new Error(`Not a line of the hosts section: "${line}"`);
  }
  return figures;
}

function enter(counters: Map<string, number>, key: string, bytes: number): void {
  if (counters.has(key)) throw new Error(`Two counters for "${key}"`);
  counters.set(key, bytes);
}
