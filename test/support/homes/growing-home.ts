import { createPeople } from '../../../src/domain/people/people.ts';
import type { Tariff } from '../../../src/domain/people/tariffs.ts';
import { plainUser } from '../../../src/domain/people/user.ts';
import type { Listening } from '../../../src/http/server.ts';
import type { LimitsStatus } from '../../../src/views/limits-status.ts';
import { createMetrics } from '../../../src/views/metrics/metrics.ts';
import { processMetrics } from '../../../src/views/metrics/program/process.ts';
import { quota } from '../ledger/quota-view.ts';
import { depsOf, serveApp } from '../web/web.ts';
import { peer, peers } from '../wireguard/peers.ts';
import { type Answers, hosts, leases, openHome, stations, system, wan } from './small-home.ts';

const MACS = ['00:00:5e:00:53:01', '00:00:5e:00:53:02', '00:00:5e:00:53:03'];

const PEOPLE = createPeople({ users: [{ ...plainUser('anna'), macs: MACS.slice(0, 2) }], devices: [], peers: [] });
const LINE = quota('line', { kind: 'home' }, 1e12, { steps: [{ share: 0.5, actions: [] }] });
const NIGHT: Tariff = { name: 'off_peak', windows: [{ days: [0, 1, 2, 3, 4, 5, 6], from: 0, to: 14 }], counts: 0 };

/** A device that is slowed down, with what that has held back so far. */
const limitsOf = (dropped: number): LimitsStatus => {
  const slowed = { thing: { of: 'device', id: MACS[0] ?? '' }, reason: 'hand' } as const;
  const limit = { ...slowed, effect: { kind: 'slow', download: 125_000, upload: 12_500 }, state: 'active', why: null } as const;
  const gateway = { router: 'gateway', limits: [limit], dropped: [{ ...slowed, download: dropped, upload: dropped / 10 }] };
  return { hand: [], decided: [], routers: [{ ...gateway, askedAt: 1, failure: null, left: 0, notes: [] }] };
};

export interface GrowingHome {
  /** HOST:PORT */
  target: string;
  /** Reads routers whose every counter has grown by the same. */
  step(): Promise<void>;
  /** Stops the meter, not the home. */
  stop(): Promise<void>;
  close(): Promise<void>;
}

/**
 * A meter behind HTTP, with two routers, three devices and two peers whose names, MACs and keys are the same in every such home; only
 * their bytes (`pace` each step) and the names of the devices differ. The second device is at the other access point from the third reading on.
 */
export async function growingHome(name: string, pace: number, startedAt: number): Promise<GrowingHome> {
  const home = await openHome({
    routers: { gateway: [], attic: [] },
    accounting: 'hosts',
    startedAt,
    people: PEOPLE,
    terms: { quotas: [LINE], tariffs: [NIGHT] },
  });
  const own = processMetrics();
  const metrics = createMetrics();
  let steps = 0;

  function answers(): Answers {
    const bytes = (share: number) => ({ download: pace * steps * share, upload: pace * steps });
    const station = (index: number) => ({ mac: MACS[index] ?? '', bytes: bytes(index + 1), signal: -50 - 15 * index });
    const moved = steps > 2;
    const about = system({ bootId: name, uptime: 1_648_813 + steps, time: Math.round(Date.now() / 1000) });
    return {
      gateway: {
        system: about,
        sources: {
          stations: stations((moved ? [0] : [0, 1]).map(station)),
          wan: wan([
            { name: 'wan', bytes: bytes(10) },
            { name: 'wwan', bytes: bytes(2), device: 'wwan0' },
          ]),
          leases: leases(MACS.map((mac, index) => ({ mac, hostname: `${name}-${index}`, ip: `192.168.1.${10 + index}` }))),
          neighbours: { source: 'neighbours', neighbours: [] },
          hosts: hosts(MACS.map((mac, index) => ({ mac, ip: `192.168.1.${10 + index}`, bytes: bytes(index + 1) }))),
          peers: peers([1, 2].map((last) => peer(last, { latestHandshake: Math.floor(Date.now() / 1000), bytes: bytes(last) }))),
        },
      },
      attic: {
        system: { ...about, bootId: `${name} attic` },
        sources: {
          stations: stations((moved ? [1, 2] : [2]).map(station)),
          wan: { reason: 'connect', message: 'Cannot connect' },
          leases: leases([]),
          neighbours: { source: 'neighbours', neighbours: [] },
        },
      },
    };
  }

  const step = async () => {
    await home.read(Date.now(), answers());
    steps += 1;
  };
  await step();
  const view = () => home.view(Date.now(), { limits: limitsOf(pace * steps) });
  const deps = depsOf(home, view, { scrape: async () => metrics.render(view(), await own.metrics()) });
  const server: Listening = await serveApp(deps);
  let stopped: Promise<void> | undefined;
  const stop = () => {
    stopped ??= server.close();
    return stopped;
  };
  return {
    target: new URL(server.url).host,
    step,
    stop,
    close: async () => {
      await stop();
      await home.close();
    },
  };
}
