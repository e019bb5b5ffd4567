/**
 * From series to a picture's model: order, ranges, what stands out, what to say about it. Pure, and the only place that decides; the
 * chart draws what it is told.
 */

import type {
  Density,
  Happening,
  LineModel,
  LineSeries,
  Mark,
  OddPoint,
  Range,
  Reading,
  ShownRegion,
} from '../../charts/model'
import { formatValue } from '../../charts/number'
import { runStyle } from '../../charts/palette'
import type { ScaleKind } from '../../charts/lineScales'
import type { Axis } from '../../data/metricStore'
import type { SeriesData } from '../../data/series'
import { axisKind, axisTitle, type DrawnRun } from '../context'
import type { LineStyle, OpenRange, SmoothingKind } from '../schema'
import { densityOf, LINES_MAX } from './density'
import { filled, type LegendFacts, type Template } from './legend'
import { closed, fitY, type Fit, type Fitted, rangeOfX, samePart } from './ranges'
import type { DrawnKey, Groups } from './schema'
import { spikesOf } from './spikes'
import { stacked } from './stack'
import { type Pill, pillsOf, rowOf, summaryOf, type TableRow } from './words'

export type { Pill, TableRow } from './words'
export { spikesOf } from './spikes'

/** One line to be: a run's or a group's series of one key. */
export interface Line {
  key: DrawnKey
  data: SeriesData
  run: DrawnRun | null
  /** Set for a group's line. */
  group?: { label: string; place: number; runCount: number; members: readonly string[] }
  /** A member behind its group. */
  isFaint?: boolean
}

export interface LineInput {
  title: string
  axis: Axis
  xScale: ScaleKind
  /** In the order of the run list; what has no row is left out and said. */
  lines: readonly Line[]
  /** Runs that the panel was asked to draw. */
  runCount: number
  keyCount: number
  groups: Groups | null
  smoothing: { kind: SmoothingKind; strength: number } | null
  isRawBehind: boolean
  method: string
  bounds: LineModel['bounds']
  outliers: readonly [number, number]
  yScale: ScaleKind
  yRange: OpenRange
  y2Scale: ScaleKind
  y2Range: OpenRange
  yZoom: Range | null
  draw: 'line' | 'step' | 'points' | 'area' | 'percent'
  styles: Readonly<Record<string, LineStyle>>
  template: Template | null
  valueOf: LegendFacts['valueOf']
  /** [from, to) on x that is looked at; null: everything there is. */
  window: Range | null
  /** Of the settings, where the page is not zoomed. */
  openWindow: OpenRange
  regions: readonly ShownRegion[]
  happenings: readonly Happening[]
  /** Seconds for which nothing was heard of what is still running; null: all is well. */
  staleS: number | null
  /** Wide enough for names at the lines' ends. */
  hasRoom: boolean
  isFull: boolean
  isSmallMultiples: boolean
  /** Metrics that a pattern finds beyond those drawn. */
  leftOutKeys: number
  /** Runs beyond those that groups are made of. */
  leftOutRuns: number
}

export interface Picture {
  /** The key it shows; empty: all. */
  key: string
  title: string
  model: LineModel
}

export interface Prepared {
  /** One, or one for each key. */
  pictures: Picture[]
  pills: Pill[]
  /** What a screen reader says instead of the picture. */
  summary: string
  rows: TableRow[]
}

const END_LABELS_MAX = 5
const KEY_DASHES: readonly (readonly number[])[] = [[], [6, 3], [2, 2], [9, 3, 2, 3], [4, 4]]
const DASH_NAMES: Record<string, readonly number[]> = { solid: [], dashed: [6, 3], dotted: [2, 2] }

export function prepareLines(input: LineInput): Prepared {
  const found = input.lines.filter(({ data }) => data.rows > 0)
  const isGrouped = input.groups !== null
  const runsDrawn = new Set(found.flatMap(({ run }) => (run ? [run.id] : [])))
  const context: Look = { input, isOneRun: runsDrawn.size === 1 && !isGrouped, keyPlaces: keyPlaces(found) }
  const made = found.map(line => ({ line, data: line.data, series: seriesOf(line, context) }))
  const keys = input.isSmallMultiples ? [...context.keyPlaces.keys()] : ['']
  const fits: Fit[] = []
  const densities: Density[] = []
  const pictures = (keys.length > 0 ? keys : ['']).map(key => {
    const own = key === '' ? made : made.filter(({ line }) => line.key.key === key)
    const picture = pictureOf(input, own, key)
    fits.push(...picture.fits)
    if (picture.model.density) densities.push(picture.model.density)
    return { key, title: own[0]?.line.key.label ?? input.title, model: picture.model }
  })
  const told = made.filter(({ line }) => !line.isFaint)
  const rows = told.map(({ line, data, series }) => rowOf(input, line, data, series))
  return {
    pictures,
    pills: pillsOf(input, told, { fits, densities, runsDrawn: runsDrawn.size }),
    summary: summaryOf(input, rows),
    rows,
  }
}

