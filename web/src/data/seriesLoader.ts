/**
 * Asks the server for the series that are on screen, and only for those: whole ones when a panel comes into view, and what
 * followed the last known step when a hint says that a run has news. The store holds the answers.
 */

import type { DecodedSeries } from './arrow'
import { ApiError } from './client'
import {
  type Axis,
  type Channel,
  isExpressionAxis,
  type MetricStore,
  placeOf,
  type Scope,
  scopeName,
} from './metricStore'
import { EMPTY_SERIES, type SeriesData, tail } from './series'

/** The body of `POST …/series/query`. */
export interface SeriesRequest {
  runs: string[]
  keys: string[]
  x: 'step' | 'time' | 'relative' | 'metric' | 'expression'
  x_key?: string
  x_expression?: string
  x_scale?: 'linear' | 'log'
  smoothing?: { kind: string; strength: number }
  method?: string
  window?: readonly [number, number]
  since?: number
  buckets: number
  channel: Channel
}

/** The body of `POST …/series/groups`: lines of groups of runs. */
export interface GroupsRequest {
  groups: { label: string; runs: string[] }[]
  keys: string[]
  x: SeriesRequest['x']
  x_key?: string
  x_expression?: string
  x_scale?: 'linear' | 'log'
  window?: readonly [number, number]
  buckets: number
  middle: string
  band: string
  quantiles?: readonly [number, number]
  ended: 'drop' | 'hold'
  smoothing?: { kind: string; strength: number }
  channel: Channel
}

export type ReadSeries = (request: SeriesRequest, signal: AbortSignal) => Promise<DecodedSeries[]>

/** What one panel shows. A key that begins with `=` is an expression. */
export interface SeriesView {
  scope: Scope
  keys: readonly string[]
  runs: readonly string[]
  buckets: number
}

export interface Watched {
  /** Show something else from now on. */
  update(view: SeriesView): void
  /** Ask again for what failed. */
  retry(): void
  stop(): void
}

interface Task {
  scope: Scope
  keys: string[]
  runs: string[]
  buckets: number
  viewers: Set<Entry>
  abort: AbortController
}

interface Entry {
  view: SeriesView
}

/** Requests at once: browsers allow six connections to a server, and the hints and the run list need two. */
const PARALLEL = 4
/** Runs whose last steps lie this close are asked for together; rows known already are dropped. */
const SPREAD: Record<Channel, number> = { history: 500, system: 600_000 }
/** Between two live reads, so that a run logging 1,000 rows a second costs as much as one logging one. */
const LIVE_INTERVAL_MS = 1000
/** After a hint, its neighbours are waited for this long, again after each: runs that log together are read and drawn together. */
const LIVE_SETTLE_MS = 250
/** Between two live reads of what must be read as a whole: smoothed, sampled and computed series. */
const WHOLE_INTERVAL_MS = 3000
/** After a live read that failed. */
const AGAIN_MS = 5000
/** Names that a hint holds at most. */
const HINT_KEYS = 100
/** Series of one request: an answer of 50 × 1,000 buckets is about 2 MB. */
const SERIES_PER_REQUEST = 50

/** Whether what followed can be laid behind what is here. Otherwise earlier rows change too. */
export function isAppendable(scope: Scope, key: string): boolean {
  return (
    (scope.axis === 'step' || scope.axis === 'relative' || scope.axis === 'time') &&
    scope.smoothing === undefined &&
    scope.method === undefined &&
    scope.isLogX !== true &&
    !key.startsWith('=')
  )
}

export function requestAxis(axis: Axis): Pick<SeriesRequest, 'x' | 'x_key' | 'x_expression'> {
  if (isExpressionAxis(axis)) return { x: 'expression', x_expression: axis }
  return axis.startsWith('metric:')
    ? { x: 'metric', x_key: axis.slice(7) }
    : { x: axis as 'step' | 'time' | 'relative' }
}

