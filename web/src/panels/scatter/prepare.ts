/** From values of runs to a scatter plot: axes, colours, sizes, front, trend, and the filter that a choice means. */

import { formatValue } from '../../charts/number'
import { type ScatterAxis, type ScatterModel, insidePolygon } from '../../charts/scatter'
import { axisTicks, extent, isSpread, numberAxis, opened, padded } from '../../charts/scales'
import { type Direction, paretoFront, runningBest, trend, type Trend } from '../../charts/statistics'
import { allOf, idsCondition, isFilterKey, isTimeKey, keyTitle, pickCondition, rangeCondition, timeText } from '../keys'
import { outward } from '../parallel/prepare'
import { type RunValues, valueAt, type Values } from '../runValues'
import type { Goal, ScatterPanel } from '../schema'

export interface PreparedScatter {
  model: ScatterModel
  x: MadeAxis
  y: MadeAxis
  /** Rows of the answer that are drawn. */
  rows: Uint32Array
  /** Runs without one of the values, or not above 0 on a log axis. */
  leftOut: number
  pickedCount: number
  fit: Trend | null
}

export interface MadeAxis extends ScatterAxis {
  key: string
  isCategory: boolean
  isLog: boolean
  goal: Goal
  /** A number to draw for every run; categories count up. */
  numbers: Float64Array
  valueOf: (place: number) => number
  categories: readonly string[]
}

export interface ScatterOptions {
  tokenOf: (run: string, ordinal: number) => string
  goalX: Goal
  goalY: Goal
}

const TICKS = 5
const TREND_POINTS = 60
const RADIUS_MIN = 2
const RADIUS_MAX = 9
const IDS_MAX = 1000

export function prepareScatter(values: RunValues, panel: ScatterPanel, options: ScatterOptions): PreparedScatter {
  const x = axisOf(panel.x ?? '', panel.x_scale ?? 'linear', options.goalX, values)
  const y = axisOf(panel.y ?? '', panel.y_scale ?? 'linear', options.goalY, values)
  const rows = placedRows(x, y, values.count)
  const px = floatsOf(rows, row => x.place(x.numbers[row] as number))
  const py = floatsOf(rows, row => y.place(y.numbers[row] as number))
  const picked = polygonOf(panel, x, y)
  const inside = picked.length > 2 ? insidePolygon(picked, px, py) : null
  const isReckoned = panel.has_trend || panel.has_front || panel.has_running_best
  const [xs, ys] = isReckoned ? [pickedNumbers(x.numbers, rows), pickedNumbers(y.numbers, rows)] : [NONE, NONE]
  const fit = panel.has_trend && !x.isCategory && !y.isCategory ? fitOf(xs, ys, x, y) : null
  const hasGoals = options.goalX !== '' && options.goalY !== ''
  const front =
    panel.has_front && hasGoals ? paretoFront(xs, ys, options.goalX as Direction, options.goalY as Direction) : []
  const best = panel.has_running_best && options.goalY !== '' ? runningBest(xs, ys, options.goalY) : []
  const ids = textsAt(values.ids, rows)
  const named = [panel.colour, panel.size, panel.label].filter(key => key !== undefined && key !== '') as string[]
  const model: ScatterModel = {
    x,
    y,
    count: rows.length,
    px,
    py,
    ids,
    names: textsAt(values.names, rows),
    tones: tonesOf(panel.colour ? values.byKey.get(panel.colour) : undefined, rows),
    tokenOf: i => options.tokenOf(ids[i] as string, values.ordinals[rows[i] as number] as number),
    radii: radiiOf(panel.size ? values.byKey.get(panel.size) : undefined, rows),
    front,
    best,
    trend: fit ? trendPlaces(fit, x, y) : [],
    trendText: fit ? `r ${fit.r.toFixed(3).replace('-', '−')}, n ${fit.n}` : '',
    picked,
    inside,
    facts: i => {
      const row = rows[i] as number
      const fact = (key: string): { name: string; value: string } => ({
        name: keyTitle(key),
        value: textOf(key, valueAt(values.byKey.get(key), row)),
      })
      return [fact(x.key), fact(y.key), ...[...new Set(named)].map(fact)]
    },
  }
  const pickedCount = inside ? inside.reduce((sum, one) => sum + one, 0) : 0
  return { model, x, y, rows, leftOut: values.count - rows.length, pickedCount, fit }
}

export function textOf(key: string, value: string | number | null): string {
  if (value === null) return '–'
  if (typeof value === 'string') return value
  return isTimeKey(key) ? timeText(value) : formatValue(value)
}

