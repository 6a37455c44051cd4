import { EventEmitter } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import pino from 'pino';
import { readFile } from '../../src/app/read-file.ts';
import { runService } from '../../src/app/run-service.ts';
import { type LoadedConfig, loadConfig } from '../../src/config/load.ts';
import { ConfigError } from '../../src/errors.ts';
import { soon } from '../support/web/soon.ts';

describe('the service', () => {
  let directory: string;
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'wrtmeter-service-'));
  });
  afterEach(() => rm(directory, { recursive: true }));

  /** Runs until `SIGTERM`, and answers what it logged. `load` reads the configuration again. */
  async function run(
    load: (read: () => Promise<LoadedConfig>) => Promise<LoadedConfig>,
    signal: (signals: EventEmitter, url: string) => Promise<void>,
  ) {
    const logs: string[] = [];
    const log = pino({ level: 'debug' }, { write: (line: string) => void logs.push(line) });
    const signals = new EventEmitter();
    const cli = { routers: ['http://127.0.0.1:9'], data: join(directory, 'data'), listen: '127.0.0.1:0' };
    const read = () => loadConfig({ env: {}, cwd: directory, readFile, systemTimezone: 'UTC', cli });
    const { config } = await read();
    const listening = new EventEmitter();
    const io = {
      clock: { now: () => Date.now(), tick: () => performance.now() },
      version: '0',
      signals,
      stdout: { write: (line: string) => listening.emit('ready', line.trim().replace('listening on ', '')) },
    };
    const ready = new Promise<string>((resolve) => listening.once('ready', resolve));
    const ended = runService(config, log, io, () => load(read));
    await signal(signals, await ready);
    await ended;
    return { logs, signals };
  }

  const problems = (logs: readonly string[]) => logs.filter((line) => /"level":(40|50|60)|stays in use|Configuration reloaded/.test(line));

  it('a SIGHUP while it shuts down, or after, reloads nothing and logs no error', async () => {
    for (const load of [
      (read: () => Promise<LoadedConfig>) => read(),
      async () => {
        throw new ConfigError(['it is wrong by now']);
      },
    ]) {
      const { logs, signals } = await run(load, async (all) => {
        all.emit('SIGTERM');
        all.emit('SIGHUP');
        await Promise.resolve();
        all.emit('SIGHUP');
      });
      signals.emit('SIGHUP');
      await new Promise((resolve) => setTimeout(resolve, 50));
      expect(problems(logs)).to.deep.equal([]);
    }
  });

  it('reloads go one after the other, so that the last one read is the last one used', async () => {
    const [order, running] = [[] as string[], { now: 0, most: 0 }];
    const { logs } = await run(
      async (read) => {
        const name = ['slow', 'quick'][order.length] ?? 'more';
        order.push(name);
        running.now += 1;
        running.most = Math.max(running.most, running.now);
        if (name === 'slow') await new Promise((resolve) => setTimeout(resolve, 200));
        running.now -= 1;
        return read();
      },
      async (all) => {
        all.emit('SIGHUP');
        all.emit('SIGHUP');
        await new Promise((resolve) => setTimeout(resolve, 600));
        all.emit('SIGTERM');
      },
    );
    expect([order, running.most]).to.deep.equal([['slow', 'quick'], 1]);
    expect(logs.filter((line) => line.includes('Configuration reloaded'))).to.have.length(2);
  });

  it('another data directory changes only with a restart: each reload says so, and tokens are asked for in the one that is used', async () => {
    const { logs } = await run(
      async (read) => {
        const { config, warnings } = await read();
        return { config: { ...config, control: true, data: join(directory, 'other') }, warnings };
      },
      async (all) => {
        for (let reloads = 0; reloads < 2; reloads++) {
          all.emit('SIGHUP');
          await new Promise((resolve) => setTimeout(resolve, 200));
        }
        all.emit('SIGTERM');
      },
    );
    const count = (words: string) => logs.filter((line) => line.includes(words)).length;
    expect(count('listen, data and ledger.driver change only with a restart')).to.equal(2);
    expect(count(`--scope control --data ${join(directory, 'data')}`)).to.equal(2);
  });

  it('a reload applies `log.level`, and `reload` itself', async () => {
    const changes = [
      { reload: true, level: 'warn' as const },
      { reload: false, level: 'info' as const },
    ];
    const statuses: number[] = [];
    const { logs } = await run(
      async (read) => {
        const { config, warnings } = await read();
        const { reload = false, level = 'info' } = changes.shift() ?? {};
        return { config: { ...config, reload, log: { ...config.log, level } }, warnings };
      },
      async (all, url) => {
        const ask = async () => (await fetch(`${url}/-/reload`, { method: 'POST' })).status;
        statuses.push(await ask());
        all.emit('SIGHUP');
        await soon(() => changes.length === 1);
        // A request that comes too early is refused as before.
        while (statuses.at(-1) === 403 && statuses.length < 200) statuses.push(await ask());
        statuses.push(await ask());
        all.emit('SIGTERM');
      },
    );
    expect(statuses.filter((status) => status !== 403)).to.deep.equal([200]);
    expect([statuses[0], statuses.at(-1)]).to.deep.equal([403, 403]);
    // The first reload left only warnings to be logged, the second one information again.
    expect(logs.filter((line) => line.includes('Configuration reloaded'))).to.have.length(1);
  });

  it('a reload that is under way when it shuts down ends quietly', async () => {
    for (const fails of [false, true]) {
      const { logs } = await run(
        async (read) => {
          await new Promise((resolve) => setTimeout(resolve, 100));
          if (fails) throw new ConfigError(['it is wrong by now']);
          return read();
        },
        async (all) => {
          all.emit('SIGHUP');
          await new Promise((resolve) => setTimeout(resolve, 20));
          all.emit('SIGTERM');
        },
      );
      expect(problems(logs)).to.deep.equal([]);
    }
  });
});