export class SeriesLoader {
  private readonly entries = new Set<Entry>()
  private readonly tasks = new Map<string, Task>()
  private queue: Task[] = []
  private running = 0
  private readonly news = new Map<string, { step: number; keys: Set<string> | null }>()
  private liveTimer: ReturnType<typeof setTimeout> | undefined
  private lastLiveAt = 0
  /**
   * What hints said of runs, for series that nobody looks at then: when, in milliseconds since the epoch, up to which step, and when
   * a step last lay before an earlier one. `gapAt`: hints of any run may have been missed.
   */
  private readonly heard = new Map<string, { at: number; step: number; backAt: number }>()
  private gapAt = 0
  /** When the oldest hint that waits came, and the newest. */
  private newsFrom = 0
  private newsUntil = 0
  private isLiveReading = false
  private lastWholeAt = 0
  /** After a live read failed, none is begun before this. */
  private againAt = 0
  private readonly keyListeners = new Set<(keys: readonly string[]) => void>()
  private isPaused = false
  private isClosed = false
  private readonly closing = new AbortController()
  private readonly store: MetricStore
  private readonly read: ReadSeries
  private readonly now: () => number

  constructor(store: MetricStore, read: ReadSeries, now: () => number = () => performance.now()) {
    this.store = store
    this.read = read
    this.now = now
  }

  watch(view: SeriesView): Watched {
    const entry: Entry = { view }
    this.entries.add(entry)
    this.ensure(entry)
    return {
      update: next => {
        entry.view = next
        this.release(entry)
        this.ensure(entry)
      },
      retry: () => this.ensure(entry),
      stop: () => {
        this.entries.delete(entry)
        this.release(entry)
      },
    }
  }

  /** Calls `listener` with the metrics that each hint names. Returns how to stop that. */
  onKeys(listener: (keys: readonly string[]) => void): () => void {
    this.keyListeners.add(listener)
    return () => this.keyListeners.delete(listener)
  }

  /** A run has rows up to `step` (−1: unknown). `keys` empty: any of its metrics. */
  hint(run: string, step: number, keys: readonly string[]): void {
    this.newsUntil = this.now()
    if (keys.length > 0) for (const listener of this.keyListeners) listener(keys)
    const before = this.heard.get(run)
    const at = Date.now()
    const isBack = before !== undefined && step >= 0 && step < before.step
    this.heard.set(run, {
      at,
      step: step >= 0 ? step : (before?.step ?? -1),
      backAt: isBack ? at : (before?.backAt ?? 0),
    })
    // A hint names no more than so many metrics: a full list may have lost some.
    this.note(run, step, keys.length >= HINT_KEYS ? [] : keys)
    this.scheduleLive()
  }

  /** `run` has news to be read. `keys` empty: of any of its metrics. */
  private note(run: string, step: number, keys: readonly string[]): void {
    const known = this.news.get(run)
    const all = keys.length === 0 || (known !== undefined && known.keys === null)
    this.news.set(run, {
      step: known && known.step >= 0 && step >= 0 ? Math.min(known.step, step) : Math.max(step, known?.step ?? -1),
      keys: all ? null : new Set([...(known?.keys ?? []), ...keys]),
    })
  }

  /** Read what followed for every run on screen: after a gap in the hints. */
  catchUp(): void {
    this.newsUntil = this.now()
    this.gapAt = Date.now()
    for (const entry of this.entries) for (const run of entry.view.runs) this.news.set(run, { step: -1, keys: null })
    this.scheduleLive()
    for (const entry of this.entries) this.ensure(entry)
  }

  /** While paused, hints are kept and nothing on screen moves. */
  pause(isPaused: boolean): void {
    this.isPaused = isPaused
    if (!isPaused) this.scheduleLive()
  }

  close(): void {
    this.isClosed = true
    clearTimeout(this.liveTimer)
    this.closing.abort()
    for (const task of this.tasks.values()) task.abort.abort()
  }

  // ---- whole series

