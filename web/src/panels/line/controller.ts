/**
 * One line panel at work: watches its series, prepares them and hands them to its chart. Not React: what arrives from a live run
 * passes from the store to the canvas through here, and no component renders.
 */

import { LineChart } from '../../charts/lineChart'
import type { Axis, Scope } from '../../data/metricStore'
import { placeOf } from '../../data/metricStore'
import type { SeriesData } from '../../data/series'
import type { Watched } from '../../data/seriesLoader'
import type { DrawnRun, PanelServices, PanelSettings } from '../context'
import { type Pill, type Prepared, prepareLines } from './prepare'
import { channelOf, isLogPanel, lineTitle, type LinePanel, metricOf } from './schema'

export interface LineWish {
  panel: LinePanel
  runs: readonly DrawnRun[]
  settings: PanelSettings
}

/** `waiting`: nothing to show yet. `empty`: no drawn run has the metric. */
export type LineStatus = 'waiting' | 'empty' | 'ready' | 'failed'

export interface LineOutlets {
  onStatus(status: LineStatus, error: unknown): void
  /** Called with every new picture: to be written to the page directly. */
  onFacts(pills: readonly Pill[], summary: string): void
  onZoom(axis: Axis, range: [number, number]): void
  onZoomReset(): void
  onSpeak(text: string): void
}

const LABEL_ROOM_PX = 340
const BUCKETS_STEP = 500
const BUCKETS_MAX = 2000
/** Up to so many runs, short ones are asked for with room for every point. */
const FEW_RUNS = 25

/** A bucket per pixel column or a little more, in coarse steps so that dragging a divider asks for nothing. */
export function bucketsFor(widthPx: number, runCount: number): number {
  const least = runCount <= FEW_RUNS ? 2 * BUCKETS_STEP : BUCKETS_STEP
  return Math.max(least, Math.min(BUCKETS_MAX, Math.ceil(widthPx / BUCKETS_STEP) * BUCKETS_STEP))
}

export function axisOf(panel: LinePanel, settings: PanelSettings): Axis {
  return channelOf(panel) === 'system' && settings.axis !== 'time' ? 'relative' : settings.axis
}

export class LineController {
  private readonly host: HTMLElement
  private readonly services: PanelServices
  private readonly outlets: LineOutlets
  private readonly chart: LineChart
  private wish: LineWish
  private watched: Watched | null = null
  private unsubscribe: () => void = () => undefined
  private buckets = 0
  private status: LineStatus | null = null
  private readonly resize: ResizeObserver
  private readonly sight: IntersectionObserver
  private isOnScreen = true
  private isStale = false
  prepared: Prepared | null = null

  constructor(host: HTMLElement, services: PanelServices, wish: LineWish, outlets: LineOutlets) {
    this.host = host
    this.services = services
    this.wish = wish
    this.outlets = outlets
    this.chart = new LineChart(host, {
      id: wish.panel.id,
      hover: services.hover,
      events: {
        onZoom: range => outlets.onZoom(axisOf(this.wish.panel, this.wish.settings), range),
        onZoomReset: () => outlets.onZoomReset(),
        onSpeak: text => outlets.onSpeak(text),
      },
    })
    this.resize = new ResizeObserver(() => {
      if (bucketsFor(host.clientWidth, this.wish.runs.length) > this.buckets) this.ask()
    })
    this.resize.observe(host)
    this.sight = new IntersectionObserver(entries => {
      this.isOnScreen = entries.at(-1)?.isIntersecting ?? true
      if (this.isOnScreen && this.isStale) this.draw()
    })
    this.sight.observe(host)
    this.ask()
  }

  set(wish: LineWish): void {
    this.wish = wish
    this.ask()
  }

  retry(): void {
    this.watched?.retry()
  }

  destroy(): void {
    this.resize.disconnect()
    this.sight.disconnect()
    this.unsubscribe()
    this.watched?.stop()
    this.chart.destroy()
  }

  toCanvas(): HTMLCanvasElement {
    return this.chart.toCanvas()
  }

  scope(isZoomed = true): Scope {
    const { panel, settings } = this.wish
    const axis = axisOf(panel, settings)
    const { zoom } = settings
    const window = isZoomed && zoom?.axis === axis ? ([zoom.from, zoom.to] as const) : null
    return { channel: channelOf(panel), axis, window }
  }

  private ask(): void {
    const { panel, runs } = this.wish
    const scope = this.scope()
    this.buckets = bucketsFor(this.host.clientWidth, runs.length)
    const view = { scope, key: metricOf(panel), runs: runs.map(run => run.id), buckets: this.buckets }
    if (this.watched) this.watched.update(view)
    else this.watched = this.services.loader.watch(view)
    this.unsubscribe()
    const places = view.runs.map(run => placeOf(scope, run, metricOf(panel)))
    this.unsubscribe = this.services.store.subscribe(places, () => this.drawSoon())
    this.draw()
  }

  /** News of a panel that is mounted but not on screen waits until it is: the next one may come before anybody looks. */
  private drawSoon(): void {
    if (this.isOnScreen || !this.prepared?.model.series.length) this.draw()
    else this.isStale = true
  }

  private draw(): void {
    this.isStale = false
    const { panel, runs, settings } = this.wish
    const { store } = this.services
    const scope = this.scope()
    const whole = scope.window ? this.scope(false) : null
    let waiting = 0
    let error: unknown = null
    const dataOf = (run: string): SeriesData | null => {
      const slot = store.get(placeOf(scope, run, metricOf(panel)))
      if (slot?.status === 'failed') error ??= slot.error
      if (slot?.data) return slot.data
      if (slot?.status !== 'failed') waiting++
      // Until the finer buckets come, the coarse ones stay: zooming never blanks the picture.
      return whole ? (store.get(placeOf(whole, run, metricOf(panel)))?.data ?? null) : null
    }
    const prepared = prepareLines({
      title: lineTitle(panel),
      axis: scope.axis,
      runs,
      dataOf,
      smoothing: panel.channel === 'system' ? 0 : settings.smoothing,
      isLog: isLogPanel(panel),
      window: scope.window,
      hasRoom: this.host.clientWidth >= LABEL_ROOM_PX,
    })
    const isDrawn = prepared.model.series.length > 0
    // Another axis, nothing of it here yet: what is drawn stays until it can be replaced.
    if (!isDrawn && waiting > 0 && this.prepared?.model.series.length) return
    this.prepared = prepared
    this.chart.set(prepared.model, scope.axis)
    this.outlets.onFacts(prepared.pills, prepared.summary)
    this.report(isDrawn ? 'ready' : error !== null ? 'failed' : waiting > 0 ? 'waiting' : 'empty', error)
  }

  private report(status: LineStatus, error: unknown): void {
    if (status === this.status) return
    this.status = status
    this.outlets.onStatus(status, error)
  }
}
