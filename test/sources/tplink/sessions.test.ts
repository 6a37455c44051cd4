import { expect } from 'chai';
import { routerKey } from '../../../src/simulator/tplink/keys.ts';
import type { RouterAnswer } from '../../../src/simulator/tplink/router.ts';
import { drive } from '../../support/routers/tplink/driven.ts';
import { ANSWERS, PASSWORD, probeAt, readOf, startTestRouter, TestClock, type TestRouter } from '../../support/routers/tplink/routers.ts';

const PHONE = '02:00:00:00:00:01';
const MINUTE = 60_000;

/** Whether a request asks for data, and is not a login: where all go to one address, the first after the parameters is. */
function dataOnly() {
  let asked = 0;
  return (path: string): boolean => {
    if (path === '/cgi/getParm') asked = 0;
    if (path === '/cgi_gdpr') asked += 1;
    return path === '/cgi_gdpr' ? asked === 2 : /^\/cgi\?1&5$|traffic|Statistic|game_acc/.test(path);
  };
}

for (const protocol of Object.keys(ANSWERS)) {
  describe(`a TP-Link router that speaks ${protocol}`, () => {
    let test: TestRouter;
    let clock: TestClock;
    beforeEach(async () => {
      clock = new TestClock();
      test = await startTestRouter(protocol);
      test.table.move(PHONE, '192.168.0.100', 5_000_000_000, 'phone');
    });
    afterEach(() => test.running.close());
    const probe = (more = {}) => probeAt(test.running.url, { clock, ...more });

    it('is recognised without a login, read, and left at once', async () => {
      const read = await probe();
      expect(await readOf(read, 'statistics')).to.have.deep.nested.property('machines[0]', {
        mac: PHONE,
        ip: '192.168.0.100',
        bytes: 5_000_000_000 - 2 ** 32,
        packets: protocol.startsWith('stok') ? null : 5_000_000,
        bits: protocol.startsWith('dm') ? 32 : 64,
      });
      expect(await readOf(read, 'leases')).to.have.deep.nested.property('leases[0].hostname', 'phone');
      expect(test.router.logins.counts).to.deep.equal({ logins: 2, logouts: 2, refused: 0, busy: 0, kicked: 0, replaced: 0 });
    });

    it('asks once with a wrong password, whatever happens then', async () => {
      const read = await probe({ password: 'wrong' });
      const first = await readOf(read, 'statistics');
      expect(first)
        .to.match(/^auth: .*not tried again until the configuration changes$/)
        .and.not.to.include('…');
      for (let hours = 0; hours < 10; hours += 1) {
        clock.ms += 60 * MINUTE;
        expect(await readOf(read, 'statistics')).to.equal(first);
      }
      expect(first).not.to.include('wrong"');
      expect(test.router.logins.counts).to.deep.include({ logins: 0, refused: 1 });
    });

    it('waits while its owner is logged in, says so once, and goes on', async () => {
      const read = await probe();
      await readOf(read, 'statistics');
      test.router.logins.setOwner(true);
      const first = await readOf(read, 'statistics');
      expect(first).to.match(/somebody else is logged in .*; waiting, and trying again every few minutes$/);
      for (let at = 0; at < 20; at += 1) {
        clock.ms += 15_000;
        expect(await readOf(read, 'statistics')).to.equal(first);
      }
      expect(test.router.logins.counts.busy).to.be.within(protocol.startsWith('dm') ? 2 : 2, 4);
      test.router.logins.setOwner(false);
      clock.ms += 15 * MINUTE;
      expect(await readOf(read, 'statistics')).to.have.property('machines');
      const { logins, logouts } = test.router.logins.counts;
      expect(logins).to.equal(logouts);
    });

    it('is read again after it threw us out in the middle of the first reading', async () => {
      const isData = dataOnly();
      test.fault = ({ path }, honest) => {
        const answer = honest();
        if (isData(path)) test.router.logins.setOwner(true);
        return answer;
      };
      const read = await probe();
      await readOf(read, 'statistics');
      test.fault = null;
      test.router.logins.setOwner(false);
      clock.ms += 20 * MINUTE;
      expect(await readOf(read, 'statistics')).to.have.property('machines');
      expect(test.router.logins.counts).to.deep.include({ kicked: 1, refused: 0 });
      expect(test.router.logins.isTaken).to.equal(false);
    });

    it('is left after a cut answer, one that never comes, and one that is no answer', async () => {
      const read = await probe();
      await readOf(read, 'statistics');
      const isData = dataOnly();
      test.fault = ({ path }, honest) => (isData(path) ? { ...honest(), body: honest().body.slice(0, 60) } : honest());
      expect(await readOf(read, 'statistics')).to.match(/^truncated: /);
      clock.ms += 20 * MINUTE;
      test.fault = ({ path }, honest) => {
        const answer = honest();
        return isData(path) ? null : answer;
      };
      expect(await readOf(read, 'statistics')).to.match(/^truncated: /);
      clock.ms += 20 * MINUTE;
      test.fault = ({ path }, honest) => (isData(path) ? { ...honest(), body: '<html><body>Hello</body></html>' } : honest());
      expect(await readOf(read, 'statistics')).to.match(/^parse: .*expected .*, and got a web page/);
      test.fault = null;
      clock.ms += 20 * MINUTE;
      expect(test.router.logins.isTaken).to.equal(false);
      expect(await readOf(read, 'statistics')).to.have.property('machines');
      const { logins, logouts, refused } = test.router.logins.counts;
      expect([logins - logouts, refused]).to.deep.equal([0, 0]);
    });

    it('is left when the round is cut short, as at the end of the program', async () => {
      const read = await probe();
      await readOf(read, 'statistics');
      const cut = new AbortController();
      const isData = dataOnly();
      test.fault = ({ path }, honest) => {
        if (isData(path)) cut.abort();
        return honest();
      };
      const began = performance.now();
      expect(await readOf(read, 'statistics', cut.signal)).to.match(/^timeout: /);
      expect(performance.now() - began).to.be.below(3000);
      const { logins, logouts } = test.router.logins.counts;
      expect([test.router.logins.isTaken, logins]).to.deep.equal([false, logouts]);
    });

    it('is not counted while its statistics are off', async () => {
      test.table.enabled = false;
      if (protocol.startsWith('dm'))
        expect(await readOf(await probe(), 'statistics')).to.match(/^status: the router does not count: switch on Statistics/);
      expect(test.router.logins.isTaken).to.equal(false);
    });
  });
}

