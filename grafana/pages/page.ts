import type { Builder } from '@grafana/grafana-foundation-sdk/cog';
import * as dashboard from '@grafana/grafana-foundation-sdk/dashboard';
import { source } from '../panels/look.ts';
import { monthOf } from '../queries/queries.ts';
import { here, one } from '../queries/series.ts';

export type Page = {
  uid: string;
  title: string;
  description: string;
  from: string;
  /** How often its panels are updated. */
  refresh?: string;
  variables: Builder<dashboard.VariableModel>[];
  /** What is marked on its charts over time. */
  marks?: Builder<dashboard.AnnotationQuery>[];
  panels: (Builder<dashboard.Panel> | string)[];
};

/** Builds a dashboard from its panels in reading order; a string starts a row with that title. */
export function page({ uid, title, description, from, refresh = '30s', variables, marks = [], panels }: Page): dashboard.Dashboard {
  const builder = new dashboard.DashboardBuilder(title)
    .uid(uid)
    .description(description)
    .tags(['wrtmeter'])
    .timezone('browser')
    .time({ from, to: 'now' })
    .refresh(refresh)
    .tooltip(dashboard.DashboardCursorSync.Crosshair)
    .readonly()
    .variables([datasource(), ...variables])
    .link(
      new dashboard.DashboardLinkBuilder('wrtmeter')
        .type(dashboard.DashboardLinkType.Dashboards)
        .tags(['wrtmeter'])
        .includeVars(true)
        .keepTime(true),
    );
  for (const panel of panels) {
    if (typeof panel === 'string') builder.withRow(new dashboard.RowBuilder(panel));
    else builder.withPanel(panel);
  }
  const built = builder.annotations(marks).build();
  // The SDK moves links into a menu by default; the links to the other dashboards should stay visible.
  for (const link of built.links ?? []) delete link.placement;
  built.panels?.forEach((panel, index) => {
    panel.id = index + 1;
  });
  return built;
}

function datasource(): dashboard.DatasourceVariableBuilder {
  return new dashboard.DatasourceVariableBuilder('datasource').label('Data source').type('prometheus');
}

/**
 * The meter whose figures are shown: one, never several, because each is a home of its own, and adding them up would count a device that
 * is at both, or routers and peers of equal names, as one.
 */
export function instance(): dashboard.QueryVariableBuilder {
  return single('instance', 'Instance', 'label_values(wrtmeter_build_info, instance)').sort(dashboard.VariableSort.NaturalAsc);
}

/** One or several routers. All is `.+`: it is short and includes routers that were just added. */
export function routers(): dashboard.QueryVariableBuilder {
  return several('router', 'Router', `label_values(wrtmeter_router_up{${here}}, router)`);
}

/** One or several routers and servers with WireGuard peers. */
export function servers(): dashboard.QueryVariableBuilder {
  return several('server', 'Server', `label_values(wrtmeter_wireguard_peer_info{${here}}, router)`);
}

/** One or several users whose devices are not private: those have no user. */
export function chosenUsers(): dashboard.QueryVariableBuilder {
  return several('user', 'When: user', `label_values(wrtmeter_device_info{${here}, user!=""}, user)`);
}

/** Uplinks of the selected routers. A tunnel's bytes also cross the uplink beneath it: if tunnels are listed, select the real uplinks. */
export function uplinkChoice(): dashboard.QueryVariableBuilder {
  return several('uplink', 'Uplink', `label_values(wrtmeter_wan_month_download_bytes{${here}, router=~"$router"}, interface)`);
}

/**
 * One device: shows its name, uses its MAC. The first of them, on which the page opens, has the most bytes this month; those of which the
 * month is kept under another MAC come last. The regular expression parses the labels as Grafana prints them. The value must be a MAC,
 * so that a host name cannot inject another value.
 */
export function devices(): dashboard.QueryVariableBuilder {
  const known = `topk by (mac) (1, ${one('wrtmeter_device_info', '', 'mac, hostname')})`;
  return single('mac', 'Device', `query_result(sort_desc(${known} * on (mac) group_left () ${monthOf()} or 0 * ${known}))`)
    .regex('/hostname"?[=:]"(?<text>[^"]+)".*mac"?[=:]"(?<value>[0-9a-f:]{17})"/')
    .sort(dashboard.VariableSort.Disabled);
}

function single(name: string, label: string, query: string): dashboard.QueryVariableBuilder {
  return new dashboard.QueryVariableBuilder(name)
    .label(label)
    .datasource(source)
    .query(query)
    .refresh(dashboard.VariableRefresh.OnTimeRangeChanged)
    .multi(false)
    .includeAll(false);
}

function several(name: string, label: string, query: string): dashboard.QueryVariableBuilder {
  return new dashboard.QueryVariableBuilder(name)
    .label(label)
    .datasource(source)
    .query(query)
    .refresh(dashboard.VariableRefresh.OnTimeRangeChanged)
    .sort(dashboard.VariableSort.NaturalAsc)
    .multi(true)
    .includeAll(true)
    .allValue('.+')
    .current({ selected: true, text: ['All'], value: ['$__all'] });
}
