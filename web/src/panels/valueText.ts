/** A value of a config or a summary in a text: numbers as in lists, long whole numbers with all their digits. */

import { formatDigits, formatValue } from '../charts/number'
import { ExactInteger, textOf } from '../data/exactIntegers'

export function valueText(value: unknown): string {
  if (typeof value === 'number') return formatValue(value)
  if (value instanceof ExactInteger) return formatDigits(value.toString())
  return textOf(value)
}
