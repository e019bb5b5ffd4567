/**
 * One line panel at work: watches its series, prepares them and hands them to its charts. Not React: what arrives from a live run
 * passes from the store to the canvas through here, and no component renders.
 */

import type { LineModel, Range } from '../../charts/model'
import type { DecodedGroup } from '../../data/arrow'
import { metricKeys, type MetricKeys } from '../../data/keys'
import { liveHub } from '../../data/live/browser'
import { type Axis, placeOf, type Scope, scopeName } from '../../data/metricStore'
import type { SeriesData } from '../../data/series'
import type { Watched } from '../../data/seriesLoader'
import { axisKind, type DrawnRun, type PanelServices, type PanelSettings, type RunSetQuestion } from '../context'
import { Charts } from './charts'
import { GroupsReader } from './groups'
import { alertsOf, checkpointsOf, happeningsOf, marksOf, turnMarks, turnsOf } from './happenings'
import { readTemplate } from './legend'
import { commentCountsOf } from './threads'
import { type Line, type Pill, type Prepared, prepareLines } from './prepare'
import { axisOf, bucketsOf, groupsQuestion, scopeOf } from './question'
import { runFacts } from './runFacts'
import {
  channelOf,
  type DrawnKeys,
  type Groups,
  groupsOf,
  hasPattern,
  keysOf,
  lineTitle,
  type LinePanel,
} from './schema'

export interface LineWish {
  panel: LinePanel
  runs: readonly DrawnRun[]
  settings: PanelSettings
  isFull: boolean
  runSet: RunSetQuestion
  /** The region to be marked. */
  region: string | null
}

/** `waiting`: nothing to show yet. `empty`: no drawn run has the metric. `fault`: a pattern or expression does not read. */
export type LineStatus = 'waiting' | 'empty' | 'ready' | 'failed'

export interface LineOutlets {
  onStatus(status: LineStatus, error: unknown): void
  /** Called with every new picture: to be written to the page directly. */
  onFacts(pills: readonly Pill[], summary: string): void
  onZoom(axis: Axis, range: Range, replace: boolean): void
  onZoomY(range: Range | null): void
  onZoomReset(): void
  onRegion(axis: Axis, range: Range): void
  onRegionOpen(id: string): void
  onOpenRun(run: string, isNewTab: boolean): void
  onFollow(href: string, isNewTab: boolean): void
  onCopy(text: string): void
  onSpeak(text: string): void
}

const LABEL_ROOM_PX = 280
/** What is dragged is asked for once the hand rests. */
const DRAG_MS = 160
const VIEW_MS = 280
/** Silence of a lost connection that is worth a word. */
const STALE_MS = 10_000
const ODD_NAMES = { nan: 'NaN', posinf: '+∞', neginf: '−∞' }
const NO_KEYS: DrawnKeys = { keys: [], faults: [], leftOutCount: 0 }

export class LineController {
  private readonly host: HTMLElement
  private readonly services: PanelServices
  private readonly outlets: LineOutlets
  private readonly charts: Charts
  private readonly names: MetricKeys
  private readonly groupsReader: GroupsReader
  private readonly stops: (() => void)[] = []
  private wish: LineWish
  private keys: DrawnKeys = NO_KEYS
  private groups: Groups | null = null
  private watched: Watched | null = null
  private unsubscribe: () => void = () => undefined
  private stopNames: (() => void) | null = null
  private stopAlerts: (() => void) | null = null
  private stopThreads: (() => void) | null = null
  private buckets = 0
  private status: LineStatus | null = null
  private statusError: unknown = null
  private isOnScreen = true
  private isStale = false
  /** The scope of the last picture that was whole: it stays until its successor's data are here. */
  private shown: Scope | null = null
  /** Where a hand that still moves looks; the page is told when it rests. */
  private view: { x: Range; isFirst: boolean } | null = null
  private viewTimer: ReturnType<typeof setTimeout> | undefined
  private askTimer: ReturnType<typeof setTimeout> | undefined
  private staleTimer: ReturnType<typeof setTimeout> | undefined
  private readonly past: { zoom: PanelSettings['zoom']; y: Range | null }[] = []
  prepared: Prepared | null = null

