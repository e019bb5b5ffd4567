/**
 * A scatter plot of runs: 2-D canvas up to a few thousand points, `points` above; never fewer points than there are. A drag picks a
 * rectangle, with Shift a lasso. What is picked keeps its colour, the rest goes grey and stays.
 */

import { boxOf, type Box, paintAxes } from './axesBox'
import { colourOf, onThemeChange } from './palette'
import type { Pen } from './pen'
import { LABEL_FONT, Picture, type PictureOptions, type Point, type Size } from './picture'
import { drawPoints, type PointCloud, whenRestored } from './points'
import { channels, rampColour, shadeOf } from './ramp'
import type { AxisTick } from './scales'

export interface ScatterAxis {
  title: string
  ticks: readonly AxisTick[]
  place: (value: number) => number
  textAt: (place: number) => string
}

/** Places are 0…1 from the left and the foot; rows without a place are not in here. */
export interface ScatterModel {
  x: ScatterAxis
  y: ScatterAxis
  count: number
  px: Float32Array
  py: Float32Array
  ids: readonly string[]
  names: readonly string[]
  /** 0…1: by value. Null: each in its run's colour. */
  tones: Float32Array | null
  /** A custom property per row, where no value colours. */
  tokenOf: (row: number) => string
  /** Radii in pixels. */
  radii: Float32Array | null
  /** Rows joined as the Pareto front, in the order of x. */
  front: readonly number[]
  best: readonly number[]
  /** The trend as places: middle, lower and upper end of its interval. */
  trend: readonly { x: number; y: number; low: number; high: number }[]
  trendText: string
  /** A polygon in places: what is picked. */
  picked: readonly (readonly [number, number])[]
  inside: Uint8Array | null
  facts: (row: number) => { name: string; value: string }[]
}

export interface ScatterEvents {
  /** A box or a lasso as a polygon in places; null takes the choice away. */
  onPick(polygon: readonly (readonly [number, number])[] | null, isBox: boolean): void
}

/** Up to so many points each is drawn on its own; above, alpha falls and `points` draws. */
export const MANY = 5000
const ALPHA = 0.82
const RADIUS = 3.2
const RADIUS_MANY = 1.6
const REACH_PX = 14
const CELL_PX = 24
const DRAG_PX = 4
const DIMMED = 0.18

export class ScatterChart extends Picture<ScatterModel> {
  private readonly own: ScatterEvents
  private box: Box = { left: 0, top: 0, width: 1, height: 1 }
  private grid: Grid | null = null
  private cloud: { model: ScatterModel; box: Box; cloud: PointCloud } | null = null
  private drag: { path: [number, number][]; isLasso: boolean; isMoved: boolean } | null = null
  private readonly ends: (() => void)[]

  constructor(host: HTMLElement, options: PictureOptions, own: ScatterEvents) {
    super(host, options)
    this.own = own
    this.ends = [
      whenRestored(() => this.redraw()),
      onThemeChange(() => {
        this.cloud = null
      }),
    ]
    this.listen('pointerdown', event => this.pressed(event))
    this.listen('pointermove', event => this.moved(event))
    this.listen('pointerup', event => this.released(event))
    this.listen('pointercancel', () => this.left())
    this.listen('pointerleave', () => this.drag === null && this.left())
    this.listen('keydown', event => this.key(event))
    this.listen('blur', () => this.left())
  }

  override destroy(): void {
    for (const end of this.ends) end()
    super.destroy()
  }

  protected paint(pen: Pen, model: ScatterModel, size: Size): void {
    const box = boxOf(pen, size, model.y.ticks, { x: model.x.title, y: model.y.title })
    this.box = box
    paintAxes(pen, box, model.x, model.y, { x: model.x.title, y: model.y.title })
    this.paintTrend(pen, model)
    pen.save()
    pen.beginPath()
    pen.rect(box.left - 6, box.top - 6, box.width + 12, box.height + 12)
    pen.clip()
    if (!this.paintFast(pen, model, size)) this.paintPoints(pen, model)
    pen.restore()
    pen.globalAlpha = 1
    this.paintPath(pen, model, model.best, '--text-2', [3, 3], true)
    this.paintPath(pen, model, model.front, '--text-1', [], true)
    this.paintPicked(pen, model)
  }

