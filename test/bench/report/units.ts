/** Three digits or so: more would be noise. */
function digits(value: number): string {
  const places = value < 10 ? 2 : value < 100 ? 1 : 0;
  return value.toFixed(places).replace(/\B(?=(\d{3})+$)/, ',');
}

export const milliseconds = (ms: number): string => `${digits(ms)} ms`;
export const microseconds = (ms: number): string => `${digits(ms * 1000)} µs`;
export const megabytes = (bytes: number): string => `${digits(bytes / 1_000_000)} MB`;
export const kibibytes = (bytes: number): string => `${digits(bytes / 1024)} KiB`;
export const times = (ratio: number): string => `× ${ratio.toFixed(2)}`;
export const whole = (count: number): string => String(count).replace(/\B(?=(\d{3})+$)/g, ',');
