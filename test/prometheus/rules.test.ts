import { execFile } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { parse } from 'yaml';
import { readings } from '../support/prometheus/once.ts';

const run = promisify(execFile);
const folder = join(import.meta.dirname, '../../prometheus');
const tests = readdirSync(join(folder, 'tests'));

interface Alert {
  alert: string;
  expr: string;
  annotations: { summary: string; description: string };
  labels: { severity: string };
}

interface RuleFile {
  groups: { rules: (Alert | { record: string; expr: string })[] }[];
}

describe('prometheus/', () => {
  it('prometheus.yml is a valid configuration and loads its rules', async () => {
    const { stdout } = await promtool('check', 'config', join(folder, 'prometheus.yml'));
    expect(stdout)
      .to.match(/1 rule files found/)
      .and.match(/[1-9]\d* rules found/);
  });

  it('prometheus.yml scrapes wrtmeter under the name that compose gives it, and leaves it time to answer', async () => {
    const config = parse(await readFile(join(folder, 'prometheus.yml'), 'utf8'));
    const own = { static_configs: [{ targets: ['wrtmeter:9780'] }] };
    expect(config.scrape_configs).to.deep.equal([
      { job_name: 'wrtmeter', ...own },
      { job_name: 'wrtmeter-history', metrics_path: '/metrics/history', scrape_interval: '15m', scrape_timeout: '1m', ...own },
    ]);
    expect(config.global).to.include({ scrape_interval: '30s', scrape_timeout: '10s' });
  });

  it('the pages show configurations that Prometheus takes', async () => {
    const scratch = await mkdtemp(join(tmpdir(), 'wrtmeter-pages-'));
    try {
      for (const page of ['prometheus.md', 'compose.md', 'proxy/README.md']) {
        const text = await readFile(join(folder, '../docs/run', page), 'utf8');
        const shown = [...text.matchAll(/```yaml\n([^`]*^scrape_configs:[^`]*)```/gm)].map(([, yaml = '']) => yaml);
        expect(shown, page).not.to.deep.equal([]);
        for (const yaml of shown) {
          await writeFile(join(scratch, 'prometheus.yml'), yaml);
          await promtool('check', 'config', '--syntax-only', join(scratch, 'prometheus.yml'));
        }
      }
    } finally {
      await rm(scratch, { recursive: true });
    }
  });

  it('the data source takes its interval from prometheus.yml', async () => {
    const config = parse(await readFile(join(folder, 'prometheus.yml'), 'utf8'));
    const source = parse(await readFile(join(folder, '../grafana/provisioning/datasources/prometheus.yml'), 'utf8'));
    expect(source.datasources[0].jsonData.timeInterval).to.equal(config.global.scrape_interval);
  });

  it('the alerts fire when they should and at no other time', async () => {
    const { stdout } = await promtool('test', 'rules', ...tests.map((name) => join(folder, 'tests', name)));
    expect(stdout).to.match(/SUCCESS/);
  });

  it('the alerts name only metrics that there are', async () => {
    const documented = await readFile(join(folder, '../docs/metrics.md'), 'utf8');
    for (const { expr } of await rules())
      for (const [name] of expr.matchAll(/\bwrtmeter_\w+/g)) expect(documented, expr).to.match(new RegExp(`\\b${name}\\b`));
  });

  it('every alert is about one instance, and fires once however many jobs scrape it', async () => {
    for (const { alert, expr, annotations } of await alerts()) {
      for (const { metric, by } of readings(expr)) expect(by, `${metric} in ${alert}`).to.include('instance');
      expect(annotations.summary, alert).to.include('{{ $labels.instance }}');
    }
  });

  it('every alert is tested, says what it is about and how severe it is', async () => {
    const text = (await Promise.all(tests.map((name) => readFile(join(folder, 'tests', name), 'utf8')))).join('');
    for (const rule of await alerts()) {
      expect(text, rule.alert).to.match(new RegExp(`alertname: ${rule.alert}\\b[^}]*\\n[^}]*exp_alerts:\\n`));
      expect(rule.labels.severity, rule.alert).to.be.oneOf(['critical', 'warning', 'info']);
      expect(rule.annotations.summary, rule.alert).to.be.a('string');
      expect(rule.annotations.description, rule.alert).to.be.a('string');
    }
  });
});

async function rules() {
  const names = await readdir(join(folder, 'rules'));
  const files = await Promise.all(names.map(async (name) => parse(await readFile(join(folder, 'rules', name), 'utf8')) as RuleFile));
  return files.flatMap((file) => file.groups.flatMap((group) => group.rules));
}

async function alerts(): Promise<Alert[]> {
  return (await rules()).filter((rule): rule is Alert => 'alert' in rule);
}

async function promtool(...args: string[]) {
  try {
    return await run('promtool', args);
  } catch (error) {
    if (!(error instanceof Error) || !('code' in error)) throw error;
    if (error.code === 'ENOENT') throw new Error('This test needs "promtool": install the Debian package prometheus');
    throw new Error(`promtool ${args.join(' ')} failed:\n${'stdout' in error ? error.stdout : ''}${'stderr' in error ? error.stderr : ''}`);
  }
}
