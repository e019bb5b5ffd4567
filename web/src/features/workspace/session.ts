/** One opened workspace: its data outside React, and what hints do to it. Made when the page opens, closed when it is left. */

import { HoverBus } from '../../charts/hover'
import { liveHub } from '../../data/live/browser'
import type { LiveHint } from '../../data/live/hub'
import { MetricStore } from '../../data/metricStore'
import { ProjectApi } from '../../data/project'
import { RunsApi } from '../../data/runs'
import { SeriesLoader } from '../../data/seriesLoader'
import type { DrawnRun } from '../../panels/context'
import { sameRuns } from './model'
import { RunList } from './store'

/** Between two refreshes of the list while runs log: its values are read by people, the charts are live by themselves. */
const LIST_EVERY_MS = 5000
const LIST_SOON_MS = 400

export class Session {
  readonly api: ProjectApi
  readonly store = new MetricStore()
  readonly hover = new HoverBus()
  readonly loader: SeriesLoader
  readonly list: RunList
  readonly runs: RunsApi
  readonly entity: string
  readonly project: string
  private readonly knownKeys = new Set<string>()
  private timer: ReturnType<typeof setTimeout> | undefined
  private timerAt = 0
  private stop: () => void = () => undefined
  private onNewMetrics: () => void = () => undefined
  private drawn: readonly DrawnRun[] = []

  constructor(entity: string, project: string) {
    this.entity = entity
    this.project = project
    this.api = new ProjectApi(entity, project)
    this.loader = new SeriesLoader(this.store, this.api.readSeries)
    this.runs = new RunsApi(entity, project)
    this.list = new RunList(this.runs)
  }

  /** Begins to listen; the answer ends it. */
  open(): () => void {
    this.stop = liveHub().watch(
      `${this.entity}/${this.project}`,
      hint => this.hinted(hint),
      () => {
        this.loader.catchUp()
        this.refreshIn(0)
        this.onNewMetrics()
      },
    )
    return () => {
      this.stop()
      clearTimeout(this.timer)
      this.timer = undefined
    }
  }

  /** Calls `listener`, and nobody else, when a metric appears that no panel shows yet. */
  setOnNewMetrics(listener: () => void): void {
    this.onNewMetrics = listener
  }

  /** `runs`, or what was drawn before if that says the same. */
  sameDrawn(runs: readonly DrawnRun[]): readonly DrawnRun[] {
    this.drawn = sameRuns(this.drawn, runs)
    return this.drawn
  }

  setKnownKeys(keys: Iterable<string>): void {
    for (const key of keys) this.knownKeys.add(key)
  }

  private hinted(hint: LiveHint): void {
    const run = hint.run ?? ''
    if (hint.kind === 'series') {
      const keys = hint.keys ?? []
      this.loader.hint(run, hint.step ?? -1, keys)
      if (keys.some(key => !this.knownKeys.has(key))) {
        for (const key of keys) this.knownKeys.add(key)
        this.onNewMetrics()
      }
      const isListed = this.list.state.getState().runs.some(known => known.id === run)
      this.refreshIn(isListed ? LIST_EVERY_MS : LIST_SOON_MS)
      return
    }
    if (hint.kind === 'run') this.loader.hint(run, -1, [])
    this.refreshIn(LIST_SOON_MS)
  }

  /** Refreshes the list then, or sooner if that was planned. */
  private refreshIn(ms: number): void {
    const at = performance.now() + ms
    if (this.timer !== undefined) {
      if (this.timerAt <= at) return
      clearTimeout(this.timer)
    }
    this.timerAt = at
    this.timer = setTimeout(() => {
      this.timer = undefined
      void this.list.refresh()
    }, ms)
  }
}