  protected override draw(): void {
    super.draw()
    this.grid = null
    if (this.model) this.host.dataset.drawn = String(this.model.count)
  }

  protected override paintOver(ctx: CanvasRenderingContext2D, model: ScatterModel): void {
    const { run, source } = this.hover.value
    const row = run === null ? -1 : model.ids.indexOf(run)
    if (row >= 0) {
      const [x, y] = this.at(model, row)
      ctx.fillStyle = colourOf('--text-1')
      ctx.strokeStyle = colourOf('--panel')
      ctx.lineWidth = 2
      ctx.beginPath()
      ctx.arc(x, y, (model.radii?.[row] ?? RADIUS) + 2, 0, Math.PI * 2)
      ctx.fill()
      ctx.stroke()
    }
    if (this.drag?.isMoved) this.paintPolygon(ctx, this.shape(this.drag), true)
    if (row < 0 || source !== this.id) this.tip.hide()
  }

  private at(model: ScatterModel, row: number): [number, number] {
    const { left, top, width, height } = this.box
    return [left + (model.px[row] as number) * width, top + (1 - (model.py[row] as number)) * height]
  }

  private alpha(model: ScatterModel): number {
    return model.count <= MANY ? ALPHA : Math.max(0.06, ALPHA * Math.sqrt(MANY / model.count))
  }

  private colour(model: ScatterModel, row: number): string {
    return model.tones ? rampColour(model.tones[row] as number) : colourOf(model.tokenOf(row))
  }

  private paintPoints(pen: Pen, model: ScatterModel): void {
    const alpha = this.alpha(model)
    const plain = model.count > MANY ? RADIUS_MANY : RADIUS
    for (const isInside of model.inside ? [false, true] : [true]) {
      for (let row = 0; row < model.count; row++) {
        if (model.inside && Boolean(model.inside[row]) !== isInside) continue
        const [x, y] = this.at(model, row)
        pen.fillStyle = isInside ? this.colour(model, row) : colourOf('--text-3')
        pen.globalAlpha = isInside ? alpha : Math.min(alpha, DIMMED)
        pen.beginPath()
        pen.arc(x, y, model.radii?.[row] ?? plain, 0, Math.PI * 2)
        pen.fill()
      }
    }
  }

  /** All at once, where there are many and the pen is a canvas. */
  private paintFast(pen: Pen, model: ScatterModel, size: Size): boolean {
    if (model.count <= MANY || !(pen instanceof CanvasRenderingContext2D)) return false
    const ratio = pen.getTransform().a
    const { box } = this
    const isSame = this.cloud?.model === model && sameBox(this.cloud.box, box)
    if (!isSame) this.cloud = { model, box, cloud: this.cloudOf(model) }
    drawPoints(pen, (this.cloud as { cloud: PointCloud }).cloud, size.width, size.height, ratio)
    return true
  }

  private cloudOf(model: ScatterModel): PointCloud {
    const { count } = model
    const cloud: PointCloud = {
      count,
      x: new Float32Array(count),
      y: new Float32Array(count),
      sizes: new Float32Array(count),
      colours: new Uint8Array(count * 4),
    }
    const byName = new Map<string, [number, number, number]>()
    const byShade = new Map<number, [number, number, number]>()
    const grey = channels(colourOf('--text-3'))
    const alpha = this.alpha(model)
    for (let row = 0; row < count; row++) {
      const [x, y] = this.at(model, row)
      cloud.x[row] = x
      cloud.y[row] = y
      cloud.sizes[row] = 2 * (model.radii?.[row] ?? RADIUS_MANY)
      const isInside = model.inside === null || model.inside[row] === 1
      const [r, g, b] = isInside ? this.channelsOf(model, row, byName, byShade) : grey
      cloud.colours[row * 4] = r
      cloud.colours[row * 4 + 1] = g
      cloud.colours[row * 4 + 2] = b
      cloud.colours[row * 4 + 3] = 255 * (isInside ? alpha : Math.min(alpha, DIMMED))
    }
    return cloud
  }