  constructor(host: HTMLElement, services: PanelServices, wish: LineWish, outlets: LineOutlets) {
    this.host = host
    this.services = services
    this.wish = wish
    this.outlets = outlets
    this.names = metricKeys(services, channelOf(wish.panel) === 'system' ? 'system' : 'metric')
    this.groupsReader = new GroupsReader(services.api, () => this.drawSoon())
    this.charts = new Charts(host, {
      id: wish.panel.id,
      hover: services.hover,
      events: {
        onZoom: (x, y) => this.zoomed(x, y),
        onView: x => this.viewed(x),
        onZoomReset: () => this.reset(),
        onRegion: x => outlets.onRegion(this.axis, x),
        onRegionOpen: id => outlets.onRegionOpen(id),
        onOpenRun: (run, isNewTab) => outlets.onOpenRun(run, isNewTab),
        onFollow: (href, isNewTab) => outlets.onFollow(href, isNewTab),
        onCopy: text => outlets.onCopy(text),
        onSpeak: text => outlets.onSpeak(text),
      },
    })
    const resize = new ResizeObserver(() => {
      if (this.bucketsNow() > this.buckets) this.ask()
    })
    resize.observe(host)
    const sight = new IntersectionObserver(entries => {
      this.isOnScreen = entries.at(-1)?.isIntersecting ?? true
      if (this.isOnScreen && this.isStale) this.draw()
    })
    sight.observe(host)
    this.stops.push(
      () => resize.disconnect(),
      () => sight.disconnect(),
      liveHub().subscribe(() => this.connectionChanged()),
      services.loader.onKeys(() => this.groups && this.groupsReader.news()),
    )
    this.ask()
  }

  get axis(): Axis {
    return axisOf(this.wish.panel, this.wish.settings)
  }

  get canZoomBack(): boolean {
    return this.past.length > 0
  }

  set(wish: LineWish): void {
    const before = this.wish
    this.wish = wish
    if (before.settings.zoom !== wish.settings.zoom) this.view = null
    const isDragged =
      before.settings.smoothing !== wish.settings.smoothing && before.panel === wish.panel && before.runs === wish.runs
    clearTimeout(this.askTimer)
    // Every place of a dragged slider would be a request; the picture before it stays meanwhile.
    if (isDragged && this.prepared) this.askTimer = setTimeout(() => this.ask(), DRAG_MS)
    else this.ask()
  }

  retry(): void {
    this.watched?.retry()
    if (this.groups) this.ask()
  }

  destroy(): void {
    clearTimeout(this.viewTimer)
    clearTimeout(this.askTimer)
    clearTimeout(this.staleTimer)
    for (const stop of this.stops) stop()
    this.unsubscribe()
    this.stopNames?.()
    this.stopAlerts?.()
    this.stopThreads?.()
    this.groupsReader.stop()
    this.watched?.stop()
    this.charts.destroy()
  }

  /** The next brush over x marks a region. */
  mark(isMarking: boolean): void {
    this.charts.mark(isMarking)
  }

  scope(): Scope {
    return scopeOf(this.wish.panel, this.wish.settings)
  }

  drawnKeys(): DrawnKeys {
    return this.keys
  }

  drawnGroups(): Groups | null {
    return this.groups
  }

  groupsDrawn(): readonly DecodedGroup[] {
    return this.groupsReader.state.groups
  }

  /** The first place of the picture where a value is not finite. */
  firstOdd(): { x: number; run: string; what: string } | null {
    let first: { x: number; run: string; what: string } | null = null
    for (const { model } of this.prepared?.pictures ?? []) {
      for (const { run, odd } of model.series) {
        const [at] = odd
        if (at && (!first || at.x < first.x)) first = { x: at.x, run, what: ODD_NAMES[at.kind] }
      }
    }
    return first
  }

