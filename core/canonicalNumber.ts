import { UnreadableValueError } from './errors';

const NUMBER = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d{1,6}))?$/;
/** Powers of ten of the first digit that DynamoDB can hold: 1E-130 to 9.99…E+125. */
const SMALLEST_EXPONENT = -130;
const LARGEST_EXPONENT = 125;

/**
 * The one spelling of a number: plain decimal digits as DynamoDB itself answers, without exponent, plus sign, leading
 * or trailing zeros, and with `0` for every zero. `1E+3`, `1000.0` and `+1000` all give `1000`.
 */
export function canonicalNumber(text: string): string {
  const match = NUMBER.exec(text);
  const [, sign = '', whole = '', fraction = '', exponentText = '0'] = match ?? [];
  const digits = (whole + fraction).replace(/^0+/, '');
  if (!match || whole + fraction === '') throw notANumber(text);
  if (digits === '') return '0';

  const significant = digits.replace(/0+$/, '');
  const pointAt = digits.length - fraction.length + Number(exponentText);
  const exponent = pointAt - 1;
  if (exponent < SMALLEST_EXPONENT || exponent > LARGEST_EXPONENT) throw outOfRange(text);
  return (sign === '-' ? '-' : '') + placePoint(significant, pointAt);
}

/** Puts the decimal point after the first `pointAt` digits; `pointAt` may lie outside the digits. */
function placePoint(digits: string, pointAt: number): string {
  if (pointAt <= 0) return `0.${'0'.repeat(-pointAt)}${digits}`;
  if (pointAt >= digits.length) return digits + '0'.repeat(pointAt - digits.length);
  return `${digits.slice(0, pointAt)}.${digits.slice(pointAt)}`;
}

function notANumber(text: string): UnreadableValueError {
  return new UnreadableValueError(
    `${JSON.stringify(text)} is not a DynamoDB number; expected digits such as -12.5 or 3E+10`,
  );
}

function outOfRange(text: string): UnreadableValueError {
  return new UnreadableValueError(`${text} is outside DynamoDB's range of numbers (1E-130 to 9.99E+125, or zero)`);
}
