import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect } from 'chai';
import { parse } from 'yaml';

const ROOT = join(import.meta.dirname, '..');
const pages = execFileSync('git', ['ls-files', '-z', '-co', '--exclude-standard', '*.md'], { cwd: ROOT, encoding: 'utf8' })
  .split('\0')
  .filter((file) => file !== '' && !file.startsWith('test/') && existsSync(join(ROOT, file)));
const read = (page: string) => readFileSync(join(ROOT, page), 'utf8');

/** A heading's anchor, as GitHub makes it: lower case, punctuation dropped, blanks to hyphens. */
const anchorsOf = (text: string): string[] =>
  [...text.matchAll(/^#+ +(.+)$/gm)].map(([, heading]) =>
    (heading ?? '')
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );

describe('the pages', () => {
  it('link to files and headings that exist', () => {
    const dead = pages.flatMap((page) =>
      [...read(page).matchAll(/\]\(([^)#\s]*)(?:#([^)\s]+))?\)/g)].flatMap(([link, path = '', anchor]) => {
        if (/^[a-z]+:/.test(path)) return [];
        const target = path === '' ? page : join(dirname(page), path);
        if (!existsSync(join(ROOT, target))) return [`${page}: ${link}`];
        return anchor === undefined || !target.endsWith('.md') || anchorsOf(read(target)).includes(anchor) ? [] : [`${page}: ${link}`];
      }),
    );
    expect(pages.length).to.be.greaterThan(30);
    expect(dead).to.deep.equal([]);
  });

  it('name files of the program that exist', () => {
    const named = pages.flatMap((page) =>
      [...read(page).matchAll(/`((?:src|test|grafana|openwrt-cgi|prometheus)\/[\w./-]+)`/g)].map(([, path = '']) => ({ page, path })),
    );
    // Recipes name files of a kind that a reader is about to write.
    const missing = named.filter(({ page, path }) => page !== 'CONTRIBUTING.md' && !existsSync(join(ROOT, path)));
    expect(named.length).to.be.greaterThan(20);
    expect(missing).to.deep.equal([]);
  });
});

describe("Traefik's example", () => {
  const FOLDER = 'docs/run/proxy';
  const { http } = parse(read(`${FOLDER}/traefik.yaml`));

  it('names middlewares and services that it has, and each one is used', () => {
    const routers = Object.values<{ middlewares: string[]; service: string }>(http.routers);
    expect(new Set(routers.flatMap(({ middlewares }) => middlewares))).to.deep.equal(new Set(Object.keys(http.middlewares)));
    expect(new Set(routers.map(({ service }) => service))).to.deep.equal(new Set(Object.keys(http.services)));
    expect(http.services.wrtmeter.loadBalancer.serversTransport).to.be.oneOf(Object.keys(http.serversTransports));
  });

  it('says in labels what it says in the file', () => {
    const [, yaml = ''] = /```yaml\n(services:\n {2}wrtmeter:\n {4}networks.*?)```/s.exec(read(`${FOLDER}/README.md`)) ?? [];
    const labels: Record<string, string> = parse(yaml).services.wrtmeter.labels;
    const { basicAuth, ...rest } = { ...http.middlewares['wrtmeter-login'] };
    const { usersFile: _, ...login } = basicAuth;
    const file = {
      routers: Object.fromEntries(Object.entries<object>(http.routers).map(([name, router]) => [name, { ...router, tls: true }])),
      middlewares: { ...http.middlewares, 'wrtmeter-login': { ...rest, basicAuth: { ...login, users: 'anna:HASH' } } },
      services: { wrtmeter: { loadBalancer: { server: { port: 9780 } } } },
    };
    const expected = { 'traefik.enable': 'true', 'traefik.docker.network': 'traefik', ...labelsOf(file, 'traefik.http') };
    expect(labels).to.deep.equal(expected);
  });

  /** As Traefik reads them: keys in lower case below a name, lists with commas; Compose wants each "$" twice. */
  function labelsOf(value: unknown, path: string): Record<string, string> {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return { [path]: String(value).replaceAll('$', '$$$$') };
    return Object.assign({}, ...Object.entries(value).map(([key, one]) => labelsOf(one, `${path}.${key.toLowerCase()}`)));
  }
});
