/** Distributions over steps: as a heat map, as ridges, or of several runs at one step laid over each other. */

import { boxOf, type Box, paintAxes } from './axesBox'
import { formatCount, formatValue } from './number'
import { colourOf } from './palette'
import type { Pen } from './pen'
import { FONT, Picture, type PictureOptions, type Point, type Size } from './picture'
import { rampColour } from './ramp'
import { axisTicks, numberAxis, type NumberAxis, opened } from './scales'
import { formatXTick, xTicks } from './ticks'

/** One logged histogram: counts[i] values lie in edges[i] ≤ v < edges[i + 1]. */
export interface Slice {
  step: number
  edges: Float64Array
  counts: Float64Array
}

export interface HistogramRun {
  run: string
  name: string
  token: string
  slices: readonly Slice[]
}

export interface HistogramModel {
  draw: 'heatmap' | 'ridge' | 'overlay'
  scale: 'count' | 'density' | 'log'
  valueTitle: string
  /** One run, but for `overlay`. */
  runs: readonly HistogramRun[]
  /** Of `overlay`: each run's newest histogram up to here. */
  step: number
}

const RIDGES_MAX = 40
const RIDGE_PX = 9

/** What a bin is drawn by: how many, how many per unit of value, or their logarithm. */
export function weightOf(scale: HistogramModel['scale'], slice: Slice, bin: number): number {
  const count = slice.counts[bin] as number
  if (scale === 'log') return Math.log10(1 + count)
  if (scale === 'count') return count
  const width = (slice.edges[bin + 1] as number) - (slice.edges[bin] as number)
  const total = slice.counts.reduce((a, b) => a + b, 0)
  return total > 0 && width > 0 ? count / (total * width) : 0
}

/** The newest histogram at or before `step`; the first one where all come later. */
export function sliceAt(slices: readonly Slice[], step: number): Slice | undefined {
  return slices.findLast(slice => slice.step <= step) ?? slices[0]
}

/** From the lowest to the highest edge that bounds a value. */
function valueRange(slices: readonly Slice[]): [number, number] {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]
  for (const { edges, counts } of slices) {
    const first = counts.findIndex(count => count > 0)
    const last = counts.findLastIndex(count => count > 0)
    if (first < 0) continue
    low = Math.min(low, edges[first] as number)
    high = Math.max(high, edges[last + 1] as number)
  }
  return low <= high ? opened([low, high]) : [0, 1]
}

const binAt = ({ edges }: Slice, value: number): number => {
  for (let i = 0; i + 1 < edges.length; i++)
    if (value >= (edges[i] as number) && (value < (edges[i + 1] as number) || i + 2 === edges.length)) return i
  return -1
}

export class HistogramChart extends Picture<HistogramModel> {
  private box: Box = { left: 0, top: 0, width: 1, height: 1 }
  private across: NumberAxis = numberAxis('linear', 0, 1)
  private upwards: NumberAxis = numberAxis('linear', 0, 1)
  private cursor: { x: number; y: number } | null = null
  private at = -1

  constructor(host: HTMLElement, options: PictureOptions) {
    super(host, options)
    this.listen('pointermove', event => this.point(this.place(event)))
    this.listen('pointerdown', event => event.pointerType !== 'mouse' && this.point(this.place(event)))
    this.listen('pointerleave', () => this.left())
    this.listen('blur', () => this.left())
    this.listen('keydown', event => this.key(event))
  }

  protected paint(pen: Pen, model: HistogramModel, size: Size): void {
    if (model.draw === 'heatmap') this.paintHeat(pen, model, size)
    else if (model.draw === 'ridge') this.paintRidges(pen, model, size)
    else this.paintOverlay(pen, model, size)
  }

