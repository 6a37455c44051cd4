/** Characters of a part, about. */
const PART = 65_536;

/** The JSON of an object in parts: what makes answers long are the lists right below it, which are written entry by entry. */
export function* jsonParts(body: object): Generator<string> {
  if (Array.isArray(body)) {
    yield JSON.stringify(body);
    return;
  }
  let text = '';
  let before = '{';
  for (const [name, value] of Object.entries(body)) {
    if (value === undefined) continue;
    text += `${before}${JSON.stringify(name)}:`;
    before = ',';
    if (!Array.isArray(value)) {
      text += JSON.stringify(value);
      continue;
    }
    text += '[';
    for (const [i, entry] of value.entries()) {
      text += (i === 0 ? '' : ',') + (JSON.stringify(entry) ?? 'null');
      if (text.length < PART) continue;
      yield text;
      text = '';
    }
    text += ']';
  }
  yield text + (before === '{' ? '{}' : '}');
}
