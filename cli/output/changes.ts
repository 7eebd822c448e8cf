import type { ValueChange } from '../../core/itemChanges';
import { plainValue } from '../../core/plainJson';
import { printable } from '../../core/printable';
import type { AttributeValue } from '../../core/attributeValue';
import type { Colours } from './colours';

const WIDEST = 60;

/** One line for each change: `+ name "new"`, `- name "old"`, `~ address.city "old" -> "new"`. */
export function changeLines(changes: readonly ValueChange[], colours: Colours): string[] {
  return changes.map(({ path, before, after }) => {
    const place = path
      .map((step, i) => (typeof step === 'number' ? `[${step}]` : i === 0 ? printable(step) : `.${printable(step)}`))
      .join('');
    if (!before) return colours.good(`+ ${place} ${shortened(after)}`);
    if (!after) return colours.bad(`- ${place} ${shortened(before)}`);
    return colours.doubtful(`~ ${place} ${shortened(before)} -> ${shortened(after)}`);
  });
}

function shortened(value: AttributeValue | undefined): string {
  const text = value ? plainValue(value) : '';
  return text.length > WIDEST ? `${text.slice(0, WIDEST)}… (${text.length} characters)` : text;
}