  protected override paintOver(ctx: CanvasRenderingContext2D, model: HistogramModel): void {
    if (!this.cursor) return
    const { left, top, width, height } = this.box
    ctx.strokeStyle = colourOf('--chart-cross')
    ctx.lineWidth = 1
    ctx.beginPath()
    if (model.draw === 'ridge') {
      ctx.moveTo(left, Math.round(this.cursor.y) + 0.5)
      ctx.lineTo(left + width, Math.round(this.cursor.y) + 0.5)
    } else {
      ctx.moveTo(Math.round(this.cursor.x) + 0.5, top)
      ctx.lineTo(Math.round(this.cursor.x) + 0.5, top + height)
    }
    ctx.stroke()
  }

  private slices(model: HistogramModel): readonly Slice[] {
    return model.runs[0]?.slices ?? []
  }

  // ---- heat map: steps across, values upwards

  private paintHeat(pen: Pen, model: HistogramModel, size: Size): void {
    const slices = this.slices(model)
    if (slices.length === 0) return
    const first = (slices[0] as Slice).step
    const ends = endsOf(slices)
    this.upwards = numberAxis('linear', ...valueRange(slices))
    this.across = numberAxis('linear', first, ends.at(-1) as number)
    const ticks = axisTicks(this.upwards, 4)
    this.box = boxOf(pen, size, ticks)
    const { left, top, width, height } = this.box
    let most = 0
    for (const slice of slices)
      for (let i = 0; i < slice.counts.length; i++) most = Math.max(most, weightOf(model.scale, slice, i))
    pen.save()
    pen.beginPath()
    pen.rect(left, top, width, height)
    pen.clip()
    slices.forEach((slice, k) => {
      const from = left + this.across.place(slice.step) * width
      const to = left + this.across.place(ends[k] as number) * width
      for (let i = 0; i < slice.counts.length; i++) {
        if ((slice.counts[i] as number) <= 0) continue
        const high = top + (1 - this.upwards.place(slice.edges[i + 1] as number)) * height
        const low = top + (1 - this.upwards.place(slice.edges[i] as number)) * height
        pen.fillStyle = rampColour(weightOf(model.scale, slice, i) / (most || 1))
        // Half a pixel over the edge: no seams between neighbours.
        pen.fillRect(from, high, Math.max(1, to - from + 0.5), Math.max(1, low - high + 0.5))
      }
    })
    pen.restore()
    paintAxes(pen, this.box, this.stepAxis(width), { place: this.upwards.place, ticks })
  }

  private stepAxis(width: number): { place: (at: number) => number; ticks: { at: number; text: string }[] } {
    const { at, step } = xTicks('step', this.across.low, this.across.high, Math.max(2, width / 78))
    return { place: this.across.place, ticks: at.map(value => ({ at: value, text: formatXTick('step', value, step) })) }
  }

  // ---- ridges: values across, steps downwards, the newest in front

  private ridgesOf(model: HistogramModel, height: number): Slice[] {
    const slices = this.slices(model)
    const most = Math.max(2, Math.min(RIDGES_MAX, Math.floor(height / RIDGE_PX)))
    if (slices.length <= most) return [...slices]
    return Array.from({ length: most }, (_, i) => slices[Math.round((i * (slices.length - 1)) / (most - 1))] as Slice)
  }

