import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { limitsScript } from '../../../src/control/script.ts';
import { makeToolbox, scripts, type Toolbox } from '../../support/routers/busybox.ts';

const head = ['wrtmeter-limits 1', 'expire 600'];

// What it does with a real nft is in test/lab/limits.
describe('limits.sh', () => {
  let folder: string;
  let toolbox: Toolbox;
  let noTools: Toolbox;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'wrtmeter-limits-'));
    const tool = (name: string, text: string) => writeFileSync(join(folder, name), `#!/bin/sh\n${text}\n`);
    tool('id', 'echo 0');
    tool('flock', ':');
    noTools = makeToolbox(folder);
    tool('nft', 'case $* in "list tables") ;; "list flowtables") cat "$STANDIN/flowtables" ;; *) exit 1 ;; esac');
    tool('uci', '[ "$3" = "firewall.@defaults[0].flow_offloading" ] && cat "$STANDIN/offload"');
    toolbox = makeToolbox(folder);
  });
  after(() => {
    for (const made of [toolbox, noTools]) made.remove();
    rmSync(folder, { recursive: true });
  });

  const give = (input: string, box = toolbox, more: Record<string, string> = {}, args = ['for-tests']): string => {
    const env = { PATH: '/nonexistent', WRTMETER_ROOT: folder, STANDIN: folder, ...more };
    const run = spawnSync(box.shell, [join(scripts, 'limits.sh'), ...args], { input, encoding: 'latin1', env });
    expect(run.stderr).to.equal('');
    return run.stdout;
  };
  const result = (lines: readonly string[], end = 'end\n') =>
    give([...lines, end].join('\n'))
      .trimEnd()
      .split('\n')
      .at(-1);
  const failed = (what: string) => `result failed input ${what}`;
  const count = (times: number, line: (i: number) => string) => Array.from({ length: times }, (_, i) => line(i));
  // Without a table of ours nft refuses what is asked here: then the input was right.
  const accepted = 'result failed apply nft refuses the table:';

  it('takes what the format allows', () => {
    for (const lines of [
      [],
      ['while-paused'],
      ['while-paused router dns'],
      ['limit a slow 1 -'],
      ['limit 0_z slow - 9999999999'],
      [
        'limit a pause',
        'ip a ::',
        'ip a fe80::1',
        'ip a 1:2:3:4:5:6:7:8',
        'ip a 255.255.255.255',
        'mac a ff:00:00:00:00:0a',
        'mac a ff:00:00:00:00:0a',
      ],
      [`limit ${'x'.repeat(32)} pause`],
      count(256, (i) => `limit a${i} pause`),
      ['limit a pause', ...count(4096, (i) => `ip a 10.0.${i >> 8}.${i & 255}`)],
    ])
      expect(result([...head, ...lines]), lines.slice(0, 3).join()).to.equal(
        lines.some((line) => line.startsWith('limit')) ? accepted : 'result ok unchanged',
      );
  });
  it('refuses everything else, and names the line', () => {
    const limit = 'a limit is "slow DOWN UP", in bytes a second or "-", or "pause"';
    const expire = 'expire is a number of seconds from 60 to 604800, given once';
    const address = 'it is not an IPv4 or IPv6 address';
    const mac = 'it is not a MAC such as 02:00:00:00:00:01';
    const member = 'a member is "mac ID MAC", "ip ID ADDRESS" or "ip ID ADDRESS INTERFACE"';
    const name = 'the name of a limit has 1 to 32 of the characters a-z, 0-9 and _';
    const plain = 'it is not plain text of at most 100 characters';
    for (const [line, why] of [
      ['limit a slow 0 1', limit],
      ['limit a slow 01 1', limit],
      ['limit a slow 1', limit],
      ['limit a slow - -', limit],
      ['limit a slow 1 1 1', limit],
      ['limit a slow 10000000000 1', limit],
      ['limit a slow -1 1', limit],
      ['limit a slow 1e3 1', limit],
      ['limit a pause 1', limit],
      ['limit a', limit],
      ['limit', name],
      ['limit A pause', name],
      ['limit a-b pause', name],
      [`limit ${'x'.repeat(33)} pause`, name],
      ['expire 600', expire],
      ['while-paused all', 'while-paused is followed by dns and router, or one of them, or nothing'],
      ['mac z 02:00:00:00:00:01', 'no limit of that name is above it'],
      ['ip z 10.0.0.1', 'no limit of that name is above it'],
      ['', 'it does not begin with expire, while-paused, limit, mac, ip or end'],
      ['limit  a pause', 'words are separated by one space'],
      ['limit a pause ', 'words are separated by one space'],
      [' limit a pause', 'words are separated by one space'],
      ['limit a pause\r', plain],
      ['limit a\tpause', plain],
      ['limit \xe4 pause', plain],
      ['\x01table', plain],
      ['limit a pause\0', plain],
      [`ip a ${'1'.repeat(100)}`, plain],
    ] as const)
      expect(result([...head, line]), JSON.stringify(line)).to.equal(failed(`Line 3: ${why}`));
    for (const [line, why] of [
      ['limit a pause', 'the limit a is given twice'],
      ...[
        '1.2.3',
        '1.2.3.4.5',
        '256.1.1.1',
        '01.1.1.1',
        '1.2.3.4/32',
        ':::',
        '1::2::3',
        '12345::',
        'g::',
        '::1.2.3.4',
        'fe80::1%eth0',
        '1:2:3:4:5:6:7',
        '-',
      ].map((text) => [`ip a ${text}`, address] as const),
      ...['02:00:00:00:00', '02:00:00:00:00:1', '02:00:00:00:00:0G', '02-00-00-00-00-01', '02:00:00:00:00:0A'].map(
        (text) => [`mac a ${text}`, mac] as const,
      ),
      ['mac a', member],
      ['mac a 02:00:00:00:00:01 br-lan', member],
      ['ip a 10.0.0.1 br-lan x', member],
      ...['}', '-br', '"br"', 'br$(reboot)', 'a234567890123456'].map(
        (text) => [`ip a 10.0.0.1 ${text}`, 'it is not an interface such as br-lan'] as const,
      ),
    ] as const)
      expect(result([...head, 'limit a pause', line]), line).to.equal(failed(`Line 4: ${why}`));
    expect(result(['wrtmeter-limits 2', 'expire 600'])).to.equal(failed('Line 1: it is not "wrtmeter-limits 1"'));
    for (const seconds of ['59', '604801', '060', '6e2', '-60', '', '600 1'])
      expect(result(['wrtmeter-limits 1', `expire ${seconds}`.trim()]), seconds).to.equal(failed(`Line 2: ${expire}`));
    expect(result(['wrtmeter-limits 1'])).to.equal(failed('Line 2: "expire" is missing'));
    expect(result([...head, 'end'], 'limit a pause\n')).to.equal(failed('Line 4: there is something after "end"'));
    expect(result([...head, ...count(257, (i) => `limit a${i} pause`)])).to.equal(failed('Line 259: there are more than 256 limits'));
    const many = count(4097, (i) => `ip a 10.0.${i >> 8}.${i & 255}`);
    expect(result([...head, 'limit a pause', ...many])).to.equal(failed('Line 4100: there are more than 4096 members'));
  });
  it('refuses what was cut short anywhere, and what is too long', () => {
    const whole = [...head, 'limit a pause', 'ip a 10.0.0.1', 'end'].join('\n');
    for (let bytes = 0; bytes < whole.length; bytes += 3)
      expect(give(whole.slice(0, bytes)), `${bytes} bytes`).to.match(/\nresult failed input Line \d+: [^\n]*\n$/);
    expect(give(`${whole}\n${'#'.repeat(600_000)}`)).to.match(/result failed input It is longer than 600,000 bytes\n$/);
  });
  it('refuses every limit where none could be kept, with the reason', () => {
    const wanted = [...head, 'limit a pause', 'limit b slow 1 1', 'ip b 10.0.0.1', 'end', ''].join('\n');
    const offload =
      'Flow offloading is on, which moves packets past every limit: switch it off (option flow_offloading in /etc/config/firewall)';
    const refused = (why: string) => `wrtmeter-limits 1\nfound 0\nlimit a refused ${why}\nlimit b refused ${why}\nresult ok unchanged\n`;
    const none = 'nft is not installed here, and limits need nftables (OpenWrt 22.03 or later has it)';
    expect(give(wanted, noTools)).to.equal(refused(none));
    writeFileSync(join(folder, 'offload'), '1\n');
    expect(give(wanted)).to.equal(refused(offload));
    writeFileSync(join(folder, 'offload'), '0\n');
    writeFileSync(join(folder, 'flowtables'), 'table inet fw4 {\n\tflowtable ft {\n\t}\n}\n');
    expect(give(wanted)).to.equal(refused(offload));
    rmSync(join(folder, 'flowtables'));
    expect(give([...head, 'end', ''].join('\n'), noTools), 'wanting none is no failure').to.equal(
      'wrtmeter-limits 1\nfound 0\nresult ok unchanged\n',
    );
  });
  it('looks neither at the command that was asked for nor at variables for tests, which a login may set', () => {
    const input = [...head, 'end', ''].join('\n');
    const answer = give(input);
    expect(give(input, toolbox, { SSH_ORIGINAL_COMMAND: 'reboot; echo $(id)' })).to.equal(answer);
    const hooks = { WRTMETER_STOP: 'check', WRTMETER_NETWORKS: 'lan=br-lan' };
    expect(give(input, toolbox, hooks)).to.equal('wrtmeter-limits 1\n');
    // Killed at once, if it took one; nothing beyond the check, which is of this machine.
    for (const args of [[], ['id'], ['-c', 'for-tests']])
      expect(give('no\n', toolbox, hooks, args), args.join()).to.equal(
        'wrtmeter-limits 1\nresult failed input Line 1: it is not "wrtmeter-limits 1"\n',
      );
  });
  describe('that is held up', () => {
    const lockPlace = () => join(folder, 'var/run/wrtmeter-limits');
    /** The processes that have the lock's folder open. */
    const holders = () =>
      readdirSync('/proc').filter((pid) => {
        try {
          return /^\d+$/.test(pid) && readdirSync(`/proc/${pid}/fd`).some((fd) => readlinkSync(`/proc/${pid}/fd/${fd}`) === lockPlace());
        } catch {
          return false;
        }
      });
    const start = (shell: readonly string[], tools: string, seconds: string) => {
      const [program = '', ...args] = [...shell, join(scripts, 'limits.sh'), 'for-tests'];
      const env = { PATH: `${tools}:/usr/bin:/bin`, WRTMETER_ROOT: folder, STANDIN: folder, WRTMETER_SECONDS: seconds };
      const run = spawn(program, args, { env, stdio: 'pipe' });
      let said = '';
      for (const stream of [run.stdout, run.stderr]) stream.setEncoding('utf8').on('data', (text: string) => (said += text));
      return { run, ended: once(run, 'close').then(() => said) };
    };
    const wanted = [...head, 'limit a pause', 'end', ''].join('\n');
    const shells = () => [[toolbox.shell], ['dash']];

    it('by its input gives up after a time, and changes nothing', async () => {
      for (const shell of shells()) {
        const { run, ended } = start(shell, toolbox.dir, '1');
        run.stdin.write(wanted.slice(0, -4));
        expect(await ended, shell.join()).to.equal('wrtmeter-limits 1\nresult failed input It did not come whole within 1 seconds\n');
        run.stdin.destroy();
      }
    });
    it('by a program that does not come to its end gives up too, and says which', async () => {
      const tools = join(folder, 'hung-nft');
      mkdirSync(tools);
      const hangs = 'case $* in "list tables" | "list flowtables") ;; *) exec sleep 30 ;; esac';
      writeFileSync(join(tools, 'nft'), `#!/bin/sh\n${hangs}\n`, { mode: 0o755 });
      for (const name of ['id', 'flock']) {
        cpSync(join(folder, name), join(tools, name));
        chmodSync(join(tools, name), 0o755);
      }
      const box = makeToolbox(tools);
      for (const shell of [[box.shell], ['dash']]) {
        const { run, ended } = start(shell, tools, '1');
        run.stdin.end(wanted);
        expect(await ended, shell.join()).to.equal('wrtmeter-limits 1\nresult failed read "nft list table" did not answer in time\n');
      }
      box.remove();
    });
    it('and is killed then leaves no lock behind: no program that it called has it', async () => {
      const tools = join(folder, 'hung-ubus');
      mkdirSync(tools);
      const tool = (name: string, text: string) => writeFileSync(join(tools, name), `#!/bin/sh\n${text}\n`, { mode: 0o755 });
      for (const name of ['id', 'nft']) cpSync(join(folder, name), join(tools, name));
      tool('flock', 'exec /usr/bin/flock "$@"');
      tool('uci', ':');
      tool('ubus', `echo $$ >"${folder}/hung"\nexec sleep 30`);
      mkdirSync(join(folder, 'etc/config'), { recursive: true });
      writeFileSync(join(folder, 'etc/config/network'), '');
      const box = makeToolbox(tools);
      const { run, ended } = start([box.shell], box.dir, '20');
      run.stdin.end(wanted);
      while (!existsSync(join(folder, 'hung'))) await sleep(20);
      const held = holders();
      expect(held).to.have.lengthOf(1);
      expect(existsSync(`/proc/${readFileSync(join(folder, 'hung'), 'utf8').trim()}`), 'it hangs').to.equal(true);
      for (const pid of held) process.kill(Number(pid), 'SIGKILL');
      // The kernel takes a moment; what hangs would hold it for half a minute.
      for (let tries = 0; holders().length > 0 && tries < 250; tries += 1) await sleep(20);
      expect(holders()).to.deep.equal([]);
      run.kill('SIGKILL');
      await ended;
      box.remove();
      rmSync(join(folder, 'etc'), { recursive: true });
    });
  });
  it('runs from standard input of a shell, with what is wanted behind it, and does nothing where that was cut off', () => {
    chmodSync(folder, 0o755);
    const text = limitsScript([...head, 'limit a pause', 'end', ''].join('\n'));
    for (const shell of [
      ['dash', '-s'],
      ['busybox', 'sh', '-s'],
      ['bash', '-s'],
    ]) {
      const [program = '', ...args] = [...shell, 'for-tests'];
      const run = (input: string) =>
        spawnSync(program, args, {
          input,
          encoding: 'utf8',
          env: { PATH: `${noTools.dir}:/usr/bin:/bin`, WRTMETER_ROOT: folder, STANDIN: folder },
        }).stdout;
      expect(run(text), program).to.match(/^wrtmeter-limits 1\n[\s\S]*result /);
      for (const missing of [10, 30, 45, 60, 100, 1000, 9000])
        expect(run(text.slice(0, -missing)), `${program} without ${missing}`).to.not.contain('result ok');
    }
  });
});