  private channelsOf(
    model: ScatterModel,
    row: number,
    byName: Map<string, [number, number, number]>,
    byShade: Map<number, [number, number, number]>,
  ): [number, number, number] {
    if (model.tones) {
      const shade = shadeOf(model.tones[row] as number)
      let known = byShade.get(shade)
      if (!known) byShade.set(shade, (known = channels(rampColour(model.tones[row] as number))))
      return known
    }
    const token = model.tokenOf(row)
    let known = byName.get(token)
    if (!known) byName.set(token, (known = channels(colourOf(token))))
    return known
  }

  private paintTrend(pen: Pen, model: ScatterModel): void {
    const { trend } = model
    if (trend.length < 2) return
    const { left, top, width, height } = this.box
    const x = (place: number): number => left + place * width
    const y = (place: number): number => top + (1 - place) * height
    pen.save()
    pen.beginPath()
    pen.rect(left, top, width, height)
    pen.clip()
    pen.beginPath()
    trend.forEach((at, i) => (i === 0 ? pen.moveTo(x(at.x), y(at.high)) : pen.lineTo(x(at.x), y(at.high))))
    for (const at of trend.toReversed()) pen.lineTo(x(at.x), y(at.low))
    pen.closePath()
    pen.fillStyle = colourOf('--text-2')
    pen.globalAlpha = 0.12
    pen.fill()
    pen.globalAlpha = 1
    pen.strokeStyle = colourOf('--text-2')
    pen.lineWidth = 1.5
    pen.beginPath()
    trend.forEach((at, i) => (i === 0 ? pen.moveTo(x(at.x), y(at.y)) : pen.lineTo(x(at.x), y(at.y))))
    pen.stroke()
    pen.restore()
    pen.font = LABEL_FONT
    pen.textAlign = 'right'
    pen.textBaseline = 'alphabetic'
    pen.fillStyle = colourOf('--text-2')
    pen.fillText(model.trendText, left + width, top + 10)
  }

  /** Steps: between two points of a front, the worse of both holds. */
  private paintPath(
    pen: Pen,
    model: ScatterModel,
    rows: readonly number[],
    token: string,
    dash: number[],
    isRinged: boolean,
  ): void {
    if (rows.length === 0) return
    pen.strokeStyle = colourOf(token)
    pen.lineWidth = 1.4
    pen.setLineDash(dash)
    pen.beginPath()
    rows.forEach((row, i) => {
      const [x, y] = this.at(model, row)
      if (i === 0) pen.moveTo(x, y)
      else pen.lineTo(x, y)
    })
    pen.stroke()
    pen.setLineDash([])
    if (!isRinged) return
    for (const row of rows) {
      const [x, y] = this.at(model, row)
      pen.beginPath()
      pen.arc(x, y, (model.radii?.[row] ?? RADIUS) + 1.6, 0, Math.PI * 2)
      pen.stroke()
    }
  }

  private paintPicked(pen: Pen, model: ScatterModel): void {
    if (model.picked.length > 2) this.paintPolygon(pen, model.picked, false)
  }