  private paintRidges(pen: Pen, model: HistogramModel, size: Size): void {
    const ridges = this.ridgesOf(model, size.height - 50)
    if (ridges.length === 0) return
    this.across = numberAxis('linear', ...valueRange(this.slices(model)))
    const labels = ridges.map(({ step }) => ({ at: step, text: formatCount(step) }))
    this.box = boxOf(pen, size, labels)
    const { left, top, width, height } = this.box
    const room = height / (ridges.length + 2)
    let most = 0
    for (const slice of ridges)
      for (let i = 0; i < slice.counts.length; i++) most = Math.max(most, weightOf(model.scale, slice, i))
    paintAxes(
      pen,
      this.box,
      { place: this.across.place, ticks: axisTicks(this.across, Math.max(2, width / 78)) },
      { place: () => 0, ticks: [] },
    )
    ridges.forEach((slice, k) => {
      const foot = top + room * (k + 3)
      pen.beginPath()
      const x = (value: number): number => left + this.across.place(value) * width
      pen.moveTo(x(slice.edges[0] as number), foot)
      for (let i = 0; i < slice.counts.length; i++) {
        const y = foot - (weightOf(model.scale, slice, i) / (most || 1)) * room * 3
        pen.lineTo(x(slice.edges[i] as number), y)
        pen.lineTo(x(slice.edges[i + 1] as number), y)
      }
      pen.lineTo(x(slice.edges.at(-1) as number), foot)
      pen.closePath()
      pen.globalAlpha = 0.9
      pen.fillStyle = rampColour(ridges.length < 2 ? 1 : k / (ridges.length - 1))
      pen.fill()
      pen.globalAlpha = 1
      pen.strokeStyle = colourOf('--panel')
      pen.lineWidth = 0.8
      pen.stroke()
      const every = Math.ceil(16 / room)
      if (k % every === 0 || k === ridges.length - 1) {
        pen.font = FONT
        pen.textAlign = 'right'
        pen.textBaseline = 'alphabetic'
        pen.fillStyle = colourOf('--chart-label')
        pen.fillText(formatCount(slice.step), left - 7, foot)
      }
    })
  }

  // ---- several runs at one step: values across, counts upwards from zero

  private paintOverlay(pen: Pen, model: HistogramModel, size: Size): void {
    const shown = model.runs.flatMap(run => {
      const slice = sliceAt(run.slices, model.step)
      return slice ? [{ run, slice }] : []
    })
    if (shown.length === 0) return
    this.across = numberAxis('linear', ...valueRange(shown.map(({ slice }) => slice)))
    let most = 0
    for (const { slice } of shown)
      for (let i = 0; i < slice.counts.length; i++) most = Math.max(most, weightOf(model.scale, slice, i))
    this.upwards = numberAxis('linear', 0, most * 1.05 || 1)
    const ticks = axisTicks(this.upwards, 4).map(tick =>
      model.scale === 'log' ? { at: tick.at, text: formatValue(Math.round(10 ** tick.at - 1)) } : tick,
    )
    this.box = boxOf(pen, size, ticks)
    const { left, top, width, height } = this.box
    const foot = top + height
    paintAxes(
      pen,
      this.box,
      { place: this.across.place, ticks: axisTicks(this.across, Math.max(2, width / 78)) },
      { place: this.upwards.place, ticks },
    )
    for (const { run, slice } of shown) {
      pen.beginPath()
      const x = (value: number): number => left + this.across.place(value) * width
      pen.moveTo(x(slice.edges[0] as number), foot)
      for (let i = 0; i < slice.counts.length; i++) {
        const y = foot - this.upwards.place(weightOf(model.scale, slice, i)) * height
        pen.lineTo(x(slice.edges[i] as number), y)
        pen.lineTo(x(slice.edges[i + 1] as number), y)
      }
      pen.lineTo(x(slice.edges.at(-1) as number), foot)
      pen.fillStyle = pen.strokeStyle = colourOf(run.token)
      pen.globalAlpha = shown.length > 4 ? 0.06 : 0.16
      pen.fill()
      pen.globalAlpha = 1
      pen.lineWidth = this.hover.value.run === run.run ? 2.25 : 1.4
      pen.stroke()
    }
  }

  // ---- pointer and keyboard

  private point(point: Point): void {
    const { model, box } = this
    if (!model) return
    const inX = (point.x - box.left) / box.width
    const inY = 1 - (point.y - box.top) / box.height
    if (inX < 0 || inX > 1 || inY < 0 || inY > 1) {
      this.left()
      return
    }
    this.cursor = { x: point.x, y: point.y }
    const facts = this.factsAt(model, inX, inY)
    if (facts) this.tip.show(facts, { x: point.x, y: point.y, isAbove: point.isTouch })
    else this.tip.hide()
    this.redrawOver()
  }

