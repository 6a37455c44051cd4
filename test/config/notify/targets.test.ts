import { expect } from 'chai';
import { NOTICE_KINDS } from '../../../src/domain/people/notice.ts';
import { configOf, errorsOf, filesOf, load, withText } from '../support.ts';

const SECRETS = {
  '/etc/wrtmeter/token': 'tk_hunter2\n',
  '/etc/wrtmeter/hook': 'https://hooks.example.net/hunter2\n',
  '/etc/wrtmeter/bot': '123:hunter2\n',
  '/etc/wrtmeter/password': 'hunter2\n',
};
const withFiles = (text: string) => withText('', { readFile: filesOf({ ...SECRETS, '/etc/wrtmeter/wrtmeter.yaml': text }) });
const TLS = { ca: null, insecure: false };

describe('targets in the configuration', () => {
  it('are read with their secrets from files', async () => {
    const { targets } = await configOf(
      withFiles(`
notify:
  hook: { webhook_file: hook, kinds: [trouble, device] }
  phone: { ntfy: https://ntfy.example.net/home, token_file: token, quiet: 22:00-07:00, priority: 4, title: Cabin }
  chat: { telegram: { chat: -100123, token_file: bot } }
  post: { mail: { to: [anna@example.net, Ben <ben@example.net>], from: home@example.net, smtp: smtp://mail.example.net, username: home, password_file: password } }
notices: { off: [summary, trouble] }
`),
    );
    const usual = { kinds: NOTICE_KINDS.filter((kind) => kind !== 'summary' && kind !== 'trouble'), quiet: null, title: null };
    expect(targets).to.deep.equal([
      {
        ...usual,
        name: 'hook',
        kinds: ['device'],
        service: { kind: 'webhook', url: 'https://hooks.example.net/hunter2', credentials: { kind: 'none' }, tls: TLS },
      },
      {
        ...usual,
        name: 'phone',
        quiet: { from: 1320, to: 420 },
        title: 'Cabin',
        service: {
          ...{ kind: 'ntfy', url: 'https://ntfy.example.net/home', priority: 4 },
          ...{ credentials: { kind: 'bearer', token: 'tk_hunter2' }, tls: TLS },
        },
      },
      {
        ...usual,
        name: 'chat',
        service: { kind: 'telegram', url: 'https://api.telegram.org', chat: '-100123', token: '123:hunter2', tls: TLS },
      },
      {
        ...usual,
        name: 'post',
        service: {
          ...{ kind: 'mail', to: ['anna@example.net', 'Ben <ben@example.net>'], from: 'home@example.net' },
          ...{ host: 'mail.example.net', port: 587, secure: false, login: { username: 'home', password: 'hunter2' }, tls: TLS },
        },
      },
    ]);
  });

  it('that are wrong get a line each, without a secret', async () => {
    const cases: [string, string][] = [
      ['{}', ': has no service; use one of webhook, ntfy, telegram or mail'],
      [
        '{ webhook: "https://h.net/hunter2", ntfy: "https://n.net/t" }',
        '.ntfy: cannot be used together with another service; make two targets of them',
      ],
      ['{ webhook: "hunter2" }', '.webhook: the value is not an http or https URL; use for example https://notify.example.net/home'],
      ['{ ntfy: "https://n.net/" }', '.ntfy: the value has no topic; use for example https://ntfy.example.net/home'],
      ['{ webhook: "https://h.net", priority: 3 }', '.priority: applies only to ntfy; remove it'],
      ['{ ntfy: "https://n.net/t", priority: 9 }', '.priority: "9" is not a priority of ntfy; use a number from 1 (lowest) to 5 (highest)'],
      ['{ ntfy: "https://n.net/t", quiet: all day }', '.quiet: "all day" is not a time of day; use for example 22:00-07:00'],
      [
        '{ ntfy: "https://n.net/t", quiet: 00:00-24:00 }',
        '.quiet: "00:00-24:00" leaves no time to send anything; use for example 22:00-07:00, or remove the target',
      ],
      ['{ telegram: { chat: 5 } }', ': has no telegram.token_file; set the file with the token of your bot'],
      ['{ telegram: { chat: anna, token: "1:hunter2" } }', '.telegram.chat: "anna" is not a chat; use its number, or @name for a channel'],
      [
        '{ telegram: { chat: 5, token: hunter2 } }',
        '.telegram.token: the value is not the token of a bot; use the one that @BotFather gave you, such as 123456:ABC-DEF',
      ],
      [
        '{ telegram: { chat: 5, token_file: nowhere } }',
        '.telegram.token_file: cannot read the file named here: no such file or directory',
      ],
      ['{ telegram: { chat: 5, token: "1:a" }, token: hunter2 }', '.token: belongs below telegram; move it there'],
      ['{ mail: { to: a@b.c, from: x@y.z } }', ': has no mail.smtp; set it'],
      ['{ mail: { to: anna, from: x@y.z, smtp: "smtp://m" } }', '.mail.to: "anna" is not a mail address; use for example anna@example.net'],
      [
        '{ mail: { to: a@b.c, from: x@y.z, smtp: "smtp://u:hunter2@m" } }',
        '.mail.smtp: "…@m" contains a user name; use username and password_file instead',
      ],
      [
        '{ mail: { to: a@b.c, from: x@y.z, smtp: "https://m" } }',
        '.mail.smtp: "https://m" is not a mail server; use for example smtps://mail.example.net or smtp://mail.example.net:587',
      ],
      [
        '{ mail: { to: a@b.c, from: x@y.z, smtp: "smtp://m", username: u } }',
        '.mail.username: is set without a password; set that too, or a file that has it',
      ],
      [
        '{ ntfy: "https://n.net/t", kinds: [] }',
        '.kinds: names no kind, so nothing would be sent; name some, or remove the line to send all',
      ],
      [
        '{ ntfy: "https://n.net/t", kinds: [divice] }',
        '.kinds[0]: "divice" is not a valid value; use quota, forecast, device, presence, silent, offload, trouble or summary',
      ],
    ];
    for (const [target, message] of cases) {
      const errors = await errorsOf(withFiles(`notify:\n  phone: ${target}\n`));
      expect(errors, target).to.deep.equal([`wrtmeter.yaml:2: notify.phone${message}`]);
      expect(errors.join('\n')).to.not.include('hunter2');
    }
  });

  it('have names of their own', async () => {
    const [error] = await errorsOf(withFiles('notify:\n  a: { ntfy: "https://n.net/t" }\n  A: { ntfy: "https://n.net/t" }\n'));
    expect(error).to.equal('wrtmeter.yaml:3: notify.A: is the same name as "a"; choose another');
  });
});

