import { rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { download, drip, FAR_END, startFarEnd, upload } from '../../support/lab/clients.ts';
import { createGauge, type Gauge, MEASURED, type Measured, near, SETTLED } from '../../support/lab/limits/limits.ts';
import { createWireguardWorld, type WireguardWorld } from '../../support/lab/wireguard.ts';
import { ip } from '../../support/lab/world.ts';
import { finish, output } from '../../support/program/command.ts';
import { type Exporter, startExporter } from '../../support/program/exporter.ts';
import { startSshd } from '../../support/routers/sshd.ts';
import { ask } from '../../support/web/web.ts';

const MAIN = join(import.meta.dirname, '../../../dist/main.js');
const KB = 1000;

// The whole program; a server that has only its peers and a login, over a real sshd; an Internet behind it.
describe('limits of the peers of a WireGuard server', function () {
  // A busy machine may offer less for a while than a limit lets through.
  this.retries(2);
  let world: WireguardWorld;
  let exporter: Exporter;
  let gauge: Gauge;
  let token: string;
  let anna: Measured;
  let bert: Measured;

  before(async () => {
    world = await createWireguardWorld(['anna', 'bert']);
    const { lab, server } = world;
    await world.up();
    const internet = await lab.namespace('wan');
    await server.run('sysctl', '-qw', 'net.ipv4.ip_forward=1');
    await ip(`${lab.id}-server`, `link add wan type veth peer name far netns ${internet}`);
    await ip(`${lab.id}-server`, 'addr add 198.51.100.2/24 dev wan');
    await ip(`${lab.id}-server`, 'link set wan up');
    await ip(internet, `addr add ${FAR_END.v4}/24 dev far`);
    await ip(internet, 'link set far up gso_max_segs 1');
    await ip(internet, 'route add 10.7.0.0/24 via 198.51.100.2');
    for (const { host } of world.peers) {
      const [key = ''] = (await host.run('wg', 'show', 'wg0', 'peers')).trim().split('\n');
      await host.run('wg', 'set', 'wg0', 'peer', key, 'allowed-ips', '10.7.0.0/24,198.51.100.0/24');
      await host.run('ip', 'route', 'add', '198.51.100.0/24', 'dev', 'wg0');
    }
    await startFarEnd(lab, internet);
    [anna, bert] = [{ client: { namespace: `${lab.id}-anna` } }, { client: { namespace: `${lab.id}-bert` } }];
    gauge = await createGauge(internet, [anna, bert]);

    const sshd = await startSshd([`ForceCommand ${server.enter.join(' ')} sh -c "$SSH_ORIGINAL_COMMAND"`]);
    lab.defer(() => sshd.close());
    // The place of the script's lock: the server has all files of this machine but those of WireGuard.
    lab.defer(async () => rmdirSync('/run/wrtmeter-limits'));
    const { host, port, keyFile, knownHostsFile } = sshd.terms;
    const login = `ssh: root@${host}, port: ${port}, key_file: ${keyFile}, known_hosts_file: ${knownHostsFile}`;
    const config = join(lab.folder, 'wrtmeter.yaml');
    writeFileSync(config, `control: true\nheartbeat: 0\nrouters: { vpn: { wireguard: { ${login} }, limits: wireguard } }\n`);
    const dataDir = join(lab.folder, 'data');
    exporter = await startExporter({ args: ['--config', config], dataDir });
    lab.defer(async () => void (await exporter.kill()));
    token = (await output([process.execPath, MAIN, 'token', 'create', 'phone', '--scope', 'control', '--data', dataDir])).trim();
    await exporter.scrape();
  });
  after('nothing is left over', () => world?.lab.close());

  async function call(method: string, query: Record<string, string>, number = '') {
    const url = `${exporter.url}/api/v1/limits${number}?${new URLSearchParams(query)}`;
    const { status, text } = await ask(url, { method, headers: { 'X-Api-Token': token } });
    expect(status, text).to.be.oneOf([200, 201]);
    return JSON.parse(text);
  }
  const table = async () => (await finish([...world.server.enter, 'nft', 'list', 'table', 'inet', 'wrtmeter_limits'])).stdout;
  const stands = (what: string, isSo: (table: string) => boolean) => world.lab.until(what, async () => isSo(await table()));
  /** Over HTTP, which is done at once. */
  async function limit(action: Record<string, string>): Promise<void> {
    await call('POST', { of: 'peer anna', ...action });
    await stands('the server limits anna', (text) => text.includes('10.7.0.2'));
  }
  async function clear(): Promise<void> {
    const { hand } = (await exporter.api('/api/v1/limits')) as { hand: { number: number }[] };
    for (const { number } of hand) await call('DELETE', {}, `/${number}`);
    await stands('the server limits nobody', (text) => text === '');
  }
  afterEach('free again', clear);
  const pings = async (peer: 'anna' | 'bert', to: string) =>
    (await finish(['ip', 'netns', 'exec', `${world.lab.id}-${peer}`, 'busybox', 'ping', '-q', '-c', '1', '-W', '1', to])).code === 0;

  it('slow holds the downloads of one peer to its rate, another keeps its own, and when it is cleared all of it arrives', async () => {
    const moving = [anna, bert].map(({ client }) => drip(client, 10 * KB, 700, 20));
    const of = { anna: () => gauge.received(anna), bert: () => gauge.received(bert) };
    await sleep(500);
    const free = await gauge.rates(2, of);
    await limit({ action: 'slow', down: '1Mbit' });
    await sleep(SETTLED * 1000);
    const slowed = await gauge.rates(MEASURED, of);
    await clear();
    const moved = await Promise.all(moving);
    near(slowed.anna, 125 * KB);
    expect(free.anna, 'what was offered').to.be.above(250 * KB);
    expect(slowed.bert / free.bert, 'the other one, compared with before').to.be.within(0.8, 1.25);
    expect(moved).to.deep.equal([7000 * KB, 7000 * KB]);
  });

  it('slow holds the uploads of one peer to their rate while another one downloads as before', async () => {
    const rest = drip(bert.client, 10 * KB, 700, 20);
    await sleep(500);
    const free = await gauge.rates(1.5, { bert: () => gauge.received(bert) });
    await limit({ action: 'slow', up: '1600kbit' });
    const moving = upload(anna.client, 4000 * KB);
    await sleep(SETTLED * 1000);
    const slowed = await gauge.rates(MEASURED, { sent: gauge.sent, bert: () => gauge.received(bert) });
    await clear();
    const moved = await Promise.all([moving, rest]);
    // Acknowledgements of the other one's download are among it.
    near(slowed.sent, 200 * KB + 0.03 * slowed.bert);
    expect(slowed.bert / free.bert).to.be.within(0.8, 1.25);
    expect(moved).to.deep.equal([4000 * KB, 7000 * KB]);
  });

  it('pause shuts one peer out, from the Internet and from other peers, but for the server itself; and clear lets it in', async () => {
    expect(await pings('anna', FAR_END.v4)).to.equal(true);
    await limit({ action: 'pause' });
    const reached = async () => [
      await pings('anna', FAR_END.v4),
      await pings('anna', '10.7.0.3'),
      await pings('anna', '10.7.0.1'),
      await pings('bert', FAR_END.v4),
    ];
    expect(await reached()).to.deep.equal([false, false, true, true]);
    await clear();
    expect(await reached()).to.deep.equal([true, true, true, true]);
    expect(await download(anna.client, 500 * KB)).to.equal(500 * KB);
  });

  it('each of them is in the audit', async () => {
    const told = async () => {
      const { rows } = (await exporter.api('/api/v1/audit?kind=limit')) as { rows: Record<'router' | 'what' | 'why', string>[] };
      return rows.map(({ router, what, why }) => `${router}: ${what}: ${why}`).reverse();
    };
    await world.lab.until('the last row is there', async () => (await told()).at(-1)?.includes('Free again') ?? false);
    const peer = `peer ${world.peers[0]?.publicKey}`;
    const by = 'by token "phone" over HTTP';
    expect((await told()).slice(-4)).to.deep.equal([
      `null: ${peer}: Paused ${by}`,
      `vpn: ${peer}: Paused ${by}`,
      `null: ${peer}: Cleared ${by}`,
      `vpn: ${peer}: Free again`,
    ]);
  });
});
