/** From values of runs to bars, boxes and violins: groups, means with their whiskers, quartiles, densities, the first so many. */

import type { BarItem, BarModel } from '../../charts/bars'
import { axisTicks, extent, type NumberAxis, numberAxis, opened, padded } from '../../charts/scales'
import { bandwidth, density, finite, type Summary, summarise, t95 } from '../../charts/statistics'
import { runStyle } from '../../charts/palette'
import { keyTitle } from '../keys'
import { numbersFor, type RunValues, valueAt } from '../runValues'
import type { BarPanel } from '../schema'
import { valueKeyOf } from './schema'

export interface PreparedBars {
  model: BarModel
  /** Bars there are before the first so many were taken. */
  total: number
  /** Runs without a finite value. */
  leftOut: number
  runCount: number
}

export const ERROR_TITLES: Record<NonNullable<BarPanel['error']>, string> = {
  none: '',
  std: 'mean ± std',
  stderr: 'mean ± std. error',
  minmax: 'lowest to highest',
  ci95_t: '95 % interval (t)',
}

const OUTLINE = 64
const TICKS = 5

export function prepareBars(
  values: RunValues,
  panel: BarPanel,
  tokenOf: (run: string, ordinal: number) => string,
): PreparedBars {
  const { draw = 'bar', group = [], error = 'std', most = 20, order = '-value', scale = 'linear' } = panel
  const key = valueKeyOf(panel)
  const numbers = numbersFor(values, key) ?? new Float64Array(values.count).fill(Number.NaN)
  const rows = Array.from(numbers.keys()).filter(
    row => Number.isFinite(numbers[row]) && (scale !== 'log' || (numbers[row] as number) > 0),
  )
  const isPerRun = draw === 'bar' && group.length === 0
  const items = isPerRun
    ? rows.map(row => runItem(values, numbers, row, tokenOf))
    : groupsOf(values, rows, group).map(({ label, rows }, _, groups) => {
        // Colours go by name, as in the run list.
        const place = groups.filter(other => other.label < label).length
        return groupItem(values, numbers, { label, rows, token: runStyle(place + 1).colour }, error, draw)
      })
  const shown = ordered(items, order).slice(0, Math.max(1, most))
  const axis = axisFor(shown, draw, scale)
  const model: BarModel = {
    draw,
    isVertical: panel.is_vertical ?? false,
    axis,
    items: shown,
    ticks: axisTicks(axis, TICKS),
    valueTitle: keyTitle(key),
    errorTitle: isPerRun ? '' : ERROR_TITLES[error],
  }
  return { model, total: items.length, leftOut: values.count - rows.length, runCount: rows.length }
}

function runItem(
  values: RunValues,
  numbers: Float64Array,
  row: number,
  tokenOf: (run: string, ordinal: number) => string,
): BarItem {
  const [run, name, value] = [values.ids[row] as string, values.names[row] as string, numbers[row] as number]
  const points = Float64Array.of(value)
  return {
    label: name,
    run,
    value,
    points,
    names: [name],
    outline: null,
    token: tokenOf(run, values.ordinals[row] as number),
    low: Number.NaN,
    high: Number.NaN,
    summary: summarise(points),
  }
}

/** In the order in which their first run comes. Without keys all runs are one group. */
function groupsOf(
  values: RunValues,
  rows: readonly number[],
  keys: readonly string[],
): { label: string; rows: number[] }[] {
  const groups = new Map<string, { label: string; rows: number[] }>()
  for (const row of rows) {
    const parts = keys.map(key => valueAt(values.byKey.get(key), row))
    const name = JSON.stringify(parts)
    let group = groups.get(name)
    if (!group) {
      const label =
        keys.length === 0 ? 'All runs' : parts.map(part => (part === null ? '(none)' : String(part))).join(', ')
      groups.set(name, (group = { label, rows: [] }))
    }
    group.rows.push(row)
  }
  return [...groups.values()]
}

function groupItem(
  values: RunValues,
  numbers: Float64Array,
  group: { label: string; rows: readonly number[]; token: string },
  error: NonNullable<BarPanel['error']>,
  draw: NonNullable<BarPanel['draw']>,
): BarItem {
  const rows = group.rows.toSorted((a, b) => (numbers[a] as number) - (numbers[b] as number))
  const points = finite(rows.map(row => numbers[row] as number))
  const summary = summarise(points)
  const [low, high] = whiskerOf(summary, error)
  return {
    label: group.label,
    token: group.token,
    run: '',
    value: summary.mean,
    low,
    high,
    summary,
    points,
    names: rows.map(row => values.names[row] as string),
    outline: draw === 'violin' ? outlineOf(points, summary) : null,
  }
}

export function whiskerOf(
  { n, mean, std, min, max }: Summary,
  error: NonNullable<BarPanel['error']>,
): [number, number] {
  if (error === 'none' || n < 2) return [Number.NaN, Number.NaN]
  if (error === 'minmax') return [min, max]
  const half = error === 'std' ? std : (std / Math.sqrt(n)) * (error === 'ci95_t' ? t95(n - 1) : 1)
  return [mean - half, mean + half]
}

/** The density between lowest and highest value, its largest width one. */
function outlineOf(points: Float64Array, summary: Summary): BarItem['outline'] {
  const h = bandwidth(summary)
  if (points.length < 3 || h === 0) return null
  const { min: from, max: to } = summary
  const at = Float64Array.from({ length: OUTLINE }, (_, i) => from + ((to - from) * i) / (OUTLINE - 1))
  const heights = density(points, at, h)
  const most = heights.reduce((a, b) => Math.max(a, b), 0)
  return { from, to, widths: heights.map(height => height / most) }
}

function ordered(items: readonly BarItem[], order: NonNullable<BarPanel['order']>): BarItem[] {
  if (order === 'runs') return [...items]
  if (order === 'name') return items.toSorted((a, b) => a.label.localeCompare(b.label, undefined, { numeric: true }))
  const sign = order === 'value' ? 1 : -1
  const valueOf = (item: BarItem): number => (item.run ? item.value : item.summary.mean)
  return items.toSorted((a, b) => sign * (valueOf(a) - valueOf(b)))
}

/** Bars start at zero; boxes fill the room. */
function axisFor(items: readonly BarItem[], draw: string, scale: NonNullable<BarPanel['scale']>): NumberAxis {
  const ends = items.flatMap(item =>
    draw === 'bar' ? [item.value, item.low, item.high] : [item.summary.min, item.summary.max],
  )
  const isLog = scale === 'log'
  const range = extent(ends, isLog) ?? (isLog ? [1, 10] : [0, 1])
  if (draw !== 'bar') return numberAxis(scale, ...padded(opened(range, scale), scale, 0.04))
  if (isLog) return numberAxis('log', range[0] / 2, range[1] * 1.2)
  const [low, high] = [Math.min(0, range[0]), Math.max(0, range[1])]
  const room = (high - low || 1) * 0.04
  return numberAxis(scale, low < 0 ? low - room : 0, high > 0 || low === 0 ? high + room : 0)
}