describe('a password that no answer has proved right', () => {
  const isLogin = (path: string, body: string) =>
    /^\/cgi\?|cgi\/login|cgi_gdpr|\/userRpm\//.test(path) || (/form=login/.test(path) && !/operation=read/.test(body));

  /** Answers each request to log in with `answer`, and counts them. */
  function answerLogins(test: TestRouter, answer: RouterAnswer | null): { count: number } {
    const sent = { count: 0 };
    test.fault = ({ path, body }, honest) => {
      if (!isLogin(path, body)) return honest();
      sent.count += 1;
      return answer;
    };
    return sent;
  }

  const ANSWERED: Record<string, RouterAnswer | null> = {
    'an error number': { status: 200, body: '[error]4513' },
    'a page': { status: 200, body: '<html><title>Login</title></html>' },
    'a cut connection': null,
    'a 500': { status: 500, body: '' },
    'a 406': { status: 406, body: '' },
    'a 503': { status: 503, body: '' },
  };
  for (const protocol of Object.keys(ANSWERS)) {
    for (const [what, answer] of Object.entries(ANSWERED))
      it(`is sent to ${protocol} three times at most, whatever comes back: ${what}`, async () => {
        const test = await startTestRouter(protocol);
        const clock = new TestClock();
        const sent = answerLogins(test, answer);
        try {
          const name = protocol.replace(/,.*/, '');
          const read = await probeAt(test.running.url, { clock, protocol: name });
          for (let round = 0; round < 20; round += 1) {
            await readOf(read, 'statistics');
            clock.ms += round < 5 ? 15_000 : 20 * MINUTE;
          }
          expect(sent.count).to.be.within(1, 3);
          expect(await readOf(read, 'statistics')).to.match(/not tried again until the configuration changes$/);
        } finally {
          await test.running.close();
        }
      });

    it(`is sent to ${protocol} six times at most after it has worked`, async () => {
      const test = await startTestRouter(protocol);
      const clock = new TestClock();
      try {
        const read = await probeAt(test.running.url, { clock });
        await readOf(read, 'statistics');
        const sent = answerLogins(test, null);
        for (let round = 0; round < 200; round += 1) {
          await readOf(read, 'statistics');
          clock.ms += MINUTE;
        }
        // What ends a session that is encrypted carries no password.
        expect(sent.count).to.be.within(5, protocol === 'dm-encrypted' ? 18 : 6);
        expect(await readOf(read, 'statistics')).to.match(/not tried again until the configuration changes$/);
      } finally {
        await test.running.close();
      }
    });
  }

  const STRANGERS: Record<string, [RouterAnswer | null, RegExp]> = {
    'a redirect to https': [{ status: 302, body: '', headers: { location: 'https://127.0.0.1/' } }, /^redirect: /],
    'a page of somebody else': [{ status: 200, body: '<html>Printer</html>' }, /^parse: no sign of a known protocol/],
    'a router that is busy': [{ status: 503, body: 'TP-Link' }, /^status: status 503 while it was asked for its protocol/],
    'a cut connection': [null, /^truncated: /],
  };
  for (const [what, [answer, message]] of Object.entries(STRANGERS))
    it(`is not sent to what does not show its protocol: ${what}`, async () => {
      const test = await startTestRouter('dm');
      const seen: string[] = [];
      test.fault = ({ path, headers, body }) => {
        seen.push(`${path} ${headers.cookie ?? ''} ${headers.authorization ?? ''} ${body}`);
        return answer;
      };
      try {
        expect(await readOf(await probeAt(test.running.url), 'statistics')).to.match(message);
        expect(seen.join('\n')).not.to.match(/Basic|operation=login|\/cgi\?|cgi\/login/);
      } finally {
        await test.running.close();
      }
    });

  const REFUSALS: Record<string, [protocol: 'dm' | 'stok', RouterAnswer, RegExp]> = {
    'an error number': ['dm', { status: 200, body: '[error]4513' }, /^auth: the router answers with error 4513: the password may be wrong/],
    'a page to log in at': ['dm', { status: 200, body: '<html><title>Login</title></html>' }, /^auth: the password is wrong, or somebody/],
    'a 403': ['dm', { status: 403, body: '' }, /^auth: status 403: the router refuses the password, or somebody/],
    'a number as an error code': ['stok', { status: 200, body: '{"success":false,"errorcode":-5002}' }, /^auth: .* with error -5002/],
    'a count of what is left': [
      'stok',
      { status: 200, body: '{"success":false,"errorcode":700,"data":{"attemptsAllowed":9}}' },
      /^auth: the router refused the password \("700"\), 9 attempts are left/,
    ],
    'a 403 to the login': ['stok', { status: 403, body: '<html>' }, /^auth: status 403: the router refuses the password, or somebody/],
  };
  for (const [what, [protocol, answer, message]] of Object.entries(REFUSALS))
    it(`is not sent again to ${protocol} after ${what}`, async () => {
      const test = await startTestRouter(protocol);
      const clock = new TestClock();
      const sent = answerLogins(test, answer);
      try {
        const read = await probeAt(test.running.url, { clock });
        const first = await readOf(read, 'statistics');
        expect(first)
          .to.match(message)
          .and.match(/; not tried again until the configuration changes$/);
        for (let hours = 0; hours < 10; hours += 1) {
          clock.ms += 60 * MINUTE;
          expect(await readOf(read, 'statistics')).to.equal(first);
        }
        expect(sent.count).to.equal(1);
      } finally {
        await test.running.close();
      }
    });

  it('that has worked is refused four times at most in hours, because somebody else may be logged in', async () => {
    const test = await startTestRouter('dm');
    const clock = new TestClock();
    try {
      const read = await probeAt(test.running.url, { clock });
      await readOf(read, 'statistics');
      test.router.password = 'another';
      for (let round = 0; round < 300; round += 1) {
        clock.ms += MINUTE;
        await readOf(read, 'statistics');
      }
      expect(test.router.logins.counts.refused).to.equal(4);
      expect(await readOf(read, 'statistics')).to.match(/not tried again until the configuration changes$/);
    } finally {
      await test.running.close();
    }
  });

  it('is remembered as refused when a reload changes something else', async () => {
    const test = await startTestRouter('dm');
    const yaml = (rate: string) =>
      `routers:\n  den:\n    line_rate: ${rate}\n    tplink: { url: "${test.running.url}", password: "wrong" }\n`;
    const driven = await drive(yaml('100Mbit'));
    try {
      await driven.scrape();
      await driven.reconfigure(yaml('200Mbit'));
      await driven.scrape();
      expect(test.router.logins.counts.refused).to.equal(1);
    } finally {
      await driven.close();
      await test.running.close();
    }
  });

  it('is sent alone: a cookie that a router sets is not sent beside it', async () => {
    const test = await startTestRouter('dm');
    const cookies: unknown[] = [];
    test.fault = ({ path, headers }, honest) => {
      if (path.startsWith('/cgi?')) cookies.push(headers.cookie);
      return { ...honest(), headers: { 'set-cookie': 'JSESSIONID=deleted; Path=/' } };
    };
    try {
      expect(await readOf(await probeAt(test.running.url), 'statistics')).to.have.property('machines');
      expect(new Set(cookies).size).to.equal(1);
    } finally {
      await test.running.close();
    }
  });

  it('is sent once to a TD-W9970 that refuses it', async () => {
    const key = routerKey(512);
    let logins = 0;
    const test = await startTestRouter((_, { path }) => {
      if (path === '/cgi/getParm') return { status: 200, body: `var ee="${key.e}";\nvar nn="${key.n}";\n$.ret=0;` };
      logins += path.startsWith('/cgi') ? 1 : 0;
      return path.startsWith('/cgi/login?') ? { status: 200, body: '$.ret=71233;' } : { status: 500, body: '' };
    });
    try {
      const read = await probeAt(test.running.url, { protocol: 'dm' });
      expect(await readOf(read, 'statistics')).to.match(/refused the password; not tried again/);
      expect(logins).to.equal(1);
    } finally {
      await test.running.close();
    }
  });
});