interface Made extends Fitted {
  line: Line
}

function pictureOf(input: LineInput, made: readonly Made[], key: string): { model: LineModel; fits: Fit[] } {
  const kind = axisKind(input.axis)
  const isLogX = input.xScale === 'log'
  const whole = rangeOfX(
    made.map(({ data }) => data),
    isLogX,
  )
  let x = input.window ?? closed(input.openWindow, whole)
  if (isLogX && x[0] <= 0) x = [Math.min(whole[0], x[1] / 2), x[1]]
  const staleFrom = input.staleS !== null && !input.window ? lastLive(made) : null
  if (staleFrom !== null && (kind === 'time' || kind === 'relative'))
    x = [x[0], Math.max(x[1], staleFrom + (input.staleS ?? 0))]

  const isPercent = input.draw === 'percent'
  const isLeft = ({ series }: Made): boolean => !series.isRight || isPercent
  // Without a line on the left, the left axis would be of nothing: what counts on the right takes it.
  const isAlone = !made.some(isLeft)
  const left = isAlone ? made : made.filter(isLeft)
  const right = isAlone ? [] : made.filter(each => !isLeft(each))
  const yScale = isAlone && made.length > 0 ? input.y2Scale : input.yScale
  const yRange = isAlone && made.length > 0 ? input.y2Range : input.yRange
  const { outliers } = input
  const onLeft = fitY(left, { x, scale: yScale, outliers, manual: yRange })
  const onRight = right.length > 0 ? fitY(right, { x, scale: input.y2Scale, outliers, manual: input.y2Range }) : null
  let y: Range = isPercent ? [0, 100] : onLeft.range
  let y2 = onRight?.range ?? null
  if (input.yZoom) {
    if (y2) y2 = samePart(input.yZoom, y, yScale, y2, input.y2Scale)
    y = input.yZoom
  }

  let series = made.map(({ series: line }) => (isPercent || isAlone ? { ...line, isRight: false } : line))
  let density: Density | null = null
  const lines = series.filter(line => !line.isFaint)
  if (isPercent) series = stacked(lines)
  else if (lines.length > LINES_MAX) {
    const drawn = new Set(lines.slice(0, LINES_MAX))
    density = densityOf(lines.slice(LINES_MAX), x, input.xScale)
    series = series.filter(line => drawn.has(line))
  }
  const told = series.filter(line => !line.isFaint)
  const model: LineModel = {
    axis: kind,
    xTitle: axisTitle(input.axis),
    yTitle: key === '' ? input.title : (made[0]?.line.key.label ?? input.title),
    x,
    xScale: input.xScale,
    y,
    yScale: isPercent ? 'linear' : yScale,
    y2,
    y2Scale: input.y2Scale,
    hasEndLabels: input.hasRoom && told.length > 1 && told.length <= END_LABELS_MAX,
    bounds: input.bounds,
    series,
    density,
    regions: input.regions,
    happenings: input.happenings,
    staleFrom,
    tell: tellOf(input, made),
  }
  return { model, fits: onRight ? [onLeft, onRight] : [onLeft] }
}

function lastLive(made: readonly Made[]): number | null {
  let last = Number.NEGATIVE_INFINITY
  for (const { line, data } of made) if (line.run?.isLive) last = Math.max(last, data.x[data.rows - 1] as number)
  return Number.isFinite(last) ? last : null
}

// ---- lines

interface Look {
  input: LineInput
  isOneRun: boolean
  keyPlaces: ReadonlyMap<string, number>
}

function keyPlaces(lines: readonly Line[]): Map<string, number> {
  const places = new Map<string, number>()
  for (const { key } of lines) if (!places.has(key.key)) places.set(key.key, places.size)
  return places
}

/** A group's name among what is pointed at: no run is called so. */
export const groupId = (label: string): string => `group:${label}`

