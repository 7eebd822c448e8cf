/**
 * Rows of comma-separated values: a field in quotes may hold commas, quotes (doubled) and line ends. Source: RFC 4180. What stands
 * behind a closing quote belongs to the field, as S3 writes some of its own messages.
 */
export function* csvRows(text: string): Generator<string[]> {
  let [row, field, isQuoted]: [string[], string, boolean] = [[], '', false];
  for (let at = 0; at < text.length; at++) {
    const character = text.charAt(at);
    if (isQuoted) {
      if (character !== '"') field += character;
      else if (text.charAt(at + 1) === '"') field += text.charAt(++at);
      else isQuoted = false;
    } else if (character === '"') isQuoted = true;
    else if (character === ',') {
      row.push(field);
      field = '';
    } else if (character === '\n') {
      if (row.length > 0 || field !== '') yield [...row, field.replace(/\r$/, '')];
      [row, field] = [[], ''];
    } else field += character;
  }
  if (row.length > 0 || field !== '') yield [...row, field];
}