describe('a stok router', () => {
  for (const protocol of ['stok', 'stok, encrypted'])
    it(`that speaks ${protocol} is left again when the round ends during a login`, async () => {
      const test = await startTestRouter(protocol);
      const cut = new AbortController();
      test.delay = ({ path, body }) => {
        if (!path.includes('form=login') || body.includes('operation=read')) return 0;
        cut.abort();
        return 500;
      };
      try {
        expect(await readOf(await probeAt(test.running.url), 'statistics', cut.signal)).to.match(/^timeout: /);
        expect(test.router.logins.counts).to.deep.include({ logins: 1, logouts: 1 });
      } finally {
        await test.running.close();
      }
    });

  it('that encrypts is not taken for a plain one because of one 503', async () => {
    const test = await startTestRouter('stok, encrypted');
    test.fault = ({ path }, honest) => (path.includes('form=auth') ? { status: 503, body: '' } : honest());
    try {
      const read = await probeAt(test.running.url);
      expect(await readOf(read, 'leases')).to.match(/^status: /);
      test.fault = null;
      expect(await readOf(read, 'leases')).to.have.property('leases');
    } finally {
      await test.running.close();
    }
  });

  it('that never confirms a logout is told of in one line', async () => {
    const test = await startTestRouter('stok');
    test.fault = ({ path }, honest) => (path.includes('form=logout') ? { status: 404, body: '' } : honest());
    const driven = await drive(`routers:\n  den:\n    tplink: { url: "${test.running.url}", password: ${JSON.stringify(PASSWORD)} }\n`);
    try {
      for (let round = 0; round < 3; round += 1) await driven.scrape();
      expect(driven.logs.filter((line) => /may still be open/.test(line))).to.have.length(1);
    } finally {
      await driven.close();
      await test.running.close();
    }
  });

  it('that says no to a logout is asked once more', async () => {
    const test = await startTestRouter('stok');
    let asked = 0;
    test.fault = ({ path }, honest) => {
      if (!path.includes('form=logout')) return honest();
      asked += 1;
      return asked === 1 ? { status: 200, body: '{"success":false}' } : honest();
    };
    try {
      await readOf(await probeAt(test.running.url), 'statistics');
      expect([asked, test.router.logins.counts.logouts]).to.deep.equal([2, 1]);
    } finally {
      await test.running.close();
    }
  });
});