  private factsAt(model: HistogramModel, inX: number, inY: number): Parameters<typeof this.tip.show>[0] | null {
    if (model.draw === 'overlay') {
      const value = this.across.value(inX)
      const rows = model.runs.flatMap(run => {
        const slice = sliceAt(run.slices, model.step)
        const bin = slice ? binAt(slice, value) : -1
        return slice
          ? [{ name: run.name, value: bin < 0 ? '0' : formatValue(slice.counts[bin] as number), colour: run.token }]
          : []
      })
      return { head: `${model.valueTitle} ${formatValue(value)}`, headRight: 'count', rows }
    }
    const slices = this.slices(model)
    if (model.draw === 'ridge') {
      const ridges = this.ridgesOf(model, this.size().height - 50)
      const slice = ridges[Math.max(0, Math.min(ridges.length - 1, Math.round((1 - inY) * (ridges.length + 2) - 3)))]
      return slice ? this.binFacts(slice, this.across.value(inX)) : null
    }
    const step = this.across.value(inX)
    const slice = sliceAt(slices, step)
    return slice ? this.binFacts(slice, this.upwards.value(inY)) : null
  }

  private binFacts(slice: Slice, value: number): Parameters<typeof this.tip.show>[0] {
    const bin = binAt(slice, value)
    const total = slice.counts.reduce((a, b) => a + b, 0)
    const rows = [
      bin < 0
        ? { name: formatValue(value), value: '0' }
        : {
            name: `${formatValue(slice.edges[bin] as number)} – ${formatValue(slice.edges[bin + 1] as number)}`,
            value: formatValue(slice.counts[bin] as number),
          },
    ]
    return { head: `Step ${formatCount(slice.step)}`, headRight: 'count', rows, foot: `${formatValue(total)} values` }
  }

  private left(): void {
    this.cursor = null
    this.tip.hide()
    this.redrawOver()
  }

  /** Arrows walk from step to step; of overlaid runs from run to run. */
  private key(event: KeyboardEvent): void {
    const { model, box } = this
    if (!model || event.ctrlKey || event.metaKey || event.altKey) return
    const steps: Record<string, number> = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }
    const by = steps[event.key]
    if (by === undefined) return
    event.preventDefault()
    event.stopPropagation()
    const count = model.draw === 'overlay' ? model.runs.length : this.slices(model).length
    if (count === 0) return
    this.at = Math.max(0, Math.min(count - 1, this.at + by))
    const run = model.draw === 'overlay' ? model.runs[this.at] : model.runs[0]
    const slice = model.draw === 'overlay' ? sliceAt(run?.slices ?? [], model.step) : run?.slices[this.at]
    if (!slice || !run) return
    const total = slice.counts.reduce((a, b) => a + b, 0)
    const [low, high] = valueRange([slice])
    const top = slice.counts.indexOf(slice.counts.reduce((a, b) => Math.max(a, b), 0))
    const most = `${formatValue(slice.edges[top] as number)} to ${formatValue(slice.edges[top + 1] as number)}`
    this.events.onSpeak(
      `${run.name}, step ${formatCount(slice.step)}, ${formatValue(total)} values from ${formatValue(low)} to ${formatValue(high)}, most between ${most}`,
    )
    if (model.draw === 'heatmap') {
      this.cursor = { x: box.left + this.across.place(slice.step) * box.width, y: box.top + box.height / 2 }
      this.redrawOver()
    }
  }
}

/** Where each step's column ends: at the next step, the last as wide as those before. */
function endsOf(slices: readonly Slice[]): number[] {
  const steps = slices.map(({ step }) => step)
  const last = steps.at(-1) as number
  const width = steps.length > 1 ? (last - (steps[0] as number)) / (steps.length - 1) : 1
  return steps.map((_, i) => steps[i + 1] ?? last + width)
}
