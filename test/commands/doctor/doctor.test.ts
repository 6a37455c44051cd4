import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { readFile } from '../../../src/app/read-file.ts';
import { type DoctorOptions, doctor } from '../../../src/commands/doctor/doctor.ts';
import { ledgerFindings } from '../../../src/commands/doctor/ledger.ts';
import { routerFindings } from '../../../src/commands/doctor/routers.ts';
import { takeSurvey } from '../../../src/commands/doctor/survey.ts';
import { type Finding, GRADES } from '../../../src/domain/finding.ts';
import type { Observation } from '../../../src/domain/observation.ts';
import type { Traffic } from '../../../src/domain/traffic.ts';
import { startDemo } from '../../../src/simulator/demo.ts';
import { configOf } from '../../config/support.ts';
import { hosts, leases, openHome, type SmallHome, system, wan } from '../../support/homes/small-home.ts';
import { type AnswerParts, answerOf, startTextRouter, type TextRouter } from '../../support/routers/text-router.ts';
import { depsOf, serveApp } from '../../support/web/web.ts';

const NOW = Date.UTC(2026, 10, 20, 18);
const DAY = 86_400_000;
const GIB = 1024 ** 3;
const PC = '00:00:5e:00:53:01';
const IP = '192.168.1.10';
/** A closed port. */
const DEAD = 'http://127.0.0.1:9';
const COUNTING = ['counting nftables 12 -', 'network lan br-lan', `up ${PC} ${IP} 10`, `down ${IP} 100`, 'uncounted 0 0'];