  private paintPolygon(pen: Pen, polygon: readonly (readonly [number, number])[], isFilled: boolean): void {
    const { left, top, width, height } = this.box
    pen.beginPath()
    polygon.forEach(([px, py], i) => {
      const [x, y] = [left + px * width, top + (1 - py) * height]
      if (i === 0) pen.moveTo(x, y)
      else pen.lineTo(x, y)
    })
    pen.closePath()
    pen.fillStyle = pen.strokeStyle = colourOf('--accent')
    pen.globalAlpha = isFilled ? 0.12 : 0.05
    pen.fill()
    pen.globalAlpha = 1
    pen.lineWidth = 1
    pen.stroke()
  }

  // ---- pointer

  private toPlace({ x, y }: Point): [number, number] {
    const { left, top, width, height } = this.box
    const part = (value: number): number => Math.max(-0.02, Math.min(1.02, value))
    return [part((x - left) / width), part(1 - (y - top) / height)]
  }

  private shape({ path, isLasso }: { path: [number, number][]; isLasso: boolean }): [number, number][] {
    if (isLasso) return path
    const [a, b] = [path[0] as [number, number], path.at(-1) as [number, number]]
    return [a, [b[0], a[1]], b, [a[0], b[1]]]
  }

  private pressed(event: PointerEvent): void {
    if (!this.model || event.button !== 0) return
    const point = this.place(event)
    if (event.pointerType !== 'mouse') {
      this.point(point)
      return
    }
    this.drag = { path: [this.toPlace(point)], isLasso: event.shiftKey || event.altKey, isMoved: false }
  }

  private moved(event: PointerEvent): void {
    const { drag } = this
    const point = this.place(event)
    if (!drag) {
      this.point(point)
      return
    }
    const { width, height } = this.box
    const [first, now] = [drag.path[0] as [number, number], this.toPlace(point)]
    if (!drag.isMoved && Math.hypot((now[0] - first[0]) * width, (now[1] - first[1]) * height) > DRAG_PX) {
      drag.isMoved = true
      this.host.setPointerCapture(event.pointerId)
    }
    if (!drag.isMoved) return
    this.tip.hide()
    drag.path.push(now)
    this.redrawOver()
  }

  private released(event: PointerEvent): void {
    const { drag, model } = this
    this.drag = null
    if (!model || event.pointerType !== 'mouse') {
      this.left()
      return
    }
    if (drag?.isMoved) {
      this.own.onPick(this.shape(drag), !drag.isLasso)
      return
    }
    const { run, source } = this.hover.value
    if (run !== null && source === this.id) this.events.onOpenRun(run, event.ctrlKey || event.metaKey)
    else if (model.picked.length > 0) this.own.onPick(null, true)
  }

  private left(): void {
    this.drag = null
    this.hover.clear(this.id)
    this.redrawOver()
  }

  private point(point: Point): void {
    const { model } = this
    if (!model) return
    this.grid ??= new Grid(model, this.box)
    const row = this.grid.nearest(point.x, point.y, point.isTouch ? REACH_PX * 2 : REACH_PX)
    if (row < 0) this.hover.clear(this.id)
    else this.show(row, point.isTouch)
  }

  private show(row: number, isTouch: boolean): void {
    const model = this.model as ScatterModel
    const [x, y] = this.at(model, row)
    this.hover.set({ run: model.ids[row] as string, x: null, axis: '', source: this.id })
    this.tip.show({ head: model.names[row] as string, rows: model.facts(row) }, { x, y, isAbove: isTouch })
  }

  // ---- keyboard

  private sorted: { model: ScatterModel; rows: Uint32Array } | null = null

