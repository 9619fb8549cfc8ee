/**
 * The text of a coordinate as existing clients write and compare it: each number as Python prints a float, with the same
 * shortest digits that JavaScript prints.
 */
export function pythonCoord(coordinate: readonly number[]): string {
  return coordinate.map(pythonFloat).join(',');
}

function pythonFloat(value: number): string {
  const [mantissa = '', exponentText = ''] = Math.abs(value).toExponential().split('e');
  const digits = mantissa.replace('.', '');
  const exponent = Number(exponentText);
  const sign = value < 0 ? '-' : '';
  if (value !== 0 && (exponent >= 16 || exponent < -4)) {
    return `${sign}${mantissa}e${exponent < 0 ? '-' : '+'}${String(Math.abs(exponent)).padStart(2, '0')}`;
  }
  if (exponent < 0) return `${sign}0.${'0'.repeat(-exponent - 1)}${digits}`;
  const whole = digits.slice(0, exponent + 1).padEnd(exponent + 1, '0');
  return `${sign}${whole}.${digits.slice(exponent + 1) || '0'}`;
}
