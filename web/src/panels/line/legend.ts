/**
 * Names of lines and what the tip says of them, from a template such as `${run:name} ${config.lr} [[ ${y} at ${x} ]]`: what stands in
 * double brackets is the tip's, the rest the name. Pure.
 */

import type { Reading } from '../../charts/model'
import { formatCount, formatValue } from '../../charts/number'
import { formatX, type AxisKind } from '../../charts/ticks'
import type { DrawnRun } from '../context'
import { valueText } from '../valueText'

type Part = string | { token: string }

export interface Template {
  name: Part[]
  /** Null: the tip says the value alone. */
  tip: Part[] | null
  /** Keys of the run that are named: `config.lr`, `summary.best`. */
  keys: string[]
}

/** Tokens with their meaning, as the settings show them. */
export const TOKENS: readonly [token: string, about: string][] = [
  ['${run:name}', 'the run'],
  ['${run:id}', 'its id'],
  ['${config.lr}', 'any entry of its config'],
  ['${summary.loss}', 'any value of its summary'],
  ['${group}', 'its group'],
  ['${metric}', 'the metric'],
  ['${x}', 'where the crosshair is'],
  ['${y}', 'the value there, smoothed'],
  ['${original}', 'the value as logged'],
  ['${mean}', 'the mean of the points there'],
  ['${min}', 'the lowest of them'],
  ['${max}', 'the highest'],
  ['${stddev}', 'the deviation within a group'],
  ['${percent}', 'the share of a stack'],
]

function partsOf(text: string): Part[] {
  const parts: Part[] = []
  let at = 0
  for (const found of text.matchAll(/\$\{([^}]+)\}/g)) {
    if (found.index > at) parts.push(text.slice(at, found.index))
    parts.push({ token: (found[1] as string).trim().replace(/^(config|summary|run):/, '$1.') })
    at = found.index + found[0].length
  }
  if (at < text.length) parts.push(text.slice(at))
  return parts
}

const known = new Map<string, Template | null>()

/** Null for an empty one. */
export function readTemplate(text: string): Template | null {
  const cached = known.get(text)
  if (cached !== undefined) return cached
  let made: Template | null = null
  if (text.trim() !== '') {
    const brackets = /\[\[(.*?)\]\]/s.exec(text)
    const name = partsOf(text.replaceAll(/\[\[.*?\]\]/gs, '').trim())
    const tip = brackets ? partsOf((brackets[1] as string).trim()) : null
    const keys = [...name, ...(tip ?? [])].flatMap(part =>
      typeof part !== 'string' && /^(config|summary)\./.test(part.token) ? [part.token] : [],
    )
    made = { name, tip, keys: [...new Set(keys)] }
  }
  if (known.size > 200) known.clear()
  known.set(text, made)
  return made
}

export interface LegendFacts {
  run: DrawnRun | null
  group: string
  metric: string
  axis: AxisKind
  /** The run's own value of a key; undefined: not known. */
  valueOf: (run: string, key: string) => unknown
  reading: Reading | null
}

function told(token: string, facts: LegendFacts): string {
  const { run, reading } = facts
  switch (token) {
    case 'run.name':
    case 'run.displayName':
      return run?.name ?? facts.group
    case 'run.id':
      return run?.id ?? ''
    case 'group':
    case 'run.group':
      return facts.group || (run?.group ?? '')
    case 'metric':
      return facts.metric
  }
  if (token.startsWith('config.') || token.startsWith('summary.')) {
    const value = run ? facts.valueOf(run.id, token) : undefined
    if (value === undefined || value === null) return '–'
    return valueText(value)
  }
  if (!reading) return '–'
  const { series, row } = reading
  const number = (value: number | undefined): string => (value === undefined ? '–' : formatValue(value))
  switch (token) {
    case 'x':
      return formatX(facts.axis, series.x[row] as number)
    case 'y':
      return formatValue(reading.value)
    case 'original':
      return formatValue(series.raw ? (series.raw[row] as number) : reading.value)
    case 'mean':
      return formatValue(series.raw ? (series.raw[row] as number) : reading.value)
    case 'min':
      return number(series.low ? series.low[row] : reading.value)
    case 'max':
      return number(series.high ? series.high[row] : reading.value)
    case 'stddev':
      return series.isGroup && series.low && series.high
        ? formatValue(((series.high[row] as number) - (series.low[row] as number)) / 2)
        : '–'
    case 'percent':
      return series.base ? `${formatValue((series.y[row] as number) - (series.base[row] as number))} %` : '–'
    case 'n':
      return formatCount(series.count[row] ?? 0)
  }
  // A token of another version stays readable.
  return `\${${token}}`
}

export function filled(parts: readonly Part[], facts: LegendFacts): string {
  return parts.map(part => (typeof part === 'string' ? part : told(part.token, facts))).join('')
}
