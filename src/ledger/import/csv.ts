/**
 * Lines under a header, as `nlbw -c csv` prints them with any `-s` separator and `-q` quote: the header shows which, because its names
 * are plain words. A quote within quotes is doubled. A first line `sep=;` is for spreadsheets.
 */
export function parseCsv(text: string): { columns: string[]; rows: string[][] } {
  const body = text.replace(/^\ufeff/, '').replace(/^"?sep=.?"?(\r\n|\n|\r)/i, '');
  const head = /^([^\w\s]?)\w+\1(?<separator>[^\w\r\n]?)/.exec(body);
  const quote = head?.[1] ?? '';
  const separator = head?.groups?.separator || '\t';
  const [columns = [], ...rows] = body
    .split(/\r\n|\n|\r/)
    .filter((line) => line !== '')
    .map((line) => fieldsOf(line, separator, quote));
  return { columns, rows };
}

function fieldsOf(line: string, separator: string, quote: string): string[] {
  const fields: string[] = [];
  let [field, quoted] = ['', false];
  for (let i = 0; i < line.length; i += 1) {
    const c = line.charAt(i);
    if (quote !== '' && c === quote) {
      if (quoted && line.charAt(i + 1) === quote) {
        field += c;
        i += 1;
      } else quoted = !quoted;
    } else if (c === separator && !quoted) {
      fields.push(field);
      field = '';
    } else field += c;
  }
  return [...fields, field];
}