function axisOf(key: string, scale: 'linear' | 'log' | 'symlog', goal: Goal, values: RunValues): MadeAxis {
  const found = values.byKey.get(key)
  const title = `${keyTitle(key)}${goal === '' ? '' : goal === 'minimize' ? ' ↓' : ' ↑'}`
  if (found?.kind === 'text') return categoriesAxis(key, title, found.texts)
  const numbers = found?.numbers ?? new Float64Array(values.count).fill(Number.NaN)
  const isLog = scale === 'log'
  const range = padded(opened(extent(numbers, isLog) ?? (isLog ? [1, 10] : [0, 1]), scale), scale, 0.04)
  const axis = numberAxis(scale, ...range)
  const ticks = isTimeKey(key)
    ? [0.1, 0.5, 0.9].map(place => ({ at: axis.value(place), text: timeText(axis.value(place)) }))
    : axisTicks(axis, TICKS)
  const textAt = (place: number): string =>
    isTimeKey(key) ? timeText(axis.value(place)) : formatValue(axis.value(place))
  return {
    key,
    title,
    goal,
    isCategory: false,
    isLog,
    numbers,
    ticks,
    categories: [],
    place: axis.place,
    valueOf: axis.value,
    textAt,
  }
}

function categoriesAxis(key: string, title: string, texts: readonly (string | null)[]): MadeAxis {
  const categories = [...new Set(texts.filter(text => text !== null))].toSorted((a, b) =>
    a.localeCompare(b, undefined, { numeric: true }),
  )
  const at = new Map(categories.map((text, i) => [text, i]))
  const numbers = Float64Array.from(texts, text => (text === null ? Number.NaN : (at.get(text) as number)))
  const axis = numberAxis('linear', -0.5, Math.max(0.5, categories.length - 0.5))
  return {
    key,
    title,
    goal: '' as const,
    isCategory: true,
    isLog: false,
    numbers,
    categories,
    ticks: categories.map((text, i) => ({ at: i, text })),
    place: axis.place,
    valueOf: axis.value,
    textAt: place => categories[Math.round(axis.value(place))] ?? '',
  }
}

function placedRows(x: MadeAxis, y: MadeAxis, count: number): Uint32Array {
  const rows = new Uint32Array(count)
  let n = 0
  for (let row = 0; row < count; row++) {
    const [a, b] = [x.numbers[row] as number, y.numbers[row] as number]
    if (!Number.isFinite(a) || !Number.isFinite(b)) continue
    if ((x.isLog && a <= 0) || (y.isLog && b <= 0)) continue
    rows[n++] = row
  }
  return rows.subarray(0, n)
}

const NONE = new Float64Array()

function pickedNumbers(numbers: Float64Array, rows: Uint32Array): Float64Array {
  const picked = new Float64Array(rows.length)
  for (let i = 0; i < rows.length; i++) picked[i] = numbers[rows[i] as number] as number
  return picked
}

/** As `Float32Array.from`, which takes several times as long. */
function floatsOf(rows: Uint32Array, of: (row: number) => number): Float32Array {
  const floats = new Float32Array(rows.length)
  for (let i = 0; i < rows.length; i++) floats[i] = of(rows[i] as number)
  return floats
}

/** Where every row is drawn, `texts` itself. */
function textsAt(texts: readonly string[], rows: Uint32Array): readonly string[] {
  if (rows.length === texts.length) return texts
  const found: string[] = []
  for (const row of rows) found.push(texts[row] as string)
  return found
}

/** Fitted in the units that are drawn: a straight line on a log axis is a power law. */
function fitOf(xs: Float64Array, ys: Float64Array, x: MadeAxis, y: MadeAxis): Trend | null {
  return trend(x.isLog ? xs.map(Math.log10) : xs, y.isLog ? ys.map(Math.log10) : ys)
}

function trendPlaces(fit: Trend, x: MadeAxis, y: MadeAxis): ScatterModel['trend'] {
  return Array.from({ length: TREND_POINTS + 1 }, (_, i) => {
    const place = i / TREND_POINTS
    const value = x.valueOf(place)
    const at = x.isLog ? Math.log10(value) : value
    const back = (of: number): number => y.place(y.isLog ? 10 ** of : of)
    const [middle, half] = [fit.at(at), fit.halfAt(at)]
    return { x: place, y: back(middle), low: back(middle - half), high: back(middle + half) }
  })
}