it('what a router repeats of a password or a token does not show', async () => {
  const test = await startTestRouter('stok');
  let token = '';
  test.fault = ({ path }, honest) => {
    const [, given = ''] = /stok=(\w+)/.exec(path) ?? [];
    if (given !== '') token = given;
    const errorcode = `${PASSWORD} ${given} ${Buffer.from(`admin:${PASSWORD}`).toString('base64')}`.slice(0, 120);
    return path.includes('traffic') ? { status: 200, body: JSON.stringify({ success: false, errorcode }) } : honest();
  };
  try {
    const message = await readOf(await probeAt(test.running.url), 'statistics');
    expect(message).to.match(/^status: the router answers .*…/);
    for (const secret of [PASSWORD, token, 'geheim', Buffer.from('admin:geheim').toString('base64').slice(0, 12)])
      expect(message).not.to.include(secret);
  } finally {
    await test.running.close();
  }
});

it('a password never shows in a message', async () => {
  const test = await startTestRouter('dm');
  try {
    test.fault = ({ headers, body }) => ({ status: 200, body: `${headers.cookie} ${body} ${PASSWORD}` });
    const message = await readOf(await probeAt(test.running.url, { protocol: 'dm' }), 'statistics');
    expect(message).to.match(/^parse: /);
    for (const secret of [PASSWORD, Buffer.from(`admin:${PASSWORD}`).toString('base64')]) expect(message).not.to.include(secret);
  } finally {
    await test.running.close();
  }
});