describe('notices in the configuration', () => {
  it('name whom to watch by name, MAC or key, configured or not', async () => {
    const KEY = 'xTIBA5rboUvnH4htodjb6e697QjLERt1NAB4mZqp8Dg=';
    const { config } = await load(
      withFiles(`
devices: { anna-laptop: { macs: [02:00:00:00:00:01, 02:00:00:00:00:02] } }
peers: { anna-phone: { public_key: ${KEY} } }
notices: { silent: 2h, away: 10m, summary: weekly, watch: [Anna-Laptop, 02:00:00:00:00:02, 02-00-00-00-00-0A, anna-phone] }
`),
    );
    const laptop = { kind: 'device', name: 'anna-laptop', macs: ['02:00:00:00:00:01', '02:00:00:00:00:02'] };
    expect(config.notices).to.deep.equal({
      silent: 7200,
      away: 600,
      summary: 'weekly',
      off: [],
      watch: [
        laptop,
        laptop,
        { kind: 'device', name: null, macs: ['02:00:00:00:00:0a'] },
        { kind: 'peer', name: 'anna-phone', publicKey: KEY },
      ],
    });
  });

  it('of nobody, or too soon, are refused', async () => {
    expect(
      await errorsOf(
        withFiles('devices: { laptop: { macs: 02:00:00:00:00:01 } }\nnotices: { watch: [labtop], silent: 10s, summary: daily }\n'),
      ),
    ).to.have.members([
      'wrtmeter.yaml:2: notices.silent: "10s" is too short; use at least 5m',
      'wrtmeter.yaml:2: notices.summary: "daily" is not a valid value; use weekly, monthly or off',
      'wrtmeter.yaml:2: notices.watch[0]: "labtop" is neither a device nor a peer; did you mean "laptop"?',
    ]);
  });
});
