import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { parse } from 'yaml';
import { OTHER_VARIABLES } from '../../src/config/environment.ts';
import { settings } from '../../src/config/settings.ts';

const project = join(import.meta.dirname, '../..');
const read = (name: string) => readFileSync(join(project, name), 'utf8');

interface Service {
  image: string;
  environment?: Record<string, string>;
  [key: string]: unknown;
}

describe('docker-compose.yml', () => {
  const text = read('docker-compose.yml');
  const services: Record<string, Service> = parse(text, { merge: true }).services;
  const variables = new Set([...text.matchAll(/\$\{(\w+)/g)].map(([, name]) => String(name)));

  it('every image but our own is of one exact version, and so is the one that ours is built on', () => {
    const images = Object.values(services).map(({ image }) => image);
    const foreign = images.filter((image) => !image.includes('wrtmeter'));
    expect(foreign).to.have.length(3);
    for (const image of foreign) expect(image).to.match(/:v?\d+\.\d+\.\d+$/);
    expect(read('Dockerfile')).to.match(/^ARG BASE=node:\d+\.\d+\.\d+-[a-z-]+$/m);
  });

  it('every service is without capabilities, on a read-only file system, limited in memory and in its log', () => {
    for (const [name, service] of Object.entries(services)) {
      expect(service, name).to.deep.include({ read_only: true, cap_drop: ['ALL'], security_opt: ['no-new-privileges:true'] });
      expect(service, name).to.include.keys('mem_limit', 'logging', 'pids_limit');
    }
  });

  it('hands wrtmeter only variables that it knows', () => {
    const known: string[] = [...OTHER_VARIABLES, ...Object.values(settings).map(({ variable }) => variable)];
    expect(known).to.include.members(Object.keys(services.wrtmeter?.environment ?? {}));
  });

  it("Grafana's first page is one of the dashboards", () => {
    const path = services.grafana?.environment?.GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH ?? '';
    expect(path).to.match(/^\/etc\/grafana\/dashboards\//);
    expect(existsSync(join(project, path.replace('/etc/', ''))), path).to.equal(true);
  });

  it('.env.example sets only what it uses, and both passwords must be filled in', () => {
    const example = read('.env.example');
    const named = [...example.matchAll(/^#?([A-Z_]+)=/gm)].map(([, name]) => String(name));
    expect([...variables]).to.include.members(named);
    expect(example)
      .to.match(/^GRAFANA_ADMIN_PASSWORD=$/m)
      .and.match(/^GRAFANA_VIEWER_PASSWORD=$/m);
  });

  it('docs/run/compose.md has the memory limits that it has', () => {
    const limits = ['WRTMETER', 'PROMETHEUS', 'GRAFANA'].map((name) => new RegExp(`\\{${name}_MEMORY:-(\\w+)\\}`).exec(text)?.[1]);
    expect(read('docs/run/compose.md')).to.include(
      `| ${limits.map((limit) => `\`${limit}\``).join(', ')} | memory limit of each container`,
    );
    expect(read('docs/run/security.md')).to.include(`within the ${limits[0]?.replace('m', ' MB')} of \`docker-compose.yml\``);
  });

  it('every variable is described in docs/run/compose.md', () => {
    const described = read('docs/run/compose.md');
    for (const name of variables) expect(described, name).to.include(`\`${name}\``);
  });
});