  /** Zooms to about a place and puts the crosshair there. */
  lookAt(x: number, run: string): void {
    const [low, high] = this.prepared?.pictures[0]?.model.x ?? [x - 50, x + 50]
    const isStep = axisKind(this.axis) === 'step'
    const half = Math.max(isStep ? 20 : 0, (high - low) / 40)
    const from = isStep ? Math.max(0, Math.floor(x - half)) : x - half
    this.remember()
    this.outlets.onZoom(this.axis, [from, isStep ? Math.ceil(x + half) : x + half], false)
    this.services.hover.set({ run, x, axis: this.axis, source: this.wish.panel.id })
  }

  get bucketCount(): number {
    return this.buckets
  }

  // ---- zoom

  zoomBack(): void {
    const before = this.past.pop()
    if (!before) return
    const { zoom } = before
    if (zoom) this.outlets.onZoom(zoom.axis, [zoom.from, zoom.to], false)
    else this.outlets.onZoomReset()
    if ((this.wish.panel.y_zoom ?? null) !== before.y) this.outlets.onZoomY(before.y)
  }

  reset(): void {
    this.past.length = 0
    this.view = null
    clearTimeout(this.viewTimer)
    this.outlets.onZoomReset()
    if (this.wish.panel.y_zoom) this.outlets.onZoomY(null)
    this.draw()
  }

  private remember(): void {
    this.past.push({ zoom: this.wish.settings.zoom, y: this.wish.panel.y_zoom ?? null })
  }

  private zoomed(x: Range | null, y: Range | null): void {
    this.remember()
    if (x) this.outlets.onZoom(this.axis, x, false)
    if (y) this.outlets.onZoomY(y)
  }

  /** The picture moves with the hand from what is here; finer data are asked for when the hand rests. */
  private viewed(x: Range): void {
    if (!this.view) {
      this.remember()
      this.view = { x, isFirst: true }
    } else this.view.x = x
    this.draw()
    clearTimeout(this.viewTimer)
    this.viewTimer = setTimeout(() => {
      const { view } = this
      if (!view) return
      const whole = axisKind(this.axis) === 'step'
      const range: Range = whole ? [Math.max(0, Math.floor(view.x[0])), Math.ceil(view.x[1])] : view.x
      this.outlets.onZoom(this.axis, range, !view.isFirst)
    }, VIEW_MS)
  }

  // ---- asking

  private bucketsNow(): number {
    const { runs, settings, isFull } = this.wish
    const lineCount = runs.length * Math.max(1, this.keys.keys.length)
    return bucketsOf(settings, { widthPx: this.host.clientWidth, lineCount, isFull })
  }

  private ask(): void {
    const { panel, runs, settings, runSet } = this.wish
    const { api, loader, store } = this.services
    this.followNames(hasPattern(panel))
    this.followAlerts(panel.has_alerts !== false && channelOf(panel) === 'history')
    this.followThreads((panel.regions ?? []).map(region => region.id))
    this.keys = keysOf(panel, this.names.names)
    this.groups = channelOf(panel) === 'system' ? null : groupsOf(panel, runSet.group)
    this.buckets = this.bucketsNow()
    const scope = this.scope()
    const keys = this.keys.keys.map(({ key }) => key)
    const template = readTemplate(settings.legend)
    if (template && template.keys.length > 0)
      runFacts(api).want(
        runs.map(run => run.id),
        template.keys,
        () => this.drawSoon(),
      )
    const isOneByOne = this.groups === null || this.groups.hasMembers
    if (this.groups && keys.length > 0)
      this.groupsReader.ask(groupsQuestion(this.groups, keys, scope, runSet, settings.buckets))
    else this.groupsReader.stop()
    const view = { scope, keys: isOneByOne ? keys : [], runs: runs.map(run => run.id), buckets: this.buckets }
    if (this.watched) this.watched.update(view)
    else this.watched = loader.watch(view)
    this.unsubscribe()
    const places = view.runs.flatMap(run => view.keys.map(key => placeOf(scope, run, key)))
    this.unsubscribe = store.subscribe(places, () => this.drawSoon())
    this.draw()
  }

