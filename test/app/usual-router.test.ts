import { expect } from 'chai';
import { usualRouterLine } from '../../src/app/usual-router.ts';
import { newStatus, updateStatuses } from '../../src/domain/status.ts';
import type { FailureReason } from '../../src/errors.ts';

/** The status of the usual router after a round that failed. */
function failed(reason: FailureReason, message: string) {
  const status = newStatus('192.168.1.1', ['http://192.168.1.1'], ['wan']);
  const results = [{ status: 'failed' as const, source: 'wan' as const, reason, message, at: 0, duration: 0 }];
  updateStatuses(new Map([[status.name, status]]), {
    routers: [{ router: status.name, system: null, results }],
    startedAt: 0,
    finishedAt: 0,
  });
  return [status];
}

describe('what is said of the usual router', () => {
  it('nothing, if it was read', () => {
    expect(usualRouterLine([{ ...newStatus('192.168.1.1', [], ['wan']), up: true }])).to.equal(null);
  });

  it('that none answers, only if nothing answers', () => {
    for (const reason of ['connect', 'timeout'] as const)
      expect(usualRouterLine(failed(reason, 'x'))).to.match(
        /^No router answers at http:\/\/192\.168\.1\.1: install the scripts with .* "wrtmeter demo"$/,
      );
  });

  it('that something answers with 404, and how to install the scripts', () => {
    expect(usualRouterLine(failed('status', 'status 404: a web server answers there'))).to.match(
      /^Something answers at http:\/\/192\.168\.1\.1, but no router can be read there \(status 404: .*\): install the scripts/,
    );
  });

  it('that it refuses, and where to see what to do', () => {
    expect(usualRouterLine(failed('auth', 'status 401: credentials'))).to.equal(
      'Something answers at http://192.168.1.1, but no router can be read there (status 401: credentials): run "wrtmeter doctor" to see what to do',
    );
  });
});
