import { expect } from 'chai';
import { readFile } from '../../../src/app/read-file.ts';
import { check } from '../../../src/commands/check/check.ts';
import type { CliOptions } from '../../../src/config/input.ts';
import { describeDriver, loadDriver } from '../../../src/ledger/storage/driver/choose.ts';
import { FIXTURES } from '../../config/support.ts';

async function run(options: CliOptions, env: Record<string, string> = {}, cwd = `${FIXTURES}/good`) {
  const output = { stdout: '', stderr: '' };
  const into = (name: keyof typeof output) => ({ write: (text: string) => (output[name] += text) });
  const io = { env, cwd, readFile, systemTimezone: 'Asia/Tokyo', stdout: into('stdout'), stderr: into('stderr') };
  return { code: await check(options, io), ...output };
}

const driver = async () => describeDriver(await loadDriver());

describe('wrtmeter check', () => {
  it('shows the effective configuration on one screen, without secrets', async () => {
    const result = await run({ config: 'full.yaml' }, { CELLAR_TOKEN: 'from-outside' });
    expect(result).to.include({ code: 0, stderr: '' });
    expect(result.stdout).to.equal(`\
configuration    full.yaml
listen           127.0.0.1:9781
data             /var/lib/wrtmeter
time zone        Europe/Berlin
billing day      31
accounting       hosts
heartbeat        10m
timeout          20s
min interval     5s
live             every 3s, posted every 30s
hourly figures   kept 90d
expire           1w
reload           by SIGHUP and POST /-/reload
reading          with a token
control          over HTTP, with a token of scope control
units            decimal, as providers count
log level        debug
devices          2 named, of 1 user, 1 private
tariff off_peak  00:00-07:00 on mon, tue, wed, thu, fri; counts 0
quota line       1 TB per month for the home; what is left rolls over; bought 20 GB for 2026-11-01; 75 %: notify; 100 %: notify
limits           end 1h after the last request; what is paused still reaches nothing
limit lunch      user anna paused; always
peers            2 named
csv              the older logger's files in /var/lib/wrtmeter/csv, a line every 10m, kept 1d
users            anna (Anna B.); 2 MACs; host names anna-*, *-of-anna; 1 peer; hourly figures kept 1w
                 guests; networks guest; SSIDs Guest, Our Home; private

router gateway
  everything  http://192.168.1.1/cgi-bin/wrtmeter.cgi
  limits      over ssh root@192.168.1.1
  with a token; at most 300 Mbit/s; billing day 15; 32-bit counters

router attic
  stations    https://192.168.1.2/cgi-bin/totalwifi.cgi
  wan         -
  leases      -
  user monitor with a password; trusts only its own certificate authority; at most 2.5 Gbit/s; was 192.168.1.2, Roof

router cellar
  everything  https://192.168.1.3:8443/stats/wrtmeter
  user root with a password; any certificate is accepted; at most 2.5 Gbit/s

router 6
  everything  http://[fd00::6]/cgi-bin/wrtmeter.cgi
  with a token; at most 2.5 Gbit/s

router vpn
  wireguard   ssh root@vpn.example.net port 2222; container amnezia-awg; with sudo; with awg; awg0, wg1; /opt/amnezia/awg/%i.conf
  at most 2.5 Gbit/s

router here
  wireguard   this machine; all interfaces
  at most 2.5 Gbit/s

configuration is valid
ledger driver: ${await driver()}
`);
    expect(result.stdout).to.not.match(/hunter2|pass word|00123|from-outside/);
  });

  it('says that no router is configured', async () => {
    const { code, stdout } = await run({}, {}, FIXTURES);
    expect(code).to.equal(0);
    expect(stdout).to.include('configuration   none; only defaults, variables and options\nlisten          0.0.0.0:9780\n');
    expect(stdout).to.include('router 192.168.1.1 (none is configured, so the usual address is tried)\n');
  });

  it('exit code 2 and one line per error on standard error', async () => {
    expect(await run({ config: '../bad/router-name-twice.yaml', listen: 'x' })).to.deep.equal({
      code: 2,
      stdout: '',
      stderr:
        '--listen: "x" is not an address and port; use for example 0.0.0.0:9780, [::]:9780 or 127.0.0.1:9780\n' +
        '../bad/router-name-twice.yaml:3: routers.Gateway: "Gateway" and "gateway" are the same name; give each router its own (on the command line NAME=URL)\n',
    });
  });

  it('shows warnings beside a valid configuration', async () => {
    const { code, stderr, stdout } = await run({ config: 'routers.json' }, { WRTMETER_LISTN: '1' });
    expect(code).to.equal(0);
    expect(stderr).to.equal(
      'warning: routers.json:15: ["192.168.1.4"]: has no URL, so this router is skipped\n' +
        'warning: WRTMETER_LISTN: unknown variable, ignored; did you mean "WRTMETER_LISTEN"?\n',
    );
    expect(stdout.endsWith(`\nconfiguration is valid\nledger driver: ${await driver()}\n`)).to.equal(true);
  });
});