  private followNames(isWanted: boolean): void {
    if (isWanted) this.stopNames ??= this.names.subscribe(() => this.ask())
    else {
      this.stopNames?.()
      this.stopNames = null
    }
  }

  private followAlerts(isWanted: boolean): void {
    if (isWanted) {
      const [checkpoints, turns] = [checkpointsOf(this.services.api), turnsOf(this.services.api)]
      const runs = this.wish.runs.map(run => run.id)
      checkpoints.want(runs)
      turns.want(runs)
      if (this.stopAlerts) return
      const all = [alertsOf(this.services.api), checkpoints, turns]
      const stops = all.map(each => each.subscribe(() => this.drawSoon()))
      this.stopAlerts = () => stops.forEach(stop => stop())
    } else {
      this.stopAlerts?.()
      this.stopAlerts = null
    }
  }

  private followThreads(regions: readonly string[]): void {
    const counts = commentCountsOf(this.services.api)
    if (regions.length > 0) {
      counts.want(regions)
      this.stopThreads ??= counts.subscribe(() => this.drawSoon())
    } else {
      this.stopThreads?.()
      this.stopThreads = null
    }
  }

  private connectionChanged(): void {
    clearTimeout(this.staleTimer)
    this.staleTimer = undefined
    if (liveHub().getState().status === 'stale') {
      this.staleTimer = setTimeout(() => this.connectionChanged(), STALE_MS)
      this.drawSoon()
    } else if (this.prepared?.pictures.some(({ model }) => model.staleFrom !== null)) this.drawSoon()
  }

  private staleS(): number | null {
    const { status, heardAt } = liveHub().getState()
    if (status !== 'stale' || heardAt === 0 || !this.wish.runs.some(run => run.isLive)) return null
    const ms = Date.now() - heardAt
    return ms >= STALE_MS ? ms / 1000 : null
  }

  // ---- drawing

  /** News of a panel that is mounted but not on screen waits until it is: the next one may come before anybody looks. */
  private drawSoon(): void {
    if (this.isOnScreen || !this.hasPicture) this.draw()
    else this.isStale = true
  }

  private get hasPicture(): boolean {
    return this.prepared?.pictures.some(({ model }) => model.series.length > 0) ?? false
  }

  private draw(): void {
    this.isStale = false
    const { panel, runs, settings } = this.wish
    const scope = this.scope()
    const { lines, waiting, error } = this.groups ? this.groupLines(scope) : this.runLines(scope)
    const window = this.view?.x ?? scope.window
    const counts = commentCountsOf(this.services.api)
    const prepared = prepareLines({
      title: lineTitle(panel),
      axis: scope.axis,
      xScale: scope.isLogX ? 'log' : settings.x_scale,
      lines,
      runCount: runs.length,
      keyCount: this.keys.keys.length,
      groups: this.groups,
      smoothing: scope.smoothing ? { kind: settings.smoothing_kind, strength: settings.smoothing } : null,
      isRawBehind: settings.is_raw_behind,
      method: settings.method,
      bounds: settings.bounds,
      outliers: settings.outliers,
      yScale: panel.y_scale ?? 'linear',
      yRange: panel.y_range ?? [null, null],
      y2Scale: panel.y2_scale ?? 'linear',
      y2Range: panel.y2_range ?? [null, null],
      yZoom: panel.y_zoom ?? null,
      draw: panel.draw ?? 'line',
      styles: panel.styles ?? {},
      template: readTemplate(settings.legend),
      valueOf: runFacts(this.services.api).valueOf,
      window,
      openWindow: settings.window,
      regions: (panel.regions ?? [])
        .filter(region => region.axis === scope.axis)
        .map(({ id, from_x: from, to_x: to, name = '' }) => {
          const isMarked = id === this.wish.region
          return { id, from, to, name, comments: counts.of(id), isMarked }
        }),
      happenings:
        panel.has_alerts === false || channelOf(panel) === 'system'
          ? []
          : [
              ...turnMarks(turnsOf(this.services.api).all, runs, axisKind(scope.axis)),
              ...marksOf(checkpointsOf(this.services.api).all, runs, axisKind(scope.axis)),
              ...happeningsOf(alertsOf(this.services.api).all, runs, axisKind(scope.axis)),
            ],
      staleS: this.staleS(),
      hasRoom: this.host.clientWidth >= LABEL_ROOM_PX,
      isFull: this.wish.isFull,
      isSmallMultiples: panel.is_small_multiples ?? false,
      leftOutKeys: this.keys.leftOutCount,
      leftOutRuns: this.groups ? this.groupsReader.state.leftOutRuns : 0,
    })
    const isDrawn = prepared.pictures.some(({ model }) => model.series.length > 0)
    // Another axis, nothing of it here yet: what is drawn stays until it can be replaced.
    if (!isDrawn && waiting > 0 && this.hasPicture) return
    if (waiting === 0) this.shown = scope
    this.prepared = prepared
    // Axes without anything on them would be a lie while the answer is on its way.
    if (isDrawn || waiting === 0 || !this.charts.isEmpty) this.charts.set(prepared.pictures, scope.axis)
    this.outlets.onFacts(prepared.pills, prepared.summary)
    const isLooking = hasPattern(panel) && !this.names.isRead
    if (isDrawn) this.report('ready', null)
    else if (error !== null) this.report('failed', error)
    else this.report(waiting > 0 || isLooking ? 'waiting' : 'empty', null)
  }

