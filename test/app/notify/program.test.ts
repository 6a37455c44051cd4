import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { type Exporter, startExporter } from '../../support/program/exporter.ts';
import { answerOf, startTextRouter, type TextRouter } from '../../support/routers/text-router.ts';

const SECRET = 'hunter2';

/** A webhook that writes down what it was sent, and answers as a test says. */
interface Hook {
  url: string;
  ids: string[];
  subjects: string[];
  answer: (response: http.ServerResponse) => void;
  close(): void;
}

async function startHook(): Promise<Hook> {
  const server = http.createServer(async (request, response) => {
    let text = '';
    for await (const chunk of request) text += chunk;
    hook.ids.push(String(request.headers['idempotency-key']));
    hook.subjects.push(...JSON.parse(text).notices.map(({ subject }: { subject: string }) => subject));
    hook.answer(response);
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const hook: Hook = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/${SECRET}`,
    ids: [],
    subjects: [],
    answer: (response) => response.end('ok'),
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
  return hook;
}

describe('notices of the program', () => {
  let directory: string;
  let router: TextRouter;
  let hook: Hook;
  let running: Exporter | null = null;
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'wrtmeter-notices-'));
    router = await startTextRouter('');
    hook = await startHook();
    offload(true);
    await writeFile(
      join(directory, 'wrtmeter.yaml'),
      `routers: { gateway: { url: ${router.url} } }\nheartbeat: 0\nnotify: { hook: { webhook: ${hook.url} } }\n`,
    );
  });
  afterEach(async () => {
    await running?.kill('SIGKILL');
    running = null;
    hook.close();
    await router.close();
    await rm(directory, { recursive: true });
  });

  /** What there is to tell from the first round on: that flow offloading is on. */
  const offload = (software: boolean) => {
    router.answer = answerOf({ time: Math.floor(Date.now() / 1000), offload: { software } });
  };
  async function start(): Promise<Exporter> {
    running = await startExporter({ args: ['--config', join(directory, 'wrtmeter.yaml')], dataDir: join(directory, 'data') });
    return running;
  }
  async function eventually(what: string, condition: () => boolean | Promise<boolean>): Promise<void> {
    const deadline = performance.now() + 15_000;
    while (!(await condition())) {
      if (performance.now() > deadline) throw new Error(`Not within 15 s: ${what}\n${running?.logs.join('\n')}`);
      await sleep(50);
    }
  }
  const figure = async (name: string) => (await running?.scrape())?.find((sample) => sample.name === `wrtmeter_${name}`);
  const noted = () => eventually('it is noted as sent', async () => (await figure('notices_pending'))?.value === 0);

  it('are sent once, also after kill -9, and counted', async () => {
    await (await start()).scrape();
    await eventually('the webhook is called', () => hook.ids.length === 1);
    await noted();
    expect(await figure('notices_total')).to.deep.include({ labels: { target: 'hook', kind: 'offload', result: 'sent' }, value: 1 });
    for (let i = 0; i < 2; i++) {
      await running?.kill('SIGKILL');
      await (await start()).scrape();
      await sleep(300);
    }
    expect(hook.subjects).to.deep.equal(['Flow offloading is on at gateway']);
  });

  it('are sent again under the same id after kill -9 before the answer', async () => {
    hook.answer = () => undefined;
    await (await start()).scrape();
    await eventually('the webhook is called', () => hook.ids.length === 1);
    await running?.kill('SIGKILL');
    hook.answer = (response) => response.end('ok');
    await start();
    // Nothing has to happen for that, not even a round.
    await eventually('the webhook is called again', () => hook.ids.length === 2);
    expect(new Set(hook.ids)).to.have.property('size', 1);
    await noted();
    await running?.kill('SIGKILL');
    await (await start()).scrape();
    await sleep(300);
    expect(hook.ids).to.have.length(2);
  });

  it('have the same id in the one case in which they can come twice: kill -9 between the answer and the note', async () => {
    for (let i = 0; i < 4; i++) {
      hook.answer = (response) => response.end('ok', () => setTimeout(() => void running?.kill('SIGKILL'), i));
      await (await start()).scrape().catch(() => undefined);
      await eventually('the program is killed', async () => (await running?.kill('SIGKILL')) !== undefined);
    }
    hook.answer = (response) => response.end('ok');
    await (await start()).scrape();
    await noted();
    expect(new Set(hook.ids)).to.have.property('size', 1);
    expect(new Set(hook.subjects)).to.have.property('size', 1);
  });

  it('delay no round and no end of the program while a target does not answer', async () => {
    hook.answer = () => undefined;
    await (await start()).scrape();
    await eventually('the webhook is called', () => hook.ids.length === 1);
    const began = performance.now();
    for (let i = 0; i < 3; i++) await running?.scrape();
    expect(performance.now() - began).to.be.lessThan(8000);
    expect(await running?.kill('SIGTERM')).to.deep.equal({ code: 0, signal: null });
    expect(performance.now() - began).to.be.lessThan(15_000);
  });

  it('are logged without the secret of their target where they fail', async () => {
    hook.answer = (response) => response.writeHead(403).end(`no ${SECRET}`);
    await (await start()).scrape();
    await eventually('it is logged', () => running?.logs.some((line) => line.includes('Cannot send')) ?? false);
    const { port } = new URL(hook.url);
    const log = running?.logs.join('\n');
    expect(log).to.include(`Cannot send 1 notice to \\"hook\\" (webhook at 127.0.0.1:${port}), tried again: status 403`);
    const metrics = await (await fetch(`${running?.url}/metrics`)).text();
    expect(metrics).to.match(/^wrtmeter_notices_total\{target="hook",kind="offload",result="failed"\} 1$/m);
    expect(metrics).to.match(/^wrtmeter_notices_pending\{target="hook"\} 1$/m);
    const kept = (await readFile(join(directory, 'data/ledger.db'))).toString('latin1');
    for (const text of [log, metrics, kept]) expect(text).to.not.include(SECRET);
  });
});
