import type { CounterRules, Reading } from '../domain/counter.ts';
import type { HostCounter, Observation, Peer } from '../domain/observation.ts';
import type { AccountName } from './account.ts';

/** A reading and the accounts that its increase is posted to. */
export interface PostedReading extends Reading {
  accounts: AccountName[];
  /** An account that gets none of its bytes, because others feed it, and whose bearer it shows to be there. */
  shows?: AccountName;
}

export interface CounterAnswer {
  rules: CounterRules;
  /** What shows that somebody is there: that the counter stands in the answer, or that bytes have moved. A host's counter outlasts it by a day. */
  seenBy: 'counter' | 'bytes';
  readings: PostedReading[];
}

export interface PostingTerms {
  /** Which source device accounts are fed from. */
  deviceBytes: 'stations' | 'hosts' | 'nothing';
  /** The MAC that an address of the router's network belongs to, or null. */
  ownerOf: (ip: string) => string | null;
}

/** The counters of an observation, or null where it holds none. */
export function readingsOf(router: string, observation: Observation, terms: PostingTerms): CounterAnswer | null {
  switch (observation.source) {
    case 'stations':
      return {
        rules: observation.rules,
        seenBy: 'counter',
        readings: observation.stations.map(({ interface: name, mac, bytes, epoch, access }) => {
          const counter = name === null ? mac : `${name} ${mac}`;
          const station: AccountName = { kind: 'station', router, interface: '', key: mac };
          const device: AccountName = { kind: 'device', router: '', interface: '', key: mac };
          const reading = { counter, bytes, bits: 64 as const, epoch };
          if (!access) return { ...reading, accounts: [station] };
          return terms.deviceBytes === 'stations'
            ? { ...reading, accounts: [station, device] }
            : { ...reading, accounts: [station], shows: device };
        }),
      };
    case 'wan':
      return {
        rules: observation.rules,
        seenBy: 'counter',
        readings: observation.uplinks.flatMap(({ name, device, bytes, bits, epoch, overlay }) =>
          bytes === null
            ? []
            : [
                {
                  counter: uplinkCounter(name, device),
                  bytes,
                  bits,
                  epoch,
                  accounts: [{ kind: 'wan', router, interface: name, key: '', overlay }],
                },
              ],
        ),
      };
    case 'hosts':
      return { rules: observation.rules, seenBy: 'bytes', readings: observation.hosts.map((host) => hostReading(router, host, terms)) };
    case 'peers':
      return {
        rules: observation.rules,
        seenBy: 'counter',
        readings: observation.peers.flatMap((peer) => peerReading(router, peer) ?? []),
      };
    case 'leases':
    case 'neighbours':
      return null;
    default:
      return observation satisfies never;
  }
}

/** The name of an uplink's counter: on another layer-3 device it is another counter. */
export const uplinkCounter = (name: string, device: string | null): string => `${name} ${device ?? ''}`;

function hostReading(router: string, { counts, mac, ip, bytes, epoch }: HostCounter, terms: PostingTerms): PostedReading {
  const owner = mac ?? terms.ownerOf(ip);
  const accounts: AccountName[] = [{ kind: 'host', router, interface: '', key: owner ?? ip }];
  if (terms.deviceBytes === 'hosts') {
    accounts.push(
      owner === null ? { kind: 'address', router, interface: '', key: ip } : { kind: 'device', router: '', interface: '', key: owner },
    );
  }
  return { counter: hostCounter({ counts, mac, ip }), bytes, bits: 64, epoch, accounts };
}

/** The name of a host's counter. */
export function hostCounter({ counts, mac, ip }: Pick<HostCounter, 'counts' | 'mac' | 'ip'>): string {
  const at = mac === null ? ip : `${mac} ${ip}`;
  switch (counts) {
    case 'download':
      return `down ${at}`;
    case 'upload':
      return `up ${at}`;
    case 'both':
      return at;
    default:
      return counts satisfies never;
  }
}

function peerReading(router: string, { interface: name, publicKey, bytes, epoch }: Peer): PostedReading | null {
  if (bytes === null) return null;
  return { counter: `${name} ${publicKey}`, bytes, bits: 64, epoch, accounts: [{ kind: 'peer', router, interface: name, key: publicKey }] };
}