function tonesOf(values: Values | undefined, rows: Uint32Array): Float32Array | null {
  if (!values) return null
  if (values.kind === 'text') {
    const kinds = [...new Set(values.texts.filter(text => text !== null))].toSorted()
    const at = new Map(kinds.map((text, i) => [text, kinds.length < 2 ? 0.5 : i / (kinds.length - 1)]))
    return floatsOf(rows, row => at.get(values.texts[row] ?? '') ?? Number.NaN)
  }
  const isLog = isSpread(values.numbers)
  const range = extent(values.numbers, isLog)
  if (!range) return null
  const axis = numberAxis(isLog ? 'log' : 'linear', ...opened(range))
  return floatsOf(rows, row => Math.max(0, Math.min(1, axis.place(values.numbers[row] as number))))
}

/** The area grows with the value. */
function radiiOf(values: Values | undefined, rows: Uint32Array): Float32Array | null {
  if (values?.kind !== 'number') return null
  const range = extent(values.numbers)
  if (!range) return null
  const [low, high] = opened(range)
  return floatsOf(rows, row => {
    const part = ((values.numbers[row] as number) - low) / (high - low)
    return part >= 0 ? Math.sqrt(RADIUS_MIN ** 2 + part * (RADIUS_MAX ** 2 - RADIUS_MIN ** 2)) : RADIUS_MIN
  })
}

// ---- what is picked

function polygonOf(panel: ScatterPanel, x: MadeAxis, y: MadeAxis): [number, number][] {
  if (panel.lasso && panel.lasso.length > 2) return panel.lasso.map(([a, b]) => [x.place(a), y.place(b)])
  const [xs, ys] = panel.brush ?? []
  if (!xs || !ys) return []
  const [a, b] = [x.place(xs[0]), x.place(xs[1])]
  const [c, d] = [y.place(ys[0]), y.place(ys[1])]
  // Half a thousandth wider: what lies on the edge of a box is in it.
  const e = 5e-4
  return [
    [a - e, c - e],
    [b + e, c - e],
    [b + e, d + e],
    [a - e, d + e],
  ]
}

/** The panel's fields for a choice drawn in places. */
export function pickFields(
  polygon: readonly (readonly [number, number])[] | null,
  isBox: boolean,
  { x, y }: Pick<PreparedScatter, 'x' | 'y'>,
): Record<'brush' | 'lasso', unknown> {
  if (!polygon) return { brush: undefined, lasso: undefined }
  if (!isBox) return { brush: undefined, lasso: polygon.map(([a, b]) => [four(x.valueOf(a)), four(y.valueOf(b))]) }
  const span = (axis: MadeAxis, places: number[]): [number, number] =>
    outward(axis.valueOf(Math.min(...places)), axis.valueOf(Math.max(...places)))
  return {
    brush: [
      span(
        x,
        polygon.map(([a]) => a),
      ),
      span(
        y,
        polygon.map(([, b]) => b),
      ),
    ],
    lasso: undefined,
  }
}

const four = (value: number): number => Number(value.toPrecision(4))

/** In the grammar of filters. A lasso names its runs, as far as that stays readable; beyond, the box around it. */
export function scatterCondition(
  prepared: PreparedScatter,
  panel: ScatterPanel,
): { condition: string | null; isBoxOnly: boolean } {
  const { x, y, model } = prepared
  if (!model.inside) return { condition: null, isBoxOnly: false }
  const rows = Array.from(model.inside.keys()).filter(i => model.inside?.[i] === 1)
  const isBox = panel.brush !== undefined && !panel.lasso?.length
  const mustName = !isBox || !isFilterKey(x.key) || !isFilterKey(y.key)
  if (mustName && rows.length <= IDS_MAX)
    return { condition: idsCondition(rows.map(i => model.ids[i] as string)), isBoxOnly: false }
  const spans = isBox && panel.brush ? panel.brush : boundsOf(model.picked, x, y)
  const one = (axis: MadeAxis, [low, high]: readonly [number, number]): string => {
    if (!isFilterKey(axis.key)) return ''
    if (!axis.isCategory) return rangeCondition(axis.key, low, high)
    const names = axis.categories.filter((_, i) => i >= low && i <= high)
    return names.length > 0 ? pickCondition(axis.key, names) : 'false'
  }
  const [xs, ys] = spans
  return { condition: allOf([one(x, xs as [number, number]), one(y, ys as [number, number])]), isBoxOnly: mustName }
}

function boundsOf(
  polygon: readonly (readonly [number, number])[],
  x: MadeAxis,
  y: MadeAxis,
): [[number, number], [number, number]] {
  const [xs, ys] = [polygon.map(([a]) => a), polygon.map(([, b]) => b)]
  return [
    outward(x.valueOf(Math.min(...xs)), x.valueOf(Math.max(...xs))),
    outward(y.valueOf(Math.min(...ys)), y.valueOf(Math.max(...ys))),
  ]
}