  private runLines(scope: Scope, isFaint = false): { lines: Line[]; waiting: number; error: unknown } {
    const { runs } = this.wish
    const { store } = this.services
    const others = this.fallbacks(scope)
    const lines: Line[] = []
    let waiting = 0
    let error: unknown = null
    const dataOf = (run: string, key: string): SeriesData | null => {
      const slot = store.get(placeOf(scope, run, key))
      if (slot?.status === 'failed') error ??= slot.error
      if (slot?.data) return slot.data
      if (slot?.status !== 'failed') waiting++
      // Until the finer buckets come, the coarse ones stay: zooming never blanks the picture.
      for (const other of others) {
        const data = store.get(placeOf(other, run, key))?.data
        if (data) return data
      }
      return null
    }
    for (const key of this.keys.keys) {
      for (const run of runs) {
        const data = dataOf(run.id, key.key)
        if (data) lines.push({ key, data, run, ...(isFaint ? { isFaint } : {}) })
      }
    }
    return { lines, waiting, error }
  }

  /** Scopes of the same axis whose data may stand in. */
  private fallbacks(scope: Scope): Scope[] {
    const name = scopeName(scope)
    const whole = scopeOf(this.wish.panel, this.wish.settings, false)
    return [this.shown, whole].filter(
      (other): other is Scope => other !== null && other.axis === scope.axis && scopeName(other) !== name,
    )
  }

  private groupLines(scope: Scope): { lines: Line[]; waiting: number; error: unknown } {
    const { groups, members: all, error, isWaiting } = this.groupsReader.state
    const labels = [...new Set(groups.map(group => group.label))]
    // Colours go by name, as in the run list: whichever group comes first today keeps its colour tomorrow.
    const places = labels.toSorted()
    const lines: Line[] = this.groups?.hasMembers ? this.runLines(scope, true).lines : []
    for (const key of this.keys.keys) {
      for (const group of groups) {
        if (group.key !== key.key) continue
        const { label, runCount, data } = group
        const members = all.get(label) ?? []
        lines.push({ key, data, run: null, group: { label, place: places.indexOf(label), runCount, members } })
      }
    }
    return { lines, waiting: isWaiting ? 1 : 0, error }
  }

  private report(status: LineStatus, error: unknown): void {
    if (status === this.status && error === this.statusError) return
    this.status = status
    this.statusError = error
    this.outlets.onStatus(status, error)
  }

  /** The pictures as drawn now, for files. */
  get models(): readonly { title: string; model: LineModel }[] {
    return this.prepared?.pictures ?? []
  }
}