function seriesOf(line: Line, look: Look): LineSeries {
  const { input } = look
  const { data, run, group, key } = line
  const style = styleOf(line, look)
  const isSampled = input.method === 'lttb' || input.method === 'every' || input.method === 'last'
  const base = input.method === 'last' ? data.last : data.mean
  const y = data.smooth ?? base
  const hasBounds = !data.isRaw && !isSampled && input.method !== 'mean'
  const facts = factsOf(input, line, null)
  const own = group ? group.label : (run?.name ?? '')
  const label = input.template ? filled(input.template.name, facts) : nameOf(own, key.label, look)
  return {
    id: group ? `${groupId(group.label)}\u0000${key.key}` : `${run?.id ?? ''}\u0000${key.key}`,
    run: group ? groupId(group.label) : (run?.id ?? ''),
    label,
    ...style,
    isRight: key.isRight,
    x: data.x,
    y,
    told: null,
    base: null,
    raw: data.smooth && input.isRawBehind && !group ? base : null,
    low: group ? (input.groups?.band === 'none' ? null : data.min) : hasBounds ? data.min : null,
    high: group ? (input.groups?.band === 'none' ? null : data.max) : hasBounds ? data.max : null,
    isGroup: group !== undefined,
    count: data.count,
    spikes: hasBounds && !group ? spikesOf(data) : [],
    odd: group ? [] : oddOf(data),
    isLive: run?.isLive ?? false,
    isFaint: line.isFaint ?? false,
  }
}

function nameOf(own: string, key: string, { isOneRun, keyPlaces: keys, input }: Look): string {
  if (keys.size <= 1 || input.isSmallMultiples) return own
  return isOneRun ? key : `${own} ${key}`
}

type Style = Pick<LineSeries, 'colour' | 'dash' | 'width' | 'mark' | 'draw'>

function styleOf({ run, group, key }: Line, { input, isOneRun, keyPlaces: keys }: Look): Style {
  const place = keys.get(key.key) ?? 0
  const isSplit = input.isSmallMultiples || keys.size <= 1
  const own = group ? runStyle(group.place + 1) : (run?.style ?? runStyle(run?.ordinal ?? 1))
  let { colour, dash } = own
  // A run keeps its colour; what tells its metrics apart is the dash, or where it is alone the colour.
  if (!isSplit && isOneRun) [colour, dash] = [runStyle(place + 1).colour, []]
  else if (!isSplit && place > 0) dash = KEY_DASHES[place % KEY_DASHES.length] ?? []
  const draw = input.draw === 'percent' ? 'area' : input.draw
  const style: Style = { colour, dash, width: 0, mark: 'none', draw }
  for (const name of [key.key, group ? groupId(group.label) : (run?.id ?? '')]) {
    const given = input.styles[name]
    if (!given) continue
    if (given.colour !== undefined && given.colour > 0) style.colour = runStyle(given.colour).colour
    if (given.dash) style.dash = DASH_NAMES[given.dash] ?? style.dash
    if (given.width) style.width = given.width
    if (given.mark) style.mark = given.mark satisfies Mark
    if (given.draw) style.draw = given.draw
  }
  return style
}

function factsOf(input: LineInput, { run, group, key }: Line, reading: Reading | null): LegendFacts {
  return {
    run,
    group: group?.label ?? run?.group ?? '',
    metric: key.label,
    axis: axisKind(input.axis),
    valueOf: input.valueOf,
    reading,
  }
}

/** What the tip says of a reading, as the template has it. */
function tellOf(input: LineInput, made: readonly Made[]): LineModel['tell'] {
  const parts = input.template?.tip
  if (parts) {
    const lines = new Map(made.map(({ line, series }) => [series.id, line]))
    return reading => {
      const line = lines.get(reading.series.id)
      return line ? filled(parts, factsOf(input, line, reading)) : formatValue(reading.value)
    }
  }
  if (input.draw !== 'percent') return null
  return ({ series, row, value }) => {
    const share = (series.y[row] as number) - (series.base?.[row] ?? 0)
    return `${formatValue(value)} (${share.toFixed(1)} %)`
  }
}

/** Searching again for every frame would cost more than drawing; a series that changed is another object. */
const odds = new WeakMap<SeriesData, OddPoint[]>()

function oddOf(data: SeriesData): OddPoint[] {
  const known = odds.get(data)
  if (known) return known
  const found: OddPoint[] = []
  for (let i = 0; i < data.rows; i++) {
    const x = data.x[i] as number
    if (data.nan[i]) found.push({ x, kind: 'nan' })
    if (data.posinf[i]) found.push({ x, kind: 'posinf' })
    if (data.neginf[i]) found.push({ x, kind: 'neginf' })
  }
  odds.set(data, found)
  return found
}