  private key(event: KeyboardEvent): void {
    const { model } = this
    if (!model || model.count === 0 || event.ctrlKey || event.metaKey || event.altKey) return
    if (this.sorted?.model !== model) {
      const rows = Uint32Array.from({ length: model.count }, (_, i) => i)
      rows.sort((a, b) => (model.px[a] as number) - (model.px[b] as number))
      this.sorted = { model, rows }
    }
    const { rows } = this.sorted
    const { run } = this.hover.value
    const now = run === null ? -1 : rows.findIndex(row => model.ids[row] === run)
    const stride = event.shiftKey ? Math.max(1, Math.round(model.count / 20)) : 1
    let next = now
    if (event.key === 'ArrowRight' || event.key === 'ArrowUp') next = now + stride
    else if (event.key === 'ArrowLeft' || event.key === 'ArrowDown') next = now < 0 ? model.count - 1 : now - stride
    else if (event.key === 'Home') next = 0
    else if (event.key === 'End') next = model.count - 1
    else if (event.key === 'o' && run !== null) this.events.onOpenRun(run, false)
    else if (event.key === 'Delete' || event.key === 'Backspace') this.own.onPick(null, true)
    else return
    event.preventDefault()
    event.stopPropagation()
    if (next === now) return
    const row = rows[Math.max(0, Math.min(model.count - 1, next))] as number
    this.show(row, false)
    const facts = model.facts(row).map(({ name, value }) => `${name} ${value}`)
    this.events.onSpeak(`${model.names[row]}, ${facts.join(', ')}`)
  }
}

/** Points by cells of the plot, so that finding one under the pointer looks at a few of a million. */
class Grid {
  private readonly model: ScatterModel
  private readonly box: Box
  private readonly columns: number
  private readonly heads: Int32Array
  private readonly next: Int32Array

  constructor(model: ScatterModel, box: Box) {
    this.model = model
    this.box = box
    this.columns = Math.ceil(box.width / CELL_PX) + 2
    const rows = Math.ceil(box.height / CELL_PX) + 2
    this.heads = new Int32Array(this.columns * rows).fill(-1)
    this.next = new Int32Array(model.count)
    for (let i = 0; i < model.count; i++) {
      const cell = this.cellOf(...this.pixel(i))
      this.next[i] = this.heads[cell] as number
      this.heads[cell] = i
    }
  }

  private pixel(row: number): [number, number] {
    const { left, top, width, height } = this.box
    return [left + (this.model.px[row] as number) * width, top + (1 - (this.model.py[row] as number)) * height]
  }

  private cellOf(x: number, y: number): number {
    const column = Math.max(0, Math.min(this.columns - 1, Math.floor((x - this.box.left) / CELL_PX) + 1))
    const row = Math.max(0, Math.floor((y - this.box.top) / CELL_PX) + 1)
    return Math.min(this.heads.length - 1, row * this.columns + column)
  }

  nearest(x: number, y: number, reach: number): number {
    let best = -1
    let away = reach
    for (let dx = -reach; dx <= reach; dx += Math.min(CELL_PX, reach)) {
      for (let dy = -reach; dy <= reach; dy += Math.min(CELL_PX, reach)) {
        for (let row = this.heads[this.cellOf(x + dx, y + dy)] as number; row >= 0; row = this.next[row] as number) {
          const [px, py] = this.pixel(row)
          const distance = Math.hypot(px - x, py - y)
          if (distance < away) [away, best] = [distance, row]
        }
      }
    }
    return best
  }
}

const sameBox = (a: Box, b: Box): boolean =>
  a.left === b.left && a.top === b.top && a.width === b.width && a.height === b.height

/** Which rows lie within a polygon of places (even-odd). */
export function insidePolygon(
  polygon: readonly (readonly [number, number])[],
  px: ArrayLike<number>,
  py: ArrayLike<number>,
): Uint8Array {
  const inside = new Uint8Array(px.length)
  for (let i = 0; i < px.length; i++) {
    const [x, y] = [px[i] as number, py[i] as number]
    let isIn = false
    for (let a = 0, b = polygon.length - 1; a < polygon.length; b = a++) {
      const [ax, ay] = polygon[a] as [number, number]
      const [bx, by] = polygon[b] as [number, number]
      if (ay > y !== by > y && x < ((bx - ax) * (y - ay)) / (by - ay) + ax) isIn = !isIn
    }
    inside[i] = isIn ? 1 : 0
  }
  return inside
}