  private ensure(entry: Entry): void {
    const { scope, keys, runs, buckets } = entry.view
    // Keys that lack the same runs are asked for together; an expression alone, so that its fault is its own.
    const groups = new Map<string, { keys: string[]; runs: string[] }>()
    for (const key of keys) {
      const missing = runs.filter(run => !this.isEnough(placeOf(scope, run, key), buckets))
      if (missing.length === 0) continue
      const name = key.startsWith('=') ? key : missing.join('\u0001')
      const group = groups.get(name)
      if (group) group.keys.push(key)
      else groups.set(name, { keys: [key], runs: missing })
    }
    for (const group of groups.values()) {
      for (let at = 0; at < group.keys.length; at += SERIES_PER_REQUEST) {
        const some = group.keys.slice(at, at + SERIES_PER_REQUEST)
        const most = Math.max(1, Math.floor(SERIES_PER_REQUEST / some.length))
        for (let from = 0; from < group.runs.length; from += most)
          this.enqueue(entry, some, group.runs.slice(from, from + most))
      }
    }
    this.pump()
    this.recall(entry)
  }

  /** Series that were kept while nobody looked at them lack what hints told of meanwhile. */
  private recall({ view: { scope, keys, runs } }: Entry): void {
    let isNews = false
    for (const run of runs) {
      const heard = this.heard.get(run)
      const at = Math.max(heard?.at ?? 0, this.gapAt)
      if (at === 0) continue
      for (const key of keys) {
        const slot = this.store.get(placeOf(scope, run, key))
        if (slot?.status !== 'ready' || !slot.data || slot.at > at) continue
        this.note(run, heard && heard.backAt >= slot.at ? 0 : (heard?.step ?? -1), [key])
        isNews = true
      }
    }
    if (!isNews) return
    this.newsUntil = this.now()
    this.scheduleLive()
  }

  private isEnough(place: string, buckets: number): boolean {
    const slot = this.store.get(place)
    return slot?.status === 'ready' && slot.error === null && (slot.buckets >= buckets || slot.data?.isRaw === true)
  }

  /** Whether more than `buckets` came for `place` since the time given, in milliseconds since the epoch. */
  private isFiner(place: string, buckets: number, since: number): boolean {
    const slot = this.store.get(place)
    return slot?.status === 'ready' && slot.error === null && slot.buckets > buckets && slot.at >= since
  }

  private enqueue(entry: Entry, keys: string[], runs: string[]): void {
    const { scope, buckets } = entry.view
    const name = [scopeName(scope), buckets, ...keys, '', ...runs].join('\u0001')
    const known = this.tasks.get(name)
    if (known && !known.abort.signal.aborted) {
      known.viewers.add(entry)
      return
    }
    const task: Task = { scope, keys, runs, buckets, viewers: new Set([entry]), abort: new AbortController() }
    for (const run of runs) for (const key of keys) this.store.expect(placeOf(scope, run, key))
    this.tasks.set(name, task)
    this.queue.push(task)
  }

  /** `entry` no longer wants what it asked for; requests nobody wants are given up. */
  private release(entry: Entry): void {
    for (const [name, task] of this.tasks) {
      task.viewers.delete(entry)
      if (task.viewers.size > 0) continue
      task.abort.abort()
      this.tasks.delete(name)
    }
    this.queue = this.queue.filter(task => !task.abort.signal.aborted)
  }

  private pump(): void {
    while (this.running < PARALLEL && !this.isClosed) {
      const task = this.queue.shift()
      if (!task) return
      this.running++
      void this.load(task).finally(() => {
        this.running--
        for (const [name, known] of this.tasks) if (known === task) this.tasks.delete(name)
        this.pump()
      })
    }
  }

  private async load(task: Task): Promise<void> {
    const { scope, keys, runs, buckets, abort } = task
    const askedAt = Date.now()
    try {
      const answer = await this.read(this.request(scope, runs, keys, buckets), abort.signal)
      const missing = new Set(runs.flatMap(run => keys.map(key => placeOf(scope, run, key))))
      for (const { run, key, data } of answer) {
        const place = placeOf(scope, run, key)
        // Two sizes of one panel ask at once: the coarser answer, if it comes last, must not take the finer one's place.
        if (!this.isFiner(place, buckets, askedAt)) this.store.put(place, data, buckets)
        missing.delete(place)
      }
      // A run that is gone is not in the answer: it has nothing, and is not waited for.
      for (const place of missing) this.store.put(place, EMPTY_SERIES, buckets)
    } catch (error) {
      if (abort.signal.aborted) return
      for (const run of runs) for (const key of keys) this.store.fail(placeOf(scope, run, key), error)
    }
  }

