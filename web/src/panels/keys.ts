/** Keys of runs as people read them, and conditions on them in the grammar of filters. */

import { formatDate } from '../ui/format'

const PLAIN = /^[A-Za-z_][A-Za-z0-9_/.-]*$/

/** `config.optimizer.lr` → `optimizer.lr`, `metrics.loss.min` → `loss, min`; an expression stays, without its mark. */
export function keyTitle(key: string): string {
  if (key.startsWith('=')) return key.slice(1).trim()
  if (key.startsWith('metrics.')) {
    const [, name = '', part = ''] = /^metrics\.(.*?)(?:\.(last|min|max|mean|first|count))?$/.exec(key) ?? []
    return part && part !== 'last' ? `${name}, ${part}` : name
  }
  return key.replace(/^(config|summary|derived)\./, '')
}

/** The key of an aggregate of a metric. */
export const metricKey = (metric: string, aggregate: string): string => `metrics.${metric}.${aggregate}`

/** As it stands in a filter: in backticks where a letter of it would mean something else. */
export function keyText(key: string): string {
  return PLAIN.test(key) ? key : `\`${key.replaceAll('`', '``')}\``
}

/** An expression is no key of a filter: what is picked by it is named run by run. */
export const isFilterKey = (key: string): boolean => !key.startsWith('=')

function numberText(value: number): string {
  return Object.is(value, -0) ? '0' : String(value)
}

/** `low` and `high` are included; an infinite end is left out. */
export function rangeCondition(key: string, low: number, high: number): string {
  const name = keyText(key)
  if (low === high) return `${name} = ${numberText(low)}`
  const parts: string[] = []
  if (low > Number.NEGATIVE_INFINITY) parts.push(`${name} >= ${numberText(low)}`)
  if (high < Number.POSITIVE_INFINITY) parts.push(`${name} <= ${numberText(high)}`)
  return parts.join(' and ')
}

/** One of `values`. Numbers are written as numbers; `true` may be the boolean or the word, so both are asked for. */
export function pickCondition(key: string, values: readonly (string | number)[]): string {
  const written = values.flatMap(value => {
    if (typeof value === 'number') return [numberText(value)]
    return value === 'true' || value === 'false' ? [value, JSON.stringify(value)] : [JSON.stringify(value)]
  })
  const [first] = written
  return written.length === 1 ? `${keyText(key)} = ${first}` : `${keyText(key)} in [${written.join(', ')}]`
}

export const idsCondition = (ids: readonly string[]): string => pickCondition('id', ids)

/** All of them; empty ones say nothing. Null: there is none. */
export function allOf(conditions: readonly string[]): string | null {
  const said = conditions.filter(condition => condition !== '')
  if (said.length === 0) return null
  return said.length === 1 ? (said[0] as string) : said.map(inBrackets).join(' and ')
}

export function anyOf(conditions: readonly string[]): string {
  if (conditions.length === 1) return conditions[0] as string
  return `(${conditions.map(condition => (/ and /.test(condition) ? `(${condition})` : condition)).join(' or ')})`
}

const inBrackets = (condition: string): string =>
  / or /.test(condition) && !condition.startsWith('(') ? `(${condition})` : condition

const TIMES = new Set(['created_at', 'started_at', 'heartbeat_at', 'finished_at'])

/** Whether the key's numbers are seconds since the epoch. */
export const isTimeKey = (key: string): boolean => TIMES.has(key)

export const timeText = (seconds: number): string => formatDate(seconds)
