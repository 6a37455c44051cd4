import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { dashboards, folders, print } from '../../grafana/all.ts';
import { dashboardTexts, drawing, readDashboards } from '../support/prometheus/grafana.ts';
import { readings } from '../support/prometheus/once.ts';

const files = readDashboards();
const metrics = join(import.meta.dirname, '../../docs/metrics.md');

describe('grafana/dashboards', () => {
  it('are what the code says (renew them with "npm run dashboards")', () => {
    for (const [folder, units] of Object.entries(folders)) {
      const texts = dashboardTexts(folder);
      expect([...texts.keys()], folder).to.deep.equal(Object.keys(dashboards).sort());
      for (const [file, dashboard] of Object.entries(dashboards))
        expect(texts.get(file), `${folder}/${file}`).to.equal(print(dashboard(), units));
    }
  });

  it('are the same in decimal units, for those that count as their provider', () => {
    const decimal = dashboardTexts('dashboards-si');
    for (const [file, text] of dashboardTexts()) {
      const lines = text.split('\n');
      const changed = (decimal.get(file) ?? '').split('\n').flatMap((line, index) => (line === lines[index] ? [] : [line.trim()]));
      expect(changed.length, file).to.equal(lines.filter((line) => /: "bytes"|GiB/.test(line)).length);
      for (const line of changed) expect(line, file).to.match(/^"(unit|value)": "decbytes",?$|^"description": ".* 1 GB is 1000³ bytes\."/);
    }
  });

  it('have addresses of their own, a title, a description and the tag by which they link to each other', () => {
    const all = [...files.values()];
    expect(new Set(all.map((dashboard) => dashboard.uid)).size).to.equal(all.length);
    for (const { uid, title, description, tags, editable } of all) {
      expect(uid).to.match(/^wrtmeter-[a-z]+$/);
      expect(title).to.match(/^[A-Z]/);
      expect(description).to.match(/\.$/);
      expect(tags).to.include('wrtmeter');
      expect(editable).to.equal(false);
    }
  });

  for (const [file, dashboard] of files) {
    describe(file, () => {
      const panels = drawing(dashboard);
      const marked = dashboard.annotations.list.map(({ target }) => target);

      it('gives every panel a title, a description, a unit and the data source the reader chose', () => {
        for (const panel of panels) {
          expect(panel.title, `panel ${panel.id}`).to.match(/^[A-Z]/);
          expect(panel.description, panel.title).to.match(/^.{20,}\.$/s);
          expect(panel.fieldConfig?.defaults.unit, panel.title).to.be.a('string').and.not.equal('');
          expect(panel.datasource, panel.title).to.deep.equal({ type: 'prometheus', uid: '$'.concat('{datasource}') });
          expect(panel.targets, panel.title).to.be.an('array').and.not.have.lengthOf(0);
          for (const target of panel.targets ?? []) expect(target.datasource, panel.title).to.deep.equal(panel.datasource);
        }
      });

      it('numbers panels and queries once each', () => {
        const ids = dashboard.panels.map((panel) => panel.id);
        expect(ids.every((id) => Number.isInteger(id) && id > 0)).to.equal(true);
        expect(new Set(ids).size).to.equal(ids.length);
        for (const { title, targets = [] } of panels)
          expect(new Set(targets.map((target) => target.refId)).size, title).to.equal(targets.length);
      });

      it('fills the grid: no panel overlaps another or leaves its 24 columns', () => {
        const taken = new Map<string, string>();
        for (const { title, gridPos } of dashboard.panels) {
          expect(gridPos.x + gridPos.w, title).to.be.at.most(24);
          for (let x = gridPos.x; x < gridPos.x + gridPos.w; x += 1)
            for (let y = gridPos.y; y < gridPos.y + gridPos.h; y += 1) {
              expect(taken.get(`${x},${y}`), `${title} at ${x},${y}`).to.equal(undefined);
              taken.set(`${x},${y}`, title);
            }
        }
        const height = Math.max(...dashboard.panels.map(({ gridPos }) => gridPos.y + gridPos.h));
        expect(taken.size, 'holes in the grid').to.equal(24 * height);
      });

      it('declares the variables it uses and uses those it declares, the data source first', () => {
        const [source, ...others] = dashboard.templating.list;
        expect(source).to.include({ name: 'datasource', type: 'datasource', query: 'prometheus' });
        const text = JSON.stringify([panels.map((panel) => panel.targets), marked, others.map((variable) => variable.query)]);
        const used = new Set([...text.matchAll(/\$\{?([a-z]\w*)/g)].map((match) => match[1]));
        expect([...used].sort()).to.deep.equal(dashboard.templating.list.map((variable) => variable.name).sort());
      });

      it('reads every metric at the chosen instance, and every series once, however many jobs scrape it', () => {
        const [, choice, ...others] = dashboard.templating.list;
        expect(choice).to.include({
          name: 'instance',
          query: 'label_values(wrtmeter_build_info, instance)',
          multi: false,
          includeAll: false,
        });
        const asked = [
          ...[...panels.flatMap((panel) => panel.targets ?? []), ...marked].map((target) => target.expr),
          ...others.map(({ query }) => query),
        ];
        for (const expr of asked) {
          const elsewhere = expr.replace(/\w+\{[^}]*instance="\$instance"[^}]*\}/g, '1');
          expect(
            /\{/.test(elsewhere) ? [elsewhere] : metricsIn(elsewhere.replace(/^label_values\((.+), \w+\)$/, '$1')),
            expr,
          ).to.deep.equal([]);
          if (expr.startsWith('label_values(')) continue;
          for (const { metric, by } of readings(expr)) expect(by, `${metric} in ${expr}`).not.to.equal(null);
        }
      });

      it('asks rates over $__rate_interval in bits a second, and volumes of the books, never of increase()', () => {
        for (const panel of panels)
          for (const target of panel.targets ?? []) {
            // What is only there or not is no figure.
            const expr = target.expr.replace(/\bgroup by \([^)]*\) \([^)]*\)/g, '1');
            expect(expr, panel.title).not.to.match(/increase\(/);
            for (const [, window] of expr.matchAll(/rate\([^[]*\[([^\]]+)\]/g))
              expect(window, panel.title).to.be.oneOf(['$__rate_interval', '$__range']);
            // No book has what limits held back.
            if (/rate\(wrtmeter_limit_dropped_bytes_total\{.*\$__range_s/.test(expr)) {
              expect(panel.fieldConfig?.defaults.unit, panel.title).to.match(/^(dec)?bytes$/);
              continue;
            }
            const rate = /rate\(wrtmeter_\w+_bytes_total/.test(expr) || /bytes_per_second/.test(expr);
            expect(/ \* 8\b/.test(expr), `${panel.title}: ${expr}`).to.equal(rate);
            if (rate) expect(panel.fieldConfig?.defaults.unit, panel.title).to.equal('bps');
          }
      });

      it('names only metrics that docs/metrics.md lists', () => {
        const known = knownMetrics();
        const queries = dashboard.templating.list
          .slice(1)
          .map((variable) => /^\w+\((.+?)(?:,\s*\w+)?\)$/.exec(variable.query)?.[1] ?? variable.query);
        for (const expr of [...[...panels.flatMap((panel) => panel.targets ?? []), ...marked].map((target) => target.expr), ...queries])
          for (const metric of metricsIn(expr)) expect(known.has(metric), `${metric} in ${expr}`).to.equal(true);
      });

      it('has its numbers above the charts in one size and, in each row, panels of one width', () => {
        const numbers = panels.filter(({ type }) => type === 'stat');
        expect(new Set(numbers.map(({ options }) => JSON.stringify(options?.text))).size, 'sizes').to.be.at.most(1);
        for (const { gridPos: at, title } of numbers) {
          const row = numbers.filter(({ gridPos }) => gridPos.y === at.y).map(({ gridPos }) => `${gridPos.w} × ${gridPos.h}`);
          expect(new Set(row).size, title).to.equal(1);
        }
      });

      it('shows names that strangers chose as plain text only, and never puts them into an address', () => {
        expect(panels.map((panel) => panel.type)).not.to.include.members(['text', 'news', 'dynamictext']);
        for (const panel of panels)
          for (const property of panel.fieldConfig?.overrides.flatMap((override) => override.properties) ?? []) {
            if (property.id === 'custom.cellOptions')
              expect(JSON.stringify(property.value), panel.title).not.to.match(/markdown|image|html/);
            if (property.id !== 'links') continue;
            for (const { url } of property.value as { url: string }[])
              expect(
                url.replace(
                  /\$\{(__field\.labels\.mac|__data\.fields\.MAC|datasource:queryparam|instance:queryparam|__url_time_range)\}/g,
                  '',
                ),
                panel.title,
              ).to.equal('/d/wrtmeter-device?var-mac=&&&');
          }
      });
    });
  }
});

/** Metrics of docs/metrics.md, and those that Prometheus itself adds to each scrape. */
function knownMetrics(): Set<string> {
  const listed = [...readFileSync(metrics, 'utf8').matchAll(/^\|([^|]*)\|/gm)].flatMap(([, cell = '']) =>
    [...cell.matchAll(/`(\w+)`/g)].map((match) => match[1] ?? ''),
  );
  return new Set([...listed, 'up', 'scrape_duration_seconds']);
}

/** Metric names of a PromQL expression: the words that are not functions, operators, labels, numbers or strings. */
function metricsIn(expr: string): string[] {
  const bare = expr
    .replace(/"[^"]*"/g, ' ')
    .replace(/\{[^}]*\}/g, ' ')
    .replace(/\[[^\]]*\]|\$__\w+|\boffset \w+/g, ' ')
    .replace(/\b(by|without|on|ignoring|group_left|group_right)\s*\([^)]*\)/g, ' ');
  const words = [...bare.matchAll(/[a-zA-Z_:][\w:]*(?!\w)(?!\s*\()/g)].map(([word]) => word);
  return words.filter((word) => !['and', 'or', 'unless', 'bool', 'offset'].includes(word));
}