describe('wrtmeter doctor', () => {
  let home: SmallHome;
  let routers: TextRouter[];
  beforeEach(async () => {
    home = await openHome({ routers: { gateway: [], attic: [] }, accounting: 'hosts' });
    routers = [];
  });
  afterEach(async () => {
    for (const router of routers) await router.close();
    await home.close();
  });

  const answerWith = (parts: Partial<AnswerParts> = {}) => answerOf({ time: NOW / 1000, ...parts });
  /** Starts a router and returns its command-line argument. */
  async function router(answer: TextRouter['answer'], name = 'gateway'): Promise<string> {
    const started = await startTextRouter(answer);
    routers.push(started);
    return `${name}=${started.url}`;
  }
  async function run(args: string[], options: DoctorOptions = {}, now = NOW, env: NodeJS.ProcessEnv = {}) {
    const out = { stdout: '', stderr: '' };
    const write = (stream: keyof typeof out) => ({
      write: (text: string) => {
        out[stream] += text;
      },
    });
    const io = { env, cwd: home.directory, readFile, systemTimezone: 'Europe/Berlin', version: '0.1.0' };
    const clock = { now: () => now, tick: () => now };
    // Nothing listens on that port, so no service answers.
    const cli = { data: 'none', listen: '127.0.0.1:9', ...(args.length > 0 && { routers: args }), ...options };
    const code = await doctor(cli, { ...io, clock, stdout: write('stdout'), stderr: write('stderr') });
    return { code, ...out };
  }
  async function findings(args: string[], options: DoctorOptions = {}, now = NOW): Promise<Finding[]> {
    const { stdout } = await run(args, { json: true, ...options }, now);
    return (JSON.parse(stdout) as { findings: Finding[] }).findings.filter(({ kind }) => kind !== 'no_ledger');
  }
  const kinds = (all: readonly Finding[]) => all.map(({ grade, kind }) => `${grade} ${kind}`);
  async function found(args: string[], kind: string, options: DoctorOptions = {}): Promise<Finding> {
    const all = await findings(args, options);
    return all.find((each) => each.kind === kind) ?? expect.fail(`no ${kind}, but ${kinds(all).join(', ')}`);
  }

  /** Posts two readings of the gateway, one an hour ago and one just now. */
  async function count(uplink: Traffic, host: Traffic, by: readonly string[] = ['gateway']): Promise<void> {
    for (const [at, factor] of [
      [NOW - 3_600_000, 0],
      [NOW - 10_000, 1],
    ] as const) {
      const times = ({ download, upload }: Traffic) => ({ download: download * factor, upload: upload * factor });
      const sources: { wan: Observation; hosts: Observation } = {
        wan: wan([{ name: 'wan', bytes: times(uplink) }]),
        hosts: hosts([{ mac: PC, ip: IP, bytes: times(host) }]),
      };
      const answer = { system: system({ time: at / 1000, uptime: at / 1000 }), sources };
      await home.read(at, Object.fromEntries(by.map((name) => [name, answer])));
    }
  }

  it('without problems: two lines, and exit code 0', async () => {
    await count({ download: 2 * GIB, upload: GIB }, { download: 2 * GIB - 30_000_000, upload: GIB - 20_000_000 });
    const { code, stdout, stderr } = await run([await router(answerWith({ sections: { hosts: COUNTING } }))], { data: '.' });
    expect([code, stderr]).to.deep.equal([0, '']);
    expect(stdout).to.equal(
      `1 router answered in 0 ms; ledger "${home.directory}" since 2026-11-20, last posting 10 s ago\n\nNo problems found\n`,
    );
  });

  it('two addresses of one router are counted twice, which the configuration does not show', async () => {
    const args = [await router(answerWith()), await router(answerWith(), 'garden')];
    expect((await found(args, 'same_box')).what).to.equal(
      'gateway and garden are the same router under two addresses, so all its bytes are counted twice',
    );
  });

  it('prints problems and what to do in one line each, the worst first, and exits with 1', async () => {
    const { code, stdout } = await run([
      await router(answerWith({ offload: { software: true }, sections: { hosts: COUNTING } })),
      `attic=${DEAD}`,
      await router(answerWith({ bootId: '00000000-0000-4000-8000-000000000001', script: null, sections: { wan: [] } }), 'garden'),
    ]);
    expect(code).to.equal(1);
    expect(stdout).to.equal(`\
2 of 3 routers answered in 0 ms

failing  attic: cannot be reached: could not connect (ECONNREFUSED)
         Check that the router is on, and check its address in the configuration.

wrong    gateway: software flow offloading is on: most packets bypass the host counters, so host figures are far too low
         Turn it off on the router if its CPU is fast enough without it: uci set firewall.@defaults[0].flow_offloading=0; uci commit firewall; service firewall restart. Or install nlbwmon there, which counts offloaded flows too.

advice   No ledger found in "none", so only the routers were checked
         Start wrtmeter once, or set its data directory with --data.

advice   garden: the installed scripts (no version) are older than this program (0.1.0)
         Run "openwrt-cgi/install.sh root@127.0.0.1" to update them; settings are kept.

2 problems, 2 suggestions
`);
  });

  it('advice alone is not a problem', async () => {
    const { code, stdout } = await run([await router(answerWith({ script: '0.0.9', sections: { hosts: COUNTING } }))]);
    expect([code, stdout.trimEnd().split('\n').at(-1)]).to.deep.equal([0, 'No problems, 2 suggestions']);
  });

  it('a bad configuration exits with 2 and its messages', async () => {
    expect(await run([], { listen: 'x' })).to.deep.equal({
      code: 2,
      stdout: '',
      stderr: '--listen: "x" is not an address and port; use for example 0.0.0.0:9780, [::]:9780 or 127.0.0.1:9780\n',
    });
  });

  it('--json prints the same for programs', async () => {
    const { code, stdout } = await run([`attic=${DEAD}`], { json: true });
    const answer = JSON.parse(stdout);
    expect(code).to.equal(1);
    expect(answer).to.deep.include({
      at: '2026-11-20T18:00:00Z',
      version: '0.1.0',
      routers: [{ name: 'attic', up: false, script: null }],
      ledger: null,
      verdict: '1 problem, 1 suggestion',
    });
    expect(answer.findings[0]).to.deep.equal({
      grade: 'failing',
      kind: 'source_connect',
      router: 'attic',
      what: 'cannot be reached: could not connect (ECONNREFUSED)',
      todo: 'Check that the router is on, and check its address in the configuration.',
    });
  });

  it('changes nothing, neither in the ledger nor in a directory without one', async () => {
    await count({ download: 2 * GIB, upload: GIB }, { download: GIB, upload: GIB });
    const tables = ['account', 'baseline', 'reader', 'hour', 'day', 'audit', 'device', 'lease', 'meta'];
    const all = () => Promise.all(tables.map((table) => home.ledger.store.all(`SELECT * FROM ${table}`)));
    const before = await all();
    await run([await router(answerWith({ sections: { hosts: COUNTING } }))], { data: '.' });
    expect(await all()).to.deep.equal(before);
    await run([`attic=${DEAD}`], { data: 'nowhere' });
    expect(await readFile(join(home.directory, 'nowhere'), 1).catch(({ code }) => code)).to.equal('ENOENT');
  });

  describe('routers', () => {
    it('each failure has its reason and what to do', async () => {
      expect(await found([await router(401)], 'source_auth')).to.include({ grade: 'failing', router: 'gateway' });
      expect((await found([await router(404)], 'source_status')).todo).to.include('scripts are installed');
      expect((await found([await router('<html>hello</html>\n')], 'source_parse')).what).to.include('not an answer of wrtmeter.cgi');
      expect((await found([await router(answerWith().replace('end wrtmeter\n', ''))], 'source_truncated')).what).to.match(
        /^the answer was cut short: /,
      );
    });

    it('what to do is about what happened, not about others of the same reason', async () => {
      const todo = async (status: number, text: string, reason = 'source_status') =>
        (await found([await router({ status, text })], reason)).todo;
      const rejected = 'Forbidden Rejected request from RFC1918 IP to public server address';
      expect(await todo(403, rejected, 'source_auth'))
        .to.match(/rfc1918_filter/)
        .and.not.match(/token|password/);
      expect(await todo(403, "You don't have permission", 'source_auth'))
        .to.match(/chmod 755/)
        .and.not.match(/token|password/);
      for (const status of [502, 504])
        expect(await todo(status, 'Bad Gateway'))
          .to.match(/script_timeout/)
          .and.not.match(/address/);
      expect(await todo(500, 'Cannot read /etc/config/wrtmeter'))
        .to.match(/^Do what the answer says/)
        .and.not.match(/address/);
      expect(await todo(500, '')).to.match(/^Run the script on the router/);
      expect(await todo(404, '')).to.match(/scripts are installed/);
      expect(await todo(200, 'wrtmeter 2\nend wrtmeter\n', 'source_parse')).to.match(/^Update wrtmeter/);
    });

    it('a section that the router could not read shows what is missing there, and how to install it', async () => {
      const reason = 'iw is not installed; install it with "opkg install iw" or "apk add iw"';
      const args = [await router(answerWith({ sections: { stations: reason, hosts: COUNTING } }))];
      expect(await found(args, 'section_failed')).to.include({
        what: 'cannot read its stations: iw is not installed',
        todo: 'On the router: install it with "opkg install iw" or "apk add iw".',
      });
      expect(kinds(await findings(args))).to.deep.equal(['failing section_failed']);
      const silent = answerWith({ sections: { hosts: COUNTING, peers: '' } });
      expect(await found([await router(silent)], 'section_failed')).to.include({
        what: 'cannot read its peers: it does not say why',
        todo: 'Run /www/cgi-bin/wrtmeter.cgi on the router to see why.',
      });
    });

    it('a clock that is more than a minute off, and one that was never set', async () => {
      const clock = async (seconds: number) =>
        findings([await router(answerWith({ time: NOW / 1000 + seconds, sections: { hosts: COUNTING } }))]);
      expect(kinds(await clock(59))).to.deep.equal([]);
      expect((await clock(-61))[0]).to.include({ kind: 'router_clock', what: "its clock is 61 s behind this machine's" });
      expect((await clock(7300))[0]?.what).to.equal("its clock is 2 h ahead of this machine's");
      expect((await clock(-NOW / 1000 + 100))[0]?.what).to.equal('its clock has not been set since boot');
    });

    it('skipped lines are reported', async () => {
      const sections = { hosts: COUNTING, leases: ['lease 1 nonsense', 'lease x', 'lease 0 02:00:00:00:00:01 192.168.1.2 a *'] };
      expect((await found([await router(answerWith({ sections }))], 'skipped_lines')).what).to.equal(
        'lines of its answer make no sense and were skipped: 2 of leases (not a lease or a name: "1 nonsense"; not a lease or a name: "x")',
      );
    });

    it('Rule: isolation: a counter that makes no sense is named', async () => {
      const sections = { hosts: COUNTING, wan: ['uplink wan up eth1 5 dhcp 163000000000000000 100', 'uplink wanb up eth2 6 dhcp 1 2'] };
      expect((await found([await router(answerWith({ sections }))], 'skipped_lines')).what).to.equal(
        'lines of its answer make no sense and were skipped: 1 of wan (uplink "wan": rx bytes is not a byte counter: "163000000000000000")',
      );
    });

    it('old scripts of the same version are one finding; current and later ones are none', async () => {
      const version = async (script: string | null, name: string) =>
        router(answerWith({ bootId: `${name}0000000-0000`, script, sections: { wan: [] } }), name);
      const args = [
        await version('0.0.9', 'a'),
        await version('0.0.9', 'b'),
        await version(null, 'c'),
        await version('0.1.0', 'd'),
        await version('0.10', 'e'),
      ];
      expect((await findings(args)).map(({ what }) => what)).to.deep.equal([
        'a, b: the installed scripts (0.0.9) are older than this program (0.1.0)',
        'c: the installed scripts (no version) are older than this program (0.1.0)',
      ]);
    });

    it('classic scripts, and routers that anyone can read', async () => {
      const [stations = ''] = (await router('02:00:00:00:00:01 5 6\n')).split('=').slice(1);
      const text = `routers:\n  old: { urls: { stations: ${stations} } }\n`;
      await writeFile(join(home.directory, 'wrtmeter.yaml'), text);
      expect(kinds(await findings([], { config: 'wrtmeter.yaml' }))).to.deep.equal(['advice classic_scripts']);
    });

    it('if none is configured and none answers, it says how to start', async () => {
      const seen = await looked([`attic=${DEAD}`]);
      const [finding] = routerFindings({ ...seen, config: { ...seen.config, implied: true } });
      expect(finding).to.include({ kind: 'no_router', what: 'No router is configured, and none answers at http://127.0.0.1:9' });
    });

    it('if none is configured and a web server without the scripts answers, it says that, and not that none answers', async () => {
      const seen = await looked([await router(404)]);
      const [finding, ...others] = routerFindings({ ...seen, config: { ...seen.config, implied: true } });
      expect(finding).to.include({
        kind: 'source_status',
        what: 'answered with an error: status 404: a web server answers there, but it has no such script; is it installed?',
      });
      expect(others.map(({ kind }) => kind)).to.not.include('no_router');
    });

    it('text from a hostile router cannot control the terminal', async () => {
      const { stdout } = await run([await router(answerWith({ sections: { stations: 'red \u001b[31m text\u202e; do \u0007 this' } }))]);
      expect(stdout)
        .to.match(/red .*text/)
        .and.not.match(/[^\n\P{C}]/u);
    });
  });

  describe('hosts', () => {
    it('offloading: wrong if hosts are counted, but not with nlbwmon; hardware offloading can hide more', async () => {
      const offload = async (kind: 'software' | 'hardware', hosts: readonly string[] | null) =>
        kinds(await findings([await router(answerWith({ offload: { [kind]: true }, sections: { hosts, wan: [] } }))]));
      const nlbwmon = ['counting nlbwmon 2026-11-01 5', `both ${PC} ${IP} 5 5`, 'uncounted - -'];
      expect(await offload('software', COUNTING)).to.deep.equal(['wrong software_offload']);
      expect(await offload('hardware', COUNTING)).to.deep.equal(['wrong hardware_offload']);
      expect(await offload('software', nlbwmon)).to.deep.equal([]);
      expect(await offload('hardware', nlbwmon)).to.deep.equal([]);
      expect(await offload('software', null)).to.deep.equal([]);
      expect(await offload('hardware', null)).to.deep.equal(['advice hardware_offload']);
    });

    it('sets that were full', async () => {
      const uncounted = (bytes: number) => [...COUNTING.slice(0, -2), `down ${IP} 10737418240`, `uncounted ${bytes} 0`];
      expect(
        kinds(await findings([await router(answerWith({ sections: { hosts: uncounted(50 * 1024 ** 2) } }))])),
        'half a per cent',
      ).to.deep.equal([]);
      const full = uncounted(5 * GIB);
      expect(await found([await router(answerWith({ sections: { hosts: full } }))], 'overflow')).to.include({
        grade: 'wrong',
        what: 'no room for some addresses: 5.00 GiB down not counted since counting began',
      });
    });

    it('a gateway that could count them and does not; an access point has no such finding', async () => {
      const args = [await router(answerWith()), await router(answerWith({ sections: { wan: ['uplink wan down - - dhcp - -'] } }), 'attic')];
      expect(await found(args, 'hosts_off')).to.include({
        grade: 'advice',
        router: 'gateway',
        todo: 'Run "openwrt-cgi/install.sh --hosts root@127.0.0.1" to count them.',
      });
      expect((await findings(args)).filter(({ kind }) => kind === 'hosts_off')).to.have.length(1);
      await count({ download: 5, upload: 5 }, { download: 5, upload: 5 });
      expect(await found(args, 'hosts_off', { data: '.' })).to.include({ grade: 'wrong' });
    });

    it('accounting that does not match the sources', async () => {
      const config = async (accounting: string, args: string[]) => {
        const lines = args.map((arg) => `  ${arg.replace('=', ': { url: ')} }\n`).join('');
        await writeFile(join(home.directory, 'wrtmeter.yaml'), `accounting: ${accounting}\nrouters:\n${lines}`);
        return kinds(await findings([], { config: 'wrtmeter.yaml' })).filter((kind) => kind.endsWith(' accounting'));
      };
      const counting = await router(answerWith({ sections: { hosts: COUNTING } }));
      const silent = await router(answerWith({ sections: { wan: [] } }), 'attic');
      expect(await config('hosts', [silent])).to.deep.equal(['failing accounting']);
      expect(await config('hosts', [counting, silent])).to.deep.equal([]);
      expect(await config('hosts', [silent, `garden=${DEAD}`]), 'the dead one may be it').to.deep.equal([]);
      expect(await config('auto', [silent])).to.deep.equal([]);
      expect(await config('stations', [counting])).to.deep.equal(['advice accounting']);
      expect(await config('stations', [silent])).to.deep.equal([]);
    });

    it('accounting: auto, after a gateway has counted and none does now', async () => {
      await home.ledger.setTerms({ ...home.terms, accounting: 'auto' }, NOW);
      await count({ download: 5, upload: 5 }, { download: 5, upload: 5 });
      const finding = await found([await router(answerWith())], 'accounting', { data: '.' });
      expect(finding.what).to.equal(
        'No router counts hosts any longer, but device bytes come from hosts since one did: device figures do not grow',
      );
    });

    it('two routers that count the same hosts', async () => {
      const args = [
        await router(answerWith({ sections: { hosts: COUNTING } })),
        await router(answerWith({ sections: { hosts: COUNTING } }), 'attic'),
      ];
      expect(kinds(await findings(args, { data: '.' })), 'nothing is known yet').to.not.include('wrong counted_twice');
      await count({ download: 5, upload: 5 }, { download: 5, upload: 5 }, ['gateway', 'attic']);
      expect((await found(args, 'counted_twice', { data: '.' })).what).to.equal(
        `gateway and attic both count ${PC}, so their figures are doubled`,
      );
      expect(kinds(await findings(args.slice(0, 1), { data: '.' })), 'one of them no longer counts').to.not.include('wrong counted_twice');
    });

    it('what belongs to no host, over 15 %, with the likely reasons', async () => {
      const share = async (host: number, more: Partial<AnswerParts> = {}) => {
        await count({ download: 10 * GIB, upload: GIB }, { download: host, upload: GIB });
        return findings([await router(answerWith({ sections: { hosts: COUNTING }, ...more }))], { data: '.' });
      };
      const all = await share(7 * GIB, { offload: { software: true } });
      const finding = all.find(({ kind }) => kind === 'unattributed') ?? expect.fail('none');
      expect(finding.what).to.equal('27 % of what the uplink carried this month belongs to no host (3.00 GiB down)');
      expect(finding.todo).to.equal('Likely: Software flow offloading is on: most packets of long connections bypass the host counters.');
    });

    it('up to 15 % can be the router itself and headers', async () => {
      await count({ download: 10 * GIB, upload: GIB }, { download: 8.5 * GIB, upload: GIB });
      const args = [await router(answerWith({ sections: { hosts: COUNTING } }))];
      expect(kinds(await findings(args, { data: '.' }))).to.deep.equal([]);
    });

    it('hosts that have more than the uplink', async () => {
      await count({ download: 10 * GIB, upload: GIB }, { download: 12 * GIB, upload: GIB });
      const finding = await found([await router(answerWith({ sections: { hosts: COUNTING } }))], 'hosts_exceed', { data: '.' });
      expect(finding.what).to.equal('15 % of what hosts moved this month did not cross the uplink');
    });

    it('swapped directions, of hosts and of an uplink', async () => {
      await count({ download: 10 * GIB, upload: GIB }, { download: GIB, upload: 10 * GIB });
      const args = [await router(answerWith({ sections: { hosts: COUNTING } }))];
      expect(kinds(await findings(args, { data: '.' })))
        .to.include('wrong hosts_direction')
        .and.not.include('wrong uplink_direction');
      expect((await found(args, 'hosts_direction', { data: '.' })).what).to.equal(
        'hosts upload what the uplink downloads (hosts 1.00 GiB down and 10.0 GiB up, uplink 10.0 GiB down and 1.00 GiB up)',
      );
    });

    it('figures in the configured units', async () => {
      await count({ download: 10 * GIB, upload: 6 * GIB }, { download: 7 * GIB, upload: 40 * GIB });
      const full = [...COUNTING.slice(0, -1), `uncounted ${5 * GIB} 0`];
      const args = [await router(answerWith({ sections: { hosts: full } }))];
      const { stdout } = await run(args, { data: '.' }, NOW, { WRTMETER_UNITS: 'si' });
      expect(stdout)
        .to.include('no room for some addresses: 5.37 GB down')
        .and.match(/Likely: [^;]*5\.37 GB down/)
        .and.not.match(/[KMG]iB/);
    });

    it('an uplink that sends five times what it receives', async () => {
      await count({ download: GIB, upload: 6 * GIB }, { download: GIB, upload: 6 * GIB });
      const args = [await router(answerWith({ sections: { hosts: COUNTING } }))];
      expect(kinds(await findings(args, { data: '.' }))).to.deep.equal(['wrong uplink_direction']);
    });
  });

  describe('ledger', () => {
    const well = async () => [await router(answerWith({ sections: { hosts: COUNTING } }))];

    it('nothing was posted for a long time', async () => {
      await count({ download: 5, upload: 5 }, { download: 5, upload: 5 });
      const finding = (await findings(await well(), { data: '.' }, NOW + 3_600_000)).find(({ kind }) => kind === 'silence');
      expect(finding).to.include({ grade: 'failing', what: 'Nothing was posted for 60 min' });
      expect(finding?.todo).to.match(/^No wrtmeter answers at the configured address: start it/);
    });

    it('problems of the running service, if it writes this ledger', async () => {
      await count({ download: 5, upload: 5 }, { download: 5, upload: 5 });
      const problems = ['The last round could not be written: disk is full'];
      const server = await serveApp(depsOf(home, () => home.view(NOW), { health: () => ({ healthy: true, problems }) }));
      try {
        const listen = server.url.replace('http://', '');
        expect(await found(await well(), 'service', { data: '.', listen })).to.include({ grade: 'failing', what: problems[0] });
        expect(kinds(await findings(await well(), { listen }))).to.deep.equal([]);
      } finally {
        await server.close();
      }
    });

    it('another server at that address is ignored', async () => {
      await count({ download: 5, upload: 5 }, { download: 5, upload: 5 });
      const [, url = ''] = (await router('{"problems":"all"}')).split('=http://');
      expect(kinds(await findings(await well(), { data: '.', listen: url }))).to.deep.equal([]);
    });

    it('a clock before the last posting, or before 2025', async () => {
      await count({ download: 5, upload: 5 }, { download: 5, upload: 5 });
      expect((await findings([`x=${DEAD}`], { data: '.' }, NOW - DAY)).find(({ kind }) => kind === 'clock')?.what).to.equal(
        'Nothing is posted while the clock says 2026-11-19T18:00:00Z, which is before the last posting at 2026-11-20T17:59:50Z',
      );
      expect(kinds(await findings([`x=${DEAD}`], {}, 9000))).to.include('failing clock');
    });

    it('a file that is not a ledger', async () => {
      await mkdir(join(home.directory, 'broken'));
      await writeFile(join(home.directory, 'broken', 'ledger.db'), 'this is not a database, and it is long enough to be checked');
      const finding = await found(await well(), 'ledger', { data: 'broken' });
      expect(finding).to.include({ grade: 'failing' });
      expect(finding.what).to.include(join(home.directory, 'broken', 'ledger.db'));
    });

    it('no backup, an old one, a disk with little room', async () => {
      await home.read(NOW - 5 * DAY, { gateway: { sources: { wan: wan([{ name: 'wan', bytes: { download: 0, upload: 0 } }]) } } });
      await home.read(NOW, { gateway: { sources: { wan: wan([{ name: 'wan', bytes: { download: 5, upload: 0 } }]) } } });
      const seen = await looked(await well(), '.');
      const { ledger } = seen;
      if (ledger === null) return expect.fail('no ledger');
      const whats = (changes: Partial<typeof ledger>) =>
        ledgerFindings({ ...seen, ledger: { ...ledger, ...changes } }).map(({ what }) => what);
      expect(whats({})).to.deep.equal(['The ledger has no backup']);
      const backup = (day: number) => ({ path: '', name: '', day: Math.floor(NOW / DAY) - day });
      expect(whats({ backups: [backup(1)] })).to.deep.equal([]);
      expect(whats({ backups: [backup(3), backup(4)] })).to.deep.equal(['The newest backup of the ledger is 3 days old']);
      expect(whats({ backups: [backup(0)], free: 1024 ** 2 })).to.deep.equal([`The disk of "${home.directory}" has 1.00 MiB left`]);
      const decimal = { ...seen, config: { ...seen.config, units: 'si' as const } };
      const [left] = ledgerFindings({ ...decimal, ledger: { ...ledger, backups: [backup(0)], free: 1024 ** 2 } });
      expect(left?.what).to.match(/ has 1\.05 MB left$/);
      expect(whats({ backups: [backup(0)], free: null })).to.deep.equal([]);
    });

    it('MACs that may be one device', async () => {
      const cable = '00:00:5e:00:53:02';
      const both = (bytes: Traffic) => hosts([PC, cable].map((mac, i) => ({ mac, ip: `192.168.1.${i + 10}`, bytes })));
      for (const n of [1, 2]) await home.read(NOW - 20_000 + n, { gateway: { sources: { hosts: both({ download: n, upload: n }) } } });
      const lease = (mac: string, iaid: number) => ({
        mac,
        ip: `192.168.1.1${iaid}`,
        hostname: 'laptop',
        clientId: `ff0000000${iaid}0004${'ab'.repeat(16)}`,
      });
      await home.read(NOW - 10_000, { gateway: { sources: { leases: leases([lease(PC, 0), lease(cable, 1)]) } } });
      expect((await found(await well(), 'device_suggestions', { data: '.' })).what).to.equal('Several MACs may be one device: laptop');
    });
  });

  async function looked(args: string[], data = 'none') {
    const config = await configOf({
      cli: { routers: args, data, listen: '127.0.0.1:9' },
      cwd: home.directory,
      systemTimezone: 'Europe/Berlin',
    });
    return takeSurvey(config, { cwd: home.directory, clock: { now: () => NOW, tick: () => NOW }, version: '0.1.0' });
  }

  it('finds nothing in the demo', async () => {
    const demo = await startDemo({ now: () => Date.now() });
    try {
      const args = demo.routers.map(({ name, url }) => `${name}=${url}`);
      expect(await findings(args, {}, Date.now())).to.deep.equal([]);
    } finally {
      await demo.close();
    }
  });

  it('has three grades', () => expect(GRADES).to.deep.equal(['failing', 'wrong', 'advice']));
});