  private request(scope: Scope, runs: string[], keys: string[], buckets: number, since?: number): SeriesRequest {
    return {
      runs,
      keys,
      ...requestAxis(scope.axis),
      buckets,
      channel: scope.channel,
      ...(scope.window ? { window: scope.window } : {}),
      ...(scope.smoothing ? { smoothing: scope.smoothing } : {}),
      ...(scope.method ? { method: scope.method } : {}),
      ...(scope.isLogX ? { x_scale: 'log' as const } : {}),
      ...(since === undefined ? {} : { since }),
    }
  }

  // ---- what followed

  private scheduleLive(): void {
    if (this.liveTimer !== undefined || this.isPaused || this.isClosed || this.news.size === 0 || this.isLiveReading)
      return
    this.newsFrom = this.now()
    this.awaitNews()
  }

  /** Reads once hints pause, at the latest an interval after the first, at the earliest an interval after the last read. */
  private awaitNews(): void {
    this.liveTimer = undefined
    if (this.isPaused || this.isClosed) return
    const settled = Math.min(this.newsUntil + LIVE_SETTLE_MS, this.newsFrom + LIVE_INTERVAL_MS)
    const wait = Math.max(settled, this.lastLiveAt + LIVE_INTERVAL_MS, this.againAt) - this.now()
    if (wait <= 0) {
      this.isLiveReading = true
      this.lastLiveAt = this.now()
      void this.readNews().finally(() => {
        this.isLiveReading = false
        // A server that takes longer than an interval is not asked without a pause.
        this.lastLiveAt = Math.max(this.lastLiveAt, this.now() - LIVE_INTERVAL_MS + LIVE_SETTLE_MS)
        this.scheduleLive()
      })
      return
    }
    this.liveTimer = setTimeout(() => this.awaitNews(), wait)
  }

  /** All answers are laid in at once: a panel whose runs took several requests redraws once. */
  private async readNews(): Promise<void> {
    const news = new Map(this.news)
    this.news.clear()
    await this.readGroups(this.grouped(news))
  }

  private async readGroups(groups: LiveGroup[]): Promise<void> {
    const answers = await Promise.all(groups.map(group => this.ask(group)))
    const again = groups.flatMap((group, i) => this.lay(group, answers[i] ?? []))
    if (again.length > 0) await this.readGroups(mergeWhole(again))
  }

  /** The least number of requests that cover the news: by scope, by what can be appended, by how far each run is known. */
  private grouped(news: Map<string, { step: number; keys: Set<string> | null }>): LiveGroup[] {
    const scopes = new Map<string, { scope: Scope; buckets: number; wanted: Map<string, Map<string, number>> }>()
    const whole: LiveGroup[] = []
    // What is read whole costs as much as its first read: less often.
    const isWholeDue = this.now() - this.lastWholeAt >= WHOLE_INTERVAL_MS
    for (const { view } of this.entries) {
      const { scope, buckets } = view
      for (const run of view.runs) {
        const heard = news.get(run)
        if (!heard) continue
        for (const key of view.keys) {
          const canAppend = isAppendable(scope, key)
          // Which metrics a computed series stands on is not told apart here.
          if (heard.keys && !heard.keys.has(key) && !key.startsWith('=')) continue
          const slot = this.store.get(placeOf(scope, run, key))
          if (slot?.status === 'waiting') {
            // The answer on its way may be older than the hint: look again once it is here.
            this.news.set(run, heard)
            continue
          }
          if (!slot?.data) continue
          const isBehind = scope.channel === 'history' && heard.step >= 0 && heard.step < slot.data.lastStep
          // Rows that came late, a rewind, or what need not grow at its end: only the whole series is right.
          if (isBehind || !canAppend) {
            if (canAppend || isWholeDue || scope.axis.startsWith('metric:'))
              whole.push({ scope, keys: [key], runs: [run], since: undefined, buckets })
            else this.deferWhole(run, key)
            continue
          }
          const name = scopeName(scope)
          const known = scopes.get(name) ?? { scope, buckets: 0, wanted: new Map<string, Map<string, number>>() }
          scopes.set(name, known)
          known.buckets = Math.max(known.buckets, buckets)
          const keys = known.wanted.get(run) ?? new Map<string, number>()
          known.wanted.set(run, keys)
          keys.set(key, slot.data.lastStep)
        }
      }
    }
    if (whole.length > 0) this.lastWholeAt = this.now()
    return [...[...scopes.values()].flatMap(inStep), ...mergeWhole(whole)]
  }

