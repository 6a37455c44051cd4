import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pino from 'pino';
import { termsOf } from '../../../../src/app/from-config.ts';
import { createService, type Service, type ServiceParts } from '../../../../src/app/service.ts';
import type { Config } from '../../../../src/config/config.ts';
import { openLedger } from '../../../../src/ledger/ledger.ts';
import { type AuditRecord, readAudit } from '../../../../src/ledger/storage/read-audit.ts';
import { openStore, openStoreToRead } from '../../../../src/ledger/storage/store.ts';
import { configOf, withText } from '../../../config/support.ts';
import { joined } from '../../metrics-text.ts';
import { TestClock } from './routers.ts';

/** The real service on routers whose world the test moves, with a clock of its own. */
export interface Driven {
  clock: TestClock;
  service: Service;
  /** Everything that it logged. */
  logs: string[];
  /** Passes time, and reads all routers. */
  scrape(seconds?: number): Promise<string>;
  audit(): Promise<AuditRecord[]>;
  reconfigure(yaml: string): Promise<void>;
  restart(): Promise<void>;
  close(): Promise<void>;
}

export async function drive(yaml: string, more: Pick<ServiceParts, 'limitsChannel'> = {}): Promise<Driven> {
  const directory = await mkdtemp(join(tmpdir(), 'wrtmeter-tplink-'));
  const clock = new TestClock();
  const logs: string[] = [];
  const log = pino({ level: 'info' }, { write: (line: string) => void logs.push(line) });
  const read = async (text: string): Promise<Config> => ({ ...(await configOf(withText(text))), data: directory, heartbeat: 0 });
  let config = await read(yaml);
  const start = async () => {
    const ledger = await openLedger(await openStore(directory), termsOf(config), clock.now());
    return createService({ config, ledger, reading: await openStoreToRead(directory), log, clock, version: '0', ...more });
  };
  const stop = async (service: Service) => {
    await service.drain();
    await service.close();
  };
  let service = await start();
  return {
    clock,
    logs,
    get service() {
      return service;
    },
    async scrape(seconds = 15) {
      clock.ms += seconds * 1000;
      return joined(await service.scrape(null));
    },
    audit: () => readAudit(service.ledger.store, {}, 10_000),
    async reconfigure(text) {
      config = await read(text);
      await service.reconfigure(config);
    },
    async restart() {
      await stop(service);
      service = await start();
    },
    async close() {
      await stop(service);
      await rm(directory, { recursive: true });
    },
  };
}

/** The value of a series of one device; 0 where there is none. */
export function seriesValue(text: string, name: string, mac: string): number {
  const [, value = '0'] = new RegExp(`^wrtmeter_${name}\\{mac="${mac}"[^}]*\\} (\\S+)$`, 'm').exec(text) ?? [];
  return Number(value);
}
