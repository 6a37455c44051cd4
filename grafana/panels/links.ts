import { grafana } from './look.ts';

/** Opens the Device dashboard with the same data source, meter and time range. MACs need no escaping; host names are never part of a URL. */
const device = (mac: string) => ({
  title: 'Show this device',
  url: `/d/wrtmeter-device?var-mac=${mac}&${grafana('datasource:queryparam')}&${grafana('instance:queryparam')}&${grafana('__url_time_range')}`,
});

/** For a series with the label `mac`. */
export const fromSeries = [{ id: 'links', value: [device(grafana('__field.labels.mac'))] }];

/** For a table row with the column MAC. */
export const fromRow = { id: 'links', value: [device(grafana('__data.fields.MAC'))] };