  /** `key` of `run` has news that is read when whole reads are due again. */
  private deferWhole(run: string, key: string): void {
    const known = this.news.get(run)
    if (known && known.keys === null) return
    this.news.set(run, { step: known?.step ?? -1, keys: new Set([...(known?.keys ?? []), key]) })
  }

  private async ask({ scope, runs, keys, since, buckets }: LiveGroup): Promise<DecodedSeries[]> {
    try {
      return await this.read(this.request(scope, runs, keys, buckets, since), this.closing.signal)
    } catch (error) {
      // A connection that is gone is caught up with when it is back, but one answer may fail alone, and be a run's last.
      if (!this.isClosed && !(error instanceof ApiError && !error.isTransient)) {
        for (const run of runs) this.note(run, since === undefined ? 0 : -1, keys)
        this.againAt = this.now() + AGAIN_MS
      }
      return []
    }
  }

  /** Hands an answer to the store, and says what must be read whole because it does not follow what is there. */
  private lay({ scope, since, buckets }: LiveGroup, answer: DecodedSeries[]): LiveGroup[] {
    const again: LiveGroup[] = []
    for (const { run, key, data } of answer) {
      const place = placeOf(scope, run, key)
      if (since === undefined) this.store.put(place, data, buckets)
      else if (!this.store.append(place, unknownPart(this.store.get(place)?.data, data, since)))
        again.push({ scope, keys: [key], runs: [run], since: undefined, buckets })
    }
    return again
  }
}

interface LiveGroup {
  scope: Scope
  keys: string[]
  runs: string[]
  since: number | undefined
  buckets: number
}

/** Runs that stand at nearly the same step, asked for together. */
function inStep(from: { scope: Scope; buckets: number; wanted: Map<string, Map<string, number>> }): LiveGroup[] {
  const runs = [...from.wanted]
    .map(([run, keys]) => ({ run, keys, since: Math.min(...keys.values()) }))
    .toSorted((a, b) => a.since - b.since)
  const groups: (LiveGroup & { since: number })[] = []
  for (const { run, keys, since } of runs) {
    const open = groups.at(-1)
    if (open && since - open.since <= SPREAD[from.scope.channel]) {
      open.runs.push(run)
      for (const key of keys.keys()) if (!open.keys.includes(key)) open.keys.push(key)
    } else {
      groups.push({ scope: from.scope, runs: [run], keys: [...keys.keys()], since, buckets: from.buckets })
    }
  }
  return groups
}

/** Whole reads of one scope and key as one request. */
function mergeWhole(groups: LiveGroup[]): LiveGroup[] {
  const merged = new Map<string, LiveGroup>()
  for (const group of groups) {
    const name = `${scopeName(group.scope)}\u0001${group.keys[0]}`
    const known = merged.get(name)
    if (known) {
      known.runs.push(...group.runs.filter(run => !known.runs.includes(run)))
      known.buckets = Math.max(known.buckets, group.buckets)
    } else merged.set(name, { ...group, runs: [...group.runs] })
  }
  return [...merged.values()]
}

/** The rows of `more` that `known` lacks, when `more` was asked from before `known` ends. */
function unknownPart(known: SeriesData | null | undefined, more: SeriesData, since: number): SeriesData {
  if (!known || known.rows === 0 || since >= known.lastStep || !more.isRaw) return more
  const last = known.x[known.rows - 1] as number
  let from = 0
  while (from < more.rows && (more.x[from] as number) <= last) from++
  return tail(more, from)
}
