import { readFileSync } from 'node:fs';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { openDatabase } from '../../src/ledger/storage/driver/sqlite.ts';
import { schemas } from '../../src/views/openapi/schemas.ts';
import { hosts, openHome, type SmallHome, stations, wan } from '../support/homes/small-home.ts';
import { emptyLists, shapeSchema } from '../support/json-shapes.ts';
import { finish, output } from '../support/program/command.ts';
import { startTextRouter, type TextRouter } from '../support/routers/text-router.ts';
import { violations } from '../support/schema.ts';
import { type AccessServer, accessServer } from '../support/wireguard/access-server.ts';

const MAIN = join(import.meta.dirname, '../../dist/main.js');
const TV = '02:00:00:00:00:03';
const PHONE = '02:00:00:00:00:04';
const HUGE = '02:00:00:00:00:0b';

const page = readFileSync(join(import.meta.dirname, '../../docs/formats/json.md'), 'utf8');
/** Each command of the table with its shape. */
const rows = [...page.matchAll(/^\| (`.+?`) \| `(.+?)`/gm)].flatMap(([, commands = '', shape = '']) =>
  [...commands.matchAll(/`(.+?)`/g)].map(([, command = '']) => ({ command, shape })),
);

/** Command lines in the order of the table, as some need what an earlier one did. `--json` is added to all without `--format`. */
const LINES: Record<string, string> = {
  'print months --device': `print months --device ${TV}`,
  'print days --device': `print days --device ${TV}`,
  'import classic': 'import classic old --config routers.json --dry-run',
  'import vnstat': `import vnstat ${join(import.meta.dirname, '../fixtures/import/vnstat-1.18.json')} --router gateway --interface wan --dry-run`,
  'import nlbwmon': `import nlbwmon ${join(import.meta.dirname, '../fixtures/import/nlbw.json')} --dry-run`,
  'import users': `import users ${join(import.meta.dirname, '../fixtures/import/users.csv')}`,
  backup: 'backup mine.db',
  restore: 'restore mine.db',
  'bonus add': 'bonus add line 20GB',
  'bonus remove': 'bonus remove 1',
  'limit set': 'limit set others pause',
  'limit clear': 'limit clear others',
  forget: `forget ${TV}`,
  'token create': 'token create phone',
  'token revoke': 'token revoke phone',
  'peer revoke': 'peer revoke anna',
  'peer restore': 'peer restore anna',
  'peer delete': 'peer delete anna --yes',
};
/** Their lists need not all have items: the shape is compared in full with another command of the same row, or is one of words. */
const NOT_FULL = ['import vnstat', 'import nlbwmon', 'check', 'summary --format json', 'limit list'];

describe('docs/formats/json.md', () => {
  let home: SmallHome;
  let server: AccessServer;
  let service: TextRouter;
  before(async () => {
    service = await startTextRouter('{"status":"ok","problems":["wan of gateway not read for 20 min"]}');
    server = accessServer('file');
    home = await openHome({ routers: { gateway: [], vps: [] } });
    const now = Date.now();
    for (const [age, bytes] of [
      [7200, 1000],
      [3600, 5000],
      [1800, 2000],
    ] as const) {
      const counters = { download: bytes, upload: bytes };
      const counted = hosts([{ mac: TV, ip: '192.168.1.24', bytes: counters }]);
      const sources = { wan: wan([{ name: 'wan', bytes: counters }]), stations: stations([{ mac: TV, bytes: counters }]), hosts: counted };
      await home.read(now - age * 1000, { gateway: { sources } });
    }
    await home.ledger.close();
    await writeFile(
      join(home.directory, 'wrtmeter.yaml'),
      `listen: ${service.url.slice('http://'.length)}
data: .
timezone: UTC
control: true
quotas: { line: { of: home, limit: 1TB } }
routers:
  gateway: { url: http://127.0.0.1:1, limits: { ssh: root@127.0.0.1 } }
  vps:
    wireguard:
      interfaces: [wg0]
      config_file: ${join(server.root, 'etc/wireguard/%i.conf')}
peers: { anna: { public_key: ${server.anna} } }
`,
    );
    await writeClassic(home.directory, new Date(now - 60_000).toISOString().slice(0, 19).replace('T', ' '));
  });
  after(async () => {
    await service.close();
    server.remove();
    await rm(home.directory, { recursive: true });
  });

  it('has every command with --json, the summary and the export', async () => {
    const sections = (await output([process.execPath, MAIN, 'man'])).split('\n.SS wrtmeter ').slice(1);
    const able = sections.filter((text) => text.includes('\n.B \\-\\-json\n')).map((text) => /^[a-z ]*[a-z]/.exec(text)?.[0] ?? '');
    const documented = new Set(rows.map(({ command }) => command.replace(/ --.*/, '')));
    expect([...documented]).to.have.members([...able, 'summary', 'export']);
  });

  for (const { command, shape } of rows) {
    it(`${command}: ${shape}`, async () => {
      const line = LINES[command] ?? command;
      const words = [...line.split(' '), ...(line.includes('--format') ? [] : ['--json'])];
      const data = line.startsWith('check') ? ['--data', '.'] : [];
      const env = { ...process.env, PATH: `${server.bin}:${process.env.PATH}` };
      const { code, stdout, stderr } = await finish([process.execPath, MAIN, ...words, ...data], { cwd: home.directory, env });
      expect(code, stderr).to.equal(command === 'doctor' ? 1 : 0);
      const answer = JSON.parse(stdout);
      expect(violations(answer, shapeSchema(shape), schemas)).to.deep.equal([]);
      // The shapes of schemas are compared with full answers in the tests of the schemas.
      if (/^[{[]/.test(shape) && !NOT_FULL.includes(command)) expect(emptyLists(answer)).to.deep.equal([]);
      if (command === 'token create') expect(stderr).to.not.include(answer.token);
    });
  }
});

/** The databases of a classic collector, with something of each kind that is imported or left out. */
async function writeClassic(directory: string, time: string): Promise<void> {
  await mkdir(join(directory, 'old'));
  const scripts = { ap_stats: 'http://192.168.1.1/cgi-bin/totalwifi.cgi', wan_stats: 'http://192.168.1.1/cgi-bin/wan.cgi' };
  await writeFile(join(directory, 'routers.json'), JSON.stringify({ '192.168.1.1': scripts }));
  const stats = await openDatabase(join(directory, 'old/network_stats.db'), 'create');
  await stats.exec(`CREATE TABLE cumulative_stats(id TEXT PRIMARY KEY, rx_bytes INTEGER, tx_bytes INTEGER);
    CREATE TABLE monthly_stats(id TEXT PRIMARY KEY, rx_bytes INTEGER, tx_bytes INTEGER, timestamp TEXT);
    INSERT INTO monthly_stats VALUES ('${PHONE}', 1000, 2000, '${time}'), ('${HUGE}', 9000000000000000, 2, '${time}'), ('x', 1, 2, '${time}');
    INSERT INTO cumulative_stats VALUES ('${PHONE}', 500, 700);
    CREATE TABLE dhcp_leases(mac_address TEXT PRIMARY KEY, lease_end_time INTEGER, ip_address, hostname, client_id, timestamp TEXT);
    INSERT INTO dhcp_leases VALUES ('${PHONE}', 0, '192.168.1.25', 'phone', '*', '${time}')`);
  await stats.close();
}
