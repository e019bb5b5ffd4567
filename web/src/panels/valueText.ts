/** A value of a config or a summary in a text: numbers as in lists, long whole numbers with all their digits. */

import { formatDelta, formatDigits, formatExact, formatValue } from '../charts/number'
import { asNumber, difference, ExactInteger, textOf, wholeDifference } from '../data/exactIntegers'

export function valueText(value: unknown): string {
  if (typeof value === 'number') return formatValue(value)
  if (value instanceof ExactInteger) return formatDigits(value.toString())
  return textOf(value)
}

/** The same with every digit. */
export const exactText = (value: unknown): string => (typeof value === 'number' ? formatExact(value) : valueText(value))

/** How far a number is from another, with its sign; all digits where either is too long for four. Null: one is no number. */
export function deltaText(value: unknown, base: unknown): string | null {
  const whole = value instanceof ExactInteger || base instanceof ExactInteger ? wholeDifference(value, base) : null
  if (whole !== null) return whole === 0n ? '0' : `${whole > 0n ? '+' : ''}${formatDigits(String(whole))}`
  const apart = difference(value, base)
  return Number.isNaN(apart) ? null : formatDelta(apart, Number(asNumber(value)))
}
