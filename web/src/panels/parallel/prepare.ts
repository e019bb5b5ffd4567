/** From values of runs to parallel coordinates: scales, categories, places, brushes, colours, and the filter a brush means. */

import { formatValue } from '../../charts/number'
import { insideOf, type ParallelAxisModel, type ParallelModel } from '../../charts/parallelModel'
import { axisTicks, extent, isSpread, numberAxis, opened } from '../../charts/scales'
import {
  allOf,
  anyOf,
  idsCondition,
  isFilterKey,
  isTimeKey,
  keyTitle,
  pickCondition,
  rangeCondition,
  timeText,
} from '../keys'
import { type RunValues, valueAt, type Values } from '../runValues'
import type { Goal, ParallelAxis } from '../schema'

export interface PreparedAxis extends ParallelAxisModel {
  /** From a place on the axis to its value; of categories, the category itself. */
  valueOf: (place: number) => number | string
  placeOf: (value: number | string) => number
}

export interface Prepared {
  model: ParallelModel
  axes: PreparedAxis[]
}

/** Numbers of so few kinds read better as categories: batch sizes, depths. */
const FEW_NUMBERS = 6
const CATEGORIES_MAX = 60
const TICKS = 5

/** `colour` names the axis that colours; its goal decides which end lies on top. */
export function prepareParallel(
  values: RunValues,
  axes: readonly ParallelAxis[],
  colour: string,
  goal: Goal,
): Prepared {
  const made = axes.map(axis => axisOf(axis, values.byKey.get(axis.key), values.count))
  const { inside, insideCount } = insideOf(made, values.count)
  const tones = tonesOf(
    values.byKey.get(colour),
    made.find(axis => axis.key === colour),
    values.count,
  )
  const order = new Uint32Array(insideCount)
  for (let row = 0, at = 0; row < values.count; row++) if (inside[row]) order[at++] = row
  // The best lie on top; runs without the value below all others.
  const sign = goal === 'minimize' ? -1 : 1
  order.sort((a, b) => rank(tones[a] as number, sign) - rank(tones[b] as number, sign))
  const model: ParallelModel = {
    axes: made,
    count: values.count,
    ids: values.ids,
    names: values.names,
    ordinals: values.ordinals,
    inside,
    insideCount,
    tones,
    order,
    valueText: (axis, row) => textOf(axes[axis]?.key ?? '', valueAt(values.byKey.get(axes[axis]?.key ?? ''), row)),
  }
  return { model, axes: made }
}

const rank = (tone: number, sign: number): number => (Number.isNaN(tone) ? -2 : tone * sign)

function textOf(key: string, value: string | number | null): string {
  if (value === null) return '–'
  if (typeof value === 'string') return value
  return isTimeKey(key) ? timeText(value) : formatValue(value)
}

/** The places of an axis depend on its values and scale only: while somebody brushes, the same arrays go round. */
const kept = new WeakMap<Values, Map<string, PreparedAxis>>()

function axisOf(axis: ParallelAxis, values: Values | undefined, count: number): PreparedAxis {
  const { key, scale = 'auto', is_inverted: isInverted = false, brushes = [], picked = [] } = axis
  const name = `${scale} ${isInverted}`
  const known = values && kept.get(values)?.get(name)
  const base = known ?? plainAxis(key, scale, isInverted, values, count)
  if (values && !known) {
    const all = kept.get(values) ?? new Map<string, PreparedAxis>()
    kept.set(values, all.set(name, base))
  }
  const places = (stretch: readonly [number, number]): [number, number] => {
    const [a, b] = [base.placeOf(stretch[0]), base.placeOf(stretch[1])]
    return a <= b ? [a, b] : [b, a]
  }
  return {
    ...base,
    brushes: base.isCategory ? [] : brushes.map(places),
    picked: base.isCategory ? picked.map(one => base.placeOf(one)).filter(place => !Number.isNaN(place)) : [],
  }
}

function plainAxis(
  key: string,
  scale: NonNullable<ParallelAxis['scale']>,
  isInverted: boolean,
  values: Values | undefined,
  count: number,
): PreparedAxis {
  const numbers = values?.kind === 'number' ? values.numbers : null
  const kinds = numbers ? kindsOf(numbers) : null
  const isFew = kinds !== null && kinds.length <= FEW_NUMBERS && key.startsWith('config.') && count > kinds.length * 2
  const isCategory = !numbers || scale === 'category' || (scale === 'auto' && isFew)
  return isCategory && values
    ? categoryAxis(key, isInverted, values)
    : numberAxisOf(key, scale, isInverted, numbers ?? new Float64Array(count).fill(Number.NaN))
}

function numberAxisOf(key: string, scale: string, isInverted: boolean, numbers: Float64Array): PreparedAxis {
  const isLog = scale === 'log' || (scale === 'auto' && isSpread(numbers))
  const range = opened(extent(numbers, isLog) ?? [0, 1], isLog ? 'log' : 'linear')
  const axis = numberAxis(isLog ? 'log' : 'linear', ...range)
  const turned = (place: number): number => (isInverted ? 1 - place : place)
  const places = new Float32Array(numbers.length)
  let missingCount = 0
  for (let i = 0; i < numbers.length; i++) {
    const value = numbers[i] as number
    const place = Number.isFinite(value) ? turned(axis.place(value)) : Number.NaN
    places[i] = place
    if (Number.isNaN(place)) missingCount++
  }
  const ticks = isTimeKey(key)
    ? [range[0], range[1]].map(at => ({ at: turned(axis.place(at)), text: timeText(at) }))
    : axisTicks(axis, TICKS).map(({ at, text }) => ({ at: turned(axis.place(at)), text }))
  const valueOf = (place: number): number => axis.value(turned(place))
  return {
    key,
    title: keyTitle(key),
    isCategory: false,
    isLog,
    isInverted,
    places,
    ticks,
    missingCount,
    brushes: [],
    picked: [],
    valueOf,
    placeOf: value => turned(axis.place(Number(value))),
    textAt: place => (isTimeKey(key) ? timeText(valueOf(place)) : formatValue(valueOf(place))),
  }
}

function categoryAxis(key: string, isInverted: boolean, values: Values): PreparedAxis {
  const all = categoriesOf(values)
  const shown = all.slice(0, CATEGORIES_MAX)
  const turned = (place: number): number => (isInverted ? 1 - place : place)
  const placeOf = new Map(
    shown.map((one, i) => [String(one), turned(shown.length === 1 ? 0.5 : 0.06 + (i / (shown.length - 1)) * 0.88)]),
  )
  const count = values.kind === 'number' ? values.numbers.length : values.texts.length
  const places = new Float32Array(count)
  let missingCount = 0
  for (let i = 0; i < count; i++) {
    const value = valueAt(values, i)
    const place = value === null ? Number.NaN : (placeOf.get(String(value)) ?? Number.NaN)
    places[i] = place
    if (Number.isNaN(place)) missingCount++
  }
  const nearest = (place: number): string | number => {
    let best: string | number = shown[0] ?? ''
    for (const one of shown) {
      const away = (of: string | number): number => Math.abs((placeOf.get(String(of)) ?? 9) - place)
      if (away(one) < away(best)) best = one
    }
    return best
  }
  return {
    key,
    title: keyTitle(key),
    isCategory: true,
    isLog: false,
    isInverted,
    places,
    missingCount,
    ticks: shown.map(one => ({ at: placeOf.get(String(one)) as number, text: String(one) })),
    brushes: [],
    picked: [],
    valueOf: nearest,
    placeOf: value => placeOf.get(String(value)) ?? Number.NaN,
    textAt: place => String(nearest(place)),
  }
}

/** Numbers ascending, texts by how often they come. */
function categoriesOf(values: Values): (string | number)[] {
  if (values.kind === 'number') return kindsOf(values.numbers, CATEGORIES_MAX)
  const counts = new Map<string, number>()
  for (const text of values.texts) if (text !== null) counts.set(text, (counts.get(text) ?? 0) + 1)
  const common = [...counts].toSorted((a, b) => b[1] - a[1]).slice(0, CATEGORIES_MAX)
  // By name from the top, so that the order does not change as runs arrive.
  return common.map(([text]) => text).toSorted((a, b) => b.localeCompare(a, undefined, { numeric: true }))
}

/** Different finite numbers, ascending; one more than `most` when there are more. */
function kindsOf(numbers: Float64Array, most = FEW_NUMBERS): number[] {
  const found = new Set<number>()
  for (const value of numbers) {
    if (!Number.isFinite(value)) continue
    found.add(value)
    if (found.size > most) break
  }
  return [...found].toSorted((a, b) => a - b)
}

function tonesOf(values: Values | undefined, axis: PreparedAxis | undefined, count: number): Float32Array {
  if (axis) return axis.isInverted ? axis.places.map(place => 1 - place) : axis.places
  const tones = new Float32Array(count).fill(Number.NaN)
  if (values?.kind !== 'number') return tones
  const isLog = isSpread(values.numbers)
  const range = extent(values.numbers, isLog)
  if (!range) return tones
  const scale = numberAxis(isLog ? 'log' : 'linear', ...opened(range))
  for (let i = 0; i < count; i++) {
    const value = values.numbers[i] as number
    if (Number.isFinite(value)) tones[i] = scale.place(value)
  }
  return tones
}

const IDS_MAX = 500

/** What the brushes say in the grammar of filters; null: nothing is brushed. */
export function brushCondition(
  axes: readonly ParallelAxis[],
  prepared: Prepared | null,
  ids: readonly string[],
): string | null {
  const brushed = axes.filter(axis => (axis.brushes?.length ?? 0) > 0 || (axis.picked?.length ?? 0) > 0)
  if (brushed.length === 0) return null
  // An expression is no key of a filter: its runs are named one by one, as far as that stays readable.
  if (brushed.some(axis => !isFilterKey(axis.key)) && prepared) {
    const rows = [...prepared.model.order].slice(-IDS_MAX)
    return idsCondition(rows.map(row => ids[row] as string))
  }
  return allOf(
    brushed.map(({ key, brushes = [], picked = [] }) => {
      const axis = prepared?.axes.find(one => one.key === key)
      if (axis ? axis.isCategory : picked.length > 0) {
        return pickCondition(
          key,
          picked.map(one => asWritten(axis, one)),
        )
      }
      return anyOf(brushes.map(([low, high]) => rangeCondition(key, low, high)))
    }),
  )
}

/** Categories are kept as text; those of numbers are asked for as numbers. */
function asWritten(axis: PreparedAxis | undefined, text: string): string | number {
  const value = axis?.valueOf(axis.placeOf(text))
  return typeof value === 'number' ? value : text
}

/** A brush is as exact as a hand: four digits read better in a chip than sixteen. Rounded so that it loses no run it held. */
export function outward(low: number, high: number): [number, number] {
  return [rounded(low, Math.floor), rounded(high, Math.ceil)]
}

function rounded(value: number, towards: (value: number) => number): number {
  if (value === 0 || !Number.isFinite(value)) return value
  const unit = 10 ** (Math.floor(Math.log10(Math.abs(value))) - 3)
  return Number((towards(Number((value / unit).toPrecision(12))) * unit).toPrecision(12))
}
